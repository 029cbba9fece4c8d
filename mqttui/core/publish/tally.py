"""What became of the messages of a run, counted."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from mqttui.core.publishing import Outcome

if TYPE_CHECKING:
    from mqttui.core.publishing import Receipt, ReceiptStatus


class Tally:
    """Counts receipts by outcome once they are final; until then they are under way.

    `problem` is what the newest message that was refused or lost came to, in words.
    `last_final_s` is when the last receipt became final, as far as `poll` was told.
    """

    def __init__(self) -> None:
        self.counts = dict.fromkeys(Outcome, 0)
        self.problem: str | None = None
        self.last_final_s: float | None = None
        self.latency_sum_s = 0.0
        self.longest_latency_s = 0.0
        self.latencies = 0
        self._waiting: deque[Receipt] = deque()
        self._waiting_bytes = 0

    @property
    def sent(self) -> int:
        """How many messages were handed over."""
        return self.finished + len(self._waiting)

    @property
    def finished(self) -> int:
        """How many of them have come to their end."""
        return sum(self.counts.values())

    @property
    def under_way(self) -> int:
        """How many are not decided yet."""
        return len(self._waiting)

    @property
    def under_way_bytes(self) -> int:
        """How large the payloads are that are not decided yet."""
        return self._waiting_bytes

    @property
    def mean_latency_s(self) -> float | None:
        """The mean time to the acknowledgement, None if nothing was acknowledged."""
        return self.latency_sum_s / self.latencies if self.latencies else None

    def add(self, receipt: Receipt) -> None:
        """Watch another message."""
        self._waiting.append(receipt)
        self._waiting_bytes += len(receipt.request.payload)

    def poll(self, now_s: float) -> bool:
        """Count what is final by now; return whether anything was."""
        before = len(self._waiting)
        undecided: deque[Receipt] = deque()
        for receipt in self._waiting:
            status = receipt.status
            if status.is_final:
                self._waiting_bytes -= len(receipt.request.payload)
                self._count(status)
            else:
                undecided.append(receipt)
        self._waiting = undecided
        if len(undecided) == before:
            return False
        self.last_final_s = now_s
        return True

    def _count(self, status: ReceiptStatus) -> None:
        self.counts[status.outcome] += 1
        if status.outcome in (Outcome.REFUSED, Outcome.LOST):
            self.problem = status.words
        if status.latency_s is not None:
            self.latencies += 1
            self.latency_sum_s += status.latency_s
            self.longest_latency_s = max(self.longest_latency_s, status.latency_s)
