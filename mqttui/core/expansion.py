"""Which branches the user wants open."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mqttui.core.node import TopicNode


class Expansion:
    """Open or closed by default, with exceptions."""

    def __init__(self, *, is_open_by_default: bool) -> None:
        self._is_open_by_default = is_open_by_default
        self._exceptions: set[TopicNode] = set()

    def is_open(self, node: TopicNode) -> bool:
        """Return whether `node` is to be shown with its children."""
        return (node in self._exceptions) is not self._is_open_by_default

    def set_open(self, node: TopicNode, is_open: bool) -> None:
        """Note the user's wish for one branch."""
        if is_open is self._is_open_by_default:
            self._exceptions.discard(node)
        else:
            self._exceptions.add(node)

    def set_subtree(self, node: TopicNode, is_open: bool) -> None:
        """Note the user's wish for a branch and every branch below it."""
        waiting = [node]
        while waiting:
            branch = waiting.pop()
            if branch.children:
                self.set_open(branch, is_open)
                waiting.extend(branch.children.values())
