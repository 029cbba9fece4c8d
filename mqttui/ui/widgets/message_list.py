"""The last messages of one topic, newest on top, as a list of which only the visible rows exist."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from mqttui.core.message import DUP, RETAIN, qos_of
from mqttui.payload.quantities import duration_text, size_text
from mqttui.ui.commands.history import MESSAGE_LIST_COMMANDS
from mqttui.ui.glyphs import CHOSEN, RETAINED
from mqttui.ui.widgets.cells import Cells, VirtualRows, painted
from mqttui.ui.widgets.message_facts import clock_text, size_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType
    from textual.events import Click, Resize
    from textual.strip import Strip

    from mqttui.core.node import Entry, TopicNode
    from mqttui.ui.widgets.topic_row import ValueOf

GAP_FROM_WIDTH = 48
QOS_FROM_WIDTH = 30
SIZE_FROM_WIDTH = 58
CLOCK_CELLS = 12
_STRIPS_KEPT = 512


def heading_cells(width: int) -> Cells:
    """Return the names of the columns of a list that is `width` cells wide."""
    return [(columns_text("time", "gap", "QoS", "size", "value", width), "dim")]


def message_columns(entry: Entry, previous: Entry | None, now: float, width: int) -> str:
    """Return all of a row but its value; `previous` is the message before if that is kept."""
    received_at, _, flags, _ = entry
    gap = "-"
    if previous is not None:
        gap_s = received_at - previous[0]
        # What was read from the network at once has one time.
        gap = duration_text(gap_s) if gap_s > 0 else "burst"
    mark = f"{qos_of(flags)}{RETAINED if flags & RETAIN else ''}{'D' if flags & DUP else ''}"
    return columns_text(
        clock_text(received_at, now), gap, mark, size_text(size_of(entry)), "", width
    )


def columns_text(clock: str, gap: str, mark: str, size: str, value: str, width: int) -> str:
    """Return the columns for which there is room, the value behind them."""
    text = f"{clock:<{CLOCK_CELLS}} "
    if width >= GAP_FROM_WIDTH:
        text += f"{gap:>7}  "
    if width >= QOS_FROM_WIDTH:
        text += f"{mark:<3} "
    if width >= SIZE_FROM_WIDTH:
        text += f"{size:>7}  "
    return text + value


class MessageList(VirtualRows, can_focus=True):
    """Lists the kept messages of a topic; the cursor is on one of them or on none (live).

    A message is known by its number: the first that was received on the topic is 1. Numbers stay
    when old messages are evicted, so the cursor and the scrolled rows stay on their messages.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*MESSAGE_LIST_COMMANDS.bindings]

    @dataclass
    class Chosen(Message):
        """A message was chosen, or with None the live view."""

        number: int | None

    def __init__(self, value_of: ValueOf, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._value_of = value_of
        self._node: TopicNode | None = None
        self._newest = 0
        self._cursor: int | None = None
        self._now = 0.0
        self._strips: dict[int, Strip] = {}

    @property
    def cursor(self) -> int | None:
        """The number of the chosen message, None while live."""
        return self._cursor

    def show_node(self, node: TopicNode | None, now: float) -> None:
        """List the messages of another topic, from its newest, without a cursor."""
        self._node = node
        self._newest = 0
        self._cursor = None
        self._now = now
        self._strips.clear()
        self.scroll_to(y=0, animate=False)
        self.refresh_frame(now)
        self.refresh()

    def refresh_frame(self, now: float) -> None:
        """Take in what came since the last frame; rows on which somebody looks stay in place."""
        node = self._node
        if node is None:
            self.set_row_count(0)
            return
        entries = node.entries()
        arrived = node.messages - self._newest
        if not arrived and len(entries) == self.row_count:
            return
        if time.localtime(now)[:3] != time.localtime(self._now)[:3]:
            # Times of yesterday now need their date.
            self._strips.clear()
        self._now = now
        is_looking_back = self._newest > 0 and (
            self.scroll_offset.y > 0 or self._cursor is not None
        )
        self._newest = node.messages
        self.set_row_count(len(entries))
        if is_looking_back and arrived:
            self.scroll_to(y=min(self.scroll_offset.y + arrived, self.max_scroll_y), animate=False)
        self.refresh()

    def number_at(self, row: int) -> int:
        """Return the number of the message in a row."""
        return self._newest - row

    def row_of(self, number: int) -> int:
        """Return the row of a message."""
        return self._newest - number

    def forget_values(self) -> None:
        """Paint every message anew: they are read in another way."""
        self._forget_strips()
        self.refresh()

    def _forget_strips(self) -> None:
        self._strips.clear()

    def _forget_strip(self, number: int) -> None:
        self._strips.pop(number, None)

    def entry(self, number: int) -> Entry | None:
        """Return the message with this number, None if it is not kept."""
        found = self._entry_and_previous(number)
        return found[0] if found is not None else None

    def choose(self, number: int | None, *, is_told: bool = True) -> None:
        """Put the cursor on a message, or take it away, and tell unless it is known."""
        if number == self._cursor:
            return
        for changed in (self._cursor, number):
            if changed is not None:
                self._forget_strip(changed)
        self._cursor = number
        if number is None:
            self.scroll_to(y=0, animate=False)
        else:
            self._scroll_to_number(number)
        self.refresh()
        if is_told:
            self.post_message(self.Chosen(number))

    def _scroll_to_number(self, number: int) -> None:
        row = self.row_of(number)
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if row < top:
            self.scroll_to(y=row, animate=False)
        elif row >= top + height:
            self.scroll_to(y=row - height + 1, animate=False)

    def action_move(self, rows: int) -> None:
        """Move the cursor towards older (positive) or newer messages; past the newest is live."""
        if self._cursor is None:
            if rows > 0 and self.row_count:
                self.choose(self.number_at(0))
            return
        self._choose_row(self.row_of(self._cursor) + rows)

    def action_move_page(self, pages: int) -> None:
        """Move the cursor by what is visible."""
        self.action_move(pages * max(1, self.size.height - 1))

    def action_newest(self) -> None:
        """Go back to live."""
        self.choose(None)

    def action_oldest(self) -> None:
        """Choose the oldest message that is kept."""
        self._choose_row(self.row_count - 1)

    def on_click(self, event: Click) -> None:
        """Choose the message under the mouse."""
        row = event.y + self.scroll_offset.y
        if row < self.row_count:
            self._choose_row(row)

    def _choose_row(self, row: int) -> None:
        if row < 0:
            self.choose(None)
        elif self.row_count:
            self.choose(self.number_at(min(row, self.row_count - 1)))

    def on_resize(self, event: Resize) -> None:
        """Other columns may fit now."""
        self._forget_strips()
        self.refresh()

    def notify_style_update(self) -> None:
        """Forget what was painted in the colours of another theme."""
        super().notify_style_update()
        self._forget_strips()

    def render_line(self, y: int) -> Strip:
        """Return the row at `y` of the visible part."""
        width = self.row_cells
        row = y + self.scroll_offset.y
        node = self._node
        if row >= self.row_count or node is None:
            return painted(self, [], width)
        number = self._newest - row
        strip = self._strips.get(number)
        if strip is None:
            found = self._entry_and_previous(number)
            if found is None:
                return painted(self, [], width)
            entry, previous = found
            left = message_columns(entry, previous, self._now, width)
            room = max(0, width - len(left))
            cells: Cells = [(left, "dim"), (self._value_of(node, entry, room), "value")]
            is_chosen = number == self._cursor
            if is_chosen:
                # Colour alone would be lost on some terminals.
                clock = cells[0][0]
                cells[0] = (clock[:CLOCK_CELLS] + CHOSEN + clock[CLOCK_CELLS + 1 :], "dim")
            strip = painted(self, cells, width, "cursor" if is_chosen else None)
            if len(self._strips) >= _STRIPS_KEPT:
                self._strips.clear()
            self._strips[number] = strip
        return strip

    def _entry_and_previous(self, number: int) -> tuple[Entry, Entry | None] | None:
        node = self._node
        if node is None:
            return None
        entries: Sequence[Entry] = node.entries()
        # Counted from the newest: messages may have come or gone since the last frame.
        index = len(entries) - 1 - (node.messages - number)
        if not 0 <= index < len(entries):
            return None
        return entries[index], entries[index - 1] if index else None
