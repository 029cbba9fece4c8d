"""The pinned charts of a broker, side by side."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Grid, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from mqttui.core.charts.pinned import SECTION, PinnedCharts, pinned_of_json
from mqttui.core.charts.reading import NumberReader
from mqttui.core.charts.spec import ChartSpec
from mqttui.settings.toml_file import SettingsError
from mqttui.ui.commands.charts import CHARTS_COMMANDS
from mqttui.ui.widgets.chart_view import ChartView
from mqttui.ui.widgets.chart_words import title_text
from mqttui.ui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.core.charts.spec import SeriesSpec
    from mqttui.core.node import TopicNode
    from mqttui.ui.workspace import Workspace

TWO_COLUMNS_FROM_WIDTH = 110
THREE_COLUMNS_FROM_WIDTH = 200
LEAST_CHART_ROWS = 12

NOTHING = (
    "No chart is pinned yet.\n\n"
    "Put the cursor on a topic with numbers in the tree, come here, and press n to choose which of"
    " them are drawn. Or open its Chart tab (press . until it comes), go into it with tab, and"
    " press P there.\n\n"
    "Pinned charts are remembered for each broker."
)


class ChartsScreen(Screen["TopicNode | None"]):
    """Draws the pinned charts; `draw` is called once per frame.

    `selected` is the topic under the cursor of the tree, whose numbers can be added. The screen is
    dismissed with the topic to which the user wants to go, or with None.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*CHARTS_COMMANDS.bindings]
    CSS_PATH = "../styles/charts.tcss"
    AUTO_FOCUS = "ChartView"

    def __init__(self, workspace: Workspace, selected: TopicNode | None = None) -> None:
        super().__init__()
        self._workspace = workspace
        self._selected = selected
        self._pinned = pinned_of_json(workspace.memory.read(SECTION))
        self._is_alone = False
        self._turn = 0

    def compose(self) -> ComposeResult:
        """Lay out the charts."""
        yield Static(self._title(), id="charts-title", markup=False)
        with VerticalScroll(id="charts-body", can_focus=False), Grid(id="charts-grid"):
            for number, _ in enumerate(self._pinned.charts):
                yield self._chart(number)
        yield Static(NOTHING, id="charts-nothing", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Arrange for the size of the terminal."""
        self._arrange()

    def draw(self, now: float) -> None:
        """Let the charts in sight follow; a frame draws one of them, in turn."""
        charts = [chart for chart in self._charts() if chart.display]
        self._turn += 1
        has_drawn = False
        for place in range(len(charts)):
            chart = charts[(place + self._turn) % len(charts)]
            has_drawn |= chart.refresh_frame(now, may_draw=not has_drawn)

    def on_resize(self) -> None:
        """Give the charts the room there is."""
        self._arrange()

    def _charts(self) -> list[ChartView]:
        return list(self.query(ChartView))

    def _chart(self, number: int) -> ChartView:
        spec = self._pinned.charts[number]
        chart = ChartView(self._workspace, self._reader(), spec)
        chart.border_title = Content(title_text(spec))
        return chart

    def _reader(self) -> NumberReader:
        return NumberReader(self._workspace.reader.decoder_of, self._workspace.reader.context_of)

    def _title(self) -> str:
        count = len(self._pinned.charts)
        text = f"Charts  {count} pinned" if count else "Charts"
        if self._pinned.damaged:
            text += f"  {self._pinned.damaged} could not be read from the memory of this broker"
        return text

    def _arrange(self) -> None:
        """Choose the columns, and hide what is not shown."""
        charts = self._charts()
        self.query_one("#charts-nothing").display = not charts
        self.query_one("#charts-body").display = bool(charts)
        width = self.size.width
        columns = 1 + (width >= TWO_COLUMNS_FROM_WIDTH) + (width >= THREE_COLUMNS_FROM_WIDTH)
        shown = charts
        if self._is_alone:
            shown = [chart for chart in charts if chart is self.focused] or charts[:1]
        for chart in charts:
            chart.display = chart in shown
        columns = max(1, min(columns, len(shown)))
        grid = self.query_one("#charts-grid", Grid)
        rows = -(-len(shown) // columns) or 1
        room = max(1, self.size.height - 2)
        each_rows = max(LEAST_CHART_ROWS, room // rows)
        grid.styles.grid_size_columns = columns
        grid.styles.height = each_rows * rows
        self.query_one("#charts-title", Static).update(Content(self._title()))

    # What the user does

    def _place(self) -> int | None:
        """Return the place of the chart that has the keyboard."""
        charts = self._charts()
        return charts.index(self.focused) if isinstance(self.focused, ChartView) else None

    def _keep(self, pinned: PinnedCharts) -> None:
        """Take over changed charts and remember them."""
        self._pinned = pinned
        self.query_one("#charts-title", Static).update(Content(self._title()))
        self.run_worker(self._remember(pinned), group="remember charts", exclusive=True)

    async def _remember(self, pinned: PinnedCharts) -> None:
        try:
            await asyncio.to_thread(self._workspace.memory.write, SECTION, pinned.to_json())
        except SettingsError as problem:
            self.notify(str(problem), severity="warning", markup=False)

    @on(ChartView.Changed)
    def take_change(self, event: ChartView.Changed) -> None:
        """Remember what a chart shows now."""
        place = self._charts().index(event.chart)
        self._keep(self._pinned.with_change(place, event.spec))

    def action_new_chart(self) -> None:
        """Ask which numbers of the selected topic a new chart is to show."""
        self._choose_numbers(self._pin)

    def action_add_selected(self) -> None:
        """Ask which numbers of the selected topic this chart is to show too."""
        place = self._place()
        if place is None:
            self.action_new_chart()
        else:
            self._choose_numbers(partial(self._add, place))

    def _choose_numbers(self, take: Callable[[tuple[SeriesSpec, ...]], Awaitable[None]]) -> None:
        """Let the user choose numbers of the selected topic, if it has any."""
        node = self._selected
        numbers = self._reader().numbers(node.path, node.last) if node and node.last else []
        if node is None or not numbers:
            self.notify(
                "Go back with esc and put the cursor on a topic with numbers in the tree first.",
                markup=False,
            )
            return
        from mqttui.ui.screens.number_choice import NumberChoice

        async def take_chosen(series: tuple[SeriesSpec, ...] | None) -> None:
            if series:
                await take(series)

        self.app.push_screen(NumberChoice(node, numbers), take_chosen)

    async def _pin(self, series: tuple[SeriesSpec, ...]) -> None:
        try:
            pinned = self._pinned.with_chart(ChartSpec(series))
        except ValueError as problem:
            self.notify(str(problem), markup=False)
            return
        self._is_alone = False
        self._keep(pinned)
        chart = self._chart(len(pinned.charts) - 1)
        await self.query_one("#charts-grid").mount(chart)
        self._arrange()
        chart.focus()

    async def _add(self, place: int, series: tuple[SeriesSpec, ...]) -> None:
        try:
            pinned = self._pinned.with_series(place, series)
        except ValueError as problem:
            self.notify(str(problem), markup=False)
            return
        self._show_changed(place, pinned)

    def action_drop_line(self) -> None:
        """Take the last line out, but not the only one."""
        place = self._place()
        if place is None:
            return
        chart = self._pinned.charts[place]
        if len(chart.series) < 2:
            self.notify("This is the only line; del removes the chart.", markup=False)
            return
        series = chart.series[:-1]
        changed = replace(chart, series=series, is_xy=chart.is_xy and len(series) > 1)
        self._show_changed(place, self._pinned.with_change(place, changed))

    def _show_changed(self, place: int, pinned: PinnedCharts) -> None:
        chart = self._charts()[place]
        spec = pinned.charts[place]
        chart.show_chart(spec)
        chart.border_title = Content(title_text(spec))
        self._keep(pinned)

    async def action_unpin(self) -> None:
        """Remove the chart that has the keyboard."""
        place = self._place()
        if place is None:
            return
        charts = self._charts()
        beside = charts[place + 1] if place + 1 < len(charts) else charts[place - 1]
        beside.focus()
        await charts[place].remove()
        self._keep(self._pinned.without(place))
        self._is_alone = False
        self._arrange()

    def action_toggle_alone(self) -> None:
        """Show one chart, or all."""
        self._is_alone = not self._is_alone
        self._arrange()

    def action_go_to_topic(self) -> None:
        """Leave for the first topic of the chart."""
        place = self._place()
        if place is not None:
            node = self._workspace.store.find(self._pinned.charts[place].series[0].topic)
            if node is not None:
                self.dismiss(node)

    def action_leave(self) -> None:
        """Show all charts again, or go back to the tree."""
        if self._is_alone:
            self.action_toggle_alone()
        else:
            self.dismiss(None)
