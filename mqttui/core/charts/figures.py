"""What a window of a series says in sum."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    total = series.blocks.sum(window.start, window.stop)
    if total is None:
        return Figures()
    variance = total.squares / total.count
    span_s = series.times[window.stop - 1] - series.times[window.start]
    return Figures(
        total.count,
        total.low,
        total.mean,
        total.high,
        series.values[window.stop - 1],
        math.sqrt(variance) if math.isfinite(variance) else None,
        (total.count - 1) / span_s if span_s > 0 else None,
    )
