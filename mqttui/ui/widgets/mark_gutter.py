"""The letters at the right edge of the topic tree that tell which topic filter brought a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from textual.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.style import Style

    from mqttui.core.filter_marks import FilterMark, FilterMarks
    from mqttui.core.node import TopicNode
    from mqttui.core.outline import Row

GUTTER_CELLS = 2
FROM_WIDTH = 46
"""Narrower trees need the room for names and values."""


class _Seen(NamedTuple):
    """A line of the last view, without and with its letter."""

    line: Strip
    mark: FilterMark | None
    wider: Strip


class MarkGutter:
    """Adds a letter to lines; remembers no more than what is in sight.

    `style_of` returns the style of a role, for a selected row or not.
    """

    def __init__(self, style_of: Callable[[str, bool], Style]) -> None:
        self._style_of = style_of
        self._seen: dict[int, _Seen] = {}

    def forget(self) -> None:
        """Make everything anew the next time: a style has changed."""
        self._seen.clear()

    def added_to(
        self,
        lines: Sequence[Strip],
        rows: Sequence[Row],
        marks: FilterMarks,
        selected: TopicNode | None,
    ) -> list[Strip]:
        """Return the lines with their letters; the first of them are those of `rows`."""
        added = []
        now: dict[int, _Seen] = {}
        for number, line in enumerate(lines):
            node = rows[number].node if number < len(rows) else None
            mark = marks.of_node(node) if node is not None else None
            seen = self._seen.get(id(line))
            if seen is None or seen.line is not line or seen.mark != mark:
                is_selected = node is not None and node is selected
                seen = _Seen(line, mark, Strip.join([line, self._strip(mark, is_selected)]))
            now[id(line)] = seen
            added.append(seen.wider)
        self._seen = now
        return added

    def _strip(self, mark: FilterMark | None, is_selected: bool) -> Strip:
        if mark is None:
            text, role = " " * GUTTER_CELLS, "guide"
        else:
            text, role = mark.letter.ljust(GUTTER_CELLS), f"filter-{mark.colour}"
        return Strip([Segment(text, self._style_of(role, is_selected))], GUTTER_CELLS)
