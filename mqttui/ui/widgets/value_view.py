"""The value of one message: a tree to fold, text, a hex dump or a small picture."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Region
from textual.message import Message

from mqttui.payload.folding import Folding, line_at, path_at
from mqttui.payload.tree_layout import folded_text
from mqttui.payload.tree_units import line_unit
from mqttui.ui.commands.value import VALUE_COMMANDS
from mqttui.ui.glyphs import CLOSED, CURSOR, OPENED
from mqttui.ui.widgets.cells import Cells, VirtualRows, painted
from mqttui.ui.widgets.value_text import json_cells, part_of, with_unit, wrapped_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType
    from textual.events import Click, Resize
    from textual.strip import Strip

    from mqttui.payload.decoded import Decoded
    from mqttui.payload.folding import Path
    from mqttui.payload.tree import Node
    from mqttui.payload.tree_layout import Line
    from mqttui.ui.widgets.value_text import Row

GUTTER_CELLS = 2
"""The cursor, and the mark that folds and opens; only of what can be folded."""


class ValueView(VirtualRows, can_focus=True):
    """Shows a decoded payload, long lines wrapped, and below it what there is to say about it.

    Of a tree objects and arrays can be folded, and the cursor tells the path to a value. Both stay
    where they are, by path, when another message is shown.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*VALUE_COMMANDS.bindings]

    @dataclass
    class Pointed(Message):
        """The cursor is on another value, or on none: see `pointed`."""

        view: ValueView

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._decoded: Decoded | None = None
        self._notes: tuple[str, ...] = ()
        self._folding = Folding()
        self._tree: tuple[Line, ...] = ()
        self._in_sight: Sequence[int] = ()
        self._folded: frozenset[int] = frozenset()
        self._body_lines = 0
        self._lines: list[str] = []
        self._rows: list[Row] = []
        self._picture_rows = 0
        self._wrapped_at = 0
        self._cells: dict[int, Cells] = {}
        self._cursor = 0
        self._cursor_path: Path = ()
        self._is_at_closing = False

    @property
    def decoded(self) -> Decoded | None:
        """What is shown."""
        return self._decoded

    @property
    def text(self) -> str:
        """The text that can be scrolled through, notes included."""
        return "\n".join(self._lines)

    @property
    def pointed(self) -> tuple[Path, Node] | None:
        """Path and value under the cursor; None without a tree or without the keyboard."""
        if not self._tree or not self.has_focus:
            return None
        line = self._tree[self._cursor]
        node = line.node if line.node is not None else self._tree[line.parent].node
        assert node is not None
        return self._cursor_path, node

    @property
    def pointed_unit(self) -> str | None:
        """The unit of the value under the cursor, as far as it is told."""
        return line_unit(self._tree, self._cursor) if self._tree else None

    def show(self, decoded: Decoded | None, notes: tuple[str, ...] = ()) -> None:
        """Show a payload and sentences about it; rows that stay as they are are not repainted."""
        if decoded == self._decoded and notes == self._notes:
            return
        before = self._visible_text()
        self._decoded = decoded
        self._notes = notes
        self._tree = decoded.lines if decoded is not None else ()
        self._lay_out()
        self._repaint_changes(before)

    def show_beginning(self) -> None:
        """Scroll to the first row."""
        self._cursor_path = ()
        self._is_at_closing = False
        self._cursor = 0
        self.scroll_to(y=0, animate=False)

    def open_anew(self) -> None:
        """Forget what was folded."""
        self._folding = Folding()

    def on_resize(self, event: Resize) -> None:
        """Wrap again when the width changed."""
        if self.row_cells != self._wrapped_at:
            self._wrap()
            self.refresh()

    def _lay_out(self) -> None:
        """Find out which lines are in sight and where the cursor is."""
        tree = self._tree
        if tree:
            self._in_sight, self._folded = self._folding.visible(tree)
            self._lines = [
                folded_text(tree[at]) if at in self._folded else tree[at].text
                for at in self._in_sight
            ]
            at = line_at(tree, self._cursor_path)
            if self._is_at_closing and tree[tree[at].last].node is None:
                at = tree[at].last
            self._cursor = self._nearest_in_sight(at)
        else:
            self._in_sight, self._folded = (), frozenset()
            decoded = self._decoded
            self._lines = decoded.text.split("\n") if decoded is not None else []
        self._body_lines = len(self._lines)
        self._wrap()
        if self.has_focus:
            self.post_message(self.Pointed(self))

    def _wrap(self) -> None:
        self._wrapped_at = self.row_cells
        width = max(0, self._wrapped_at - self._gutter_cells)
        self._cells.clear()
        del self._lines[self._body_lines :]
        if self._notes:
            self._lines.append("")
            self._lines.extend(line for note in self._notes for line in wrap(note, max(1, width)))
        self._rows = wrapped_rows(self._lines, width)
        self._picture_rows = 0
        if self._decoded is not None and self._decoded.picture is not None:
            # Imported here: few messages are pictures.
            from mqttui.ui.widgets.picture import picture_rows

            self._picture_rows = picture_rows(self._decoded.picture, width)
        self.set_row_count(len(self._rows) + self._picture_rows)

    @property
    def _gutter_cells(self) -> int:
        return GUTTER_CELLS if self._tree else 0

    def _nearest_in_sight(self, line: int) -> int:
        """Return a line, or the folded one in which it is."""
        while line >= 0:
            parent = self._tree[line].parent
            above = parent
            while above >= 0 and above not in self._folded:
                above = self._tree[above].parent
            if above < 0:
                return line
            line = above
        return 0

    def _visible_text(self) -> list[tuple[str, bool]]:
        first = self.scroll_offset.y
        return [self._row_text(y) for y in range(first, first + self.size.height)]

    def _row_text(self, row: int) -> tuple[str, bool]:
        if row >= len(self._rows):
            return "", self._picture_rows > 0
        line, start, end = self._rows[row]
        text = self._lines[line][start:end]
        if line < len(self._in_sight):
            at = self._in_sight[line]
            unit = line_unit(self._tree, at) or ""
            text = f"{self._mark(at)}{at == self._cursor}{text}{unit}"
        return text, line >= self._body_lines

    def _repaint_changes(self, before: list[tuple[str, bool]]) -> None:
        after = self._visible_text()
        for y, (old, new) in enumerate(zip(before, after, strict=False)):
            if old != new:
                self.refresh(Region(0, y, self.size.width, 1))
        if len(before) != len(after) or self._picture_rows:
            self.refresh()

    # What the user does

    def on_focus(self) -> None:
        """Show the cursor and where it is."""
        self.refresh()
        self.post_message(self.Pointed(self))

    def on_blur(self) -> None:
        """Show no cursor."""
        self.refresh()
        self.post_message(self.Pointed(self))

    def action_move(self, rows: int) -> None:
        """Move the cursor; without a tree scroll."""
        if self._tree:
            self._go_to(self._place_of_cursor() + rows)
        else:
            self.scroll_relative(y=rows, animate=False)

    def action_move_page(self, pages: int) -> None:
        """Move by what is visible."""
        self.action_move(pages * max(1, self.size.height - 1))

    def action_move_to(self, place: int) -> None:
        """Move to the beginning, or with -1 to the end."""
        if self._tree:
            self._go_to(place if place >= 0 else len(self._in_sight) - 1)
        if place < 0:
            self.scroll_to(y=self.max_scroll_y, animate=False)
        elif not self._tree:
            self.scroll_to(y=0, animate=False)

    def action_open(self) -> None:
        """Open what is under the cursor; what is open, go to its first member."""
        if not self._tree:
            return
        if self._cursor in self._folded:
            self._set_folded(self._cursor, is_folded=False)
        elif self._is_foldable(self._cursor):
            self._go_to(self._place_of_cursor() + 1)

    def action_fold(self) -> None:
        """Fold what is under the cursor; what is folded or has no members, go around it."""
        if not self._tree:
            return
        cursor = self._cursor
        if self._is_foldable(cursor) and cursor not in self._folded:
            self._set_folded(cursor, is_folded=True)
        elif self._tree[cursor].parent >= 0:
            self._go_to(self._in_sight.index(self._tree[cursor].parent))

    def action_toggle_fold(self) -> None:
        """Fold or open what is under the cursor, or what it is the end of."""
        if not self._tree:
            return
        line = self._tree[self._cursor]
        at = self._cursor if line.node is not None else line.parent
        if self._is_foldable(at):
            self._set_folded(at, is_folded=at not in self._folded)

    def action_fold_all(self) -> None:
        """Fold everything but the outermost value."""
        self._folding.fold_all()
        self._refold()

    def action_open_all(self) -> None:
        """Open everything."""
        self._folding.open_all()
        self._refold()

    def on_click(self, event: Click) -> None:
        """Move the cursor; a click on the mark, or a second one, folds and opens."""
        row = event.y + self.scroll_offset.y
        if not self._tree or row >= len(self._rows) or self._rows[row][0] >= self._body_lines:
            return
        self._go_to(self._rows[row][0])
        if event.x < GUTTER_CELLS or event.chain == 2:
            self.action_toggle_fold()

    def _is_foldable(self, at: int) -> bool:
        return self._tree[at].last > at

    def _set_folded(self, at: int, *, is_folded: bool) -> None:
        self._folding.set_folded(path_at(self._tree, at), is_folded=is_folded)
        self._cursor = at
        self._note_cursor()
        self._refold()

    def _refold(self) -> None:
        if self._tree:
            self._lay_out()
            self._note_cursor()
            self._show_cursor()
            self.refresh()

    def _note_cursor(self) -> None:
        self._cursor_path = path_at(self._tree, self._cursor)
        self._is_at_closing = self._tree[self._cursor].node is None

    def _place_of_cursor(self) -> int:
        in_sight = self._in_sight
        if isinstance(in_sight, range):
            return self._cursor
        return in_sight.index(self._cursor)

    def _go_to(self, place: int) -> None:
        place = max(0, min(place, len(self._in_sight) - 1))
        at = self._in_sight[place]
        if at != self._cursor:
            self._cursor = at
            self._note_cursor()
            self.refresh()
            self.post_message(self.Pointed(self))
        self._show_cursor()

    def _show_cursor(self) -> None:
        place = self._place_of_cursor()
        row = self._first_row(place)
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if row < top:
            self.scroll_to(y=row, animate=False)
        elif row >= top + height:
            self.scroll_to(y=row - height + 1, animate=False)

    def _first_row(self, line: int) -> int:
        low, high = 0, len(self._rows)
        while low < high:
            middle = (low + high) // 2
            if self._rows[middle][0] < line:
                low = middle + 1
            else:
                high = middle
        return low

    # Painting

    def render_line(self, y: int) -> Strip:
        """Return the row at `y` of the visible part."""
        row = y + self.scroll_offset.y
        width = self.row_cells
        if row >= len(self._rows):
            picture = self._decoded.picture if self._decoded is not None else None
            if picture is not None and row < len(self._rows) + self._picture_rows:
                from mqttui.ui.widgets.picture import picture_strip

                strip = picture_strip(picture, row - len(self._rows), width)
                return strip.adjust_cell_length(width, self.rich_style)
            return painted(self, [], width)
        line, start, end = self._rows[row]
        cells = part_of(self._line_cells(line), start, end)
        if line >= len(self._in_sight):
            blank: Cells = [(" " * self._gutter_cells, "value")] if self._tree else []
            return painted(self, [*blank, *cells], width)
        at = self._in_sight[line]
        has_cursor = at == self._cursor and self.has_focus
        mark = self._mark(at) if start == 0 else " "
        cells.insert(0, ((CURSOR if has_cursor else " ") + mark, "mark"))
        if end == len(self._lines[line]) and (unit := line_unit(self._tree, at)):
            cells = with_unit(cells, unit)
        return painted(self, cells, width, "cursor" if has_cursor else None)

    def _mark(self, at: int) -> str:
        if not self._is_foldable(at):
            return " "
        return CLOSED if at in self._folded else OPENED

    def _line_cells(self, line: int) -> Cells:
        cells = self._cells.get(line)
        if cells is None:
            text = self._lines[line]
            kind = self._decoded.kind if self._decoded is not None else "text"
            if line >= self._body_lines:
                cells = [(text, "warning")]
            elif kind in ("json", "tree"):
                cells = json_cells(text)
            elif kind == "hex":
                offset, _, rest = text.partition("  ")
                cells = [(offset + "  ", "dim"), (rest, "value")]
            elif kind == "empty":
                cells = [(text, "dim")]
            else:
                cells = [(text, "value")]
            self._cells[line] = cells
        return cells
