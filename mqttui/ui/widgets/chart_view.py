"""A live chart: its lines, the sums of each, and what is not drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from mqttui.core.charts.live import LiveChart
from mqttui.core.charts.spec import WINDOWS_S, ChartSpec
from mqttui.payload.printable import printable
from mqttui.ui.commands.chart import CHART_COMMANDS
from mqttui.ui.plotting import plotted
from mqttui.ui.widgets.cells import Lines, fitted
from mqttui.ui.widgets.chart_picture import figure_of, file_name, plot_of
from mqttui.ui.widgets.chart_words import (
    brief_legend,
    legend_rows,
    losses_row,
    losses_text,
    series_names,
    title_text,
    window_text,
)

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.events import MouseDown, MouseMove, MouseScrollDown, MouseScrollUp, MouseUp

    from mqttui.core.charts.live import ChartView as Picture
    from mqttui.core.charts.live import Reader
    from mqttui.core.charts.spec import Axis, TimeSource
    from mqttui.ui.widgets.cells import Cells
    from mqttui.ui.workspace import Workspace

READ_BUDGET_S = 0.003
DRAW_INTERVAL_S = 0.3
"""A picture takes some milliseconds, and nobody reads more than three in a second."""

BRIEF_BELOW_ROWS = 10
"""With fewer rows than that the lines matter more than their sums."""

FIGURE_COLUMNS = 4_000
"""So finely a line is drawn on paper."""

SHORTEST_PLOT_ROWS = 4
NARROWEST_PLOT_CELLS = 16


class ChartView(Lines, can_focus=True):
    """Draws a `LiveChart`; `refresh_frame` is called once per frame.

    A frame in which nothing changed paints nothing, and a change is drawn at most every 0.3 s; what
    the user does is drawn at once. A change of the chart by its keys is told by `Changed`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*CHART_COMMANDS.bindings]
    ALLOW_SELECT = False

    @dataclass
    class Changed(Message):
        """The user changed what the chart shows."""

        chart: ChartView
        spec: ChartSpec

        @property
        def control(self) -> ChartView:
            """The chart in which it happened."""
            return self.chart

    def __init__(
        self,
        workspace: Workspace,
        reader: Reader,
        spec: ChartSpec,
        *,
        id: str | None = None,  # noqa: A002  # Textual's name
    ) -> None:
        super().__init__(id=id)
        self._live = LiveChart(workspace.store, reader, spec)
        # The dots of braille are no line any more once each is replaced by its likeness in ASCII.
        self._is_ascii = bool(workspace.preferences.is_ascii)
        self._now = 0.0
        self._stamp: object = None
        self._drawn_at = float("-inf")
        self._picture: Picture | None = None
        self._gripped_x: int | None = None

    @property
    def spec(self) -> ChartSpec:
        """What is shown."""
        return self._live.spec

    @property
    def picture(self) -> Picture | None:
        """What was drawn last."""
        return self._picture

    def show_chart(self, spec: ChartSpec) -> None:
        """Show something else, with the next frame: a key that comes now shall not wait for it."""
        if spec != self.spec:
            self._live.show(spec)
            self._live.go_on()
            self._stamp = None
            self._drawn_at = float("-inf")

    def read_anew(self) -> None:
        """Read the messages again: they are decoded in another way."""
        self._live.read_anew()

    def refresh_frame(self, now: float, *, may_draw: bool = True) -> bool:
        """Read what is new, draw it if it is time, and return whether it was drawn.

        `now` is in seconds since the epoch.
        """
        self._now = now
        self._live.read(now, READ_BUDGET_S)
        width, height = self.size
        is_time = not 0 <= now - self._drawn_at < DRAW_INTERVAL_S
        if not (may_draw and is_time and width and height):
            return False
        if self._live.stamp(now, width) == self._stamp:
            return False
        self._draw()
        return True

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._draw_now()

    def _draw_now(self) -> None:
        if self._now:
            self._live.read(self._now, READ_BUDGET_S)
            self._draw()

    def _draw(self) -> None:
        width, height = self.size
        if not width or not height:
            return
        self._stamp = self._live.stamp(self._now, width)
        self._drawn_at = self._now
        self._picture = picture = self._live.view(self._now, width)
        is_brief = height < BRIEF_BELOW_ROWS
        rows: list[Cells] = legend_rows(picture, width)
        if is_brief:
            rows = [brief_legend(picture, window_text(self.spec), width)]
        below: list[Cells] = []
        if losses_text(picture):
            below.append(losses_row(picture, width))
        if not is_brief or len(self._facts()) > 1:
            below.append([("  ".join(self._facts()), "dim")])
        room = height - len(rows) - len(below)
        if room >= SHORTEST_PLOT_ROWS and width >= NARROWEST_PLOT_CELLS:
            rows += self._plot_rows(picture, width, room)
        self.show([*rows[: height - len(below)], *below][:height])

    def _plot_rows(self, picture: Picture, width: int, height: int) -> list[Cells]:
        plot = plot_of(picture, width, height, is_log=self.spec.is_log)
        if plot is None:
            blank: list[Cells] = [[] for _ in range(height)]
            blank[height // 2] = [(fitted(self._why_nothing(), width).center(width), "dim")]
            return blank
        return plotted(plot, width, height, is_ascii=self._is_ascii)

    def _why_nothing(self) -> str:
        if self.spec.series:
            return "nothing to draw yet"
        return "no number in the last message; d chooses how it is read"

    def _facts(self) -> list[str]:
        """Return which time is shown, and what is not as usual."""
        spec = self.spec
        facts = [window_text(spec)]
        if self._live.is_paused:
            facts.append("HELD (end goes to the present)")
        if spec.time == "device":
            facts.append("device time")
        if spec.is_log:
            facts.append("log axis")
        if spec.is_xy:
            facts.append("x-y")
        if spec.has_fixed_range:
            facts.append("range fixed")
        return facts

    # What the user does

    def _change(self, spec: ChartSpec) -> None:
        self._live.show(spec)
        self._draw_now()
        self.post_message(self.Changed(self, spec))

    def action_step_window(self, steps: int) -> None:
        """Show more or less time."""
        windows = list(WINDOWS_S)
        place = windows.index(self.spec.window_s) if self.spec.window_s in windows else 0
        place = max(0, min(place + steps, len(windows) - 1))
        self._change(replace(self.spec, window_s=windows[place]))

    def action_toggle_hold(self) -> None:
        """Hold the chart still, or let it go on."""
        if self._live.is_paused:
            self._live.go_on()
        else:
            self._live.pause(self._now)
        self._draw_now()

    def action_scroll(self, windows: float) -> None:
        """Go back or forward in time."""
        self._live.scroll(windows, self._now)
        self._draw_now()

    def action_go_on(self) -> None:
        """Back to the present."""
        self._live.go_on()
        self._draw_now()

    def action_toggle_log(self) -> None:
        """A logarithmic axis, or a linear one."""
        self._change(
            replace(self.spec, is_log=not self.spec.is_log, y_range=None, right_range=None)
        )

    def action_toggle_xy(self) -> None:
        """The first series as the horizontal axis, or time."""
        if len(self.spec.series) < 2:
            self.app.notify("An x-y chart needs two series.", markup=False)
            return
        self._change(replace(self.spec, is_xy=not self.spec.is_xy))

    def action_toggle_time(self) -> None:
        """The time of the device, or that of arrival."""
        time: TimeSource = "arrival" if self.spec.time == "device" else "device"
        self._live.go_on()
        self._change(replace(self.spec, time=time))

    def action_toggle_axis(self) -> None:
        """The last series on the right axis, or on the left like the others."""
        if not self.spec.series:
            self._say_nothing_to_draw()
            return
        *others, last = self.spec.series
        axis: Axis = "left" if last.axis == "right" else "right"
        self._change(replace(self.spec, series=(*others, replace(last, axis=axis))))

    def action_fix_range(self) -> None:
        """Keep the vertical range, or let it follow the values."""
        left = right = None
        if not self.spec.has_fixed_range and self._picture is not None:
            left, right = self._picture.left, self._picture.right
        self._change(replace(self.spec, y_range=left, right_range=right))

    def action_edit(self) -> None:
        """Ask for units, limits and the rest."""
        if not self.spec.series:
            self._say_nothing_to_draw()
            return
        from mqttui.ui.screens.chart_settings import ChartSettings

        self.app.push_screen(ChartSettings(self.spec, self._picture), self._take_edited)

    def _take_edited(self, spec: ChartSpec | None) -> None:
        if spec is not None and spec != self.spec:
            if spec.time != self.spec.time:
                self._live.go_on()
            self._change(spec)

    def _say_nothing_to_draw(self) -> None:
        self.app.notify("There is no number to draw in this topic.", markup=False)

    def action_save(self) -> None:
        """Ask for a file, and write to it what is in sight now."""
        seen = self._picture
        if seen is None or not any(series.figures.count for series in seen.series):
            self.app.notify("There is nothing to save yet.", markup=False)
            return
        from mqttui.ui.chart_file import EXPLANATION, ChartFile
        from mqttui.ui.screens.save import SaveScreen

        start_s, end_s = seen.start_s, seen.end_s
        # A line may have been chosen after the last picture.
        self._live.read(self._now, READ_BUDGET_S)
        # A figure has more room than the columns of a terminal.
        picture = self._live.view_between(start_s, end_s, FIGURE_COLUMNS)
        names = [
            f"{name} ({series.unit})" if series.unit else name
            for name, series in zip(series_names(self.spec.series), picture.series, strict=True)
        ]
        points = [series.part(start_s, end_s) for _, series in self._live.columns()]
        figure = figure_of(picture, names, title_text(self.spec), is_log=self.spec.is_log)
        columns = list(zip(names, points, strict=True))
        file = ChartFile(columns, start_s, end_s, figure)
        path = Path(file_name(self.spec))
        self.app.push_screen(
            SaveScreen("Save chart", EXPLANATION, path, file.write), self._tell_saved
        )

    def _tell_saved(self, path: Path | None) -> None:
        if path is not None:
            self.app.notify(f"Saved {printable(str(path))}", markup=False)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Back in time."""
        event.stop()
        self.action_scroll(-0.25)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Forward in time."""
        event.stop()
        self.action_scroll(0.25)

    def on_mouse_down(self, event: MouseDown) -> None:
        """Take hold of the picture."""
        if event.button == 1:
            self._gripped_x = int(event.screen_x)
            self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        """Take the picture along; the next frame draws it, however many moves come until then."""
        if self._gripped_x is None:
            return
        event.stop()
        cells = int(event.screen_x) - self._gripped_x
        if cells:
            self._gripped_x += cells
            self._live.scroll(-cells / self.size.width, self._now)
            self._drawn_at = float("-inf")

    def on_mouse_up(self, event: MouseUp) -> None:
        """Let the picture go."""
        if self._gripped_x is not None:
            event.stop()
            self._gripped_x = None
            self.release_mouse()
