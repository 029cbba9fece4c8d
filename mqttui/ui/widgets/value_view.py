"""The value of one message: JSON in restrained colours, text, or a hex dump."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len, chop_cells
from textual.geometry import Region

from mqttui.ui.widgets.cells import ROLES, Cells, VirtualRows, painted

if TYPE_CHECKING:
    from textual.events import Resize
    from textual.strip import Strip

    from mqttui.payload.decoded import Decoded

_JSON_TOKEN = re.compile(
    r"""(?P<key>"(?:[^"\\]|\\.)*"(?=:))
    | (?P<string>"(?:[^"\\]|\\.)*"?)
    | (?P<number>-?[0-9][0-9.eE+-]*)
    | (?P<literal>[A-Za-z-]+)
    | (?P<mark>[{}\[\],:]+)""",
    re.VERBOSE,
)
_Row = tuple[int, int, int]
"""(line, first character, character after the last)."""


def json_cells(line: str) -> Cells:
    """Return a line of laid out JSON with the roles of its tokens."""
    cells: Cells = []
    position = 0
    for token in _JSON_TOKEN.finditer(line):
        if token.start() > position:
            cells.append((line[position : token.start()], "mark"))
        cells.append((token.group(), token.lastgroup or "value"))
        position = token.end()
    if position < len(line):
        cells.append((line[position:], "value"))
    return cells


def wrapped_rows(lines: list[str], width: int) -> list[_Row]:
    """Return which part of which line stands on each row of a view that is `width` cells wide."""
    rows: list[_Row] = []
    append = rows.append
    for index, line in enumerate(lines):
        length = len(line)
        if length <= width and (line.isascii() or cell_len(line) <= width):
            append((index, 0, length))
            continue
        start = 0
        parts = (
            (len(line[at : at + width]) for at in range(0, length, width))
            if line.isascii()
            else (len(part) for part in chop_cells(line, width))
        )
        for size in parts:
            append((index, start, start + size))
            start += size
    return rows


def part_of(cells: Cells, start: int, end: int) -> Cells:
    """Return the characters from `start` to `end` of a row, each with its role."""
    part: Cells = []
    position = 0
    for text, role in cells:
        if position >= end:
            break
        after = position + len(text)
        if after > start:
            part.append((text[max(0, start - position) : end - position], role))
        position = after
    return part


class ValueView(VirtualRows, can_focus=True):
    """Shows a decoded payload, long lines wrapped, and below it what there is to say about it."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = set(ROLES)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._decoded: Decoded | None = None
        self._notes: tuple[str, ...] = ()
        self._body: list[str] = []
        self._lines: list[str] = []
        self._rows: list[_Row] = []
        self._wrapped_at = 0
        self._cells: dict[int, Cells] = {}

    @property
    def decoded(self) -> Decoded | None:
        """What is shown."""
        return self._decoded

    @property
    def text(self) -> str:
        """The text that can be scrolled through, notes included."""
        return "\n".join(self._lines)

    def show(self, decoded: Decoded | None, notes: tuple[str, ...] = ()) -> None:
        """Show a payload and sentences about it; rows that stay as they are are not repainted."""
        if decoded == self._decoded and notes == self._notes:
            return
        before = self._visible_text()
        self._decoded = decoded
        self._notes = notes
        self._body = decoded.text.split("\n") if decoded is not None else []
        self._wrap()
        self._repaint_changes(before)

    def show_beginning(self) -> None:
        """Scroll to the first row."""
        self.scroll_to(y=0, animate=False)

    def on_resize(self, event: Resize) -> None:
        """Wrap again when the width changed."""
        if self.row_cells != self._wrapped_at:
            self._wrap()
            self.refresh()

    def _wrap(self) -> None:
        self._wrapped_at = self.row_cells
        width = max(1, self._wrapped_at)
        self._cells.clear()
        self._lines = self._body
        if self._notes:
            notes = (line for note in self._notes for line in wrap(note, width))
            self._lines = [*self._body, "", *notes]
        self._rows = wrapped_rows(self._lines, width)
        self.set_row_count(len(self._rows))

    def _visible_text(self) -> list[tuple[str, bool]]:
        first = self.scroll_offset.y
        return [self._row_text(y) for y in range(first, first + self.size.height)]

    def _row_text(self, row: int) -> tuple[str, bool]:
        if row >= len(self._rows):
            return "", False
        line, start, end = self._rows[row]
        return self._lines[line][start:end], line >= len(self._body)

    def _repaint_changes(self, before: list[tuple[str, bool]]) -> None:
        after = self._visible_text()
        for y, (old, new) in enumerate(zip(before, after, strict=False)):
            if old != new:
                self.refresh(Region(0, y, self.size.width, 1))
        if len(before) != len(after):
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the row at `y` of the visible part."""
        row = y + self.scroll_offset.y
        width = self.row_cells
        if row >= len(self._rows):
            return painted(self, [], width)
        line, start, end = self._rows[row]
        return painted(self, part_of(self._line_cells(line), start, end), width)

    def _line_cells(self, line: int) -> Cells:
        cells = self._cells.get(line)
        if cells is None:
            text = self._lines[line]
            if line >= len(self._body):
                cells = [(text, "warning")]
            elif self._decoded is not None and self._decoded.kind in ("json", "tree"):
                cells = json_cells(text)
            elif self._decoded is not None and self._decoded.kind == "hex":
                offset, _, rest = text.partition("  ")
                cells = [(offset + "  ", "dim"), (rest, "value")]
            elif self._decoded is not None and self._decoded.kind == "empty":
                cells = [(text, "dim")]
            else:
                cells = [(text, "value")]
            self._cells[line] = cells
        return cells
