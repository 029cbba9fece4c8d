"""What of a series is drawn: no more than a screen can show, and no peak is lost.

The lowest and the highest value of each column are kept, so the picture is the same as with all
points and its cost depends on the width of the screen.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mqttui.core.charts.series import Series

GAP_INTERVALS = 3
"""A pause of more than this many usual intervals is a gap, if it is wider than a column."""

LOOKED_AT_FOR_INTERVAL = 256


@dataclass(frozen=True, slots=True)
class Curve:
    """The points to draw, in pieces that are not connected with each other.

    Each piece is (times in seconds since the epoch, values). `gaps` are pauses, from the last
    point before to the first one after. `points` is how many there are in the window, `hidden`
    how many of them a logarithmic axis cannot show. `interval_s` is the usual time between two
    points, None if there are too few.
    """

    pieces: tuple[tuple[list[float], list[float]], ...] = ()
    gaps: tuple[tuple[float, float], ...] = ()
    points: int = 0
    hidden: int = 0
    interval_s: float | None = None


def reduced(
    series: Series, start_s: float, end_s: float, columns: int, *, is_log: bool = False
) -> Curve:
    """Return what is drawn of the time from `start_s` to `end_s` in so many columns."""
    window = series.between(start_s, end_s)
    if not window:
        return Curve()
    # A window without ends is as long as what is in it.
    start_s = max(start_s, series.times[window.start])
    end_s = min(end_s, series.times[window.stop - 1])
    column_s = (end_s - start_s) / columns
    interval_s = usual_interval_s(series, window)
    # Pauses between bursts that nobody can tell apart would cross out the whole picture.
    longest_s = float("inf") if interval_s is None else max(GAP_INTERVALS * interval_s, column_s)
    pieces: list[tuple[list[float], list[float]]] = []
    gaps: list[tuple[float, float]] = []
    hidden = 0
    before_s: float | None = None
    for first, last in _columns(series, window, start_s, column_s, columns):
        times, values, found_hidden = _extremes(series, first, last, is_log=is_log)
        hidden += found_hidden
        is_broken = _has_break(series, first, last)
        first_s = series.times[first]
        if before_s is not None and first_s - before_s > longest_s:
            gaps.append((before_s, first_s))
            is_broken = True
        before_s = series.times[last - 1]
        if is_broken or not pieces:
            pieces.append(([], []))
        pieces[-1][0].extend(times)
        pieces[-1][1].extend(values)
    drawn = tuple(piece for piece in pieces if piece[0])
    return Curve(drawn, tuple(gaps), len(window), hidden, interval_s)


def usual_interval_s(series: Series, window: range) -> float | None:
    """Return the median time between the last points of a window, None for fewer than three.

    What was read together has one time and counts as one.
    """
    times = series.times[max(window.start, window.stop - LOOKED_AT_FOR_INTERVAL) : window.stop]
    if len(times) < 3:
        return None
    intervals_s = [later - earlier for earlier, later in pairwise(times) if later > earlier]
    return median(intervals_s) if len(intervals_s) > 1 else None


def _columns(
    series: Series, window: range, start_s: float, column_s: float, columns: int
) -> list[tuple[int, int]]:
    """Return the places of the points of each column that has any, as (first, after the last)."""
    if len(window) <= 2 * columns:
        return [(place, place + 1) for place in window]
    parts = []
    first = window.start
    for column in range(1, columns + 1):
        bound_s = start_s + column * column_s
        is_last = column == columns
        last = window.stop if is_last else bisect_left(series.times, bound_s, first, window.stop)
        if last > first:
            parts.append((first, last))
        first = last
    return parts


def _extremes(
    series: Series, first: int, last: int, *, is_log: bool
) -> tuple[list[float], list[float], int]:
    """Return times and values of the lowest and the highest point, and how many cannot be shown."""
    times, values = series.times, series.values
    hidden = 0
    lowest, highest = series.blocks.extremes(first, last)
    if is_log and values[lowest] <= 0:
        shown = [place for place in range(first, last) if values[place] > 0]
        hidden = last - first - len(shown)
        if not shown:
            return [], [], hidden
        lowest = min(shown, key=values.__getitem__)
    places = sorted({lowest, highest})
    return [times[place] for place in places], [values[place] for place in places], hidden


def _has_break(series: Series, first: int, last: int) -> bool:
    """Return whether a line is broken at one of the points."""
    breaks = series.breaks
    place = bisect_left(breaks, series.evicted + first)
    return place < len(breaks) and breaks[place] < series.evicted + last
