"""All kept messages of a topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on

from mqttui.payload.quantities import count_text
from mqttui.ui.commands.history import HISTORY_COMMANDS
from mqttui.ui.tabs.find_line import FindableTab
from mqttui.ui.tabs.tab import MessageWanted
from mqttui.ui.widgets.cells import Lines, cropped_cells
from mqttui.ui.widgets.history_list import HistoryList

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.core.node import TopicNode
    from mqttui.ui.tabs.tab import Shown
    from mqttui.ui.widgets.cells import Cells
    from mqttui.ui.widgets.message_list import MessageList
    from mqttui.ui.workspace import Workspace


class HistoryTab(FindableTab):
    """A list of messages with what is kept, evicted, held and filtered above it."""

    BINDINGS: ClassVar[list[BindingType]] = [*HISTORY_COMMANDS.bindings]
    HINT = "text in the messages"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._node: TopicNode | None = None
        self._reader_version = 0
        self._head = Lines(id="history-head")
        self._list = HistoryList(workspace.reader.one_line, id="history-list")

    def compose(self) -> ComposeResult:
        """The head and the list."""
        yield self._head
        yield self._list

    @property
    def list(self) -> HistoryList:
        """The list."""
        return self._list

    def refresh_frame(self, shown: Shown, now: float) -> None:
        """Show what came since the last frame; `now` is in seconds since the epoch."""
        if shown.node is not self._node:
            self._node = shown.node
            self._list.show_node(shown.node, now)
            self.stop_looking()
        version = self.workspace.reader.version
        if version != self._reader_version:
            self._reader_version = version
            self._list.forget_values()
        self._list.refresh_frame(now)
        self._draw_head()

    def focus_first(self) -> None:
        """To the list."""
        self._list.focus()

    def on_resize(self) -> None:
        """Other columns may fit."""
        self.call_after_refresh(self._draw_head)

    def _draw_head(self) -> None:
        node = self._node
        if node is None:
            return
        listed = self._list
        cells: Cells = [(f"{count_text(len(node.entries()))} kept", "heading")]
        if node.evicted:
            cells.append((f"  {count_text(node.evicted)} older evicted", "warning"))
        if listed.is_held:
            new = count_text(listed.new_while_held)
            cells.append((f"  HELD, {new} new (space: go on)", "cursor"))
        found = listed.filter
        if found is not None:
            cells.append((f"  {count_text(len(found))} with “{found.text}”", "fact"))
            if found.unseen:
                cells.append((f"  {count_text(found.unseen)} still to look at", "dim"))
        marks = listed.marks
        if marks:
            other = "the one under the cursor" if len(marks) == 1 else "each other"
            names = " and ".join(f"message {count_text(mark.number)}" for mark in marks)
            cells.append((f"  marked {names}; c compares with {other}", "dim"))
        width = self._head.size.width
        self._head.show([cropped_cells(cells, width), listed.heading(listed.row_cells)])

    # What the user does

    def on_message_list_chosen(self, event: MessageList.Chosen) -> None:
        """Moving the cursor shows no other message."""
        event.stop()
        self._draw_head()

    @on(HistoryList.Opened)
    def open(self, event: HistoryList.Opened) -> None:
        """Show what was clicked twice."""
        event.stop()
        self.action_show()

    def action_show(self) -> None:
        """Show the message under the cursor."""
        pointed = self._list.pointed
        if pointed is not None:
            self.post_message(MessageWanted(pointed, "value"))

    def action_mark(self) -> None:
        """Mark the message under the cursor, or no longer."""
        self._list.toggle_mark()
        self._draw_head()

    def action_compare(self) -> None:
        """Compare what is marked, or the message under the cursor with the one before."""
        pointed, marks = self._list.pointed, self._list.marks
        if pointed is None:
            return
        pair = [*marks, pointed] if len(marks) < 2 else [*marks]
        if not marks:
            before = self._list.before(pointed.number)
            if before is None:
                self.app.notify("The message before is not kept.", markup=False)
                return
            pair = [before, pointed]
        old, new = sorted(pair, key=lambda each: each.number)
        if old.number == new.number:
            self.app.notify("Put the cursor on another message than the marked one.", markup=False)
            return
        self.post_message(MessageWanted(new, "diff", old))

    def action_hold(self) -> None:
        """Stand still, or go on."""
        self._list.hold()
        self._draw_head()

    def look_for(self, text: str) -> None:
        """List only messages that contain a text."""
        self._list.set_filter(text)
        self._draw_head()
