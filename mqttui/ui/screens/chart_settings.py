"""A dialog: everything about a chart that is typed or chosen, its units and limits first of all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from mqttui.core.charts.spec import WINDOWS_S, ChartSpec
from mqttui.core.charts.typed import range_of_texts, texts_of_range, unit_of_text
from mqttui.payload.printable import printable
from mqttui.payload.quantities import duration_text
from mqttui.ui.commands.chart_settings import CHART_SETTINGS_COMMANDS
from mqttui.ui.glyphs import WARNING
from mqttui.ui.widgets.cells import fitted_end
from mqttui.ui.widgets.chart_words import LETTERS, number_text, series_names
from mqttui.ui.widgets.form_input import FormInput
from mqttui.ui.widgets.form_switch import FormSwitch
from mqttui.ui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.core.charts.live import ChartView
    from mqttui.core.charts.spec import Axis, Range

NAME_CELLS = 28
AXES = (("left", "left"), ("right", "right"))


class ChartSettings(ModalScreen[ChartSpec | None]):
    """Dismissed with the changed chart, or with None.

    `picture` is what was drawn last: it says which units and limits are in force by themselves.
    """

    AUTO_FOCUS = "#chart-left-low"
    BINDINGS: ClassVar[list[BindingType]] = [*CHART_SETTINGS_COMMANDS.bindings]
    CSS_PATH = "../styles/charts.tcss"

    def __init__(self, spec: ChartSpec, picture: ChartView | None) -> None:
        super().__init__()
        self._spec = spec
        self._picture = picture
        windows = [(window, _window_name(window)) for window in WINDOWS_S]
        self._window = FormSwitch("Time   ", windows, spec.window_s)
        self._time = FormSwitch(
            "Points ", [("arrival", "when they arrived"), ("device", "by device time")], spec.time
        )
        self._scale = FormSwitch("Scale  ", [(False, "linear"), (True, "logarithmic")], spec.is_log)
        self._shape = FormSwitch("Over   ", [(False, "time"), (True, "the first line")], spec.is_xy)
        self._shape.display = len(spec.series) > 1
        self._units = [FormInput(value=each.unit or "") for each in spec.series]
        self._axes = [FormSwitch("axis ", AXES, each.axis) for each in spec.series]
        self._limits = {
            f"{axis}-{end}": FormInput(value=text, id=f"chart-{axis}-{end}")
            for axis, fixed in (("left", spec.y_range), ("right", spec.right_range))
            for end, text in zip(("low", "high"), texts_of_range(fixed), strict=True)
        }

    def compose(self) -> ComposeResult:
        """Lay out the form: axes, then a row for each line, then the rest."""
        with Vertical(id="chart-settings") as box:
            box.border_title = "Units and limits of this chart"
            with VerticalScroll(can_focus=False):
                for axis in ("left", "right"):
                    with Horizontal(classes="chart-row", id=f"chart-{axis}-row"):
                        yield Label(f" {axis.title()} axis from ", classes="chart-caption")
                        yield self._limits[f"{axis}-low"]
                        yield Label(" to ")
                        yield self._limits[f"{axis}-high"]
                        yield Label("", id=f"chart-{axis}-now", markup=False)
                names = series_names(self._spec.series)
                for number, name in enumerate(names):
                    with Horizontal(classes="chart-row"):
                        text = f" {LETTERS[number]} {fitted_end(name, NAME_CELLS - 5)}"
                        yield Label(text, classes="chart-name", markup=False)
                        yield Label(" unit ")
                        yield self._units[number]
                        yield self._axes[number]
                yield self._window
                yield self._time
                yield self._scale
                yield self._shape
            yield Static(id="chart-settings-problem", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        """Say what holds where nothing is typed."""
        # What was drawn last need not have all lines yet.
        drawn = self._picture.series if self._picture is not None else ()
        told = {view.spec.place: view.unit for view in drawn if view.spec.unit is None}
        for field, series in zip(self._units, self._spec.series, strict=True):
            if series.unit is None:
                field.placeholder = printable(told.get(series.place) or "none is told")
            else:
                field.placeholder = "as told"
        for field in self._limits.values():
            field.placeholder = "automatic"
        self._tell_axes()

    def _tell_axes(self) -> None:
        """Show the limits of the axes that are in use, and what they are now."""
        used = {field.value for field in self._axes}
        for axis in ("left", "right"):
            self.query_one(f"#chart-{axis}-row").display = axis in used
            now = getattr(self._picture, axis, None)
            text = "" if now is None else f"  now {number_text(now[0])} to {number_text(now[1])}"
            self.query_one(f"#chart-{axis}-now", Label).update(Content(text))

    @on(FormSwitch.Changed)
    def show_axes(self) -> None:
        """Offer limits for an axis that has lines now."""
        self._tell_axes()

    def _typed(self) -> ChartSpec:
        """Return the chart as it stands in the form; raise `ValueError` with a sentence."""
        is_log: bool = self._scale.value
        units = [unit_of_text(field.value) for field in self._units]
        series = tuple(
            replace(each, unit=unit, axis=axis.value)
            for each, unit, axis in zip(self._spec.series, units, self._axes, strict=True)
        )
        return replace(
            self._spec,
            series=series,
            window_s=self._window.value,
            y_range=self._range("left", is_log),
            is_log=is_log,
            is_xy=self._shape.value,
            time=self._time.value,
            right_range=self._range("right", is_log),
        )

    def _range(self, axis: Axis, is_log: bool) -> Range | None:
        if all(switch.value != axis for switch in self._axes):
            return None
        texts = [self._limits[f"{axis}-{end}"].value for end in ("low", "high")]
        return range_of_texts(*texts, is_log=is_log)

    # What the user does

    @on(Input.Submitted)
    def action_take_over(self) -> None:
        """Draw the chart like this, or say what is wrong."""
        try:
            spec = self._typed()
        except ValueError as problem:
            words = self.query_one("#chart-settings-problem", Static)
            words.update(Content(f" {WARNING} {problem}"))
            return
        self.dismiss(spec)

    def action_leave(self) -> None:
        """Change nothing."""
        self.dismiss(None)


def _window_name(window_s: float | None) -> str:
    return "all" if window_s is None else duration_text(window_s)
