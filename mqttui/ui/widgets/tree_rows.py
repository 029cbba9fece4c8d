"""The rows of the topic tree in sight: no others exist, and those that changed are painted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size

from mqttui.ui.looks import AsciiFilter
from mqttui.ui.roles import role_style
from mqttui.ui.widgets.cells import VirtualRows
from mqttui.ui.widgets.mark_gutter import FROM_WIDTH, GUTTER_CELLS, MarkGutter
from mqttui.ui.widgets.tree_painter import TreePainter, View

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from textual.strip import Strip

    from mqttui.core.filter_marks import FilterMarks
    from mqttui.core.node import TopicNode
    from mqttui.core.outline import Outline, Row
    from mqttui.ui.widgets.row_columns import Columns
    from mqttui.ui.widgets.topic_row import ValueOf

UNFOLD_BUDGET_S = 0.008


class TreeRows(VirtualRows):
    """Draws the rows of an outline, one of them that of the cursor.

    `refresh_frame` is called once per frame; it works out what the visible rows show now and
    repaints those that differ. Whatever moves around it, the row of the cursor stays where it
    is on the screen; while the cursor is out of sight, the top row does.

    `careless` are topics that break a rule of topic hygiene and get a mark, as do those whose
    last payload `is_broken`. `columns` are those that the user chose, None for what fits.
    `marks` tell which topic filter brought a row.
    """

    ALLOW_SELECT = False

    def __init__(
        self,
        outline: Outline,
        *,
        wall_clock: Callable[[], float] = time.time,
        id: str | None = None,  # noqa: A002  # Textual's name
    ) -> None:
        super().__init__(id=id)
        self.careless: Container[TopicNode] = frozenset()
        self.is_broken: Callable[[bytes], bool] | None = None
        self._columns: Columns = None
        self._outline = outline
        self._wall_clock = wall_clock
        self._now = wall_clock()
        self._selected: TopicNode | None = None
        self._cursor: TopicNode | None = None
        self._revision = -1
        self._top = 0
        self._rows: list[Row] = []
        self._lines: list[Strip] = []
        self.marks: FilterMarks | None = None
        self._painter = TreePainter(self._style_of)
        self._gutter = MarkGutter(self._style_of)
        self._notice = ""
        self._held: tuple[int, TopicNode] | None = None
        self._is_still = False

    def on_mount(self) -> None:
        """Find out what can be drawn."""
        filters = self.app.get_line_filters()
        self._painter.is_ascii = any(isinstance(each, AsciiFilter) for each in filters)

    def read_by(self, value_of: ValueOf) -> None:
        """Show messages as `value_of` reads them, from the next frame on."""
        self._painter.value_of = value_of
        self._painter.forget_values()

    def set_notice(self, text: str) -> None:
        """Choose what stands in place of the rows while there are none; must be printable."""
        if text != self._notice:
            self._notice = text
            self._repaint()

    @property
    def columns(self) -> Columns:
        """The columns that the user chose, None while the width chooses."""
        return self._columns

    def show_columns(self, columns: Columns) -> None:
        """Show other columns from now on."""
        self._columns = columns
        self._repaint()

    def hold_place(self) -> None:
        """Keep the cursor where it is on the screen while the outline is built anew.

        To be called before the outline gets another filter or order: it unfolds bit by bit, and
        what is held comes back into its place when it does. What was hidden comes into sight.
        """
        self._held = next(self._held_nodes(), None)
        if self._selected is not None and self._cursor is not self._selected:
            self._held = (max(0, self.size.height // 3), self._selected)

    def show_selected(self) -> None:
        """Scroll to the cursor if it is visible at all."""
        if self._cursor is not None:
            index = self._outline.index_of(self._cursor)
            if index is not None:
                self._scroll_to_show(index)

    def refresh_frame(self, now: float, *, is_still: bool = False) -> None:
        """Repaint the rows that show something else than before; none if none does.

        With `is_still` rows that are on the screen keep what they show, while the cursor and
        the scroll position can still move.
        """
        self._now = now
        self._is_still = is_still
        if self._revision != self._outline.revision:
            self._take_rows()
        else:
            self._repaint()

    # Rows and their place

    def unfold(self) -> None:
        """Show at once what the user has just changed in the outline, as far as time allows."""
        self._now = self._wall_clock()
        self._outline.update(self._now, UNFOLD_BUDGET_S)
        self._take_rows()

    def _take_rows(self) -> None:
        """Take over what the outline shows now; what the eye rests on stays where it is."""
        self._revision = self._outline.revision
        top = self._held_top()
        self._find_cursor()
        self.set_row_count(self._outline.row_count)
        self._move_top(top)
        self._repaint()

    def _held_top(self) -> int:
        """Return the row that must be the top one so that nothing moves under the eye."""
        if self._selected is None and self._top == 0:
            return 0
        held = self._held
        if held is not None:
            index = self._outline.index_of(held[1])
            if index is not None or not self._outline.is_working:
                self._held = None
            if index is not None:
                return index - held[0]
        for offset, node in self._held_nodes():
            index = self._outline.index_of(node)
            if index is not None:
                return index - offset
        return self._top

    def _held_nodes(self) -> Iterator[tuple[int, TopicNode]]:
        """Yield nodes with their line on the screen, what matters most first."""
        for offset, row in enumerate(self._rows):
            if row.node is self._cursor:
                yield offset, row.node
                break
        for offset, row in enumerate(self._rows):
            yield offset, row.node

    def _find_cursor(self) -> None:
        """Find the row that stands for the selected topic: its own, or a branch that hides it."""
        selected = self._selected
        self._cursor = None if selected is None else self._outline.nearest_visible(selected)

    def _move_top(self, top: int) -> None:
        """Scroll so that row `top` is the first one, as far as there are rows."""
        self.scroll_target_y = self.scroll_y = float(top)
        self.scroll_target_y = self.scroll_y
        self._top = round(self.scroll_y)

    def _scroll_to_show(self, index: int) -> None:
        height = max(1, self.size.height)
        if index < self._top:
            self._move_top(index)
        elif index >= self._top + height:
            self._move_top(index - height + 1)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Repaint what differs, which is nothing when rows came in above."""
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = new_value
        self._top = round(new_value)
        self._repaint()

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._lines = []
        self._move_top(self._top)
        self._repaint()
        self.show_selected()

    # Painting

    def _repaint(self) -> None:
        """Bring the lines up to date and ask for those that differ to be painted."""
        if not self.is_mounted or not self.size:
            return
        before = self._lines
        self._lines = lines = self._lines_now()
        width = self.size.width
        if len(before) != len(lines):
            self.refresh()
            return
        changed = [
            y
            for y, (old, new) in enumerate(zip(before, lines, strict=True))
            if old is not new and old != new
        ]
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    @property
    def _has_gutter(self) -> bool:
        return self.marks is not None and self.marks.is_telling and self.size.width >= FROM_WIDTH

    @property
    def _painted_cells(self) -> int:
        """The width of a row without the gutter."""
        return self.size.width - (GUTTER_CELLS if self._has_gutter else 0)

    def _lines_now(self) -> list[Strip]:
        self._rows = self._outline.window(self._top, self.size.height)
        marks = self.marks if self._has_gutter else None
        lines = self._painter.lines(
            View(
                self._rows,
                Size(self._painted_cells, self.size.height),
                self._now,
                self._selected,
                self._cursor,
                self._notice,
                self._is_still,
                self.careless,
                self._outline.search,
                self._outline.is_filtered,
                self._outline.began_at,
                self._columns,
                self.is_broken,
            )
        )
        if marks is None:
            return lines
        return self._gutter.added_to(lines, self._rows, marks, self._selected)

    def _style_of(self, role: str, is_selected: bool) -> Style:
        """Return the style of a role, with everything that applies to all lines worked in."""
        style = role_style(self, f"tree-{role}")
        if is_selected:
            chosen = role_style(self, "tree-selected-in-use" if self.has_focus else "tree-selected")
            if chosen.reverse:
                # Colours turned over would make a patchwork of the row.
                style = Style(reverse=True, bold=chosen.bold)
            else:
                style += Style(bgcolor=chosen.bgcolor, bold=chosen.bold)
        # The app's filters (no colour, ANSI colours, no dim text) see styles, not lines: they
        # give the same for every segment, and a line is made more often than a style. Only ASCII
        # is a matter of the text, and of the painter.
        segments = [Segment(" ", style)]
        for line_filter in self.get_line_filters():
            segments = line_filter.apply(segments, self.background_colors[1])
        return segments[0].style or style

    def notify_style_update(self) -> None:
        """Forget lines that were made with the old styles (theme, focus)."""
        super().notify_style_update()
        self._painter.forget()
        self._gutter.forget()
        self._lines = []
        if self.is_mounted:
            self._repaint()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines as they were last worked out; there is nothing to compute here."""
        width, height = self.size
        if len(self._lines) != height:
            self._lines = self._lines_now()
        strips = self._lines[crop.y : crop.bottom]
        if crop.x == 0 and crop.width == width:
            return strips
        return [strip.crop(crop.x, crop.right) for strip in strips]
