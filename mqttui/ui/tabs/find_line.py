"""A tab with a line to type what is looked for in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.widgets import Input

from mqttui.ui.tabs.tab import MessageTab

if TYPE_CHECKING:
    from mqttui.ui.widgets.text_filter import TextFilter
    from mqttui.ui.workspace import Workspace


class FindableTab(MessageTab):
    """Tells `look_for` every change of the line, which takes no room while it is empty."""

    HINT: ClassVar[str] = ""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._find_line: TextFilter | None = None

    def look_for(self, text: str) -> None:
        """Show what has a text; empty is everything."""
        raise NotImplementedError

    def stop_looking(self) -> None:
        """Empty the line and close it; `look_for` is told."""
        if self._find_line is not None:
            self._find_line.value = ""
            self._find_line.display = False

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """To find something here is meant, not in the tree."""
        return key == "slash"

    async def action_find(self) -> None:
        """Let the user type what to look for."""
        if self._find_line is None:
            # Imported here: an input is much code that most looks can do without.
            from mqttui.ui.widgets.text_filter import TextFilter

            self._find_line = TextFilter(self.HINT)
            await self.mount(self._find_line, before=0)
        self._find_line.display = True
        # At once: a key that is typed ahead belongs to the line.
        self.screen.set_focus(self._find_line)

    @on(Input.Changed)
    def take_text(self, event: Input.Changed) -> None:
        """Look for what stands there now."""
        event.stop()
        self.look_for(event.value)

    def on_text_filter_left(self, event: TextFilter.Left) -> None:
        """Go on in the tab; an empty line takes no room."""
        event.stop()
        if self._find_line is not None:
            self._find_line.display = not event.is_cleared and bool(self._find_line.value)
        self.focus_first()
