"""The topic tree: a cursor that is a topic, and the keys and clicks that move and open."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from mqttui.ui.commands.tree import TREE_COMMANDS
from mqttui.ui.widgets.row_columns import row_layout
from mqttui.ui.widgets.topic_row import mark_cells
from mqttui.ui.widgets.tree_rows import TreeRows

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.binding import BindingType

    from mqttui.core.node import TopicNode
    from mqttui.core.outline import Outline, Row

FOLLOW_INTERVAL_S = 0.4
"""Shortest time between two jumps while following: a person must be able to read the name."""


class TopicTree(TreeRows, can_focus=True):
    """The rows of an outline, with a cursor that is a topic and never a row number."""

    BINDINGS: ClassVar[list[BindingType]] = [*TREE_COMMANDS.bindings]

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
        super().__init__(outline, wall_clock=wall_clock, id=id)
        self.is_following = False
        self._followed_at = 0.0

    # What others ask for

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
