"""What happened on a connection, newest at the end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mqttui.core.log.event_log import Event, Severity, Subject
from mqttui.payload.quantities import count_text
from mqttui.ui.glyphs import TIMES
from mqttui.ui.panels.tail_view import TailView
from mqttui.ui.widgets.cells import Cells, fitted
from mqttui.ui.widgets.message_facts import clock_text
from mqttui.ui.widgets.switches import Switch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.ui.workspace import Workspace

MARKS = {Severity.INFO: "  ", Severity.WARNING: "! ", Severity.ERROR: "!!"}
WORDS = {Severity.INFO: "", Severity.WARNING: "warning", Severity.ERROR: "error"}
ROLES = {Severity.INFO: "value", Severity.WARNING: "warning", Severity.ERROR: "warning"}
LEVELS = [
    (Severity.INFO, "all"),
    (Severity.WARNING, "warnings"),
    (Severity.ERROR, "errors"),
]
SUBJECTS: list[Subject | None] = [None, *Subject]
CLOCK_CELLS = 13
SUBJECT_CELLS = 14


class EventView(TailView[Event]):
    """Lists a connection's log."""

    def __init__(self, workspace: Workspace, *, id: str) -> None:  # noqa: A002  # Textual's name
        super().__init__(workspace, id=id)
        self._level = Severity.INFO
        self._subject: Subject | None = None
        self._version = -1
        self._events: list[Event] = []

    def number_of(self, item: Event) -> int:
        """Return the number of an event."""
        return item.number

    def draw(self, now: float) -> None:
        """Show what has come; what is in sight is seen."""
        super().draw(now)
        if not self.is_held:
            self.workspace.journal.log.mark_seen()

    def refill(self, *, is_other_list: bool) -> None:
        """List the events that fit, if there is anything new."""
        log = self.workspace.journal.log
        if log.version == self._version and not is_other_list:
            return
        self._version = log.version
        text = self.text.casefold()
        self._events = [
            event
            for event in log.events()
            if event.severity >= self._level
            and (self._subject is None or event.subject is self._subject)
            and (not text or text in event.sentence.casefold())
        ]
        self.tail.show(self._events, is_other_list=is_other_list)
        self.draw_words()

    @property
    def summary(self) -> str:
        """How many events are listed, of how many, and how many gave way."""
        log = self.workspace.journal.log
        shown, kept = len(self._events), len(log)
        text = f"{count_text(kept)} events" if shown == kept else f"{shown:,} of {kept:,} events"
        return f"{text}, {count_text(log.evicted)} older gave way" if log.evicted else text

    def switches(self) -> Sequence[Switch]:
        """Return how much and what about."""
        subject = self._subject
        shown = "everything" if subject is None else subject.value
        return [
            Switch("1 ", LEVELS, self._level),
            Switch("2 about ", [(subject, shown)], subject),
        ]

    def cycle(self, switch: int) -> None:
        """Take the next severity or subject."""
        if switch == 0:
            self._level = Severity((self._level + 1) % len(Severity))
        else:
            at = SUBJECTS.index(self._subject)
            self._subject = SUBJECTS[(at + 1) % len(SUBJECTS)]
        self.changed()

    def choose(self, switch: int, value: object) -> None:
        """Take what was clicked; of the subjects only the present one can be."""
        if isinstance(value, Severity):
            self._level = value
            self.changed()
        else:
            self.cycle(switch)

    def heading_cells(self, width: int) -> Cells:
        """Return the names of the columns."""
        return [(f"{'time':<{CLOCK_CELLS}}   {'about':<{SUBJECT_CELLS}}what happened", "dim")]

    def row_cells(self, item: Event, width: int) -> Cells:
        """Return time, mark, subject and what fits of the sentence."""
        clock = f"{clock_text(item.at, self._now):<{CLOCK_CELLS}}"
        mark = f"{MARKS[item.severity]} "
        subject = f"{item.subject.value:<{SUBJECT_CELLS}}"
        times = f"{TIMES}{count_text(item.count)}  " if item.count > 1 else ""
        room = max(0, width - len(clock) - len(mark) - len(subject) - len(times))
        role = ROLES[item.severity]
        return [
            (clock, "dim"),
            (mark, "warning"),
            (subject, "dim"),
            (times, "number"),
            (fitted(item.sentence, room), role),
        ]

    def words_of(self, item: Event | None) -> list[tuple[str, str]]:
        """Return the whole sentence, and when it happened how often."""
        if item is None:
            nothing = "Nothing that fits has happened." if len(self.workspace.journal.log) else ""
            return [(nothing or "Nothing has happened yet.", "dim")]
        word = WORDS[item.severity]
        sentence = f"{word.capitalize()}: {item.sentence}" if word else item.sentence
        words = [(sentence, ROLES[item.severity])]
        if item.count > 1:
            words.append(
                (
                    f"{count_text(item.count)} times, from {_moment(item.at)} to "
                    f"{_moment(item.last_at)}.",
                    "dim",
                )
            )
        return words


def _moment(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
