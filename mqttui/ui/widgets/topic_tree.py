"""The topic tree: only the rows on the screen exist, and only rows that changed are painted."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, get_args

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.message import Message

from mqttui.core.filter_marks import COLOURS
from mqttui.ui.commands.tree import TREE_COMMANDS
from mqttui.ui.looks import AsciiFilter
from mqttui.ui.widgets.cells import VirtualRows
from mqttui.ui.widgets.mark_gutter import FROM_WIDTH, GUTTER_CELLS, MarkGutter
from mqttui.ui.widgets.row_columns import row_layout
from mqttui.ui.widgets.topic_row import Role, mark_cells
from mqttui.ui.widgets.tree_painter import TreePainter, View

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from textual import events
    from textual.binding import BindingType
    from textual.strip import Strip

    from mqttui.core.filter_marks import FilterMarks
    from mqttui.core.node import TopicNode
    from mqttui.core.outline import Outline, Row
    from mqttui.ui.widgets.row_columns import Columns
    from mqttui.ui.widgets.topic_row import ValueOf

FOLLOW_INTERVAL_S = 0.4
"""Shortest time between two jumps while following: a person must be able to read the name."""

UNFOLD_BUDGET_S = 0.008

ROLES = get_args(Role)


class TopicTree(VirtualRows, can_focus=True):
    """The rows of an outline, with a cursor that is a topic and never a row number.

    `refresh_frame` is called once per frame; it works out what the visible rows show now and
    repaints those that differ. Whatever moves around it, the row of the cursor stays where it
    is on the screen; while the cursor is out of sight, the top row does.

    `careless` are topics that break a rule of topic hygiene and get a mark, as do those whose
    last payload `is_broken`. `columns` are those that the user chose, None for what fits.
    `marks` tell which topic filter brought a row.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*TREE_COMMANDS.bindings]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"topic-tree--{role}" for role in ROLES),
        *(f"topic-tree--filter-{number}" for number in range(COLOURS)),
        "topic-tree--selected",
        "topic-tree--notice",
    }

    @dataclass
    class TopicSelected(Message):
        """The cursor went to another topic; None when there is none."""

        tree: TopicTree
        node: TopicNode | None

        @property
        def control(self) -> TopicTree:
            """The tree in which it happened."""
            return self.tree

    @dataclass
    class FollowChanged(Message):
        """Following was switched on or off, also by moving the cursor."""

        tree: TopicTree
        is_following: bool

        @property
        def control(self) -> TopicTree:
            """The tree in which it happened."""
            return self.tree

    def __init__(
        self,
        outline: Outline,
        *,
        wall_clock: Callable[[], float] = time.time,
        id: str | None = None,  # noqa: A002  # Textual's name
    ) -> None:
        super().__init__(id=id)
        self.is_following = False
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
        self._followed_at = 0.0

    def on_mount(self) -> None:
        """Find out what can be drawn."""
        filters = self.app.get_line_filters()
        self._painter.is_ascii = any(isinstance(each, AsciiFilter) for each in filters)

    # What others ask for

    def read_by(self, value_of: ValueOf) -> None:
        """Show messages as `value_of` reads them, from the next frame on."""
        self._painter.value_of = value_of
        self._painter.forget_values()

    @property
    def selected(self) -> TopicNode | None:
        """The topic under the cursor, also while a filter or a closed branch hides it."""
        return self._selected

    def select(self, node: TopicNode | None) -> None:
        """Put the cursor on `node`; it is not scrolled to."""
        if node is self._selected:
            return
        self._selected = node
        self._find_cursor()
        self._repaint()
        self.post_message(self.TopicSelected(self, node))

    def go_to(self, node: TopicNode) -> bool:
        """Open what hides `node`, put the cursor on it and scroll to it.

        Returns False if a filter hides it; then nothing moves.
        """
        self._outline.reveal(node)
        index = self._outline.index_of(node)
        self.unfold()
        if index is None:
            return False
        self.select(node)
        self._scroll_to_show(index)
        return True

    def follow(self, node: TopicNode) -> None:
        """Jump to `node` if following is on and the last jump was long enough ago."""
        if self.is_following and abs(self._now - self._followed_at) >= FOLLOW_INTERVAL_S:
            self._followed_at = self._now
            self.go_to(node)

    def set_following(self, is_following: bool) -> None:
        """Switch following on or off."""
        if is_following != self.is_following:
            self.is_following = is_following
            self.post_message(self.FollowChanged(self, is_following))

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
        style = self.get_component_rich_style(f"topic-tree--{role}")
        if is_selected:
            chosen = self.get_component_rich_style("topic-tree--selected")
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

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._lines = []
        self._move_top(self._top)
        self._repaint()
        self.show_selected()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines as they were last worked out; there is nothing to compute here."""
        width, height = self.size
        if len(self._lines) != height:
            self._lines = self._lines_now()
        strips = self._lines[crop.y : crop.bottom]
        if crop.x == 0 and crop.width == width:
            return strips
        return [strip.crop(crop.x, crop.right) for strip in strips]

    # Keys

    def _cursor_index(self) -> int | None:
        return None if self._cursor is None else self._outline.index_of(self._cursor)

    def _cursor_row(self) -> Row | None:
        index = self._cursor_index()
        if index is None:
            return None
        rows = self._outline.window(index, 1)
        return rows[0] if rows else None

    def _go_to_index(self, index: int) -> None:
        """Move the cursor by hand, which ends following."""
        self._held = None
        self.set_following(False)
        index = max(0, min(index, self._outline.row_count - 1))
        rows = self._outline.window(index, 1)
        if rows:
            self.select(rows[0].node)
            self._scroll_to_show(index)

    def action_move_cursor(self, rows: int) -> None:
        """Move the cursor; the first key puts it on the first row in sight."""
        index = self._cursor_index()
        self._go_to_index(self._top if index is None else index + rows)

    def action_move_page(self, pages: int) -> None:
        """Move the cursor by what fits on the screen."""
        index = self._cursor_index()
        page = max(1, self.size.height - 1)
        self._go_to_index((self._top if index is None else index) + pages * page)

    def action_move_to_start(self) -> None:
        """Move to the first row."""
        self._go_to_index(0)

    def action_move_to_end(self) -> None:
        """Move to the last row."""
        self._go_to_index(self._outline.row_count - 1)

    def action_open(self) -> None:
        """Open the branch under the cursor; if it is open, go to its first row."""
        row = self._cursor_row()
        if row is None:
            self.action_move_cursor(0)
        elif row.is_branch and not row.is_expanded:
            self._outline.expand(row.node)
            self.unfold()
        elif row.is_branch:
            self.action_move_cursor(1)

    def action_close(self) -> None:
        """Close the branch under the cursor; if it is closed, go to its parent."""
        row = self._cursor_row()
        if row is None:
            return
        parent = row.node.parent
        if row.is_expanded:
            self._outline.collapse(row.node)
            self.unfold()
        elif parent is not None:
            index = self._outline.index_of(parent)
            if index is not None and index >= 0:
                self._go_to_index(index)

    def action_toggle_branch(self) -> None:
        """Open or close the branch under the cursor."""
        row = self._cursor_row()
        if row is not None and row.is_branch:
            self._outline.toggle(row.node)
            self.unfold()

    def action_expand_branch(self) -> None:
        """Open everything below the cursor."""
        if self._cursor is not None:
            self._outline.expand_branch(self._cursor)
            self.unfold()

    def action_collapse_branch(self) -> None:
        """Close everything below the cursor."""
        row = self._cursor_row()
        if row is not None and row.is_branch:
            self._outline.collapse_branch(row.node)
            self.unfold()

    def action_expand_all(self) -> None:
        """Open every branch."""
        self.hold_place()
        self._outline.expand_all()
        self.unfold()

    def action_collapse_all(self) -> None:
        """Close every branch."""
        self.hold_place()
        self._outline.collapse_all()
        self.unfold()
        self.show_selected()

    # Mouse

    def on_click(self, event: events.Click) -> None:
        """Select the row; its mark, or a second click, opens and closes it."""
        if not 0 <= event.y < len(self._rows):
            return
        event.stop()
        row = self._rows[event.y]
        self.set_following(False)
        self.select(row.node)
        first, last = mark_cells(row.depth, row_layout(self._painted_cells, self._columns))
        if row.is_branch and (first <= event.x < last or event.chain == 2):
            self._outline.toggle(row.node)
            self.unfold()
