"""The bytes of a message as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.payload.quantities import count_text, size_text
from mqttui.ui.glyphs import WARNING
from mqttui.ui.tabs.tab import MessageTab
from mqttui.ui.widgets.cells import Lines, cropped_cells
from mqttui.ui.widgets.hex_view import HexView
from mqttui.ui.widgets.message_facts import counted, size_of

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from mqttui.ui.tabs.tab import Shown
    from mqttui.ui.widgets.cells import Cells
    from mqttui.ui.workspace import Workspace


class RawTab(MessageTab):
    """A hex dump of all that is kept of a message, whatever decoder is chosen."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._head = Lines(id="raw-head")
        self._view = HexView(id="raw-view")

    def compose(self) -> ComposeResult:
        """How much there is, and the bytes."""
        yield self._head
        yield self._view

    def refresh_frame(self, shown: Shown, now: float) -> None:
        """Show the bytes of another message."""
        payload = shown.entry[1]
        self._view.show(payload)
        cells: Cells = [(counted(len(payload), "byte"), "heading")]
        if size_of(shown.entry) > len(payload):
            full = size_text(size_of(shown.entry))
            kept = f"only the first {count_text(len(payload))} bytes of {full} were kept"
            cells = [(f"{WARNING} {kept}", "warning")]
        width = self._head.size.width
        self._head.show([cropped_cells(cells, width), self._view.heading()])

    def focus_first(self) -> None:
        """To the bytes."""
        self._view.focus()
