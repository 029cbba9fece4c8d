"""Limits and ticks that people like to read: round numbers, full minutes."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST = 1e300
"""Beyond, a number is not worth a round tick."""

SMALLEST = 1e-300
"""Below, a difference has too few digits left to be divided into round steps."""

HEADROOM = 0.05
"""Share of the range that is left free above and below."""

TIME_STEPS_S = (
    *(1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1800),
    *(3600, 2 * 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600),
)


class Tick(NamedTuple):
    """A place on an axis and what is written there."""

    value: float
    label: str


def limits_of(values: Iterable[float], *, is_log: bool = False) -> tuple[float, float] | None:
    """Return the limits of an axis that shows these values, None without any.

    A constant stands in the middle. On a logarithmic axis only what is above 0 counts.
    """
    low, high = math.inf, -math.inf
    for value in values:
        if is_log and value <= 0:
            continue
        low, high = min(low, value), max(high, value)
    if low > high:
        return None
    if is_log:
        return (low / 2, high * 2) if low == high else (low, high)
    room = HEADROOM * (high - low) if high > low else abs(high) / 2 or 1.0
    if not math.isfinite(room) or low - room == low or high + room == high:
        # Numbers so large that the room is lost in them.
        room = max(abs(low), abs(high)) * 1e-6
    bottom = low - room
    if high > low >= 0 > bottom:
        bottom = 0.0
    top = high + room
    return (bottom, top) if math.isfinite(bottom) and math.isfinite(top) else (low, high)


def ticks_of(low: float, high: float, count: int, *, is_log: bool = False) -> list[Tick]:
    """Return up to about `count` ticks at round numbers between the limits."""
    if is_log:
        return _log_ticks(low, high, count)
    span = high - low
    if not (SMALLEST < span < math.inf) or count < 1:
        return [Tick(low, number_label(low, 0.0))]
    # One tick tells nothing of the scale; at half the step there are more.
    for divisor in (1, 2, 4):
        step = round_step(span / count / divisor)
        if 0 < step < LARGEST and max(abs(low), abs(high)) / step < LARGEST:
            first, last = math.ceil(low / step), math.floor(high / step)
            if first < last <= first + 4 * count:
                values = [number * step for number in range(first, last + 1)]
                return [Tick(value, number_label(value, step)) for value in values]
    return [Tick(low, number_label(low, span)), Tick(high, number_label(high, span))]


def round_step(least: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is at least `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def number_label(value: float, step: float) -> str:
    """Return a number with as many digits as tell it from the next one, `step` away."""
    if value == 0:
        return "0"
    magnitude = abs(value)
    if magnitude >= 1e6 or magnitude < 1e-4:
        return f"{value:.3g}"
    decimals = max(0, -math.floor(math.log10(step))) if step > 0 else 3
    return f"{value:,.{min(decimals, 9)}f}"


def time_ticks(start_s: float, end_s: float, count: int) -> list[Tick]:
    """Return up to about `count` ticks at full seconds, minutes or hours of local time.

    Days are written where the axis is longer than one.
    """
    span_s = end_s - start_s
    if not (0 < span_s < math.inf) or count < 1:
        return []
    wanted_s = span_s / count
    step_s = next((step for step in TIME_STEPS_S if step >= wanted_s), None)
    if step_s is None:
        step_s = TIME_STEPS_S[-1] * math.ceil(wanted_s / TIME_STEPS_S[-1])
    offset_s = _utc_offset_s(start_s)
    first = math.ceil((start_s + offset_s) / step_s)
    last = math.floor((end_s + offset_s) / step_s)
    form = "%d %b" if step_s >= 24 * 3600 else "%H:%M" if step_s >= 60 else "%H:%M:%S"
    ticks = []
    for number in range(first, last + 1):
        time_s = number * step_s - offset_s
        try:
            ticks.append(Tick(time_s, datetime.fromtimestamp(time_s).astimezone().strftime(form)))
        except (OverflowError, OSError, ValueError):
            # A device may claim any time.
            return []
    return ticks


def _log_ticks(low: float, high: float, count: int) -> list[Tick]:
    if not 0 < low <= high:
        return []
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    step = max(1, -(-(last - first) // max(1, count)))
    values = [10.0**power for power in range(first, min(last, 308) + 1, step)]
    inside = [value for value in values if low <= value <= high]
    if len(inside) < 2:
        # Within one power of ten round numbers stand almost evenly.
        return ticks_of(low, high, count)
    return [Tick(value, _log_label(value)) for value in inside]


def _log_label(value: float) -> str:
    return f"{value:,.5g}" if 1e-4 <= value < 1e5 else f"{value:.3g}"


def _utc_offset_s(time_s: float) -> float:
    try:
        offset = datetime.fromtimestamp(time_s).astimezone().utcoffset()
    except (OverflowError, OSError, ValueError):
        return 0.0
    return offset.total_seconds() if offset is not None else 0.0
