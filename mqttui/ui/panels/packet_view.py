"""The control packets of a connection: MQTT at work."""

from __future__ import annotations

import time
from bisect import bisect_left
from typing import TYPE_CHECKING

from rich.cells import cell_len

from mqttui.core.trace import Direction, TraceEntry
from mqttui.core.trace_filter import PacketKind, TraceFilter
from mqttui.core.trace_text import file_lines, flags_of
from mqttui.payload.printable import printable, topic_text
from mqttui.payload.quantities import UNKNOWN, count_text, duration_text, size_text
from mqttui.ui.glyphs import LEFT, RETAINED, RIGHT, TIMES
from mqttui.ui.panels.tail_view import TailView
from mqttui.ui.widgets.cells import Cells, fitted
from mqttui.ui.widgets.message_facts import clock_text
from mqttui.ui.widgets.switches import Switch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.ui.workspace import Workspace

MAX_ENTRIES = 10_000
ON_OFF = [(True, "on"), (False, "off")]
SHOWN = [(False, "on"), (True, "off")]
ARROWS = {Direction.SENT: RIGHT, Direction.RECEIVED: LEFT}
DIRECTIONS = [(None, "both"), *((way, arrow) for way, arrow in ARROWS.items())]
KINDS: list[PacketKind | None] = [None, *PacketKind]
CLOCK_CELLS = 13
GAP_CELLS = 8
PACKET_CELLS = 12
ID_CELLS = 6
FLAG_CELLS = 5
SIZE_CELLS = 9
AFTER_CELLS = 9
WIDE = 110
"""From here on there is room for the gap between packets and their sizes."""

OFF = (
    "Nothing is recorded. R begins to record every control packet between mqttui and the broker: "
    "MQTT at work."
)
WAITING = "Recording; no packet that fits has passed yet."


class PacketView(TailView[TraceEntry]):
    """Lists the trace of a connection; it keeps what it has listed, as much as a trace keeps."""

    def __init__(self, workspace: Workspace, *, id: str) -> None:  # noqa: A002  # Textual's name
        super().__init__(workspace, id=id)
        self._trace = workspace.source.trace
        self._kind: PacketKind | None = None
        self._direction: Direction | None = None
        self._hides_sys = False
        self._filter = TraceFilter()
        self._known: list[TraceEntry] = []
        self._listed: list[TraceEntry] = []
        self._last = 0

    def number_of(self, item: TraceEntry) -> int:
        """Return the number of an entry."""
        return item.number

    @property
    def is_recording(self) -> bool:
        """Whether packets are being recorded."""
        return self._trace.is_on

    @property
    def listed(self) -> int:
        """How many entries are listed."""
        return len(self._listed)

    def toggle_recording(self) -> None:
        """Begin or stop to record."""
        if self._trace.is_on:
            self._trace.stop()
        else:
            self._trace.start()
        self.draw_words()

    def file_lines(self) -> list[str]:
        """Return what is listed as the lines of a file."""
        shown, kept, evicted = len(self._listed), len(self._known), self._trace.evicted
        remarks = [f"{shown:,} entries"]
        if shown < kept:
            remarks.append(f"{kept - shown:,} more were recorded and left out by a filter")
        if evicted:
            remarks.append(f"{evicted:,} older ones gave way before")
        return list(
            file_lines(
                self._listed,
                label=self.workspace.label,
                saved_at=self.workspace.wall_clock(),
                remarks=remarks,
            )
        )

    def clear(self) -> None:
        """Forget what was recorded."""
        self._trace.clear()
        self._known.clear()
        self.changed()

    def refill(self, *, is_other_list: bool) -> None:
        """List what has been recorded since the last time; from the beginning for another list."""
        new = self._trace.entries(after=self._last)
        if not new and not is_other_list:
            return
        if new:
            self._last = new[-1].number
            self._known += new
        if is_other_list:
            self._filter = TraceFilter(
                self._kind, self._direction, self.text, hides_sys=self._hides_sys
            )
            self._listed = []
            new = self._known
        self._listed += filter(self._filter.matches, new)
        if len(self._known) > MAX_ENTRIES:
            del self._known[:-MAX_ENTRIES]
            first = self._known[0].number
            del self._listed[: bisect_left(self._listed, first, key=self.number_of)]
        self.tail.show(self._listed, is_other_list=is_other_list)
        self.draw_words()

    @property
    def filter_problem(self) -> str | None:
        """What is wrong with the topic filter."""
        return self._filter.problem

    @property
    def summary(self) -> str:
        """How many entries are listed, of how many, and how many gave way."""
        shown, kept = len(self._listed), len(self._known)
        text = f"{kept:,} entries" if shown == kept else f"{shown:,} of {kept:,} entries"
        evicted = self._trace.evicted
        return f"{text}, {count_text(evicted)} older gave way" if evicted else text

    def switches(self) -> Sequence[Switch]:
        """Return whether it records, which packets, which direction, and whether `$SYS` too."""
        kind = self._kind
        shown = "all packets" if kind is None else kind.value
        return [
            self._switch("R record ", ON_OFF, self._trace.is_on),
            Switch("1 ", [(kind, shown)], kind),
            self._switch("2 ", DIRECTIONS, self._direction),
            self._switch("h $SYS ", SHOWN, self._hides_sys),
        ]

    @property
    def _is_wide(self) -> bool:
        # The view itself has no size before it is first shown.
        return self.app.size.width >= WIDE

    def _switch(self, title: str, options: Sequence[tuple[object, str]], chosen: object) -> Switch:
        """Return a choice, where there is little room with the option in force alone."""
        if not self._is_wide:
            options = [(value, label) for value, label in options if value == chosen]
        return Switch(title, options, chosen)

    def cycle(self, switch: int) -> None:
        """Take the next kind or direction; show or hide `$SYS`."""
        if switch == 0:
            self._kind = KINDS[(KINDS.index(self._kind) + 1) % len(KINDS)]
        elif switch == 2:
            self._hides_sys = not self._hides_sys
        else:
            values = [direction for direction, _ in DIRECTIONS]
            self._direction = values[(values.index(self._direction) + 1) % len(values)]
        self.changed()

    def choose(self, switch: int, value: object) -> None:
        """Take what was clicked, or the next option where only the present one is shown."""
        if switch == 0:
            if not self._is_wide or value is not self._trace.is_on:
                self.toggle_recording()
        elif switch == 1 or not self._is_wide:
            self.cycle(switch - 1)
        elif switch == 3:
            self._hides_sys = bool(value)
            self.changed()
        else:
            assert value is None or isinstance(value, Direction)
            self._direction = value
            self.changed()

    def heading_cells(self, width: int) -> Cells:
        """Return the names of the columns."""
        text = f"  {'time':<{CLOCK_CELLS}}"
        if width >= WIDE:
            text += f"{'gap':>{GAP_CELLS - 1}} "
        text += f"{'packet':<{PACKET_CELLS}}{'id':>{ID_CELLS - 1}} {'QoS':<{FLAG_CELLS}}"
        if width >= WIDE:
            text += f"{'size':>{SIZE_CELLS - 1}} "
        return [(f" {text}{'after':>{AFTER_CELLS - 1}}  topic, and what it says", "dim")]

    def row_cells(self, item: TraceEntry, width: int) -> Cells:
        """Return an entry as a row; unknown is a dash."""
        left = f"{clock_text(item.at, self._now):<{CLOCK_CELLS}}"
        is_wide = width >= WIDE
        if is_wide:
            left += f"{self._gap_text(item):>{GAP_CELLS - 1}} "
        packet = fitted(printable(item.packet), PACKET_CELLS - 1)
        number = UNKNOWN if item.packet_id is None else str(item.packet_id)
        right = f"{number:>{ID_CELLS - 1}} {_flag_text(item):<{FLAG_CELLS}}"
        if is_wide:
            right += f"{size_text(item.size_bytes):>{SIZE_CELLS - 1}} "
        after = f"{duration_text(item.after_s):>{AFTER_CELLS - 1}}"
        times = f"{TIMES}{count_text(item.count)} " if item.count > 1 else ""
        topic = "" if item.topic is None else topic_text(item.topic)
        words = "" if item.words is None else printable(item.words)
        used = 2 + len(left) + PACKET_CELLS + len(right) + len(after) + 2 + len(times)
        room = max(0, width - used)
        topic = fitted(topic, room)
        gap = "  " if topic and words else ""
        room -= cell_len(topic) + len(gap)
        return [
            (f"{ARROWS[item.direction]} ", "topic"),
            (left, "dim"),
            (f"{packet:<{PACKET_CELLS}}", "heading"),
            (right, "dim"),
            (after, "number"),
            (f"  {times}", "number"),
            (topic, "value"),
            (gap + fitted(words, max(0, room)), "fact"),
        ]

    def _gap_text(self, item: TraceEntry) -> str:
        """Return the time since the entry before, as it is listed."""
        index = bisect_left(self._listed, item.number, key=self.number_of)
        if index == 0:
            return UNKNOWN
        gap_s = item.at - self._listed[index - 1].at
        return duration_text(max(0.0, gap_s))

    def words_of(self, item: TraceEntry | None) -> list[tuple[str, str]]:
        """Return everything that is known of an entry, in words."""
        if item is None:
            return [(WAITING if self._trace.is_on else OFF, "dim")]
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(item.at))
        facts = [f"{item.direction.value} {at}.{int(item.at % 1 * 1e6):06d}"]
        packet = printable(item.packet)
        is_burst = item.count > 1
        facts.append(f"{count_text(item.count)} {packet} packets together" if is_burst else packet)
        if item.packet_id is not None:
            facts.append(f"identifier {item.packet_id}")
        if item.qos is not None:
            facts.append(" ".join([f"QoS {item.qos}", *flags_of(item)]))
        if item.size_bytes is not None:
            facts.append(f"{count_text(item.size_bytes)} bytes{' in all' if is_burst else ''}")
        if item.after_s is not None:
            facts.append(f"{duration_text(item.after_s)} after what it answers")
        paragraphs = [(", ".join(facts), "fact")]
        if item.topic is not None:
            first = "the first topic: " if is_burst else ""
            paragraphs.append((first + topic_text(item.topic), "topic"))
        if item.words is not None:
            paragraphs.append((printable(item.words), "value"))
        return paragraphs


def _flag_text(entry: TraceEntry) -> str:
    """Return QoS and flags as in the list of messages: `1`, the mark of retained, `D` for DUP."""
    if entry.qos is None:
        return UNKNOWN
    return f"{entry.qos}{RETAINED if entry.is_retained else ''}{'D' if entry.is_dup else ''}"
