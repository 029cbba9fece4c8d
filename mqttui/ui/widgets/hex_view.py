"""A hex dump of any length, of which only the visible rows exist."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from textual.geometry import Region

from mqttui.payload.hexdump import hex_row, offset_digits, row_columns, visible_ascii
from mqttui.ui.glyphs import CURSOR, HIT
from mqttui.ui.widgets.cells import Cells, VirtualRows, painted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Resize
    from textual.strip import Strip

_ROW_BYTES = (32, 16, 8, 4)
FOUND, CURRENT = "warning", "cursor"


class HexView(VirtualRows, can_focus=True):
    """Shows bytes with their offsets and, where there is room, as characters.

    Control characters are seen as their pictures; bytes beyond ASCII as dots. Hits of a search are
    marked, the current one differently, and in front of their rows as well.
    """

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._data = b""
        self._row_bytes = 0
        self._hits: Sequence[int] = ()
        self._hit_bytes = 0
        self._hit: int | None = None

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

    def mark(self, hits: Sequence[int], size_bytes: int, hit: int | None) -> None:
        """Mark places, in order and `size_bytes` long each; `hit` is the current one of them."""
        marks = (hits, size_bytes, hit)
        if marks != (self._hits, self._hit_bytes, self._hit):
            self._hits, self._hit_bytes, self._hit = marks
            self.refresh()

    def show_place(self, offset: int) -> None:
        """Scroll to a byte unless it is in sight."""
        row, top, height = offset // max(1, self._row_bytes), self.scroll_offset.y, self.size.height
        if not top <= row < top + height:
            self.scroll_to(y=max(0, row - height // 3), animate=False)

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
        roles = self._roles(start, len(row))
        if not roles:
            cells = [
                (f"{start:0{digits}x}  ", "dim"),
                (pairs, "value"),
                (f"  {visible_ascii(row)}", "string"),
            ]
            return painted(self, cells, width)
        is_current = any(role == CURRENT for _, _, role in roles)
        cells = [(f"{start:0{digits}x}", "dim"), (f"{CURSOR if is_current else HIT} ", "warning")]
        at = 0
        for first, last, role in roles:
            begin, end = _column(first), _column(last) + 2
            cells += [(pairs[at:begin], "value"), (pairs[begin:end], role)]
            at = end
        cells.append((f"{pairs[at:]}  ", "value"))
        shown, at = visible_ascii(row), 0
        for first, last, role in roles:
            cells += [(shown[at:first], "string"), (shown[first : last + 1], role)]
            at = last + 1
        return painted(self, [*cells, (shown[at:], "string")], width)

    def _roles(self, start: int, count: int) -> list[tuple[int, int, str]]:
        """Return the hits in a row: first and last byte within it, and their role."""
        hits, size = self._hits, self._hit_bytes
        found = []
        for place in range(max(0, bisect_left(hits, start - size + 1)), len(hits)):
            at = hits[place]
            if at >= start + count:
                break
            first, last = max(0, at - start), min(count, at + size - start) - 1
            found.append((first, last, CURRENT if at == self._hit else FOUND))
        return found


def _column(place: int) -> int:
    """Return where a byte begins in the hexadecimal part of a row."""
    return place * 3 + place // 8
