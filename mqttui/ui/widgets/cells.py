"""Rows of text with roles, and the widgets that paint them.

A row is a list of `(text, role)`, see `ui.roles`. All text must be printable already.
"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, TypeAlias

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from mqttui.ui.glyphs import ELLIPSIS, LINE
from mqttui.ui.roles import role_style

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Cells: TypeAlias = "list[tuple[str, str]]"


def fitted(text: str, width: int) -> str:
    """Return `text` in at most `width` cells, with an ellipsis where its end is missing."""
    if len(text) * 2 <= width or cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + ELLIPSIS if width > 0 else ""


def fitted_end(text: str, width: int) -> str:
    """Return `text` in at most `width` cells, with an ellipsis where its beginning is missing."""
    if cell_len(text) <= width:
        return text
    kept = text[-width + 1 :] if width > 1 else ""
    while cell_len(kept) >= width > 1:
        kept = kept[1:]
    return ELLIPSIS + kept


def flowed(
    cells: Iterable[tuple[str, str]], width: int, rows: int, gap: str = "   "
) -> list[Cells]:
    """Return `cells` one after the other on exactly `rows` rows; what does not fit is left out."""
    flow: list[Cells] = [[]]
    used = 0
    for text, role in cells:
        needed = cell_len(text) + (len(gap) if flow[-1] else 0)
        if used + needed > width and flow[-1]:
            if len(flow) == rows:
                continue
            flow.append([])
            used = 0
            needed = cell_len(text)
        if flow[-1]:
            flow[-1].append((gap, "dim"))
        flow[-1].append((text, role))
        used += needed
    flow.extend([] for _ in range(rows - len(flow)))
    return flow


def cropped_cells(cells: Cells, width: int) -> Cells:
    """Return as much of a row as fits `width` cells, with an ellipsis where its end is missing."""
    cropped: Cells = []
    for text, role in cells:
        used = cell_len(text)
        if used > width:
            cropped.append((fitted(text, width), role))
            break
        cropped.append((text, role))
        width -= used
    return cropped


def ruled(cells: Cells, width: int) -> Cells:
    """Return `cells` followed by a line to the end of the row."""
    used = sum(cell_len(text) for text, _ in cells)
    return [*cells, (" " + LINE * (width - used - 1), "mark")] if used + 2 <= width else cells


def painted(widget: Widget, cells: Cells, width: int, background: str | None = None) -> Strip:
    """Return a strip of exactly `width` cells in the styles of the roles on the ground of `widget`.

    `background` is a role that lies over all others.
    """
    over = role_style(widget, background) if background else None
    segments = []
    for text, role in cells:
        style = role_style(widget, role)
        segments.append(Segment(text, style + over if over is not None else style))
    filler = over if over is not None else role_style(widget, "value")
    return Strip(segments).adjust_cell_length(width, filler)


def wrapped(text: str, width: int, role: str, indent: str = "  ") -> list[Cells]:
    """Return a sentence on as many rows as it needs, those after the first indented."""
    lines = wrap(text, width, subsequent_indent=indent)
    return [[(fitted(line, width), role)] for line in lines]


class Lines(Widget):
    """A few rows that are painted again only where they changed."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._rows: list[Cells] = []

    @property
    def rows(self) -> Sequence[Cells]:
        """What is shown."""
        return self._rows

    @property
    def text(self) -> str:
        """What is shown, without roles."""
        return "\n".join("".join(text for text, _ in row) for row in self._rows)

    def show(self, rows: list[Cells]) -> None:
        """Show `rows`; rows that are as before are not painted again."""
        before, self._rows = self._rows, rows
        width = self.size.width
        for y in range(max(len(before), len(rows))):
            if y >= len(before) or y >= len(rows) or before[y] != rows[y]:
                self.refresh(Region(0, y, width, 1))

    def render_line(self, y: int) -> Strip:
        """Return row `y`."""
        width = self.size.width
        cells = self._rows[y] if y < len(self._rows) else []
        return painted(self, cells, width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of rows."""
        return len(self._rows)


class VirtualRows(ScrollView):
    """A scrolled list of which only the visible rows exist."""

    # The bar is told of a new length only when its thumb could look different.
    _NOTICEABLE = 0.01

    @property
    def row_cells(self) -> int:
        """The width of a row, the scroll bar and its gutter not counted."""
        return self.scrollable_content_region.width

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return self.virtual_size.height

    def set_row_count(self, rows: int) -> None:
        """Take on a new length without a layout of the screen, unless the scroll bar comes or goes.

        Textual lays out the whole screen when `virtual_size` is assigned, which is too much to do
        ten times a second for a list that only grows.
        """
        if rows == self.virtual_size.height:
            return
        size = Size(self.row_cells, rows)
        if (rows > self.size.height) != self.show_vertical_scrollbar:
            self.virtual_size = size
            return
        self.set_reactive(Widget.virtual_size, size)
        if not self.show_vertical_scrollbar:
            return
        bar = self.vertical_scrollbar
        if abs(rows - bar.window_virtual_size) > self._NOTICEABLE * rows:
            bar.window_virtual_size = rows
        if self.scroll_y > self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False)
