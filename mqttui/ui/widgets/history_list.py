"""All kept messages of a topic: to look through, hold still, filter, and mark two of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.message import Message

from mqttui.core.history_filter import HistoryFilter
from mqttui.payload.quantities import age_text, calm_age_s
from mqttui.ui.glyphs import CURSOR
from mqttui.ui.tabs.tab import Numbered
from mqttui.ui.widgets.cells import fitted, painted
from mqttui.ui.widgets.message_list import MessageList, columns_text, message_columns

if TYPE_CHECKING:
    from textual.events import Click
    from textual.strip import Strip

    from mqttui.core.node import TopicNode
    from mqttui.ui.widgets.cells import Cells
    from mqttui.ui.widgets.topic_row import ValueOf

FILTER_BUDGET_S = 0.004
FLOOD_INTERVAL_S = 0.3
"""A list of which every row changes is read by nobody, and painting it costs the most."""

AGE_FROM_WIDTH = 62
AGE_CELLS = 8
MARK_CELLS = 2
MARKS = "AB"
_STRIPS_KEPT = 512


class HistoryList(MessageList):
    """Lists what is kept, newest on top; the cursor chooses nothing before somebody says so.

    While it is held nothing is added at the top. With a filter only messages that contain its text
    are listed; they are looked for in slices, the newest first.
    """

    @dataclass
    class Opened(Message):
        """A message was clicked twice."""

    def __init__(self, value_of: ValueOf, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(value_of, id=id)
        self._filter: HistoryFilter | None = None
        self._held_at: int | None = None
        self._marks: list[Numbered] = []
        self._aged: dict[int, tuple[str, Strip]] = {}
        self._painted_ages: dict[int, str] = {}
        self._moved_at = float("-inf")

    @property
    def is_held(self) -> bool:
        """Whether the list stands still."""
        return self._held_at is not None

    @property
    def filter(self) -> HistoryFilter | None:
        """What is looked for."""
        return self._filter

    @property
    def marks(self) -> tuple[Numbered, ...]:
        """The marked messages, at most two, in the order in which they were marked."""
        return tuple(self._marks)

    @property
    def new_while_held(self) -> int:
        """How many messages came since the list stands still."""
        if self._held_at is None or self._node is None:
            return 0
        return self._node.messages - self._held_at

    @property
    def pointed(self) -> Numbered | None:
        """The message under the cursor, the newest that is listed if there is no cursor."""
        number = self._cursor
        if number is None and self.row_count:
            number = self.number_at(0)
        entry = self.entry(number) if number is not None else None
        return Numbered(number, entry) if number is not None and entry is not None else None

    def before(self, number: int) -> Numbered | None:
        """Return the message before another one, None if it is not kept."""
        entry = self.entry(number - 1)
        return Numbered(number - 1, entry) if entry is not None else None

    def show_node(self, node: TopicNode | None, now: float) -> None:
        """List the messages of another topic, without hold, filter and marks."""
        self._filter = None
        self._held_at = None
        self._marks = []
        self._moved_at = float("-inf")
        self._forget_strips()
        super().show_node(node, now)

    def set_filter(self, text: str) -> None:
        """List only messages that contain a text, with an empty one all."""
        self._filter = HistoryFilter(text, self._newest) if text else None
        self._cursor = None
        self._moved_at = float("-inf")
        self.scroll_to(y=0, animate=False)
        self.refresh_frame(self._now)
        self.refresh()

    def hold(self) -> None:
        """Stand still, or go on."""
        node = self._node
        self._held_at = node.messages if self._held_at is None and node is not None else None
        self._moved_at = float("-inf")
        self.refresh_frame(self._now)

    def toggle_mark(self) -> None:
        """Mark the message under the cursor to be compared; of three marks the oldest goes."""
        pointed = self.pointed
        if pointed is None:
            return
        kept = [mark for mark in self._marks if mark.number != pointed.number]
        if len(kept) == len(self._marks):
            kept = [*kept[-1:], pointed]
        self._marks = kept
        self._forget_strips()
        self.refresh()

    # Which messages are listed

    def number_at(self, row: int) -> int:
        """Return the number of the message in a row."""
        return self._filter.number_at(row) if self._filter is not None else self._newest - row

    def row_of(self, number: int) -> int:
        """Return the row of a message."""
        return self._filter.row_of(number) if self._filter is not None else self._newest - number

    def refresh_frame(self, now: float) -> None:
        """Take in what came since the last frame; rows on which somebody looks stay in place."""
        node = self._node
        if node is None:
            self.set_row_count(0)
            return
        if int(now / 86_400) != int(self._now / 86_400):
            self._forget_strips()
        top_row, rows_before = self.scroll_offset.y, self.row_count
        is_flood = self._filter is None and node.messages - self._newest >= self.size.height
        if is_flood and rows_before and 0 <= now - self._moved_at < FLOOD_INTERVAL_S:
            return
        is_looking_back = rows_before > 0 and (top_row > 0 or self._cursor is not None)
        top = self.number_at(min(top_row, rows_before - 1)) if is_looking_back else 0
        newest_before, self._now = self._newest, now
        self._newest = node.messages if self._held_at is None else self._held_at
        first_kept = node.messages - len(node.entries()) + 1
        rows = max(0, self._newest - first_kept + 1)
        if self._filter is not None:
            self._filter.update(node, self._newest, FILTER_BUDGET_S)
            rows = len(self._filter)
        if rows == rows_before and newest_before == self._newest:
            self._repaint_ages()
            return
        self._moved_at = now
        self.set_row_count(rows)
        if is_looking_back:
            row = self.row_of(top)
            if row != top_row:
                self.scroll_to(y=min(row, self.max_scroll_y), animate=False)
        self.refresh()

    def _repaint_ages(self) -> None:
        """Paint the rows whose age has another text than before."""
        if not self._has_ages:
            return
        first = self.scroll_offset.y
        for y in range(min(self.size.height, self.row_count - first)):
            number = self.number_at(first + y)
            entry = self.entry(number)
            if entry is not None and self._painted_ages.get(number) != self._age(entry[0]):
                self.refresh(Region(0, y, self.size.width, 1))

    # Painting

    @property
    def _has_ages(self) -> bool:
        return self.row_cells >= AGE_FROM_WIDTH

    def _age(self, received_at: float) -> str:
        return age_text(calm_age_s(self._now - received_at))

    def heading(self, width: int) -> Cells:
        """Return the names of the columns."""
        left = " " * MARK_CELLS
        age = f"{'age':>{AGE_CELLS - 2}}  " if self._has_ages else ""
        room = width - MARK_CELLS - len(age)
        return [(left + age + columns_text("time", "gap", "QoS", "size", "value", room), "dim")]

    def render_line(self, y: int) -> Strip:
        """Return the row at `y` of the visible part."""
        width = self.row_cells
        row = y + self.scroll_offset.y
        if row >= self.row_count or self._node is None:
            return painted(self, [], width)
        number = self.number_at(row)
        found = self._entry_and_previous(number)
        if found is None:
            return painted(self, [], width)
        entry, previous = found
        age = self._age(entry[0]) if self._has_ages else ""
        known = self._aged.get(number)
        if known is not None and known[0] == age:
            return known[1]
        left = f"{age:>{AGE_CELLS - 2}}  " if self._has_ages else ""
        room = width - MARK_CELLS - len(left)
        columns = message_columns(entry, previous, self._now, room)
        value = self._value_of(self._node, entry, max(0, room - len(columns)))
        is_cursor = number == self._cursor
        cells: Cells = [
            (CURSOR if is_cursor else " ", "topic"),
            (self._mark_of(number), "warning"),
            (left + columns, "dim"),
            (fitted(value, max(0, room - len(columns))), "value"),
        ]
        strip = painted(self, cells, width, "cursor" if is_cursor else None)
        if len(self._aged) >= _STRIPS_KEPT:
            self._forget_strips()
        self._aged[number] = (age, strip)
        self._painted_ages[number] = age
        return strip

    def _mark_of(self, number: int) -> str:
        for mark, letter in zip(self._marks, MARKS, strict=False):
            if mark.number == number:
                return letter
        return " "

    def _forget_strips(self) -> None:
        self._strips.clear()
        self._aged.clear()
        self._painted_ages.clear()

    def _forget_strip(self, number: int) -> None:
        self._aged.pop(number, None)

    def on_click(self, event: Click) -> None:
        """Put the cursor on the row; a second click shows the message."""
        super().on_click(event)
        if event.chain == 2:
            self.post_message(self.Opened())
