"""An I/V curve: maximum power point, open-circuit voltage, short-circuit current, fill factor."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from mqttui.devices.info import number_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_POINTS = 1_000
FEWEST_POINTS = 3

OPEN_SHARE = 0.25
"""A curve that comes down to this share of its largest current shows where it will be zero."""

SHORT_SHARE = 0.25
"""A curve that comes down to this share of its largest voltage shows what a short would carry."""

_NOISE_SHARE = 0.02
_SHAKY_SHARE = 0.2


class Point(NamedTuple):
    """A point of the curve; `power_w` is V times I."""

    volts: float
    amperes: float

    @property
    def power_w(self) -> float:
        """The power at this point."""
        return self.volts * self.amperes


@dataclass(frozen=True, slots=True)
class Curve:
    """A measured curve, its points by rising voltage, and what can be said of it.

    A quantity that the points do not determine is None, and `reasons` say why in sentences.
    `left_out` counts points that were no numbers.
    """

    points: tuple[Point, ...] = ()
    maximum: Point | None = None
    open_circuit_v: float | None = None
    short_circuit_a: float | None = None
    fill_factor: float | None = None
    left_out: int = 0
    reasons: tuple[str, ...] = field(default=())


def curve_in(reply: Mapping[str, object]) -> Curve | None:
    """Return the curve in the reply to a sweep, None when there is none."""
    volts, amperes = reply.get("v"), reply.get("i")
    if not (isinstance(volts, list) and isinstance(amperes, list)):
        return None
    return curve_of(volts, amperes)


def curve_of(volts: Sequence[object], amperes: Sequence[object]) -> Curve:
    """Return the curve through points that were measured in any order."""
    pairs = list(zip(volts[:MOST_POINTS], amperes[:MOST_POINTS], strict=False))
    points = []
    for volt, ampere in pairs:
        v, i = number_of(volt), number_of(ampere)
        if v is not None and i is not None and abs(v) < 1e9 and abs(i) < 1e9:
            points.append(Point(v, i))
    points.sort()
    left_out = max(len(volts), len(amperes)) - len(points)
    if len(points) < FEWEST_POINTS:
        reason = f"{len(points)} points make no curve; it takes at least {FEWEST_POINTS}."
        return Curve(tuple(points), left_out=left_out, reasons=(reason,))
    largest_a = max(point.amperes for point in points)
    largest_v = points[-1].volts
    if largest_a <= 0 or largest_v <= 0:
        which = "Voltage" if largest_v <= 0 else "Current"
        reason = (
            f"{which} is never above 0: the source delivers nothing, it is dark, or the sensor is "
            "wired the other way round."
        )
        return Curve(tuple(points), left_out=left_out, reasons=(reason,))
    reasons: list[str] = []
    maximum = _maximum(points, reasons)
    open_v = _open_circuit_v(points, largest_a, reasons)
    short_a = _short_circuit_a(points, largest_v, reasons)
    fill_factor = None
    if maximum is not None and open_v is not None and short_a is not None:
        fill_factor = maximum.power_w / (open_v * short_a)
        if not 0 < fill_factor <= 1:
            fill_factor = None
            reasons.append("The fill factor would not lie between 0 and 1: the points disagree.")
    if shaky := _rises(points, largest_a):
        reasons.append(
            f"The current rises with the voltage at {shaky} of {len(points) - 1} steps: the light "
            "has changed during the sweep, or a contact is loose."
        )
    return Curve(tuple(points), maximum, open_v, short_a, fill_factor, left_out, tuple(reasons))


def _maximum(points: Sequence[Point], reasons: list[str]) -> Point | None:
    """Return the point with the most power; one at an end may not be the maximum of the source."""
    best = max(points, key=lambda point: point.power_w)
    if best.power_w <= 0:
        reasons.append("No point has power: the load was open or short all the time.")
        return None
    if best.volts in (points[0].volts, points[-1].volts):
        end = "lowest" if best.volts == points[0].volts else "highest"
        reasons.append(
            f"The power is largest at the {end} voltage, so the maximum lies beyond this curve."
        )
        return None
    return best


def _open_circuit_v(points: Sequence[Point], largest_a: float, reasons: list[str]) -> float | None:
    """Return the voltage at which the current is zero, on the line through the last points."""
    last = points[-1]
    for before, after in pairwise(points):
        if before.amperes > 0 >= after.amperes:
            return _crossing(before.amperes, before.volts, after.amperes, after.volts)
    if last.amperes <= _NOISE_SHARE * largest_a:
        return last.volts
    if last.amperes > OPEN_SHARE * largest_a:
        share = 100 * last.amperes / largest_a
        reasons.append(
            "Open-circuit voltage unknown: the load was never open, the smallest current at the "
            f"highest voltage is {share:.0f} % of the largest."
        )
        return None
    before = next((each for each in reversed(points) if each.volts < last.volts), last)
    if before.amperes <= last.amperes:
        reasons.append("Open-circuit voltage unknown: the current does not fall at the end.")
        return None
    return _crossing(before.amperes, before.volts, last.amperes, last.volts)


def _short_circuit_a(points: Sequence[Point], largest_v: float, reasons: list[str]) -> float | None:
    """Return the current at which the voltage is zero, on the line through the first points."""
    first = points[0]
    if first.volts > SHORT_SHARE * largest_v:
        share = 100 * first.volts / largest_v
        reasons.append(
            "Short-circuit current unknown: the load was never short, the lowest voltage is "
            f"{share:.0f} % of the highest."
        )
        return None
    second = next((each for each in points if each.volts > first.volts), first)
    if first.volts <= 0 or second.volts > 2 * SHORT_SHARE * largest_v:
        return first.amperes if first.amperes > 0 else None
    found = _crossing(first.volts, first.amperes, second.volts, second.amperes)
    # A line through two noisy points that lie close together may lead anywhere.
    largest_a = max(point.amperes for point in points)
    return max(first.amperes, min(found, 1.1 * largest_a)) if first.amperes > 0 else None


def _crossing(x0: float, y0: float, x1: float, y1: float) -> float:
    """Return y on the line through two points where x is zero; the x must differ."""
    return y0 - x0 * (y1 - y0) / (x1 - x0)


def _rises(points: Sequence[Point], largest_a: float) -> int:
    """Return at how many steps the current rises clearly, 0 when that is only now and then."""
    steps = sum(
        after.amperes - before.amperes > _NOISE_SHARE * largest_a
        for before, after in pairwise(points)
    )
    return steps if steps > _SHAKY_SHARE * (len(points) - 1) else 0
