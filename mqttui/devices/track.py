"""What adds up over the samples of a board: energy, gaps, repetitions, restarts."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mqttui.devices.sample import Sample

GAP_INTERVALS = 3.0
"""A pause of so many usual intervals is a gap."""

SHORTEST_GAP_S = 1.0
LONGEST_UNUSUAL_S = 120.0
"""Before it is known what is usual, a longer pause is a gap."""

_INTERVALS = 5
_SLOW = 2.0
_REMEMBERED = 32
"""A board sends again what was not acknowledged; it has far fewer messages under way."""


class Track:
    """Sums over samples that are added in the order in which they came.

    `energy_j` is the integral of the power, trapezoid by trapezoid, over `integrated_s` seconds
    from `since_at` on. Time is that of the board, because samples that were kept while it was
    offline come all at once. Over a gap nothing is integrated: nobody knows what happened then.
    `is_at_least` tells that a clipped sample is among them.

    `missing` counts numbers that never came, in `gaps` places; `repeats` those that came twice.
    """

    __slots__ = (
        "_intervals",
        "_known",
        "_last",
        "_last_number",
        "energy_j",
        "errors",
        "gaps",
        "integrated_s",
        "is_at_least",
        "missing",
        "pauses",
        "repeats",
        "restarts",
        "samples",
        "since_at",
    )

    def __init__(self) -> None:
        self.samples = 0
        self.errors = 0
        self.gaps = 0
        self.missing = 0
        self.pauses = 0
        self.repeats = 0
        self.restarts = 0
        self.energy_j = 0.0
        self.integrated_s = 0.0
        self.since_at: float | None = None
        self.is_at_least = False
        self._last: Sample | None = None
        self._last_number: int | None = None
        self._known: deque[tuple[int | None, int | None, float | None]] = deque(maxlen=_REMEMBERED)
        self._intervals: deque[float] = deque(maxlen=_INTERVALS)

    @property
    def usual_interval_s(self) -> float | None:
        """The median of the last intervals, None while there are fewer than three."""
        intervals = self._intervals
        return sorted(intervals)[len(intervals) // 2] if len(intervals) > 2 else None

    def add(self, sample: Sample) -> bool:
        """Take in a sample; return whether it is a new one and no repetition."""
        number, before = sample.number, self._last_number
        is_next = True
        moment = (number, sample.up_ms, sample.time_s)
        if number is not None and before is not None:
            if number <= before and moment in self._known:
                self.repeats += 1
                return False
            if number <= before or self._has_restarted(sample, number):
                self.restarts += 1
                self._known.clear()
                self._intervals.clear()
                is_next = False
            elif number > before + 1:
                self.gaps += 1
                self.missing += number - before - 1
                is_next = False
        if number is not None:
            self._last_number = number
            self._known.append(moment)
        self.samples += 1
        self.errors += sample.error is not None
        last, self._last = self._last, sample
        if last is None or not is_next:
            return True
        interval_s = _interval_s(last, sample)
        usual_s = self.usual_interval_s
        if interval_s > 0:
            self._intervals.append(interval_s)
        longest_s = (
            LONGEST_UNUSUAL_S if usual_s is None else max(SHORTEST_GAP_S, GAP_INTERVALS * usual_s)
        )
        if interval_s > longest_s:
            self.pauses += 1
        elif interval_s > 0:
            self._integrate(last, sample, interval_s)
        return True

    def break_off(self) -> None:
        """Note that samples were forgotten before they could be added: what follows is no gap."""
        self._last = None
        self._last_number = None

    def _has_restarted(self, sample: Sample, number: int) -> bool:
        """Return whether the board has started again and counted beyond where it was.

        One that has slept counts on as well, but more than it can have taken since it woke.
        """
        usual_s = self.usual_interval_s
        if usual_s is None or sample.up_ms is None or not self._is_younger(sample):
            return False
        return number * usual_s <= _SLOW * sample.up_ms / 1000 + usual_s

    def _is_younger(self, sample: Sample) -> bool:
        """Return whether the time since the start of the board began anew."""
        last = self._last
        return (
            last is not None
            and last.up_ms is not None
            and sample.up_ms is not None
            and sample.up_ms < last.up_ms
        )

    def _integrate(self, last: Sample, sample: Sample, interval_s: float) -> None:
        before_w, power_w = last.power_w, sample.power_w
        if before_w is None or power_w is None:
            return
        if self.since_at is None:
            self.since_at = last.received_at
        self.energy_j += (before_w + power_w) / 2 * interval_s
        self.integrated_s += interval_s
        self.is_at_least |= sample.is_clipped or sample.is_over_range


def _interval_s(last: Sample, sample: Sample) -> float:
    """Return the time between two samples by the best clock that both know."""
    if last.up_ms is not None and sample.up_ms is not None and sample.up_ms >= last.up_ms:
        return (sample.up_ms - last.up_ms) / 1000
    if last.time_s is not None and sample.time_s is not None:
        return sample.time_s - last.time_s
    return sample.received_at - last.received_at
