"""How the lines of the topic tree look: rows to strips, reusing those that show the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from textual.strip import Strip

from mqttui.core.period import SHORTEST_SILENCE_S, silent_after_s
from mqttui.core.trend import trend_of
from mqttui.payload.quantities import brief_count_text
from mqttui.ui.glyphs import ascii_text, curve
from mqttui.ui.widgets.row_columns import NAME_CELLS, TREND_CELLS, row_layout
from mqttui.ui.widgets.topic_row import (
    Pulse,
    RowFace,
    face_of,
    plain_value,
    pulse_of,
    row_segments,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from rich.style import Style
    from textual.geometry import Size

    from mqttui.core.node import Entry, TopicNode
    from mqttui.core.outline import Row
    from mqttui.core.search.search import Search
    from mqttui.ui.widgets.row_columns import Columns, RowLayout
    from mqttui.ui.widgets.topic_row import ValueOf

TREND_INTERVAL_S = 1.0
"""A curve that changes more often is work for nobody's eye."""

JUDGE_INTERVAL_S = 0.3
LOOKS_PER_FRAME = 16
"""Payloads judged and curves drawn anew in one frame; other rows keep theirs for a frame more."""


class _Stamp(NamedTuple):
    """What must be equal for a row's face to be the same; cheap to compare."""

    messages: int
    topics_below: int
    counted_below: object
    pulse: Pulse
    trend: str
    layout: RowLayout
    is_broken: bool
    breaks_rule: bool
    is_retained: bool
    is_hit: bool
    hits_below: int


@dataclass(slots=True)
class _Seen:
    """A row as it was last shown, and what was worked out for it, each valid for some messages."""

    stamp: _Stamp
    face: RowFace
    looks: tuple[object, ...] = ()
    line: Strip | None = None
    trend: str = ""
    trend_at: float = 0.0
    trend_messages: int = 0
    is_broken: bool = False
    judged_at: float = 0.0
    judged_messages: int = 0
    silent_after_s: float | None = None
    paced_messages: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """What of a tree is in sight.

    `selected` is the topic of the user's choice, `cursor` the row that stands for it. `notice`
    is shown when there are no rows; it must be printable. With `is_still` rows that were in
    sight before keep what they show. `now` is in seconds since the epoch, as is `began_at`, when
    the first message came. `columns` are those that the user chose. Topics in `careless` break a
    rule of topic hygiene; `is_broken` judges a payload. What `search` finds is marked unless the
    rows are all there is to find, then `has_hits_only`; a closed branch tells how many hits are in
    it.
    """

    rows: Sequence[Row]
    size: Size
    now: float
    selected: TopicNode | None
    cursor: TopicNode | None
    notice: str
    is_still: bool
    careless: Container[TopicNode] = frozenset()
    search: Search | None = None
    has_hits_only: bool = False
    began_at: float = 0.0
    columns: Columns = None
    is_broken: Callable[[bytes], bool] | None = None


class TreePainter:
    """Makes the lines of a view; remembers no more than what is in sight.

    `style_of` returns the style of a role (`topic`, `value`, …), for a selected row or not.
    `value_of(node, entry, width)` returns a message on one line. `painted_rows` counts the rows
    that could not be reused. While `is_ascii` nothing else is drawn.
    """

    def __init__(self, style_of: Callable[[str, bool], Style]) -> None:
        self.painted_rows = 0
        self.is_ascii = False
        self.value_of: ValueOf = plain_value
        self._style_of = style_of
        self._looks_left = 0
        self._styles: dict[tuple[str, bool], Style] = {}
        self._blank: Strip | None = None
        self._seen: dict[TopicNode, _Seen] = {}

    @property
    def remembered(self) -> int:
        """How many rows are kept for the next view."""
        return len(self._seen)

    def forget(self) -> None:
        """Make everything anew the next time: a style has changed."""
        self._styles.clear()
        self._blank = None
        for seen in self._seen.values():
            seen.line = None

    def forget_values(self) -> None:
        """Read every message anew the next time: another decoder was chosen."""
        for seen in self._seen.values():
            seen.stamp = _NO_STAMP

    def lines(self, view: View) -> list[Strip]:
        """Return as many lines as the view is high; those that look as before are the same."""
        width, height = view.size
        layout = row_layout(width, view.columns)
        all_seen: dict[TopicNode, _Seen] = {}
        self._looks_left = LOOKS_PER_FRAME
        lines = []
        for row in view.rows:
            node = row.node
            all_seen[node] = seen = self._look_at(row, view, layout)
            is_cursor, is_selected = node is view.cursor, node is view.selected
            looks = (row[1:], is_cursor, is_selected, layout)
            line = seen.line
            if line is None or looks != seen.looks:
                line = self._strip(seen.face, row, is_cursor, is_selected, layout)
                seen.line, seen.looks = line, looks
            lines.append(line)
        self._seen = all_seen
        if not lines and view.notice:
            lines = self._notice_lines(view.notice, width, height)
        if len(lines) < height:
            if self._blank is None or self._blank.cell_length != width:
                self._blank = Strip.blank(width, self._style("topic", False))
            lines.extend([self._blank] * (height - len(lines)))
        return lines

    def _look_at(self, row: Row, view: View, layout: RowLayout) -> _Seen:
        node = row.node
        seen = self._seen.get(node)
        if seen is not None and view.is_still and seen.stamp.layout is layout:
            return seen
        facts = _Seen(_NO_STAMP, _NO_FACE) if seen is None else seen
        if node.last is not None:
            self._work_out(facts, node, node.last, view, layout)
        pulse = pulse_of(node, view.now, view.began_at, facts.silent_after_s)
        stamp = _Stamp(
            node.messages,
            node.topics_below,
            _counted_below(node, layout),
            pulse,
            facts.trend,
            layout,
            facts.is_broken,
            node in view.careless,
            node.is_retained,
            *_hits_of(row, view),
        )
        if stamp != facts.stamp:
            facts.stamp = stamp
            face = face_of(
                node,
                pulse,
                layout,
                self.value_of,
                trend=facts.trend,
                is_broken=facts.is_broken,
                breaks_rule=stamp.breaks_rule,
                is_hit=stamp.is_hit,
                hits_below=stamp.hits_below,
            )
            if face != facts.face:
                facts.face = face
                facts.line = None
        return facts

    def _work_out(
        self, facts: _Seen, node: TopicNode, last: Entry, view: View, layout: RowLayout
    ) -> None:
        """Bring up to date what needs a look at payload or history, no more often than it must."""
        messages = node.messages
        now = view.now
        # Only who has not talked for a while can be silent.
        if facts.paced_messages != messages and now - last[0] >= SHORTEST_SILENCE_S:
            facts.paced_messages = messages
            facts.silent_after_s = silent_after_s(node)
        if self._looks_left <= 0:
            return
        if (
            facts.judged_messages != messages
            and view.is_broken is not None
            and abs(now - facts.judged_at) >= JUDGE_INTERVAL_S
        ):
            self._looks_left -= 1
            facts.judged_messages = messages
            facts.judged_at = now
            facts.is_broken = view.is_broken(last[1])
        if (
            facts.trend_messages != messages
            and layout.has_trend
            and abs(now - facts.trend_at) >= TREND_INTERVAL_S
        ):
            self._looks_left -= 1
            facts.trend_messages = messages
            facts.trend_at = now
            found = trend_of(node, now, TREND_CELLS)
            facts.trend = "" if found is None else curve(found.levels, from_zero=found.is_rate)

    def _strip(
        self, face: RowFace, row: Row, is_cursor: bool, is_selected: bool, layout: RowLayout
    ) -> Strip:
        self.painted_rows += 1
        segments = row_segments(
            face,
            layout,
            depth=row.depth,
            is_branch=row.is_branch,
            is_expanded=row.is_expanded,
            has_cursor=is_cursor,
        )
        if self.is_ascii:
            segments = [(ascii_text(text), role) for text, role in segments]
        style = self._style
        pieces = [Segment(text, style(role, is_selected)) for text, role in segments]
        if layout.room >= NAME_CELLS:
            return Strip(pieces, layout.width)
        return Strip(pieces).adjust_cell_length(layout.width, style("topic", is_selected))

    def _notice_lines(self, notice: str, width: int, height: int) -> list[Strip]:
        style = self._style("notice", False)
        lines = []
        for text in ["", *_wrapped(notice, width - 4)][:height]:
            shown = ascii_text(text) if self.is_ascii else text
            strip = Strip([Segment("  " + shown, style)])
            lines.append(strip.adjust_cell_length(width, style))
        return lines

    def _style(self, role: str, is_selected: bool) -> Style:
        style = self._styles.get((role, is_selected))
        if style is None:
            style = self._styles[role, is_selected] = self._style_of(role, is_selected)
        return style


def _hits_of(row: Row, view: View) -> tuple[bool, int]:
    """Return whether a row is marked as a hit, and how many hits it hides."""
    search = view.search
    if search is None:
        return False, 0
    is_hit = search.is_hit(row.node)
    hits_below = search.hits_within(row.node) - is_hit if not row.is_expanded else 0
    return is_hit and not view.has_hits_only, hits_below


_NO_PULSE = Pulse("", "", 0, False, False)
_NO_FACE = RowFace("", "", "", _NO_PULSE)
_NO_STAMP = _Stamp(-1, 0, None, _NO_PULSE, "", row_layout(1), False, False, False, False, 0)


def _counted_below(node: TopicNode, layout: RowLayout) -> object:
    """Return what of the messages below is seen in a row."""
    if layout.has_count:
        return node.messages_below
    if node.children and layout.tells_messages_below:
        return brief_count_text(node.messages_below)
    return None


def _wrapped(text: str, width: int) -> list[str]:
    """Return the lines of `text`, broken between words."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            if line and len(line) + 1 + len(word) > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines
