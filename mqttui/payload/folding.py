"""Which values of a tree are folded, by their paths, so that the next message is folded alike."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from mqttui.payload.tree_layout import path_nodes
from mqttui.payload.value_path import key_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.payload.tree import Node
    from mqttui.payload.tree_layout import Line
    from mqttui.payload.value_path import Step

Path: TypeAlias = "tuple[Step, ...]"


class Folding:
    """Remembers what somebody folded; everything else is open, or folded after `fold_all`."""

    def __init__(self) -> None:
        self._is_folded_by_default = False
        self._others: set[Path] = set()

    def is_folded(self, path: Path) -> bool:
        """Return whether the object or array at a path is folded."""
        return self._is_folded_by_default is not (path in self._others)

    def set_folded(self, path: Path, *, is_folded: bool) -> None:
        """Fold or open one object or array."""
        if is_folded is self._is_folded_by_default:
            self._others.discard(path)
        else:
            self._others.add(path)

    def fold_all(self) -> None:
        """Fold everything but the outermost value, whose members stay in sight."""
        self._is_folded_by_default = True
        self._others = {()}

    def open_all(self) -> None:
        """Open everything."""
        self._is_folded_by_default = False
        self._others = set()

    def visible(self, lines: Sequence[Line]) -> tuple[Sequence[int], frozenset[int]]:
        """Return which lines are in sight, and which of them are folded."""
        if not self._is_folded_by_default and not self._others:
            return range(len(lines)), frozenset()
        paths: dict[int, Path] = {}
        items: dict[int, int] = {}
        shown: list[int] = []
        folded: set[int] = set()
        index = 0
        while index < len(lines):
            line = lines[index]
            shown.append(index)
            index += 1
            node, parent = line.node, line.parent
            if node is None:
                continue
            step: Step = key_text(node.key)
            if parent >= 0 and _is_array(lines[parent]):
                step = items[parent] = items.get(parent, -1) + 1
            if line.last < index:
                continue
            path = paths[index - 1] = () if parent < 0 else (*paths[parent], step)
            if self.is_folded(path):
                folded.add(index - 1)
                index = line.last + 1
        return shown, frozenset(folded)


def path_at(lines: Sequence[Line], index: int) -> Path:
    """Return the path to the value on a line; a closing line has that of its opener."""
    nodes = path_nodes(lines, index)
    return tuple(_step(parent, child) for parent, child in pairwise(nodes))


def _step(parent: Node, child: Node) -> Step:
    if parent.kind != "array":
        return key_text(child.key)
    return next(at for at, each in enumerate(parent.children) if each is child)


def line_at(lines: Sequence[Line], path: Path) -> int:
    """Return the line of the value at a path, or of the nearest value around it; -1 without any."""
    if not lines:
        return -1
    found = 0
    for step in path:
        is_array = _is_array(lines[found])
        index, item = found + 1, 0
        while index <= lines[found].last:
            node = lines[index].node
            if node is not None and (item == step if is_array else key_text(node.key) == step):
                break
            item += 1
            index = lines[index].last + 1
        else:
            return found
        found = index
    return found


def _is_array(line: Line) -> bool:
    return line.node is not None and line.node.kind == "array"
