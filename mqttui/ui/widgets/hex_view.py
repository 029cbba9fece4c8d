"""A hex dump of any length, of which only the visible rows exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Region

from mqttui.payload.hexdump import hex_row, offset_digits, row_columns, visible_ascii
from mqttui.ui.widgets.cells import ROLES, Cells, VirtualRows, painted

if TYPE_CHECKING:
    from textual.events import Resize
    from textual.strip import Strip

_ROW_BYTES = (32, 16, 8, 4)


class HexView(VirtualRows, can_focus=True):
    """Shows bytes with their offsets and, where there is room, as characters.

    Control characters are seen as their pictures; bytes beyond ASCII as dots.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = set(ROLES)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._data = b""
        self._row_bytes = 0

    def show(self, data: bytes) -> None:
        """Show other bytes; rows that stay as they are are not painted again."""
        if data is self._data and self._row_bytes:
            return
        before, self._data = self._data, data
        had_digits = offset_digits(len(before))
        self._lay_out()
        if offset_digits(len(data)) != had_digits:
            self.refresh()
            return
        size, top = self._row_bytes, self.scroll_offset.y
        for y in range(self.size.height):
            start = (top + y) * size
            if before[start : start + size] != data[start : start + size]:
                self.refresh(Region(0, y, self.size.width, 1))

    def heading(self) -> Cells:
        """Return the numbers of the columns."""
        digits = offset_digits(len(self._data))
        numbers = bytes(range(self._row_bytes))
        return [(f"{'':{digits}}  {hex_row(numbers)}", "dim")]

    def on_resize(self, event: Resize) -> None:
        """Put more bytes in a row where there is room."""
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        room = self.row_cells - offset_digits(len(self._data)) - 4
        fitting = (size for size in _ROW_BYTES if row_columns(size) + size <= room)
        before, self._row_bytes = self._row_bytes, next(fitting, _ROW_BYTES[-1])
        self.set_row_count(-(-len(self._data) // self._row_bytes))
        if before and before != self._row_bytes:
            top = self.scroll_offset.y * before // self._row_bytes
            self.scroll_to(y=min(top, self.max_scroll_y), animate=False)

    def render_line(self, y: int) -> Strip:
        """Return the row at `y` of the visible part."""
        width = self.row_cells
        start = (y + self.scroll_offset.y) * self._row_bytes
        row = self._data[start : start + self._row_bytes]
        if not row:
            cells: Cells = [("(empty)", "dim")] if not self._data and y == 0 else []
            return painted(self, cells, width)
        digits = offset_digits(len(self._data))
        pairs = f"{hex_row(row):<{row_columns(self._row_bytes)}}"
        cells = [
            (f"{start:0{digits}x}  ", "dim"),
            (pairs, "value"),
            (f"  {visible_ascii(row)}", "string"),
        ]
        return painted(self, cells, width)
