"""The log of one connection and everything that writes into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.log.connection_events import ConnectionEvents
from mqttui.core.log.drop_events import LOOK_INTERVAL_S, DropEvents
from mqttui.core.log.event_log import EventLog, Severity, Subject
from mqttui.core.log.publish_events import PublishEvents

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.log.drop_events import Losses
    from mqttui.core.log.faults import Fault
    from mqttui.core.log.records import Record
    from mqttui.core.publishing import Receipt
    from mqttui.core.source import SourceStatus


class Journal:
    """Looks at snapshots once per frame at most; a message costs nothing."""

    def __init__(self) -> None:
        self.log = EventLog()
        self._connection = ConnectionEvents(self.log)
        self._drops = DropEvents(self.log)
        self._publish = PublishEvents(self.log)
        self._drops_looked_at_s = float("-inf")
        self._known_problems: set[str] = set()

    def look(
        self, status: SourceStatus, losses: Callable[[], Losses], *, now: float, now_s: float
    ) -> None:
        """Write down what has changed.

        `now` is in seconds since the epoch, `now_s` the same moment on the clock of the status.
        """
        self._connection.look(status, now, now_s)
        self._publish.look(now)
        if now_s - self._drops_looked_at_s >= LOOK_INTERVAL_S:
            self._drops_looked_at_s = now_s
            self._drops.look(losses(), now)

    def follow(self, receipt: Receipt) -> None:
        """Write down, when it is known, what became of a message."""
        self._publish.follow(receipt)

    def note_settings_problem(self, sentence: str, now: float) -> None:
        """Write down, once, what is wrong with settings, their files or what is remembered."""
        if sentence not in self._known_problems:
            self._known_problems.add(sentence)
            self.log.add(now, Severity.WARNING, Subject.SETTINGS, sentence)

    def note_fault(self, fault: Fault, now: float) -> None:
        """Write down an unexpected exception; the same again makes its count grow."""
        self.log.add(
            now, Severity.ERROR, Subject.PROGRAM, fault.sentence, key=fault.key, gap_s=float("inf")
        )

    def note_alarm(self, sentence: str, at: float, *, is_critical: bool) -> None:
        """Write down what is wrong at the broker."""
        severity = Severity.ERROR if is_critical else Severity.WARNING
        self.log.add(at, severity, Subject.BROKER, sentence, key=("alarm", sentence))

    def note_record(self, record: Record) -> None:
        """Write down what a part of the program has logged."""
        severity = Severity.ERROR if record.is_error else Severity.WARNING
        self.log.add(
            record.at, severity, Subject.PROGRAM, record.sentence, key=("record", record.sentence)
        )
