"""The rows of a difference, long ones wrapped, of which only the visible ones are painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.ui.glyphs import ELLIPSIS, RIGHT
from mqttui.ui.widgets.cells import Cells, VirtualRows, painted
from mqttui.ui.widgets.value_text import wrapped_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Resize
    from textual.strip import Strip

    from mqttui.payload.diff.rows import DiffKind, DiffRow

LOOKS: dict[DiffKind, tuple[str, str]] = {
    "added": ("+", "literal"),
    "removed": ("-", "warning"),
    "changed": ("~", "number"),
    "moved": (RIGHT, "key"),
    "same": (" ", "value"),
    "folded": (ELLIPSIS, "dim"),
}
"""The mark in front of a row, since colour alone may be lost, and its role."""

MARK_CELLS = 2


class DiffView(VirtualRows, can_focus=True):
    """Shows rows with a mark for what happened to them."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._diff: Sequence[DiffRow] = ()
        self._rows: list[tuple[int, int, int]] = []
        self._wrapped_at = 0

    @property
    def diff(self) -> Sequence[DiffRow]:
        """What is shown."""
        return self._diff

    def show(self, diff: Sequence[DiffRow]) -> None:
        """Show other rows."""
        if diff != self._diff:
            self._diff = diff
            self._wrap()
            self.refresh()

    def on_resize(self, event: Resize) -> None:
        """Wrap again when the width changed."""
        if self.row_cells != self._wrapped_at:
            self._wrap()
            self.refresh()

    def _wrap(self) -> None:
        self._wrapped_at = self.row_cells
        width = self._wrapped_at - MARK_CELLS
        self._rows = wrapped_rows([row.text for row in self._diff], width)
        self.set_row_count(len(self._rows))

    def render_line(self, y: int) -> Strip:
        """Return the row at `y` of the visible part."""
        row = y + self.scroll_offset.y
        if row >= len(self._rows):
            return painted(self, [], self.row_cells)
        line, start, end = self._rows[row]
        found = self._diff[line]
        mark, role = LOOKS[found.kind]
        cells: Cells = [(f"{mark if start == 0 else ' '} ", role), (found.text[start:end], role)]
        return painted(self, cells, self.row_cells)
