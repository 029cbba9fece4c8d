"""Which messages of a topic contain a text, found bit by bit, the newest first."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from operator import neg
from typing import TYPE_CHECKING

from mqttui.core.search.matcher import matcher_of
from mqttui.core.search.query import Mode, Place, Query

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.node import TopicNode

_LOOKS_PER_TURN = 64


class HistoryFilter:
    """The numbers of the messages in which a text occurs; the first on a topic has number 1.

    `update` looks at some more messages. Those that came since the last look have precedence, then
    it goes back in time. What the history forgets is forgotten here.
    """

    def __init__(
        self, text: str, newest: int, *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.text = text
        self._clock = clock
        self._matcher = matcher_of(Query(text, Mode.TEXT, Place.PAYLOADS))
        self._newer: list[int] = []
        self._older: list[int] = []
        self._seen_to = newest
        self._seen_from = newest + 1
        self._first_kept = 1

    def __len__(self) -> int:
        return len(self._newer) + len(self._older)

    @property
    def unseen(self) -> int:
        """How many kept messages before the first look have not been looked at yet."""
        return max(0, self._seen_from - self._first_kept)

    def number_at(self, row: int) -> int:
        """Return the number of a match, counted from the newest, which is row 0."""
        newer = self._newer
        return newer[-1 - row] if row < len(newer) else self._older[row - len(newer)]

    def row_of(self, number: int) -> int:
        """Return the row of a match, or the one that a message would have if it were a match."""
        newer = len(self._newer) - bisect_right(self._newer, number)
        return newer + bisect_left(self._older, -number, key=neg)

    def update(self, node: TopicNode, upto: int, budget_s: float) -> None:
        """Look at more of the messages with numbers up to `upto`, for so many seconds."""
        entries = node.entries()
        self._first_kept = node.messages - len(entries) + 1
        self._forget()
        deadline = self._clock() + budget_s
        judge, limit = self._matcher.judge, self._matcher.limit_bytes
        if judge is None:
            return
        offset = self._first_kept
        while self._seen_to < upto:
            start = max(self._seen_to + 1, self._first_kept)
            end = min(start + _LOOKS_PER_TURN, upto + 1)
            for number in range(start, end):
                if judge(entries[number - offset][1][:limit]) is not None:
                    self._newer.append(number)
            self._seen_to = end - 1
            if self._clock() >= deadline:
                return
        while self._seen_from > self._first_kept:
            start = self._seen_from - 1
            end = max(self._first_kept - 1, start - _LOOKS_PER_TURN)
            for number in range(start, end, -1):
                if judge(entries[number - offset][1][:limit]) is not None:
                    self._older.append(number)
            self._seen_from = end + 1
            if self._clock() >= deadline:
                return

    def _forget(self) -> None:
        first = self._first_kept
        while self._older and self._older[-1] < first:
            self._older.pop()
        if self._newer and self._newer[0] < first:
            del self._newer[: bisect_left(self._newer, first)]
