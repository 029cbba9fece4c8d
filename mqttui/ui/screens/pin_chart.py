"""A dialog: pin a chart as a new one, or add its lines to one that is there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from mqttui.core.charts.pinned import SECTION, PinnedCharts, pinned_of_json
from mqttui.settings.toml_file import SettingsError
from mqttui.ui.widgets.chart_words import title_text

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.core.charts.spec import ChartSpec
    from mqttui.ui.workspace import Workspace


class PinChart(ModalScreen["PinnedCharts | None"]):
    """Dismissed with the pinned charts once they are remembered, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back")]

    def __init__(self, workspace: Workspace, spec: ChartSpec) -> None:
        super().__init__()
        self._memory = workspace.memory
        self._spec = spec
        self._pinned = pinned_of_json(self._memory.read(SECTION))

    def compose(self) -> ComposeResult:
        """Offer a new chart first."""
        with Vertical(id="pin-chart") as box:
            box.border_title = "Pin this chart"
            box.border_subtitle = "enter chooses   esc goes back"
            yield OptionList(
                Content("as a new chart"),
                *(Content(f"into: {title_text(chart)}") for chart in self._pinned.charts),
                id="pin-places",
                markup=False,
            )
            yield Static(id="pin-problem", markup=False)

    @on(OptionList.OptionSelected)
    def pin(self, event: OptionList.OptionSelected) -> None:
        """Pin it there."""
        try:
            if event.option_index == 0:
                pinned = self._pinned.with_chart(self._spec)
            else:
                pinned = self._pinned.with_series(event.option_index - 1, self._spec.series)
        except ValueError as problem:
            self.query_one("#pin-problem", Static).update(Content(str(problem)))
            return
        self._remember(pinned)

    @work(exclusive=True)
    async def _remember(self, pinned: PinnedCharts) -> None:
        try:
            await asyncio.to_thread(self._memory.write, SECTION, pinned.to_json())
        except SettingsError as problem:
            self.query_one("#pin-problem", Static).update(Content(str(problem)))
            return
        self.dismiss(pinned)

    def action_leave(self) -> None:
        """Pin nothing."""
        self.dismiss(None)
