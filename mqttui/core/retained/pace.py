"""Publishing many messages without drowning a small broker: bounded rate, bounded in flight."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from mqttui.core.publishing import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mqttui.core.publishing import PublishRequest, Receipt

POLL_S = 0.02
"""How often receipts are looked at."""

_BURST_S = 0.05
"""How much time's worth of messages may go out at once."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast to publish: messages per second, and how many may wait for the broker's answer."""

    rate_per_s: float = 1000.0
    max_in_flight: int = 100


class State(Enum):
    """Where one message stands. What was never sent is WAITING."""

    WAITING = "waiting"
    IN_FLIGHT = "sent, not acknowledged yet"
    SENT = "sent; at QoS 0 nothing is acknowledged"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "not known: the connection ended before the broker acknowledged it"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the publishing has come; the counts together are `total`.

    `sent` are those of QoS 0, which no broker acknowledges. `rate_per_s` is the mean of sent,
    acknowledged and refused messages, None before the first.
    `reasons` are the words of the broker's refusals with how often each was said.
    """

    total: int = 0
    waiting: int = 0
    in_flight: int = 0
    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    unknown: int = 0
    rate_per_s: float | None = None
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def concluded(self) -> int:
        """How many messages nothing more can happen to."""
        return self.sent + self.acknowledged + self.refused + self.unknown


class PacedPublishing:
    """Publishes requests in their order through `publish`; `step` does what is due.

    `states` and `words` have an entry per request: where it stands, and why it was refused.
    Another thread may read them. `is_connected` tells whether to publish is worth a try.
    """

    def __init__(
        self,
        requests: Sequence[PublishRequest],
        publish: Callable[[PublishRequest], Receipt],
        is_connected: Callable[[], bool],
        pace: Pace,
    ) -> None:
        self.states = [State.WAITING] * len(requests)
        self.words: dict[int, str] = {}
        self._requests = requests
        self._publish = publish
        self._is_connected = is_connected
        self._pace = pace
        self._next = 0
        self._in_flight: dict[int, Receipt] = {}
        self._reasons: Counter[str] = Counter()
        self._counts = Counter({State.WAITING: len(requests)})
        self._is_stopped = False
        self._began_at_s: float | None = None
        self._answered_at_s = 0.0
        self._allowance = 1.0
        self._allowed_at_s = 0.0

    @property
    def is_done(self) -> bool:
        """Whether nothing more is sent, and nothing more is awaited."""
        is_sent = self._is_stopped or self._next == len(self._requests)
        return is_sent and not self._in_flight

    @property
    def was_disconnected(self) -> bool:
        """Whether the end of the connection kept messages from being sent or answered."""
        return self._is_stopped and (self._counts[State.UNKNOWN] > 0 or not self._is_connected())

    def stop(self) -> None:
        """Send nothing more; what is in flight is still awaited."""
        self._is_stopped = True

    def give_up(self) -> None:
        """Await nothing more either."""
        self.stop()
        for place in list(self._in_flight):
            self._conclude(place, State.UNKNOWN)

    def step(self, now_s: float) -> None:
        """Take the answers that have come, and send what the pace allows."""
        if self._began_at_s is None:
            self._began_at_s = self._allowed_at_s = now_s
        self._take_answers(now_s)
        if not self._is_connected():
            self.stop()
        burst = max(1.0, self._pace.rate_per_s * _BURST_S)
        elapsed_s = now_s - self._allowed_at_s
        self._allowed_at_s = now_s
        self._allowance = min(burst, self._allowance + elapsed_s * self._pace.rate_per_s)
        while (
            not self._is_stopped
            and self._next < len(self._requests)
            and self._allowance >= 1
            and len(self._in_flight) < self._pace.max_in_flight
        ):
            self._allowance -= 1
            self._send_next()

    def _send_next(self) -> None:
        place = self._next
        receipt = self._publish(self._requests[place])
        if receipt.status.outcome is Outcome.REFUSED and not self._is_connected():
            # Nothing was sent, so that it can be continued here.
            self.stop()
            return
        self._next += 1
        self._in_flight[place] = receipt
        self._move(place, State.IN_FLIGHT)

    def _take_answers(self, now_s: float) -> None:
        for place, receipt in list(self._in_flight.items()):
            status = receipt.status
            if not status.is_final:
                continue
            self._answered_at_s = now_s
            if status.outcome in (Outcome.ACKNOWLEDGED, Outcome.NO_SUBSCRIBERS):
                self._conclude(place, State.ACKNOWLEDGED)
            elif status.outcome is Outcome.REFUSED:
                self.words[place] = status.words
                self._reasons[status.words] += 1
                self._conclude(place, State.REFUSED)
            elif status.outcome is Outcome.SENT:
                self._conclude(place, State.SENT)
            else:
                self._conclude(place, State.UNKNOWN)

    def _conclude(self, place: int, state: State) -> None:
        del self._in_flight[place]
        self._move(place, state)

    def _move(self, place: int, state: State) -> None:
        self._counts[self.states[place]] -= 1
        self._counts[state] += 1
        self.states[place] = state

    @property
    def progress(self) -> Progress:
        """A snapshot of the counts."""
        counts = self._counts
        answered = counts[State.SENT] + counts[State.ACKNOWLEDGED] + counts[State.REFUSED]
        rate_per_s = None
        if answered and self._began_at_s is not None:
            # The first answer comes at the earliest one poll after the beginning.
            rate_per_s = answered / max(POLL_S, self._answered_at_s - self._began_at_s)
        return Progress(
            total=len(self._requests),
            waiting=counts[State.WAITING],
            in_flight=counts[State.IN_FLIGHT],
            sent=counts[State.SENT],
            acknowledged=counts[State.ACKNOWLEDGED],
            refused=counts[State.REFUSED],
            unknown=counts[State.UNKNOWN],
            rate_per_s=rate_per_s,
            reasons=tuple(self._reasons.most_common()),
        )
