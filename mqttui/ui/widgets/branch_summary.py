"""What is known of a branch of the topic tree, and which topics below it changed last."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.core.message import RETAIN
from mqttui.payload.printable import printable
from mqttui.payload.quantities import UNKNOWN, age_text, ago_text, calm_age_s, count_text, rate_text
from mqttui.ui.glyphs import RETAINED
from mqttui.ui.widgets.cells import fitted, fitted_end
from mqttui.ui.widgets.message_facts import counted
from mqttui.ui.widgets.topic_row import is_dated

if TYPE_CHECKING:
    from mqttui.core.node import TopicNode
    from mqttui.ui.widgets.cells import Cells
    from mqttui.ui.widgets.topic_row import ValueOf

VISITED_LIMIT = 3000
"""Nodes looked at for one summary: about a millisecond, whatever the size of the tree."""

_AGE_CELLS = 7


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look at the nodes below a branch found.

    `recent` are topics, last changed first. `retained` counts topics with a retained value.
    `is_complete` is False when there was more below than was looked at.
    """

    recent: tuple[TopicNode, ...]
    retained: int
    is_complete: bool


def survey(branch: TopicNode, wanted: int, visited_limit: int = VISITED_LIMIT) -> Survey:
    """Look at the topics below `branch`, the liveliest branches first, and stop at a limit."""
    # The second item keeps nodes from being compared.
    heap: list[tuple[float, int, TopicNode]] = [(0.0, 0, branch)]
    found: list[tuple[float, int, TopicNode]] = []
    visited = retained = 0
    is_complete = True
    while heap:
        _, order, node = heapq.heappop(heap)
        if node.last is not None and node is not branch:
            found.append((node.last[0], -order, node))
            retained += node.is_retained
        for child in node.children.values() if node.children else ():
            if visited == visited_limit:
                is_complete = False
                break
            visited += 1
            heapq.heappush(heap, (-child.changed_at, visited, child))
    recent = heapq.nlargest(wanted, found)
    return Survey(tuple(node for _, _, node in recent), retained, is_complete)


def branch_facts(node: TopicNode, found: Survey, now: float) -> Cells:
    """Return the facts about a branch in the order of their weight."""
    retained = count_text(found.retained)
    if not found.is_complete:
        retained = f"at least {retained}"
    last = ago_text(calm_age_s(now - node.changed_at)) if is_dated(node) else UNKNOWN
    return [
        (counted(node.topics_below, "topic"), "fact"),
        (counted(node.messages_below, "message"), "fact"),
        (rate_text(node.rate(now)), "fact"),
        (f"{RETAINED} {retained} retained", "retained"),
        (f"last {last}", "fact"),
    ]


def recent_rows(
    branch: TopicNode, found: Survey, now: float, width: int, value_of: ValueOf
) -> list[Cells]:
    """Return one row for each recent topic: age, name below the branch, value."""
    rows: list[Cells] = []
    prefix = len(branch.path) + 1 if branch.parent is not None else 0
    name_cells = max(8, (width - _AGE_CELLS) // 2)
    for node in found.recent:
        entry = node.last
        if entry is None:
            continue
        path = node.path[prefix:]
        name = fitted_end(printable(path[-4 * name_cells :]), name_cells)
        used = _AGE_CELLS + 2 + len(name) + 2
        mark = f"{RETAINED} " if entry[2] & RETAIN else ""
        room = max(0, width - used)
        value = fitted(mark + value_of(node, entry, room), room)
        age = UNKNOWN if entry[2] & RETAIN else age_text(calm_age_s(now - entry[0]))
        rows.append(
            [
                (f"{age:>{_AGE_CELLS}}  ", "dim"),
                (name, "fact"),
                (f"  {value}", "value"),
            ]
        )
    return rows
