"""The unit of the value on a line of a tree, as its key or its surroundings tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.payload.units import is_unit_key, unit_of_key, unit_value
from mqttui.payload.value_path import key_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.payload.tree import Node
    from mqttui.payload.tree_layout import Line

MOST_SIBLINGS = 200
"""Among more members than this none is looked for that tells the unit of the others."""


def line_unit(lines: Sequence[Line], index: int) -> str | None:
    """Return the unit of the numbers that begin on a line, None where nobody tells it."""
    line = lines[index]
    node = line.node
    if node is None or not _has_numbers(node, line.last == index):
        return None
    while line.parent >= 0:
        parent = lines[line.parent]
        container = parent.node
        assert container is not None
        assert node is not None
        if container.kind == "object":
            return _told_by(container, key_text(node.key))
        # The key of an array speaks for its items.
        line, node = parent, container
    return None


def _has_numbers(node: Node, is_one_line: bool) -> bool:
    if node.kind == "array":
        return is_one_line and any(child.kind == "number" for child in node.children)
    return node.kind == "number"


def _told_by(container: Node, key: str) -> str | None:
    """Return the unit that a key tells, alone or beside others, or a member that is a unit."""
    found = unit_of_key(key)
    if found is not None or len(container.children) > MOST_SIBLINGS:
        return found
    if len(key) == 1:
        return unit_of_key(key, [key_text(child.key) for child in container.children])
    for child in container.children:
        if is_unit_key(key_text(child.key)):
            return unit_value(child.value)
    return None
