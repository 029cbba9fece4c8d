"""A series of numbers, and reading one from the history of a topic as it grows."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, TypeAlias

from mqttui.core.charts.blocks import Blocks
from mqttui.core.message import RETAIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.node import Entry, TopicNode

MAX_POINTS = 200_000
"""16 bytes each."""

EVICTED_AT_ONCE = 1024

ReadNumber: TypeAlias = "Callable[[Entry], float | None]"
"""Returns a number of a message (its value, or its time in seconds since the epoch), or None."""


class Series:
    """Points in the order of their time; the oldest give way.

    `times` are seconds since the epoch, `values` finite numbers. `breaks` are the numbers of the
    points that have no connection with the one before; points are numbered from 0, and
    `evicted` is the number of the first that is kept. `unread` counts messages without a number,
    `not_finite` those with NaN or an infinity, `disordered` those whose time went backwards: they
    are put where they belong, so that a board whose clock was set draws no loops.
    """

    __slots__ = (
        "_max_points",
        "_must_break",
        "blocks",
        "breaks",
        "disordered",
        "evicted",
        "not_finite",
        "times",
        "unread",
        "values",
    )

    def __init__(self, max_points: int = MAX_POINTS) -> None:
        self._max_points = max_points
        self._must_break = False
        self.times = array("d")
        self.values = array("d")
        self.blocks = Blocks(self.values)
        self.breaks = array("q")
        self.evicted = 0
        self.unread = 0
        self.not_finite = 0
        self.disordered = 0

    def __len__(self) -> int:
        return len(self.times)

    @property
    def version(self) -> tuple[int, int, int]:
        """A value that is another one whenever something was added."""
        return (self.evicted + len(self.times), self.unread, self.not_finite)

    def append(self, time_s: float, value: float | None) -> None:
        """Add a point; None and what is not finite are counted, and the line is broken there."""
        if value is None:
            self.unread += 1
            return
        if not math.isfinite(value) or not math.isfinite(time_s):
            self.not_finite += 1
            self._must_break = True
            return
        times = self.times
        if times and time_s < times[-1]:
            self._insert(time_s, value)
        else:
            if self._must_break:
                self._must_break = False
                self.breaks.append(self.evicted + len(times))
            times.append(time_s)
            self.values.append(value)
        if len(times) > self._max_points:
            self._evict(min(EVICTED_AT_ONCE, len(times) // 2 + 1))

    def break_line(self) -> None:
        """Something is missing before the next point."""
        self._must_break = True

    def between(self, start_s: float, end_s: float) -> range:
        """Return the places in `times` of the points from `start_s` to `end_s`, both included."""
        return range(bisect_left(self.times, start_s), bisect_right(self.times, end_s))

    def part(self, start_s: float, end_s: float) -> Series:
        """Return the points of a time as a series that does not grow."""
        window = self.between(start_s, end_s)
        found = Series(self._max_points)
        found.times.extend(self.times[window.start : window.stop])
        found.values.extend(self.values[window.start : window.stop])
        return found

    def _insert(self, time_s: float, value: float) -> None:
        self.disordered += 1
        place = bisect_right(self.times, time_s)
        self.times.insert(place, time_s)
        self.values.insert(place, value)
        self.blocks.inserted_at(place)
        for index in range(bisect_left(self.breaks, self.evicted + place), len(self.breaks)):
            self.breaks[index] += 1

    def _evict(self, count: int) -> None:
        del self.times[:count]
        del self.values[:count]
        self.blocks.removed_first(count)
        self.evicted += count
        del self.breaks[: bisect_left(self.breaks, self.evicted)]


class TopicSeries:
    """A series that is read from the kept messages of a topic, a few at a time.

    What the broker had retained is left out: nothing tells when it was published. `read_number`
    gets the value of a message, `read_time` its time; where that is None the time of arrival
    counts, and `untimed` counts such messages. `missed` counts those that were forgotten before
    they could be read, `retained` those that were left out.
    """

    def __init__(
        self,
        node: TopicNode,
        read_number: ReadNumber,
        *,
        read_time: ReadNumber | None = None,
        since_s: float = -math.inf,
        max_points: int = MAX_POINTS,
    ) -> None:
        self.series = Series(max_points)
        self.missed = 0
        self.retained = 0
        self.untimed = 0
        self._node = node
        self._read_number = read_number
        self._read_time = read_time
        entries = node.entries()
        # Messages are kept in the order of their arrival.
        skipped = bisect_left(entries, since_s, key=lambda entry: entry[0])
        self._next = node.messages - len(entries) + skipped
        self.begins_s = since_s
        """Messages that arrived before are not in the series, though they may be kept."""

    @property
    def waiting(self) -> int:
        """How many messages are still to be read."""
        return self._node.messages - self._next

    def read(self, count: int) -> None:
        """Read up to `count` messages."""
        entries = self._node.entries()
        first_kept = self._node.messages - len(entries)
        if self._next < first_kept:
            self.missed += first_kept - self._next
            self._next = first_kept
            self.series.break_line()
        start = self._next - first_kept
        some = entries[start : start + count]
        self._next += len(some)
        append = self.series.append
        read_number, read_time = self._read_number, self._read_time
        for entry in some:
            if entry[2] & RETAIN:
                self.retained += 1
                continue
            time_s = read_time(entry) if read_time is not None else entry[0]
            if time_s is None:
                self.untimed += 1
                time_s = entry[0]
            append(time_s, read_number(entry))
