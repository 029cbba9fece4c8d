"""Two messages side by side, long lines wrapped, of which only the visible rows are painted."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from rich.cells import cell_len

from mqttui.payload.diff.sequence import changed_span
from mqttui.ui.glyphs import BESIDE
from mqttui.ui.widgets.cells import Cells, VirtualRows, fitted, painted
from mqttui.ui.widgets.diff_view import LOOKS, MARK_CELLS
from mqttui.ui.widgets.value_text import part_of, wrapped_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Resize
    from textual.strip import Strip

    from mqttui.payload.diff.sides import SideRow
    from mqttui.ui.widgets.value_text import Row

BETWEEN_CELLS = 3


class SideView(VirtualRows, can_focus=True):
    """Shows rows whose left half is of the old message and whose right half is of the new one.

    What differs within two lines stands out; a mark tells it without colour.
    """

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._sides: Sequence[SideRow] = ()
        self._halves: tuple[list[list[Row]], list[list[Row]]] = ([], [])
        self._ends: list[int] = []
        self._wrapped_at = 0

    @property
    def sides(self) -> Sequence[SideRow]:
        """What is shown."""
        return self._sides

    def show(self, sides: Sequence[SideRow]) -> None:
        """Show other rows."""
        if sides != self._sides:
            self._sides = sides
            self._wrap()
            self.refresh()

    def on_resize(self, event: Resize) -> None:
        """Wrap again when the width changed."""
        if self.row_cells != self._wrapped_at:
            self._wrap()
            self.refresh()

    @property
    def _half_cells(self) -> int:
        """The width of the text on one side."""
        return max(0, (self.row_cells - BETWEEN_CELLS) // 2 - MARK_CELLS)

    def _wrap(self) -> None:
        self._wrapped_at = self.row_cells
        width = self._half_cells
        sides = self._sides
        self._halves = (
            _by_line(wrapped_rows([row.old or "" for row in sides], width), len(sides)),
            _by_line(wrapped_rows([row.new or "" for row in sides], width), len(sides)),
        )
        heights = [
            1 if row.kind == "folded" else max(len(left), len(right))
            for row, left, right in zip(sides, *self._halves, strict=True)
        ]
        self._ends = list(accumulate(heights))
        self.set_row_count(self._ends[-1] if self._ends else 0)

    def render_line(self, y: int) -> Strip:
        """Return the row at `y` of the visible part."""
        at = y + self.scroll_offset.y
        width = self.row_cells
        number = bisect_right(self._ends, at)
        if number == len(self._sides):
            return painted(self, [], width)
        row = self._sides[number]
        part = at - (self._ends[number - 1] if number else 0)
        mark, role = LOOKS[row.kind]
        if row.kind == "folded":
            return painted(self, [(f"{mark} {fitted(row.old or '', width - 2)}", role)], width)
        half = self._half_cells
        left, right = (
            self._half(number, side, part, mark if part == 0 else " ", role) for side in (0, 1)
        )
        used = sum(cell_len(text) for text, _ in left)
        blank = " " * (half + MARK_CELLS - used)
        return painted(self, [*left, (f"{blank} {BESIDE} ", "mark"), *right], width)

    def _half(self, number: int, side: int, part: int, mark: str, role: str) -> Cells:
        row, rows = self._sides[number], self._halves[side][number]
        text = row.new if side else row.old
        if text is None or part >= len(rows):
            return []
        cells: Cells = [(text, "value" if row.kind == "same" else role)]
        if row.kind == "changed" and row.old is not None and row.new is not None:
            start, end = changed_span(row.old, row.new)[2 * side : 2 * side + 2]
            changed = "literal" if side else "warning"
            cells = [(text[:start], "value"), (text[start:end], changed), (text[end:], "value")]
        _, start, end = rows[part]
        return [(f"{mark} ", role), *part_of(cells, start, end)]


def _by_line(rows: list[Row], count: int) -> list[list[Row]]:
    """Return the rows of each line."""
    lines: list[list[Row]] = [[] for _ in range(count)]
    for row in rows:
        lines[row[0]].append(row)
    return lines
