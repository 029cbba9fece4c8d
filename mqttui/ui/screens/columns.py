"""Which columns the rows of the tree have, in a list to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from mqttui.ui.commands.columns import COLUMN_COMMANDS
from mqttui.ui.widgets.cells import Cells, fitted
from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.key_bar import KeyBar
from mqttui.ui.widgets.row_columns import Column, shown_columns, toggled

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.ui.widgets.row_columns import Columns

FRAME_ROWS = 3
TITLE_CELLS = 7


class ColumnsScreen(ModalScreen[None]):
    """Switches columns; what was changed is told at once, so that the tree shows it behind.

    `width` is that of the tree's rows.
    """

    AUTO_FOCUS = "#columns-list"
    BINDINGS: ClassVar[list[BindingType]] = [*COLUMN_COMMANDS.bindings]
    CSS_PATH = "../styles/columns.tcss"

    def __init__(self, columns: Columns, width: int, tell: Callable[[Columns], None]) -> None:
        super().__init__()
        self._columns = columns
        self._width = width
        self._tell = tell
        self._list = ChoiceList[Column](self._cells_of, lambda column: column, id="columns-list")

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with Vertical(id="columns-frame") as frame:
            frame.border_title = "Columns of the tree"
            frame.styles.height = len(Column) + FRAME_ROWS
            yield self._list
            yield KeyBar()

    def on_mount(self) -> None:
        """Begin with what is shown now."""
        self._show()

    def _show(self) -> None:
        frame = self.query_one("#columns-frame")
        frame.border_subtitle = Content(
            "as the width allows" if self._columns is None else "chosen by you"
        )
        self._list.show(list(Column))

    def _cells_of(self, column: Column, width: int) -> Cells:
        is_wanted = column in shown_columns(self._width, self._columns)
        if self._columns is not None:
            is_wanted = column in self._columns
        mark = "x" if is_wanted else " "
        about = fitted(column.about, max(0, width - TITLE_CELLS - 5))
        role = "heading" if is_wanted else "fact"
        return [(f"[{mark}] {column.title:<{TITLE_CELLS}} ", role), (about, "dim")]

    def _take_on(self, columns: Columns) -> None:
        self._columns = columns
        self._tell(columns)
        self._show()

    def action_switch_column(self) -> None:
        """Switch the column under the cursor."""
        if self._list.item is not None:
            self._take_on(toggled(self._columns, self._list.item, self._width))

    def on_choice_list_chosen(self) -> None:
        """Switch what was clicked twice."""
        self.action_switch_column()

    def action_choose_by_width(self) -> None:
        """Let the width choose again."""
        self._take_on(None)

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)
