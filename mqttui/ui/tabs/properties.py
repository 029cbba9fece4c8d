"""The MQTT 5 properties of a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import on

from mqttui.core.message_properties import PropertyRow, property_rows
from mqttui.ui.commands.properties import PROPERTIES_COMMANDS
from mqttui.ui.tabs.tab import MessageTab
from mqttui.ui.widgets.cells import Cells, Lines, cropped_cells, fitted
from mqttui.ui.widgets.choice_list import ChoiceList

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.ui.tabs.tab import Shown
    from mqttui.ui.workspace import Workspace

NAME_CELLS = 25
NO_PROPERTIES = "none: the message came without properties"
PRESENTED_PROPERTIES = "none, or hidden while presenting"
OLD_PROTOCOL = "MQTT 3.1.1 has no properties"


class PropertiesTab(MessageTab):
    """Lists what a publisher and the broker say beside the payload; enter shows one in full."""

    BINDINGS: ClassVar[list[BindingType]] = [*PROPERTIES_COMMANDS.bindings]

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._stamp: object = None
        self._rows: list[PropertyRow] = []
        self._head = Lines(id="properties-head")
        self._list = ChoiceList[PropertyRow](_row_cells, lambda row: row.name, id="properties-list")

    def compose(self) -> ComposeResult:
        """What there is, and the list."""
        yield self._head
        yield self._list

    def refresh_frame(self, shown: Shown, now: float) -> None:
        """Show the properties of another message; what is left of an expiry goes by seconds."""
        detail = shown.entry[3]
        block = b"" if detail is None else detail.properties
        width = self._head.size.width
        stamp = (block, shown.entry[0], int(now) if block else 0, width)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        rows = property_rows(block, shown.entry[0], now)
        if rows != self._rows:
            self._rows = rows
            self._list.show(rows)
        protocol = self.workspace.source.status.protocol
        head: Cells = [(f"{len(rows)} of MQTT 5; enter shows one in full", "dim")]
        if not rows:
            is_old = protocol is not None and protocol.startswith("3")
            none = PRESENTED_PROPERTIES if self.workspace.is_presenting else NO_PROPERTIES
            head = [(OLD_PROTOCOL if is_old else none, "fact")]
        self._head.show([cropped_cells(head, width)])

    def focus_first(self) -> None:
        """To the list."""
        self._list.focus()

    @on(ChoiceList.Chosen)
    def show_clicked(self, event: ChoiceList.Chosen) -> None:
        """Show all of what was clicked twice."""
        event.stop()
        self.action_show_whole()

    def action_show_whole(self) -> None:
        """Show all of a property, however long it is."""
        row = self._list.item
        if row is not None:
            from mqttui.ui.screens.words import WordsScreen

            self.app.push_screen(WordsScreen(row.name, [row.value]))


def _row_cells(row: PropertyRow, width: int) -> Cells:
    name = fitted(row.name, NAME_CELLS - 1)
    value = fitted(row.value, max(0, width - NAME_CELLS))
    role = "warning" if row.is_problem else "value"
    return [(name + " " * (NAME_CELLS - cell_len(name)), "key"), (value, role)]
