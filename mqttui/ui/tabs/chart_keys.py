"""The keys of a chart where something beside it has the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from mqttui.ui.commands.chart import CHART_COMMANDS

if TYPE_CHECKING:
    from textual.binding import BindingType

    from mqttui.ui.widgets.chart_view import ChartView


class ChartKeys:
    """Carries the commands of a chart out on `chart`."""

    CHART_BINDINGS: ClassVar[list[BindingType]] = [*CHART_COMMANDS.bindings]

    @property
    def chart(self) -> ChartView:
        """The chart that is meant."""
        raise NotImplementedError

    def action_step_window(self, steps: int) -> None:
        """Show more or less time."""
        self.chart.action_step_window(steps)

    def action_toggle_hold(self) -> None:
        """Hold the chart still, or let it go on."""
        self.chart.action_toggle_hold()

    def action_scroll(self, windows: float) -> None:
        """Go back or forward in time."""
        self.chart.action_scroll(windows)

    def action_go_on(self) -> None:
        """Back to the present."""
        self.chart.action_go_on()

    def action_edit(self) -> None:
        """Ask for units, limits and the rest."""
        self.chart.action_edit()

    def action_toggle_log(self) -> None:
        """A logarithmic axis, or a linear one."""
        self.chart.action_toggle_log()

    def action_toggle_xy(self) -> None:
        """The first series as the horizontal axis, or time."""
        self.chart.action_toggle_xy()

    def action_toggle_time(self) -> None:
        """The time of the device, or that of arrival."""
        self.chart.action_toggle_time()

    def action_toggle_axis(self) -> None:
        """The last series on the right axis, or on the left like the others."""
        self.chart.action_toggle_axis()

    def action_fix_range(self) -> None:
        """Keep the vertical range, or let it follow the values."""
        self.chart.action_fix_range()

    def action_save(self) -> None:
        """Ask for a file for what is in sight."""
        self.chart.action_save()
