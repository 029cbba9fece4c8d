"""One series against another: a current against its voltage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mqttui.core.charts.series import Series

MAX_PAIRS = 2000
"""More cannot be told apart on a screen."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Points (x, y) in the order of time; `left_out` counts those of `y` without a near `x`."""

    x: list[float]
    y: list[float]
    left_out: int = 0


def paired(x: Series, y: Series, start_s: float, end_s: float, tolerance_s: float) -> Pairs:
    """Join each point of `y` with the nearest of `x` in time, if it is within `tolerance_s`.

    Of more than `MAX_PAIRS` points every n-th is taken.
    """
    window = y.between(start_s, end_s)
    step = -(-len(window) // MAX_PAIRS) or 1
    pairs = Pairs([], [])
    left_out = 0
    place = 0
    times = x.times
    for index in window[::step]:
        time_s = y.times[index]
        while place + 1 < len(times) and abs(times[place + 1] - time_s) <= abs(
            times[place] - time_s
        ):
            place += 1
        if place < len(times) and abs(times[place] - time_s) <= tolerance_s:
            pairs.x.append(x.values[place])
            pairs.y.append(y.values[index])
        else:
            left_out += 1
    return Pairs(pairs.x, pairs.y, left_out)
