"""One row of the topic tree as text: what stands in its columns.

Pure: no widget, no style. A row is a list of `(text, role)`; the tree knows what a role looks
like. All text here is safe for the terminal and exactly as wide as it says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from rich.cells import cell_len

from mqttui.core.message import RETAIN
from mqttui.core.period import is_new
from mqttui.payload.one_line import one_line
from mqttui.payload.printable import topic_text
from mqttui.payload.quantities import (
    UNKNOWN,
    age_text,
    brief_count_text,
    calm_age_s,
    count_text,
    rate_text,
    size_text,
)
from mqttui.ui.glyphs import CARELESS, CLOSED, CURSOR, HIT, NEW, OPENED, RETAINED, SILENT, WARNING
from mqttui.ui.widgets.cells import fitted
from mqttui.ui.widgets.row_columns import END_CELLS, GAP_CELLS, TREND_CELLS, Column

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.node import Entry, TopicNode
    from mqttui.ui.widgets.row_columns import RowLayout

Role: TypeAlias = Literal[
    "guide",
    "branch",
    "topic",
    "hit",
    "value",
    "fading",
    "recent",
    "fresh",
    "retained",
    "new",
    "silent",
    "warning",
    "figure",
    "trend",
    "cursor",
]

ValueOf: TypeAlias = "Callable[[TopicNode, Entry, int], str]"
"""Returns at most so many characters for a message in a row."""

SLOWEST_RATE = 0.04
"""Below it there was no message in the last 10 s, and a mean over them tells nothing."""

VALUE_COLUMN_SHARE = 0.36
SHORTEST_VALUE_CELLS = 4
MARK_CELLS = 3
"""New or silent, broken or careless, retained; a blank follows."""

_MARKS_CELLS = 1 + MARK_CELLS + 1

_AGED_S = (6.0, 3.0, 1.0)
"""Until which ages a value has which shade; bounds at which the age changes its text anyway."""

_SHADES: tuple[Role, ...] = ("value", "fading", "recent", "fresh")


class Pulse(NamedTuple):
    """What of a row changes as time goes by, without a message."""

    rate: str
    age: str
    freshness: int
    is_new: bool
    is_silent: bool


class RowFace(NamedTuple):
    """What a row shows, whatever its place: every text is printable."""

    name: str
    below: str
    value: str
    pulse: Pulse
    messages: str = ""
    size: str = ""
    trend: str = ""
    is_retained: bool = False
    is_broken: bool = False
    breaks_rule: bool = False
    is_hit: bool = False

    @property
    def has_marks(self) -> bool:
        """Whether anything is marked."""
        pulse = self.pulse
        return (
            self.is_retained
            or self.is_broken
            or self.breaks_rule
            or pulse.is_new
            or pulse.is_silent
        )


def pulse_of(
    node: TopicNode, now: float, began_at: float, silent_after_s: float | None = None
) -> Pulse:
    """Return what time tells about a row; `began_at` is when the first message came."""
    age_s = now - node.changed_at if is_dated(node) else float("inf")
    last = node.last
    return Pulse(
        *figures_of(node, now),
        freshness=sum(age_s < bound_s for bound_s in _AGED_S),
        is_new=is_new(node, began_at, now),
        is_silent=silent_after_s is not None
        and last is not None
        and now - last[0] >= silent_after_s,
    )


def is_dated(node: TopicNode) -> bool:
    """Whether anybody can know when the last message of a row was sent.

    What the broker had retained does not tell; a row with other topics goes by those as well.
    """
    last = node.last
    if last is not None and not node.children:
        return not last[2] & RETAIN
    return node.rate_value > 0


def figures_of(node: TopicNode, now: float) -> tuple[str, str]:
    """Return the rate and the age of a row, as text, `-` for an age that nobody knows.

    A rate below `SLOWEST_RATE` is left out.
    """
    if not is_dated(node):
        return "", UNKNOWN
    rate = node.rate(now)
    age = age_text(calm_age_s(now - node.changed_at))
    return rate_text(rate) if rate >= SLOWEST_RATE else "", age


def plain_value(node: TopicNode, entry: Entry, width: int) -> str:
    """Return a message on one line, whatever decoder was chosen for its topic."""
    return one_line(entry[1], width)


def face_of(
    node: TopicNode,
    pulse: Pulse,
    layout: RowLayout,
    value_of: ValueOf = plain_value,
    *,
    trend: str = "",
    is_broken: bool = False,
    breaks_rule: bool = False,
    is_hit: bool = False,
    hits_below: int = 0,
) -> RowFace:
    """Return what the row of `node` shows; the width bounds the work for huge payloads.

    `is_hit` and `hits_below` are what a search found here and below.
    """
    last = node.last
    width = layout.width
    return RowFace(
        # A name can be 64 kB; beyond four code points per cell nothing more is seen.
        name=topic_text(node.name[: 4 * width].encode("utf-8", "surrogateescape")) or "(empty)",
        below=_below_text(node, layout, hits_below) if node.children else "",
        value="" if last is None else value_of(node, last, width),
        pulse=pulse,
        messages=f"{_count_text(node.messages_below)} msg" if layout.has_count else "",
        size=_size_text(last) if last is not None and layout.has_size else "",
        trend=trend,
        is_retained=node.is_retained,
        is_broken=is_broken,
        breaks_rule=breaks_rule,
        is_hit=is_hit,
    )


def mark_cells(depth: int, layout: RowLayout) -> tuple[int, int]:
    """Return the columns (from, to) of the mark that opens and closes a branch."""
    start = 1 + _indent(depth, layout)
    return start, start + 2


def row_segments(
    face: RowFace,
    layout: RowLayout,
    *,
    depth: int,
    is_branch: bool,
    is_expanded: bool,
    has_cursor: bool,
) -> list[tuple[str, Role]]:
    """Return the row, exactly as wide as its layout."""
    room = layout.room
    indent = _indent(depth, layout)
    mark = (f"{OPENED} " if is_expanded else f"{CLOSED} ") if is_branch else "  "
    # Blanks join what follows: each segment costs as much as the text in it.
    segments: list[tuple[str, Role]] = [(" " * (1 + indent) + mark, "guide")]
    if has_cursor or face.is_hit:
        first = CURSOR if has_cursor else HIT
        segments = [(first, "cursor"), (" " * indent + mark, "guide")]
    used = 1 + indent + 2
    name_room = room - used
    if face.has_marks and name_room >= 2 * _MARKS_CELLS:
        # However long the name is, its marks are seen.
        name_room -= _MARKS_CELLS
    name = fitted(face.name, max(0, name_room))
    used += cell_len(name)
    segments.append((name, "hit" if face.is_hit else "branch" if is_branch else "topic"))

    if face.below and used + 2 + len(face.below) <= room:
        segments.append(("  " + face.below, "figure"))
        used += 2 + len(face.below)
    value = face.value if layout.has_value else ""
    if value or face.has_marks:
        gap = max(1, int(room * VALUE_COLUMN_SHARE) - MARK_CELLS + 1 - used)
        value_room = room - used - gap - MARK_CELLS - 1
        value = fitted(value, value_room) if value_room >= SHORTEST_VALUE_CELLS else ""
        if value_room >= 0:
            used += gap + MARK_CELLS + 1 + cell_len(value)
            if face.has_marks:
                segments += _marks(face, gap)
                gap = -MARK_CELLS
            blanks = " " * (gap + MARK_CELLS + 1)
            segments.append((blanks + value, _SHADES[face.pulse.freshness]))
    filler = " " * max(0, room - used)
    if layout.has_trend:
        segments.append((filler + face.trend.rjust(TREND_CELLS + GAP_CELLS), "trend"))
        filler = ""
    figures = [_figure(face, column).rjust(cells) for column, cells in layout.figures]
    segments.append((filler + "".join(figures) + " " * END_CELLS, "figure"))
    return segments


def _figure(face: RowFace, column: Column) -> str:
    if column is Column.AGE:
        return face.pulse.age
    if column is Column.RATE:
        return face.pulse.rate
    return face.messages if column is Column.COUNT else face.size


def _marks(face: RowFace, gap: int) -> list[tuple[str, Role]]:
    """Return the marks of a row after a gap, in `MARK_CELLS` more cells."""
    pulse = face.pulse
    marks: list[tuple[str, Role]] = []
    all_marks: tuple[tuple[str, Role], ...] = (
        _state_mark(pulse),
        (WARNING if face.is_broken else CARELESS if face.breaks_rule else "", "warning"),
        (RETAINED if face.is_retained else "", "retained"),
    )
    blanks = " " * gap
    for mark, role in all_marks:
        if mark:
            marks.append((blanks + mark, role))
            blanks = ""
        else:
            blanks += " "
    if blanks:
        marks.append((blanks, "guide"))
    return marks


def _state_mark(pulse: Pulse) -> tuple[str, Role]:
    if pulse.is_silent:
        return SILENT, "silent"
    return (NEW if pulse.is_new else ""), "new"


def _below_text(node: TopicNode, layout: RowLayout, hits: int) -> str:
    topics = node.topics_below
    text = "1 topic" if topics == 1 else f"{topics:,} topics"
    if layout.tells_messages_below:
        text += f", {brief_count_text(node.messages_below)} msg"
    if hits:
        text += ", 1 hit" if hits == 1 else f", {hits:,} hits"
    return text


def _size_text(entry: Entry) -> str:
    # Imported here: the first paint can do without it.
    from mqttui.ui.widgets.message_facts import size_of

    return size_text(size_of(entry))


def _count_text(count: int) -> str:
    return count_text(count) if count < 1_000_000 else brief_count_text(count)


def _indent(depth: int, layout: RowLayout) -> int:
    """Return the cells before the mark; deep topics keep half of the room for their name."""
    return min(2 * depth, max(0, layout.room // 2 - 3))
