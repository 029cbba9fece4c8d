"""What a window of a series says in sum."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.core.charts.series import Series


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over a window; None is unknown, never 0.

    `sigma` is the standard deviation of the points themselves (divided by n). `rate_per_s` is
    points per second between the first and the last one.
    """

    count: int = 0
    minimum: float | None = None
    mean: float | None = None
    maximum: float | None = None
    last: float | None = None
    sigma: float | None = None
    rate_per_s: float | None = None


def figures_of(series: Series, start_s: float, end_s: float) -> Figures:
    """Return the sums of the time from `start_s` to `end_s`."""
    window = series.between(start_s, end_s)
    values = series.values[window.start : window.stop]
    count = len(values)
    if not count:
        return Figures()
    minimum, maximum = min(values), max(values)
    # What rounding adds is taken back.
    mean = min(max(_mean(values), minimum), maximum)
    # The distance of n points from their mean is the root of the sum of squares, taken in C.
    sigma = math.dist(values, [mean] * count) / math.sqrt(count)
    span_s = series.times[window.stop - 1] - series.times[window.start]
    return Figures(
        count,
        minimum,
        mean,
        maximum,
        values[-1],
        sigma if math.isfinite(sigma) else None,
        (count - 1) / span_s if span_s > 0 else None,
    )


def _mean(values: Sequence[float]) -> float:
    try:
        return math.fsum(values) / len(values)
    except OverflowError:
        # The sum of large numbers may be infinite where their mean is not.
        return math.fsum(value / len(values) for value in values)
