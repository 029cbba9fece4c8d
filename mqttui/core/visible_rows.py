"""The rows of a tree of which only some branches are open, counted but never listed.

Every open branch keeps its children in order and the number of rows below it. A row is found
from its number, and a number from its row, by walking down those counts.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from mqttui.core.node import TopicNode

# With fewer new children than one in so many, finding each one's place beats sorting all again.
_RESORT_SHARE = 32


@dataclass(eq=False, slots=True)
class OpenBranch:
    """A branch whose children are visible.

    `rows` counts the visible rows below it, its own excluded. `sorting` is the sort that is
    under way, `arrived` and `left` the children that came and went meanwhile.
    """

    node: TopicNode
    order: list[TopicNode]
    rows: int
    sorted_at: float = 0.0
    sorting: Generator[None, None, list[TopicNode]] | None = None
    arrived: list[TopicNode] = field(default_factory=list)
    left: set[TopicNode] = field(default_factory=set)

    def completed(self, sorted_children: list[TopicNode]) -> list[TopicNode]:
        """End the sort and return its result with what came and went meanwhile."""
        order = sorted_children
        if self.left:
            order = [node for node in order if node not in self.left]
        order = order + self.arrived
        self.sorting = None
        self.arrived.clear()
        self.left.clear()
        return order


class VisibleRow(NamedTuple):
    """A node in sight, and its branch when it is open."""

    node: TopicNode
    opened: OpenBranch | None


class VisibleRows:
    """The open branches of one tree, from `root` down; the root itself has no row."""

    def __init__(self, root: TopicNode, order: list[TopicNode]) -> None:
        self._root = OpenBranch(root, order, len(order))
        self._open = {root: self._root}

    @property
    def count(self) -> int:
        """How many rows there are in all."""
        return self._root.rows

    @property
    def root(self) -> OpenBranch:
        """The branch that is always open."""
        return self._root

    def branch(self, node: TopicNode) -> OpenBranch | None:
        """Return the open branch of `node`, None if its children are not visible."""
        return self._open.get(node)

    def open(self, node: TopicNode, order: list[TopicNode], now: float) -> None:
        """Show `order` below `node`, which is visible and not open."""
        assert node.parent is not None
        self._open[node] = OpenBranch(node, order, len(order), now)
        self._add_rows(self._open[node.parent], len(order))

    def close(self, node: TopicNode) -> bool:
        """Hide everything below `node`; return whether it was open."""
        branch = self._open.get(node)
        if branch is None:
            return False
        assert node.parent is not None
        self._add_rows(self._open[node.parent], -branch.rows)
        closing = [branch]
        while closing:
            closed = closing.pop()
            del self._open[closed.node]
            if closed.rows > len(closed.order):
                closing.extend(self._open[child] for child in closed.order if child in self._open)
        return True

    def dismantle(self, count: int) -> bool:
        """Let go of up to `count` branches of rows that are not used any more; return if all went.

        Freeing tens of thousands at once would be felt.
        """
        for _ in range(min(count, len(self._open))):
            self._open.popitem()
        return not self._open

    def insert(
        self,
        branch: OpenBranch,
        nodes: list[TopicNode],
        key: Callable[[TopicNode], Any] | None,
    ) -> None:
        """Show new children of an open branch: sorted in by `key`, at the end when it is None."""
        if key is None:
            branch.order.extend(nodes)
            if branch.sorting is not None:
                branch.arrived.extend(nodes)
        elif len(nodes) * _RESORT_SHARE < len(branch.order):
            for node in nodes:
                insort(branch.order, node, key=key)
        else:
            branch.order.extend(nodes)
            branch.order.sort(key=key)
        self._add_rows(branch, len(nodes))

    def remove(self, node: TopicNode, key: Callable[[TopicNode], Any] | None) -> bool:
        """Take out the row of `node`, which is not open; return whether it was there.

        `key` is what the children of its parent are sorted by, None when that changes.
        """
        assert node.parent is not None
        branch = self._open.get(node.parent)
        position = None if branch is None else self._position(branch, node, key)
        if branch is None or position is None:
            return False
        del branch.order[position]
        if branch.sorting is not None:
            if node in branch.arrived:
                branch.arrived.remove(node)
            else:
                branch.left.add(node)
        self._add_rows(branch, -1)
        return True

    def window(self, first: int, count: int) -> list[VisibleRow]:
        """Return up to `count` rows from row `first` on."""
        # A stack of branches, each with the position of the child to show next.
        path: list[tuple[OpenBranch, int]] = []
        branch, row = self._root, max(0, first)
        while True:
            position, row_below = self._locate(branch, row)
            if row_below is None:
                path.append((branch, position))
                break
            path.append((branch, position + 1))
            branch, row = self._open[branch.order[position]], row_below
        rows: list[VisibleRow] = []
        while path and len(rows) < count:
            branch, position = path.pop()
            if position >= len(branch.order):
                continue
            node = branch.order[position]
            path.append((branch, position + 1))
            opened = self._open.get(node)
            rows.append(VisibleRow(node, opened))
            if opened is not None:
                path.append((opened, 0))
        return rows

    def rows_before(self, node: TopicNode, key: Callable[[TopicNode], Any] | None) -> int | None:
        """Return how many rows of its parent are above `node`, None when it is not visible.

        `key` is what the children of its parent are sorted by, None when that changes.
        """
        assert node.parent is not None
        branch = self._open.get(node.parent)
        if branch is None:
            return None
        position = self._position(branch, node, key)
        if position is None or branch.rows == len(branch.order):
            return position
        rows = position
        for sibling in branch.order[:position]:
            below = self._open.get(sibling)
            if below is not None:
                rows += below.rows
        return rows

    def _add_rows(self, branch: OpenBranch, count: int) -> None:
        branch.rows += count
        while branch.node.parent is not None and branch is not self._root:
            branch = self._open[branch.node.parent]
            branch.rows += count

    def _locate(self, branch: OpenBranch, row: int) -> tuple[int, int | None]:
        """Return the child of `branch` at `row`, and which row below that child if it is below."""
        if branch.rows == len(branch.order):
            return row, None
        for position, node in enumerate(branch.order):
            if row == 0:
                return position, None
            row -= 1
            opened = self._open.get(node)
            if opened is not None:
                if row < opened.rows:
                    return position, row
                row -= opened.rows
        return len(branch.order), None

    @staticmethod
    def _position(
        branch: OpenBranch, node: TopicNode, key: Callable[[TopicNode], Any] | None
    ) -> int | None:
        order = branch.order
        if key is not None:
            position = bisect_left(order, key(node), key=key)
            return position if position < len(order) and order[position] is node else None
        try:
            return order.index(node)
        except ValueError:
            return None
