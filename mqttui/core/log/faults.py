"""Unexpected exceptions in words: what, where, how often; never with what variables held."""

from __future__ import annotations

import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

import mqttui
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from collections.abc import Hashable
    from types import TracebackType

WORDS_LIMIT = 300
LINE_LIMIT = 500
LINES_LIMIT = 200
PLACES_LIMIT = 500
"""Places that are counted one by one; the program has fewer."""

_PACKAGE = PurePath(mqttui.__file__).parent


@dataclass(frozen=True, slots=True)
class Fault:
    """One unexpected exception.

    `part` is what failed in words for the user, `kind` the type of the exception, `words` its
    message, printable and short, `place` the line of the program.
    """

    part: str
    kind: str
    words: str
    place: str

    @property
    def key(self) -> Hashable:
        """What makes it the same fault as another one."""
        return self.part, self.kind, self.place

    @property
    def sentence(self) -> str:
        """What happened, in one sentence."""
        words = f": {self.words}" if self.words else ""
        return f"{self.part} failed unexpectedly: {self.kind}{words} ({self.place})."


def fault_of(error: BaseException, part: str, ignored_file: str | None = None) -> Fault:
    """Return an exception in words; `ignored_file` is code that is never to blame."""
    place = place_of(error.__traceback__, ignored_file)
    return Fault(part, type(error).__name__, words_of(error), place)


def words_of(error: BaseException) -> str:
    """Return the message of an exception, printable and short: it may quote a payload."""
    try:
        text = str(error)
    except Exception:
        return "its message cannot be read"
    shown = printable(text[:WORDS_LIMIT])
    return shown if len(text) <= WORDS_LIMIT else f"{shown} …"


def place_of(trace: TracebackType | None, ignored_file: str | None = None) -> str:
    """Return the innermost line of this program in a traceback, else the innermost line."""
    place = own_place = None
    while trace is not None:
        code = trace.tb_frame.f_code
        path = PurePath(code.co_filename)
        place = f"{path.name}, line {trace.tb_lineno}, in {code.co_name}"
        if path.is_relative_to(_PACKAGE) and code.co_filename != ignored_file:
            own_place = place
        trace = trace.tb_next
    return own_place or place or "no line is known"


def report_of(error: BaseException) -> str:
    """Return the traceback for a log file: bounded, printable, without values of variables."""
    text = "".join(traceback.TracebackException.from_exception(error).format())
    lines = text.rstrip("\n").split("\n")
    kept = [printable(line[:LINE_LIMIT]) for line in lines[-LINES_LIMIT:]]
    if len(lines) > LINES_LIMIT:
        kept.insert(0, f"... {len(lines) - LINES_LIMIT} lines left out")
    return "\n".join(f"  {line}" for line in kept)


class FaultTally:
    """Counts faults by place."""

    def __init__(self) -> None:
        self._counts: Counter[Hashable] = Counter()

    @property
    def total(self) -> int:
        """How many faults there were."""
        return self._counts.total()

    def note(self, fault: Fault) -> int:
        """Count a fault; return how often it has happened by now."""
        key = fault.key
        if key not in self._counts and len(self._counts) >= PLACES_LIMIT:
            key = None
        self._counts[key] += 1
        return self._counts[key]


def is_worth_writing(count: int) -> bool:
    """Tell whether the `count`-th fault of its kind goes into a file: 1, 10, 100, ..."""
    return str(count).rstrip("0") == "1"
