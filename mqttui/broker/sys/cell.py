"""One value of one node of a broker, and how fast it grows."""

from __future__ import annotations

import re

_NUMBER = re.compile(rb"\s*(-?\d{1,20}(?:\.\d{1,12})?)(?:\s*[A-Za-z%]{0,12})?\s*")


def number(payload: bytes) -> float | None:
    """Return the number that a payload is, with or without a unit (`12 seconds`), else None."""
    found = _NUMBER.fullmatch(payload[:64])
    return None if found is None else float(found[1])


class Cell:
    """A value with the two moments between which it grew.

    `seen_at` is seconds since the epoch. `rate` is per second, None when unknown.
    """

    __slots__ = ("_base", "_base_at_s", "is_stale", "rate", "seen_at", "value")

    def __init__(self, value: float, seen_at: float, *, is_stale: bool = False) -> None:
        self.value = value
        self.seen_at = seen_at
        self.is_stale = is_stale
        self.rate: float | None = None
        self._base: float | None = None
        self._base_at_s = 0.0

    def take(self, value: float, seen_at: float) -> None:
        """Take over a new value."""
        self.value = value
        self.seen_at = seen_at
        self.is_stale = False

    def tick(self, at_s: float) -> None:
        """Measure the growth since the last tick; `at_s` is a clock that goes forward.

        A counter that fell was reset at an unknown moment: its rate is unknown for one tick.
        """
        base, span_s = self._base, at_s - self._base_at_s
        if base is None or self.value < base:
            self.rate = None
        elif span_s > 0:
            self.rate = (self.value - base) / span_s
        else:
            # The same moment again.
            return
        self._base = self.value
        self._base_at_s = at_s

    def forget_growth(self) -> None:
        """Begin anew: what comes next has nothing to be compared with."""
        self.rate = None
        self._base = None
