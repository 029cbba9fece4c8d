"""Sums over blocks of values, so that a look at many points costs little more than one at few."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator

SIZE = 256
"""Values of a block; what a window has beyond whole blocks is looked at one by one."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What is known of some values: `squares` is the sum of squared distances from the mean."""

    count: int
    low: float
    high: float
    mean: float
    squares: float


def sum_of(values: array[float]) -> Sum:
    """Return the sum of values, of which there is at least one."""
    count = len(values)
    low, high = min(values), max(values)
    try:
        mean = math.fsum(values) / count
    except OverflowError:
        # The sum of large numbers may be infinite where their mean is not.
        mean = math.fsum(value / count for value in values)
    # What rounding adds is taken back.
    mean = min(max(mean, low), high)
    # The distance of n points from their mean is the root of the sum of squares, taken in C.
    return Sum(count, low, high, mean, math.dist(values, [mean] * count) ** 2)


def joined(one: Sum, two: Sum) -> Sum:
    """Return the sum of two sets of values (Chan, Golub and LeVeque 1979, formula 2.1)."""
    count = one.count + two.count
    apart = two.mean - one.mean
    share = two.count / count
    mean = one.mean + apart * share
    if not math.isfinite(mean):
        mean = one.mean * (1 - share) + two.mean * share
    squares = one.squares + two.squares + apart * apart * one.count * share
    return Sum(count, min(one.low, two.low), max(one.high, two.high), mean, squares)


class Blocks:
    """The sums of the whole blocks of an array that grows at its end, made when they are needed."""

    def __init__(self, values: array[float]) -> None:
        self._values = values
        self._sums: list[Sum] = []

    def inserted_at(self, place: int) -> None:
        """Values from `place` on have moved."""
        del self._sums[place // SIZE :]

    def removed_first(self, count: int) -> None:
        """The first `count` values are gone."""
        if count % SIZE:
            self._sums.clear()
        else:
            del self._sums[: count // SIZE]

    def sum(self, first: int, last: int) -> Sum | None:
        """Return the sum of a window, None if it is empty."""
        total: Sum | None = None
        for start, end, whole in self._parts(first, last):
            part = sum_of(self._values[start:end]) if whole is None else whole
            total = part if total is None else joined(total, part)
        return total

    def extremes(self, first: int, last: int) -> tuple[int, int]:
        """Return the places of the first lowest and the first highest value of a window."""
        values = self._values
        lowest = highest = (first, last)
        low, high = math.inf, -math.inf
        for start, end, whole in self._parts(first, last):
            if whole is None:
                some = values[start:end]
                part_low, part_high = min(some), max(some)
            else:
                part_low, part_high = whole.low, whole.high
            if part_low < low:
                low, lowest = part_low, (start, end)
            if part_high > high:
                high, highest = part_high, (start, end)
        return values.index(low, *lowest), values.index(high, *highest)

    def _parts(self, first: int, last: int) -> Iterator[tuple[int, int, Sum | None]]:
        """Yield consecutive parts of a window as (first, after the last, sum).

        The sum is there for whole blocks only.
        """
        self._complete()
        while first < last:
            number, inside = divmod(first, SIZE)
            end = first - inside + SIZE
            is_whole = not inside and end <= last and number < len(self._sums)
            yield first, min(end, last), self._sums[number] if is_whole else None
            first = end

    def _complete(self) -> None:
        values, sums = self._values, self._sums
        for number in range(len(sums), len(values) // SIZE):
            sums.append(sum_of(values[number * SIZE : (number + 1) * SIZE]))
