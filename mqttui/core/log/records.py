"""Warnings and errors that some thread wrote with `logging`, collected for the log pane."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.core.log.faults import WORDS_LIMIT, words_of
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_WAITING = 200


@dataclass(frozen=True, slots=True)
class Record:
    """One line: `at` is in seconds since the epoch, `sentence` printable."""

    at: float
    is_error: bool
    sentence: str


class RecordCollector(logging.Handler):
    """Keeps records of level WARNING and above until they are taken; `emit` is from any thread.

    Loggers in `ignored` are left out. When more than `MAX_WAITING` wait, the oldest give way.
    """

    def __init__(self, ignored: Collection[str] = ()) -> None:
        super().__init__(logging.WARNING)
        self._ignored = frozenset(ignored)
        self._waiting: deque[Record] = deque(maxlen=MAX_WAITING)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        if record.name in self._ignored:
            return
        try:
            message = record.getMessage()
        except Exception:
            message = str(record.msg)
        sentence = printable(message[:WORDS_LIMIT])
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            sentence += f": {type(error).__name__}: {words_of(error)}"
        is_error = record.levelno >= logging.ERROR
        self._waiting.append(Record(record.created, is_error, f"{sentence} ({record.name})"))

    def take(self) -> list[Record]:
        """Return what has come since the last call, oldest first."""
        taken = []
        while self._waiting:
            taken.append(self._waiting.popleft())
        return taken
