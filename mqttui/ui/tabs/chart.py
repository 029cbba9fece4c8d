"""The chart of one topic: its numbers to choose from, and the lines of those that are chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on

from mqttui.core.charts.reading import NumberReader, likely_path
from mqttui.core.charts.spec import MAX_SERIES, ChartSpec, SeriesSpec
from mqttui.ui.commands.chart_tab import CHART_TAB_COMMANDS
from mqttui.ui.tabs.chart_keys import ChartKeys
from mqttui.ui.tabs.tab import MessageTab
from mqttui.ui.widgets.chart_view import ChartView
from mqttui.ui.widgets.number_list import NumberList

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.core.charts.pinned import PinnedCharts
    from mqttui.core.node import Entry, TopicNode
    from mqttui.ui.tabs.tab import Shown
    from mqttui.ui.workspace import Workspace

SIDE_BY_SIDE_FROM_WIDTH = 90
SIDE_BY_SIDE_FROM_WIDTH_IF_LOW = 60
STACKED_FROM_ROWS = 16
LIST_ROWS = 5
REMEMBERED_TOPICS = 200
LIST_INTERVAL_S = 0.5


class ChartTab(ChartKeys, MessageTab):
    """Draws numbers of a topic.

    What was chosen for a topic stays while the program runs; another topic with the same numbers
    begins with the same lines, so that one can go from board to board.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *CHART_TAB_COMMANDS.bindings,
        *ChartKeys.CHART_BINDINGS,
    ]

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._node: TopicNode | None = None
        self._listed: Entry | None = None
        self._listed_at = float("-inf")
        self._specs: dict[TopicNode, ChartSpec] = {}
        self._numbers = NumberList(id="chart-numbers")
        self._reader = NumberReader(workspace.reader.decoder_of, workspace.reader.context_of)
        self._reader_version = workspace.reader.version
        self._chart = ChartView(workspace, self._reader, ChartSpec(), id="chart-view")

    def compose(self) -> ComposeResult:
        """The list, and the chart beside or below it."""
        yield self._numbers
        yield self._chart

    @property
    def chart(self) -> ChartView:
        """The chart."""
        return self._chart

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """To pin the chart is meant, not to publish."""
        return key == "P"

    @property
    def spec(self) -> ChartSpec:
        """What is drawn."""
        return self._chart.spec

    def refresh_frame(self, shown: Shown, now: float) -> None:
        """Show what changed since the last frame; `now` is in seconds since the epoch."""
        node = shown.node
        version = self.workspace.reader.version
        if version != self._reader_version:
            self._reader_version = version
            self._chart.read_anew()
            self._listed = None
            if node is self._node:
                self._list(node, now)
                if not self.spec.series:
                    self._show(self._first_spec(node))
        if node is not self._node:
            self._node = node
            self._listed = None
            self._list(node, now)
            self._show(self._specs.get(node) or self._first_spec(node))
        elif not 0 <= now - self._listed_at < LIST_INTERVAL_S:
            self._list(node, now)
        self._chart.refresh_frame(now)

    def focus_first(self) -> None:
        """To the chart, whose keys are the ones that are wanted most."""
        self._chart.focus()

    def on_resize(self) -> None:
        """Put the list beside the chart where there is room, or none to put it above."""
        width, height = self.size
        is_low = height < STACKED_FROM_ROWS and width >= SIDE_BY_SIDE_FROM_WIDTH_IF_LOW
        self.set_class(is_low or width >= SIDE_BY_SIDE_FROM_WIDTH, "-beside")

    def _first_spec(self, node: TopicNode) -> ChartSpec:
        """Return the lines that were drawn of the topic before, where this one has them too.

        A value without a name is another number in each topic, and so is its axis.
        """
        numbers = self._reader.numbers(node.path, node.last) if node.last is not None else []
        known = {found.path for found in numbers}
        spec = replace(self.spec, y_range=None, right_range=None)
        series = tuple(
            replace(each, topic=node.path)
            for each in spec.series
            if each.path and each.path in known
        )
        if series:
            return replace(spec, series=series, is_xy=spec.is_xy and len(series) > 1)
        path = likely_path(numbers)
        series = () if path is None else (SeriesSpec(node.path, path),)
        return replace(spec, series=series, is_xy=False, is_log=False)

    def _list(self, node: TopicNode, now: float) -> None:
        """Show the numbers of the last message."""
        if node.last is None or node.last is self._listed:
            return
        is_other = self._listed is None
        self._listed = node.last
        self._listed_at = now
        numbers = self._reader.numbers(node.path, node.last)
        self._numbers.show(numbers, is_other_list=is_other)
        self._numbers.styles.max_height = max(1, min(LIST_ROWS, len(numbers)))

    def _show(self, spec: ChartSpec) -> None:
        self._chart.show_chart(spec)
        self._mark(spec)

    def _mark(self, spec: ChartSpec) -> None:
        """Show in the list which numbers are drawn, and by which unit."""
        units = {series.path: series.unit for series in spec.series if series.unit is not None}
        self._numbers.choose([series.path for series in spec.series], units)

    def _keep(self, spec: ChartSpec) -> None:
        if self._node is not None:
            self._specs.pop(self._node, None)
            self._specs[self._node] = spec
            if len(self._specs) > REMEMBERED_TOPICS:
                del self._specs[next(iter(self._specs))]

    @on(NumberList.Toggled)
    def toggle(self, event: NumberList.Toggled) -> None:
        """Draw a number, or no longer."""
        event.stop()
        if self._node is None:
            return
        spec = self.spec
        kept = tuple(series for series in spec.series if series.path != event.path)
        if len(kept) == len(spec.series):
            if len(kept) >= MAX_SERIES:
                self.app.notify(f"A chart has room for {MAX_SERIES} lines.", markup=False)
                return
            kept = (*kept, SeriesSpec(self._node.path, event.path))
        spec = replace(spec, series=kept, is_xy=spec.is_xy and len(kept) > 1)
        self._keep(spec)
        self._show(spec)

    @on(ChartView.Changed)
    def take_change(self, event: ChartView.Changed) -> None:
        """Remember what the keys of the chart changed."""
        event.stop()
        self._keep(event.spec)
        self._mark(event.spec)

    def action_pin(self) -> None:
        """Keep this chart, or add its lines to one that is kept."""
        if not self.spec.series:
            self.app.notify("There is no number to draw in this topic.", markup=False)
            return
        from mqttui.ui.screens.pin_chart import PinChart

        self.app.push_screen(PinChart(self.workspace, self.spec), self._tell_pinned)

    def _tell_pinned(self, pinned: PinnedCharts | None) -> None:
        if pinned is not None:
            count = len(pinned.charts)
            shown = "it" if count == 1 else f"all {count} charts"
            self.app.notify(f"Pinned; 2 shows {shown}.", markup=False)
