"""The place below the panes where panels are open, one in sight at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from mqttui.ui.panels.registry import PANELS, PanelKind
from mqttui.ui.widgets.switches import Switch, Switches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from mqttui.ui.panels.panel import Panel
    from mqttui.ui.workspace import Workspace


class Dock(Vertical):
    """Shows one panel; the others keep their state. Hidden until a panel is opened.

    An open dock may be out of sight, where the panes are tabs.
    """

    @dataclass
    class Switched(Message):
        """Somebody clicked the tab of a panel."""

        name: str

    def __init__(
        self,
        workspace: Workspace,
        kinds: Sequence[PanelKind] = PANELS,
        *,
        id: str | None = None,  # noqa: A002  # Textual's name
    ) -> None:
        super().__init__(id=id)
        self.is_open = False
        self.display = False
        self._workspace = workspace
        self._kinds = {kind.name: kind for kind in kinds}
        self._panels: dict[str, Panel] = {}
        self._current: str | None = None
        self._status = ""

    def compose(self) -> ComposeResult:
        """Begin with the row of tabs, which is shown when there is a choice."""
        yield Switches(id="dock-tabs", classes="" if len(self._kinds) > 1 else "-single")

    @property
    def kinds(self) -> Sequence[PanelKind]:
        """The panels that can be opened."""
        return list(self._kinds.values())

    @property
    def panel(self) -> Panel | None:
        """The panel in sight, None while the dock is closed or out of sight."""
        return self._panels[self._current] if self.display and self._current else None

    @property
    def current(self) -> str | None:
        """The name of the panel that is open, None while the dock is closed."""
        return self._current if self.is_open else None

    async def open(self, name: str) -> Panel:
        """Bring a panel into sight, made if it was never open, and return it."""
        panel = self._panels.get(name)
        if panel is None:
            panel = self._kinds[name].load()(self._workspace)
            self._panels[name] = panel
            await self.mount(panel)
        for other_name, other in self._panels.items():
            other.display = other_name == name
        self._current = name
        self.is_open = self.display = True
        self.set_class(panel.NEEDS_ROOM, "-roomy")
        self.border_title = Content(self._kinds[name].title)
        tabs = [(kind.name, kind.title) for kind in self._kinds.values()]
        self.query_one("#dock-tabs", Switches).show([Switch("", tabs, name)])
        return panel

    def close(self) -> None:
        """Hide the dock; its panels keep their state."""
        self.is_open = self.display = False

    def draw(self, now: float) -> None:
        """Draw the panel in sight; `now` is in seconds since the epoch."""
        panel = self.panel
        if panel is not None and panel.is_mounted:
            panel.draw(now)
            self._show_status(panel)

    def _show_status(self, panel: Panel) -> None:
        # To be told the same again would paint the whole screen.
        if panel.status != self._status:
            self._status = panel.status
            self.border_subtitle = Content(self._status)

    @on(Switches.Clicked, "#dock-tabs")
    def switch(self, event: Switches.Clicked) -> None:
        """Tell whose tab was clicked."""
        event.stop()
        self.post_message(self.Switched(event.value))
