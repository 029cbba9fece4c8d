"""A list of anything with a cursor, of which only the visible rows are made into text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual.binding import Binding, BindingType
from textual.message import Message

from mqttui.ui.glyphs import CURSOR
from mqttui.ui.widgets.cells import Cells, VirtualRows, painted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.events import Click, Resize
    from textual.strip import Strip

Item = TypeVar("Item")


class ChoiceList(VirtualRows, Generic[Item], can_focus=True):
    """Shows items as rows; the cursor stays on its item when others come and go.

    `cells_of(item, width)` returns the text of a row, `key_of(item)` what makes an item the same
    as before. A second click chooses an item; which key does is a matter of the screen.
    """

    ALLOW_SELECT = False
    MARKS_CURSOR_WITHOUT_FOCUS: ClassVar[bool] = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("pagedown", "move_page(1)", "Page down", show=False),
        Binding("pageup", "move_page(-1)", "Page up", show=False),
        Binding("home,g", "move_to(0)", "First row", show=False),
        Binding("end,G", "move_to(-1)", "Last row", show=False),
    ]

    @dataclass
    class Moved(Message):
        """The cursor is on another item."""

        choice_list: ChoiceList[Any]

        @property
        def control(self) -> ChoiceList[Any]:
            """The list in which it happened."""
            return self.choice_list

    @dataclass
    class Chosen(Message):
        """The item under the cursor was chosen."""

        choice_list: ChoiceList[Any]

        @property
        def control(self) -> ChoiceList[Any]:
            """The list in which it happened."""
            return self.choice_list

    def __init__(
        self,
        cells_of: Callable[[Item, int], Cells],
        key_of: Callable[[Item], object],
        *,
        id: str | None = None,  # noqa: A002  # Textual's name
    ) -> None:
        super().__init__(id=id)
        self._cells_of = cells_of
        self._key_of = key_of
        self._items: Sequence[Item] = ()
        self._index = 0

    @property
    def item(self) -> Item | None:
        """The item under the cursor, None if the list is empty."""
        return self._items[self._index] if self._items else None

    @property
    def items(self) -> Sequence[Item]:
        """What is listed."""
        return self._items

    def show(self, items: Sequence[Item], *, is_other_list: bool = False) -> None:
        """Show `items` from now on; with `is_other_list` from the top."""
        before = self.item
        self._items = items
        self.set_row_count(len(items))
        if is_other_list or before is None:
            self._index = 0
            self.scroll_to(y=0, animate=False)
        else:
            key = self._key_of(before)
            same = (row for row, item in enumerate(items) if self._key_of(item) == key)
            self._index = next(same, max(0, min(self._index, len(items) - 1)))
        self.refresh()

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._go_to(self._index + rows)

    def action_move_page(self, pages: int) -> None:
        """Move the cursor by what is visible."""
        self._go_to(self._index + pages * max(1, self.size.height - 1))

    def action_move_to(self, row: int) -> None:
        """Move the cursor to a row, counted from the end if negative."""
        self._go_to(row if row >= 0 else len(self._items) + row)

    def action_choose(self) -> None:
        """Tell that the item under the cursor was chosen."""
        if self._items:
            self.post_message(self.Chosen(self))

    def on_click(self, event: Click) -> None:
        """Move the cursor to the row; a second click chooses it."""
        row = event.y + self.scroll_offset.y
        if row < len(self._items):
            self._go_to(row)
            if event.chain == 2:
                self.action_choose()

    def on_resize(self, event: Resize) -> None:
        """Keep the cursor in sight."""
        self._scroll_to_cursor()
        self.refresh()

    def _go_to(self, row: int) -> None:
        row = max(0, min(row, len(self._items) - 1))
        if row != self._index:
            self._index = row
            self.refresh()
            self.post_message(self.Moved(self))
        self._scroll_to_cursor()

    def _scroll_to_cursor(self) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if self._index < top:
            self.scroll_to(y=self._index, animate=False)
        elif self._index >= top + height:
            self.scroll_to(y=self._index - height + 1, animate=False)

    def render_line(self, y: int) -> Strip:
        """Return the row at `y` of the visible part."""
        width = self.row_cells
        row = y + self.scroll_offset.y
        if row >= len(self._items):
            return painted(self, [], width)
        is_cursor = row == self._index
        # Colour alone would be lost on some terminals.
        has_mark = is_cursor and (self.has_focus or self.MARKS_CURSOR_WITHOUT_FOCUS)
        mark = CURSOR if has_mark else " "
        cells = [(mark, "topic"), *self._cells_of(self._items[row], width - 1)]
        return painted(self, cells, width, "cursor" if is_cursor and self.has_focus else None)
