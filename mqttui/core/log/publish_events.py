"""Events of what was published: what the broker said of every message, in its own words."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from mqttui.core.log.event_log import Severity, Subject
from mqttui.core.publishing import Outcome
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from mqttui.core.log.event_log import EventLog
    from mqttui.core.publishing import Receipt, ReceiptStatus

MAX_FOLLOWED = 100_000
LOOKED_AT_ONCE = 2_000

REPEAT_GAP_S = 10.0
"""Messages to one topic with one outcome are one entry while they follow each other so closely."""

FREE_ENTRIES = 20
"""So many topics have entries of their own at a time; what is published faster is one entry."""

ENTRIES_PER_S = 2.0
TOPIC_LIMIT = 200

_SEVERITY = {Outcome.REFUSED: Severity.ERROR, Outcome.LOST: Severity.ERROR}
_MANY = {
    Outcome.SENT: "Messages were sent at QoS 0, which is never acknowledged",
    Outcome.ACKNOWLEDGED: "Messages were acknowledged by the broker",
    Outcome.NO_SUBSCRIBERS: "Messages had no matching subscribers",
    Outcome.REFUSED: "Messages were refused",
    Outcome.LOST: "Messages were lost",
}


class PublishEvents:
    """Follows receipts until they are final and writes their outcome into a log.

    The number of entries is bounded in time, so that publishing a lot does not push everything
    else out of the log.
    """

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._pending: deque[Receipt] = deque()
        self._free = float(FREE_ENTRIES)
        self._looked_at: float | None = None
        self._unfollowed = 0

    def follow(self, receipt: Receipt) -> None:
        """Write down what becomes of a message."""
        if len(self._pending) >= MAX_FOLLOWED:
            self._unfollowed += 1
        else:
            self._pending.append(receipt)

    def look(self, now: float) -> None:
        """Write down what has become final; `now` is in seconds since the epoch."""
        if self._unfollowed:
            self._log.add(
                now,
                Severity.WARNING,
                Subject.PUBLISH,
                "So many messages wait for the broker that what becomes of some is not told here.",
                key="unfollowed",
                count=self._unfollowed,
            )
            self._unfollowed = 0
        pending = self._pending
        if not pending:
            return
        if self._looked_at is not None:
            earned = max(0.0, now - self._looked_at) * ENTRIES_PER_S
            self._free = min(float(FREE_ENTRIES), self._free + earned)
        self._looked_at = now
        for _ in range(min(len(pending), LOOKED_AT_ONCE)):
            receipt = pending.popleft()
            status = receipt.status
            if status.is_final:
                self._concluded(receipt, status, now)
            else:
                pending.append(receipt)

    def _concluded(self, receipt: Receipt, status: ReceiptStatus, now: float) -> None:
        request = receipt.request
        outcome = status.outcome
        severity = _SEVERITY.get(outcome, Severity.INFO)
        topic = printable(request.topic[:TOPIC_LIMIT])
        why = status.words if severity is Severity.ERROR else None
        key: tuple[object, ...]
        if self._free >= 1:
            retained = ", retained" if request.retain else ""
            sentence = f"{topic} (QoS {request.qos}{retained}): {status.words}"
            key = (request.topic[:TOPIC_LIMIT], request.qos, request.retain, outcome, why)
        else:
            words = f": {why}" if why else ""
            sentence = f"{_MANY.get(outcome, outcome.value)}{words}; the last one to {topic}"
            key = (outcome, why)
        before = self._log.newest
        sentence = sentence.removesuffix(".") + "."
        self._log.add(now, severity, Subject.PUBLISH, sentence, key=key, gap_s=REPEAT_GAP_S)
        if self._log.newest != before:
            self._free = max(0.0, self._free - 1)
