"""Which branches the user wants open."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mqttui.core.node import TopicNode


class Expansion:
    """Open or closed by default, with wishes for single branches and for whole subtrees.

    The last wish counts. A subtree is one entry, however large it is.
    """

    def __init__(self, *, is_open_by_default: bool) -> None:
        self._is_open_by_default = is_open_by_default
        self._wishes = 0
        # Each wish with its number, so that the later of two can be told.
        self._branches: dict[TopicNode, tuple[int, bool]] = {}
        self._subtrees: dict[TopicNode, tuple[int, bool]] = {}

    def is_open(self, node: TopicNode) -> bool:
        """Return whether `node` is to be shown with its children."""
        last = self._branches.get(node, (0, self._is_open_by_default))
        if self._subtrees:
            above: TopicNode | None = node
            while above is not None:
                last = max(last, self._subtrees.get(above, last))
                above = above.parent
        return last[1]

    def set_open(self, node: TopicNode, is_open: bool) -> None:
        """Note the user's wish for one branch."""
        self._wishes += 1
        self._branches[node] = (self._wishes, is_open)

    def set_subtree(self, node: TopicNode, is_open: bool) -> None:
        """Note the user's wish for a branch and every branch below it, also of later ones."""
        self._wishes += 1
        self._subtrees[node] = (self._wishes, is_open)
