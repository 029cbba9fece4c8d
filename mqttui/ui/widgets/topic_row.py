"""One row of the topic tree as text: which columns fit, and what stands in them.

Pure: no widget, no style. A row is a list of `(text, role)`; the tree knows what a role looks
like. All text here is safe for the terminal and exactly as wide as it says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from rich.cells import cell_len

from mqttui.payload.printable import topic_text
from mqttui.payload.quantities import age_text, rate_text
from mqttui.payload.registry import one_line
from mqttui.ui.widgets.cells import fitted

if TYPE_CHECKING:
    from mqttui.core.node import TopicNode

Role: TypeAlias = Literal[
    "guide", "branch", "topic", "hit", "value", "fresh", "retained", "warning", "figure", "cursor"
]

SLOWEST_RATE = 0.5 / 60
RATE_CELLS = 9
AGE_CELLS = 8
RATE_FROM_WIDTH = 34
AGE_FROM_WIDTH = 46
VALUE_COLUMN_SHARE = 0.36
SHORTEST_VALUE_CELLS = 4
CURSOR_MARK = "▌"
HIT_MARK = "»"
RETAINED_MARK = "⚑"
HYGIENE_MARK = "!"


class RowFace(NamedTuple):
    """What a row shows, whatever its place: every text is printable."""

    name: str
    below: str
    value: str
    is_retained: bool
    rate: str
    age: str
    breaks_rule: bool = False
    is_hit: bool = False


def face_of(
    node: TopicNode,
    rate: str,
    age: str,
    width: int,
    *,
    breaks_rule: bool = False,
    is_hit: bool = False,
    hits_below: int = 0,
) -> RowFace:
    """Return what the row of `node` shows; `width` bounds the work for huge names and payloads.

    `is_hit` and `hits_below` are what a search found here and below.
    """
    last = node.last
    return RowFace(
        # A name can be 64 kB; beyond four code points per cell nothing more is seen.
        name=topic_text(node.name[: 4 * width].encode("utf-8", "surrogateescape")) or "(empty)",
        below=_below_text(node.topics_below, hits_below) if node.children else "",
        value="" if last is None else one_line(last[1], width),
        is_retained=node.is_retained,
        rate=rate,
        age=age,
        breaks_rule=breaks_rule,
        is_hit=is_hit,
    )


def figures_of(node: TopicNode, now: float) -> tuple[str, str]:
    """Return the rate and the age of the row, as text.

    A rate below half a message a minute is left out. From ten seconds on the age goes in tens:
    a text that ticks is a line sent to the terminal, and nobody needs the 47th second.
    """
    rate = node.rate(now)
    age_s = now - node.changed_at
    if 10 <= age_s < 60:
        age_s -= age_s % 10
    return rate_text(rate) if rate >= SLOWEST_RATE else "", age_text(age_s)


def mark_cells(depth: int, width: int) -> tuple[int, int]:
    """Return the columns (from, to) of the mark that opens and closes a branch."""
    start = 1 + _indent(depth, width)
    return start, start + 2


def row_segments(
    face: RowFace,
    *,
    depth: int,
    is_branch: bool,
    is_expanded: bool,
    has_cursor: bool,
    width: int,
) -> list[tuple[str, Role]]:
    """Return the row, exactly `width` cells wide."""
    has_rate = width >= RATE_FROM_WIDTH
    has_age = width >= AGE_FROM_WIDTH
    room = width - (RATE_CELLS if has_rate else 0) - (AGE_CELLS if has_age else 0)

    mark = ("▾ " if is_expanded else "▸ ") if is_branch else "  "
    segments: list[tuple[str, Role]] = [
        (CURSOR_MARK if has_cursor else HIT_MARK if face.is_hit else " ", "cursor"),
        (" " * _indent(depth, width) + mark, "guide"),
    ]
    used = 1 + _indent(depth, width) + 2
    name = fitted(face.name, max(0, room - used))
    used += cell_len(name)
    segments.append((name, "hit" if face.is_hit else "branch" if is_branch else "topic"))

    if face.below and used + 2 + len(face.below) <= room:
        segments.append(("  " + face.below, "figure"))
        used += 2 + len(face.below)
    if face.value or face.is_retained:
        gap = max(3 if face.breaks_rule else 2, int(room * VALUE_COLUMN_SHARE) - used)
        value_room = room - used - gap - 2
        if value_room >= SHORTEST_VALUE_CELLS:
            value = fitted(face.value, value_room)
            if face.breaks_rule:
                segments.append((" " * (gap - 2), "guide"))
                segments.append((f"{HYGIENE_MARK} ", "warning"))
            else:
                segments.append((" " * gap, "guide"))
            segments.append((f"{RETAINED_MARK} " if face.is_retained else "  ", "retained"))
            segments.append((value, "fresh" if face.age == "now" else "value"))
            used += gap + 2 + cell_len(value)
    segments.append((" " * max(0, room - used), "guide"))
    if has_rate:
        segments.append((face.rate.rjust(RATE_CELLS), "figure"))
    if has_age:
        segments.append((face.age.rjust(AGE_CELLS - 1) + " ", "figure"))
    return segments


def _below_text(topics: int, hits: int) -> str:
    text = "1 topic" if topics == 1 else f"{topics:,} topics"
    if hits:
        text += ", 1 hit" if hits == 1 else f", {hits:,} hits"
    return text


def _indent(depth: int, width: int) -> int:
    """Return the cells before the mark; deep topics keep half of the row for their name."""
    return min(2 * depth, max(0, width // 2 - 3))
