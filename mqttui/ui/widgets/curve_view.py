"""The I/V curve of a sweep: current and power over the voltage, and what they say."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from mqttui.core.charts.axis import limits_of, ticks_of
from mqttui.payload.quantities import UNKNOWN, measured_text
from mqttui.ui.plotting import Plot, PlotLine, Scale, plotted
from mqttui.ui.widgets.cells import Lines, flowed
from mqttui.ui.widgets.chart_words import series_role

if TYPE_CHECKING:
    from mqttui.devices.curve import Curve
    from mqttui.ui.widgets.cells import Cells

SHORTEST_PLOT_ROWS = 5
NARROWEST_PLOT_CELLS = 24
TICK_ROWS = 4
TICK_CELLS = 12

NO_CURVE = (
    "No I/V curve of this board was received yet. A sweep measures one: the board opens its load "
    "step by step, or you turn a knob meanwhile."
)


class CurveView(Lines, can_focus=True):
    """Draws a curve x-y, with the maximum power point marked, and its figures below."""

    def __init__(
        self,
        *,
        is_ascii: bool = False,
        id: str | None = None,  # noqa: A002  # Textual's name
    ) -> None:
        super().__init__(id=id)
        self._is_ascii = is_ascii
        self._curve: Curve | None = None
        self._when = ""

    def show_curve(self, curve: Curve | None, when: str) -> None:
        """Show a curve that was received at the time `when`, None for none."""
        if curve is not self._curve or when != self._when:
            self._curve = curve
            self._when = when
            self._draw()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._draw()

    def _draw(self) -> None:
        width, height = self.size
        if not width or not height:
            return
        if self._curve is None:
            self.show([[(line, "dim")] for line in textwrap.wrap(NO_CURVE, max(20, width - 1))])
            return
        rows = curve_words(self._curve, self._when, width, height - SHORTEST_PLOT_ROWS)
        room = height - len(rows)
        plot = None
        if room >= SHORTEST_PLOT_ROWS and width >= NARROWEST_PLOT_CELLS:
            plot = plot_of_curve(self._curve, width, room)
        picture = [] if plot is None else plotted(plot, width, room, is_ascii=self._is_ascii)
        self.show([*picture, *rows][:height])


def plot_of_curve(curve: Curve, width: int, height: int) -> Plot | None:
    """Return what is drawn of a curve, None when it has no points."""
    if not curve.points:
        return None
    volts = [point.volts for point in curve.points]
    amperes = [point.amperes for point in curve.points]
    watts = [point.power_w for point in curve.points]
    rows, columns = max(2, height // TICK_ROWS), max(2, width // TICK_CELLS)
    known_v = [0.0] if curve.open_circuit_v is None else [0.0, curve.open_circuit_v]
    x = _scale([*volts, *known_v], columns)
    left = _scale([*amperes, 0.0], rows)
    right = _scale([*watts, 0.0], rows)
    if x is None:
        return None
    return Plot(
        (
            PlotLine(((volts, amperes),), series_role(0), letter="a"),
            PlotLine(((volts, watts),), series_role(1), "right", letter="b"),
        ),
        x,
        left,
        right,
        () if curve.maximum is None else (curve.maximum.volts,),
    )


def _scale(values: list[float], count: int) -> Scale | None:
    limits = limits_of(values)
    return None if limits is None else Scale(*limits, tuple(ticks_of(*limits, count)))


def curve_words(curve: Curve, when: str, width: int, most_rows: int) -> list[Cells]:
    """Return the figures of a curve as rows, with the reasons for what is not known."""
    maximum = curve.maximum
    power = UNKNOWN
    if maximum is not None:
        power = (
            f"{measured_text(maximum.power_w, 'W')} at {measured_text(maximum.volts, 'V')}, "
            f"{measured_text(maximum.amperes, 'A')}"
        )
    fill = UNKNOWN if curve.fill_factor is None else f"{100 * curve.fill_factor:.1f} %"
    count = f"{len(curve.points)} points" + (f" at {when}" if when else "")
    if curve.left_out:
        count += f", {curve.left_out} left out"
    facts = [
        (f"MPP {power}", "fact"),
        (f"Voc {measured_text(curve.open_circuit_v, 'V')}", "fact"),
        (f"Isc {measured_text(curve.short_circuit_a, 'A')}", "fact"),
        (f"fill factor {fill}", "fact"),
        (count, "dim"),
    ]
    legend: Cells = [
        ("a current (left)", series_role(0)),
        ("b power (right)", series_role(1)),
        ("over voltage, dotted: MPP", "dim"),
    ]
    rows = [row for row in (*flowed(legend, width, 2), *flowed(facts, width, 3)) if row]
    reasons = [
        line for reason in curve.reasons for line in textwrap.wrap(reason, max(20, width - 1))
    ]
    return [*rows, *([(line, "warning")] for line in reasons)][: max(len(rows), most_rows)]
