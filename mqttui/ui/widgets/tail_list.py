"""A list that grows at its end and stays there until somebody looks back."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, TypeVar

from mqttui.ui.widgets.choice_list import ChoiceList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.events import Resize

    from mqttui.ui.widgets.cells import Cells

Item = TypeVar("Item")


class TailList(ChoiceList[Item]):
    """Shows numbered items, oldest first; `number_of(item)` grows along the list.

    It follows its end until somebody moves the cursor up or scrolls up. Then the rows on which
    somebody looks stay in place, whatever comes and goes, and `new_items` counts what came.
    """

    def __init__(
        self,
        cells_of: Callable[[Item, int], Cells],
        number_of: Callable[[Item], int],
        *,
        id: str | None = None,  # noqa: A002  # Textual's name
    ) -> None:
        super().__init__(cells_of, number_of, id=id)
        self.is_following = True
        self.new_items = 0
        self._number_of = number_of
        self._newest = 0
        self._cursor_number = 0
        self._is_moving_itself = False

    def show(self, items: Sequence[Item], *, is_other_list: bool = False) -> None:
        """Show `items` from now on; with `is_other_list` from the end.

        The same sequence may be given again after it has grown or lost its oldest items.
        """
        if is_other_list:
            self._follow()
        index_before, top_before = self._index, self.scroll_offset.y
        self._items = items
        self.set_row_count(len(items))
        if self.is_following:
            self._index = max(0, len(items) - 1)
            self._move_to(self.max_scroll_y)
        else:
            self.new_items += len(items) - self._place_of(self._newest + 1)
            self._index = max(0, min(self._place_of(self._cursor_number), len(items) - 1))
            gone = index_before - self._index
            if gone:
                self._move_to(max(0, top_before - gone))
        if items:
            self._newest = self._number_of(items[-1])
        self._note_cursor()
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Note when somebody scrolls away from the end, or back to it."""
        super().watch_scroll_y(old_value, new_value)
        if self._is_moving_itself:
            return
        if new_value < self.max_scroll_y:
            self.is_following = False
        elif self._index >= len(self._items) - 1:
            self._follow()

    def on_resize(self, event: Resize) -> None:
        """Keep the end in sight, or the cursor."""
        if self.is_following:
            self._move_to(self.max_scroll_y)
        else:
            super().on_resize(event)

    def _go_to(self, row: int) -> None:
        self._is_moving_itself = True
        super()._go_to(row)
        self._is_moving_itself = False
        self._note_cursor()
        if self._index >= len(self._items) - 1:
            self._follow()
        else:
            self.is_following = False

    def _follow(self) -> None:
        self.is_following = True
        self.new_items = 0

    def _move_to(self, top: float) -> None:
        self._is_moving_itself = True
        # Also before Textual has noticed that the list is longer than its place.
        self.scroll_to(y=top, animate=False, force=True)
        self._is_moving_itself = False

    def _place_of(self, number: int) -> int:
        return bisect_left(self._items, number, key=self._number_of)

    def _note_cursor(self) -> None:
        item = self.item
        self._cursor_number = self._number_of(item) if item is not None else 0
