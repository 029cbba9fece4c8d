"""Paced garbage collection, so that it never stalls the screen.

A full collection of CPython visits every container that is alive: 55 ms at 100,000 topics, all
at once and whenever it likes. Almost everything here is freed by reference counts; what the
collector must find are the cycles that the user interface leaves behind (screens, events), and
they are few. So:

- The automatic full collection is switched off by a threshold that is never reached. The young
  collections, tens of microseconds each, stay automatic.
- A full collection is made here, between two slices of work, after a fixed number of young
  ones. The number bounds how many new containers there can be, so it bounds the pause.
- Whatever is still alive after a collection that took long is there to stay (topics and their
  histories): it is frozen, that is, never visited again. Reference counts still free it.

What was frozen while it lived and becomes a cycle of garbage later is not found any more. That
can be at most what the interface held at that moment, because the model has no garbage cycles:
a node dies with its store.
"""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

YOUNG_THRESHOLD = 700
MIDDLE_THRESHOLD = 10
NEVER = 1_000_000_000

MIDDLE_COLLECTIONS_PER_FULL = 2
"""About 15,000 new containers, a pause of a few milliseconds."""

FREEZE_ABOVE_S = 0.002


class GarbagePacer:
    """Decides between two slices of work whether to collect now; use as a context manager.

    `longest_pause_s` is the longest full collection since the start.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._thresholds_before: tuple[int, int, int] | None = None
        self._was_enabled = True
        self.longest_pause_s = 0.0
        self.collections = 0
        self.freezes = 0

    def __enter__(self) -> GarbagePacer:
        """Take over from the automatic full collection; freeze what the start left behind.

        It is not collected first: that takes 20 ms to find some hundred objects.
        """
        self._thresholds_before = gc.get_threshold()
        self._was_enabled = gc.isenabled()
        gc.set_threshold(YOUNG_THRESHOLD, MIDDLE_THRESHOLD, NEVER)
        gc.freeze()
        gc.enable()
        return self

    def __exit__(self, *_: object) -> None:
        """Give collection back as it was found."""
        if self._thresholds_before is not None:
            gc.set_threshold(*self._thresholds_before)
            self._thresholds_before = None
            if not self._was_enabled:
                gc.disable()
        gc.unfreeze()

    def pace(self) -> bool:
        """Collect if enough is new and return whether that was done; costs a microsecond if not."""
        if gc.get_count()[2] < MIDDLE_COLLECTIONS_PER_FULL:
            return False
        started = self._clock()
        gc.collect()
        pause_s = self._clock() - started
        self.collections += 1
        self.longest_pause_s = max(self.longest_pause_s, pause_s)
        if pause_s > FREEZE_ABOVE_S:
            gc.freeze()
            self.freezes += 1
        return True
