"""How the lines of the topic tree look: rows to strips, reusing those that show the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from textual.strip import Strip

from mqttui.ui.widgets.topic_row import RowFace, face_of, figures_of, row_segments

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from rich.style import Style
    from textual.geometry import Size

    from mqttui.core.node import TopicNode
    from mqttui.core.outline import Row
    from mqttui.core.search.search import Search


class Line(NamedTuple):
    """One line of the screen: what it shows and how that looks."""

    key: object
    strip: Strip


class _Stamp(NamedTuple):
    """What must be equal for a row's face to be the same; cheap to compare."""

    messages: int
    topics_below: int
    rate: str
    age: str
    width: int
    breaks_rule: bool
    is_retained: bool
    is_hit: bool
    hits_below: int


@dataclass(frozen=True, slots=True)
class View:
    """What of a tree is in sight.

    `selected` is the topic of the user's choice, `cursor` the row that stands for it. `notice`
    is shown when there are no rows; it must be printable. With `is_still` rows that were in
    sight before keep what they show. `now` is in seconds since the epoch. Topics in `careless`
    break a rule of topic hygiene. What `search` finds is marked unless the rows are all there is
    to find, then `has_hits_only`; a closed branch tells how many hits are in it.
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


class TreePainter:
    """Makes the lines of a view; remembers no more than what is in sight.

    `style_of` returns the style of a role (`topic`, `value`, …), for a selected row or not.
    `painted_rows` counts the rows that could not be reused.
    """

    def __init__(self, style_of: Callable[[str, bool], Style]) -> None:
        self.painted_rows = 0
        self._style_of = style_of
        self._styles: dict[tuple[str, bool], Style] = {}
        self._lines: dict[object, Line] = {}
        self._faces: dict[TopicNode, tuple[_Stamp, RowFace]] = {}

    @property
    def remembered(self) -> int:
        """How many lines and faces are kept for the next view."""
        return len(self._lines) + len(self._faces)

    def forget(self) -> None:
        """Make everything anew the next time: a style has changed."""
        self._styles.clear()
        self._lines.clear()

    def lines(self, view: View) -> list[Line]:
        """Return as many lines as the view is high."""
        width, height = view.size
        faces: dict[TopicNode, tuple[_Stamp, RowFace]] = {}
        lines = []
        for row in view.rows:
            node = row.node
            faces[node] = seen = self._face(row, view)
            is_selected = node is view.selected
            is_cursor = node is view.cursor
            shape = (row.depth, row.is_branch, row.is_expanded)
            key = (seen[1], shape, is_cursor, is_selected, width)
            line = self._lines.get(key)
            if line is None:
                line = Line(key, self._strip(seen[1], row, is_cursor, is_selected, width))
            lines.append(line)
        self._faces = faces
        if not lines and view.notice:
            lines = self._notice_lines(view.notice, width, height)
        if len(lines) < height:
            blank = Line(("blank", width), Strip.blank(width, self._style("topic", False)))
            lines.extend([blank] * (height - len(lines)))
        self._lines = {line.key: line for line in lines}
        return lines

    def _face(self, row: Row, view: View) -> tuple[_Stamp, RowFace]:
        node = row.node
        seen = self._faces.get(node)
        width = view.size.width
        if seen is not None and view.is_still and seen[0].width == width:
            return seen
        rate, age = figures_of(node, view.now)
        breaks_rule = node in view.careless
        is_hit, hits_below = _hits_of(row, view)
        stamp = _Stamp(
            node.messages,
            node.topics_below,
            rate,
            age,
            width,
            breaks_rule,
            node.is_retained,
            is_hit,
            hits_below,
        )
        if seen is not None and seen[0] == stamp:
            return seen
        return stamp, face_of(
            node,
            rate,
            age,
            width,
            breaks_rule=breaks_rule,
            is_hit=is_hit,
            hits_below=hits_below,
        )

    def _strip(
        self, face: RowFace, row: Row, is_cursor: bool, is_selected: bool, width: int
    ) -> Strip:
        self.painted_rows += 1
        segments = row_segments(
            face,
            depth=row.depth,
            is_branch=row.is_branch,
            is_expanded=row.is_expanded,
            has_cursor=is_cursor,
            width=width,
        )
        style = self._style
        strip = Strip([Segment(text, style(role, is_selected)) for text, role in segments])
        return strip.adjust_cell_length(width, style("topic", is_selected))

    def _notice_lines(self, notice: str, width: int, height: int) -> list[Line]:
        style = self._style("notice", False)
        lines = []
        for text in ["", *_wrapped(notice, width - 4)][:height]:
            strip = Strip([Segment("  " + text, style)]).adjust_cell_length(width, style)
            lines.append(Line(("notice", text, width), strip))
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
