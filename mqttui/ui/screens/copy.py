"""What can be copied of the selected topic, in a list to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.containers import Vertical
from textual.screen import ModalScreen

from mqttui.core.copying import MOST_VALUES, Copyable
from mqttui.payload.printable import printable
from mqttui.payload.quantities import size_text
from mqttui.ui.commands.copy import COPY_COMMANDS
from mqttui.ui.widgets.cells import Cells, fitted, fitted_end
from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

NAME_SHARE = 0.35
SIZE_CELLS = 8
FRAME_ROWS = 3


class CopyScreen(ModalScreen["Copyable | None"]):
    """Offers what can be copied; it is dismissed with what was chosen, or with None."""

    AUTO_FOCUS = "#copy-list"
    BINDINGS: ClassVar[list[BindingType]] = [*COPY_COMMANDS.bindings]
    CSS_PATH = "../styles/copy.tcss"

    def __init__(self, offered: Sequence[Copyable]) -> None:
        super().__init__()
        self._offered = offered
        self._list = ChoiceList[Copyable](copyable_cells, lambda each: each.name, id="copy-list")

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with Vertical(id="copy-frame") as frame:
            frame.border_title = "Copy to the terminal's clipboard"
            if sum(bool(each.path) for each in self._offered) == MOST_VALUES:
                frame.border_subtitle = f"the first {MOST_VALUES:,} values"
            frame.styles.height = len(self._offered) + FRAME_ROWS
            yield self._list
            yield KeyBar()

    def on_mount(self) -> None:
        """Begin at the topic."""
        self._list.show(self._offered)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what is there is offered; a path only while the cursor is on a value."""
        match action:
            case "copy_named":
                return any(each.name == parameters[0] for each in self._offered)
            case "copy_path":
                item = self._list.item
                return item is not None and bool(item.path)
        return True

    def on_choice_list_moved(self) -> None:
        """Offer the path to a value, or no longer."""
        self.refresh_bindings()

    def on_choice_list_chosen(self) -> None:
        """Copy what was clicked twice."""
        self.action_copy_chosen()

    def action_copy_chosen(self) -> None:
        """Copy what the cursor is on."""
        self.dismiss(self._list.item)

    def action_copy_named(self, name: str) -> None:
        """Copy one of the first entries by its letter."""
        found = [each for each in self._offered if each.name == name]
        if found:
            self.dismiss(found[0])

    def action_copy_path(self) -> None:
        """Copy the path to a value."""
        item = self._list.item
        if item is not None and item.path:
            self.dismiss(Copyable(f"path {item.path}", item.path, item.path))

    def action_leave(self) -> None:
        """Copy nothing."""
        self.dismiss(None)


def copyable_cells(each: Copyable, width: int) -> Cells:
    """Return the row of something that can be copied: its name, its beginning, its size."""
    name_cells = max(12, int(width * NAME_SHARE))
    text_cells = max(0, width - name_cells - SIZE_CELLS - 1)
    name = fitted_end(printable(each.name), name_cells)
    text = fitted(each.preview, text_cells)
    size = f"{size_text(each.size_bytes):>{SIZE_CELLS}}"
    return [
        (name + " " * (name_cells - cell_len(name)), "key" if each.path else "heading"),
        (text + " " * (text_cells - cell_len(text)), "value"),
        (f" {size}", "dim"),
    ]
