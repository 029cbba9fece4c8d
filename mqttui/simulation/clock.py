"""The time of a simulated board, in microseconds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock(Protocol):
    """A clock that a board reads and sleeps by."""

    def now_us(self) -> int:
        """Return the microseconds since an arbitrary start; never less than before."""

    def epoch_us(self) -> int:
        """Return the microseconds since 1970-01-01 UTC as the board believes them to be."""

    def sleep_us(self, duration_us: int) -> None:
        """Return after `duration_us`."""


class RealClock:
    """The clock of this machine."""

    def now_us(self) -> int:
        """Return the monotonic time."""
        return time.monotonic_ns() // 1000

    def epoch_us(self) -> int:
        """Return the wall clock."""
        return time.time_ns() // 1000

    def sleep_us(self, duration_us: int) -> None:
        """Block the thread."""
        time.sleep(max(0, duration_us) / 1e6)


class VirtualClock:
    """A clock that stands still until someone sleeps; `call_at` plans what happens meanwhile."""

    def __init__(self, epoch_us: int = 1_764_000_000_000_000) -> None:
        self._now_us = 0
        self._epoch_us = epoch_us
        self._planned: list[tuple[int, Callable[[], object]]] = []

    def now_us(self) -> int:
        """Return the microseconds since the clock was made."""
        return self._now_us

    def epoch_us(self) -> int:
        """Return the epoch time at the start plus what has passed."""
        return self._epoch_us + self._now_us

    def call_at(self, at_us: int, action: Callable[[], object]) -> None:
        """Call `action` once when the clock passes `at_us`."""
        self._planned.append((at_us, action))
        self._planned.sort(key=lambda plan: plan[0])

    def sleep_us(self, duration_us: int) -> None:
        """Let time pass at once, and what was planned for it happen in order."""
        end_us = self._now_us + max(0, duration_us)
        while self._planned and self._planned[0][0] <= end_us:
            at_us, action = self._planned.pop(0)
            self._now_us = max(self._now_us, at_us)
            action()
        self._now_us = end_us


class ToldClock:
    """A clock that is told the time; who sleeps is ahead of it until it has caught up.

    Thirty boards in one thread measure by it without waiting. `epoch_us` is what the board takes
    the start for, in microseconds since 1970-01-01 UTC.
    """

    def __init__(self, epoch_us: int) -> None:
        self._now_us = 0
        self._start_epoch_us = epoch_us

    def now_us(self) -> int:
        """Return the microseconds since the clock was made."""
        return self._now_us

    def epoch_us(self) -> int:
        """Return the epoch time of the start plus what has passed."""
        return self._start_epoch_us + self._now_us

    def sleep_us(self, duration_us: int) -> None:
        """Be later at once."""
        self._now_us += max(0, duration_us)

    def move_to(self, now_us: int) -> None:
        """Hear what time it is; a time that has passed changes nothing."""
        self._now_us = max(self._now_us, now_us)
