"""The list of what happened: bounded, in plain sentences, newest last."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from itertools import islice
from typing import TYPE_CHECKING

from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from collections.abc import Hashable

MAX_EVENTS = 2_000
MAX_BYTES = 1024 * 1024
SENTENCE_LIMIT = 1_000
"""Characters of a sentence that are kept; the rest is said to be missing."""

EPISODE_GAP_S = 60.0
"""What happens again within this time is one entry whose count grows."""

_EVENT_BYTES = 250


class Severity(IntEnum):
    """How much an event matters; each has a word and a mark, colour may be lost."""

    INFO = 0
    WARNING = 1
    ERROR = 2


class Subject(Enum):
    """What an event is about."""

    CONNECTION = "connection"
    SUBSCRIPTION = "subscriptions"
    PUBLISH = "publish"
    DROPS = "drops"
    BROKER = "broker"
    SETTINGS = "settings"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, or the same thing `count` times between `at` and `last_at`.

    `number` counts events from 1. Times are wall-clock seconds since the epoch. The sentence
    is printable.
    """

    number: int
    at: float
    severity: Severity
    subject: Subject
    sentence: str
    count: int
    last_at: float


class EventLog:
    """Keeps the newest events; the oldest give way and are counted. For one thread.

    `version` is another number whenever something was added or has grown.
    """

    def __init__(self, max_events: int = MAX_EVENTS, max_bytes: int = MAX_BYTES) -> None:
        self.version = 0
        self.evicted = 0
        self.unseen_warnings = 0
        self.unseen_errors = 0
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._events: deque[Event] = deque()
        self._bytes = 0
        self._number = 0
        self._open: dict[Hashable, int] = {}

    def __len__(self) -> int:
        return len(self._events)

    @property
    def newest(self) -> int:
        """The number of the newest event, 0 if there was none."""
        return self._number

    def events(self, after: int = 0) -> list[Event]:
        """Return the events with a `number` above `after`, oldest first."""
        if not self._events:
            return []
        # Numbers have no gaps.
        return list(islice(self._events, max(0, after + 1 - self._events[0].number), None))

    def add(
        self,
        at: float,
        severity: Severity,
        subject: Subject,
        sentence: str,
        *,
        key: Hashable = None,
        count: int = 1,
        gap_s: float = EPISODE_GAP_S,
    ) -> None:
        """Add an event; with a `key` it joins the last one of that key.

        It does so if that one is still kept and not longer ago than `gap_s`: its count grows by
        `count` and its sentence is replaced.
        """
        self.version += 1
        sentence = _bounded(sentence)
        if key is not None and self._has_joined(at, severity, sentence, key, count, gap_s):
            return
        self._number += 1
        self._events.append(Event(self._number, at, severity, subject, sentence, count, at))
        self._bytes += _cost(sentence)
        if key is not None:
            self._open[key] = self._number
        self._note_unseen(severity)
        while len(self._events) > self._max_events or self._bytes > self._max_bytes:
            self._bytes -= _cost(self._events.popleft().sentence)
            self.evicted += 1
        if len(self._open) > 2 * self._max_events:
            first = self._events[0].number if self._events else self._number
            self._open = {key: number for key, number in self._open.items() if number >= first}

    def close(self, key: Hashable) -> None:
        """Let what happens next under `key` be an event of its own."""
        self._open.pop(key, None)

    def mark_seen(self) -> None:
        """Note that somebody has looked."""
        self.unseen_warnings = self.unseen_errors = 0

    def _has_joined(
        self, at: float, severity: Severity, sentence: str, key: Hashable, count: int, gap_s: float
    ) -> bool:
        number = self._open.get(key)
        if number is None or not self._events or number < self._events[0].number:
            return False
        index = number - self._events[0].number
        before = self._events[index]
        if at - before.last_at > gap_s:
            return False
        if severity > before.severity:
            self._note_unseen(severity)
        self._bytes += len(sentence) - len(before.sentence)
        self._events[index] = replace(
            before,
            sentence=sentence,
            severity=max(severity, before.severity),
            count=before.count + count,
            last_at=at,
        )
        return True

    def _note_unseen(self, severity: Severity) -> None:
        self.unseen_warnings += severity is Severity.WARNING
        self.unseen_errors += severity is Severity.ERROR


def _bounded(sentence: str) -> str:
    """Return a sentence without anything that a terminal obeys, and not endless."""
    more = len(sentence) - SENTENCE_LIMIT
    if more > 0:
        sentence = f"{sentence[:SENTENCE_LIMIT]} … ({more:,} characters left out)"
    return printable(sentence)


def _cost(sentence: str) -> int:
    return _EVENT_BYTES + len(sentence)
