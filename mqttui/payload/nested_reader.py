"""Reading formats in which each value says its own kind and size, as MessagePack and CBOR do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.payload.tree import Node, Scalar
from mqttui.payload.tree_layout import lay_out
from mqttui.payload.tree_reader import BudgetSpentError, EndOfBytesError, TreeReader, decode_tree

if TYPE_CHECKING:
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.request import DecodeRequest

_LONGEST_LABEL = 60


class NestedReader(TreeReader):
    """Reads values and what is in them; a format derives from it and fills `next_value`."""

    @classmethod
    def decode(cls, request: DecodeRequest) -> Decoded:
        """Return the one value of a payload as a tree; raise `UnreadableError` where it is none."""
        return decode_tree(cls(request.head, request.budget()), request)

    def next_value(self, label: str, key: Scalar) -> tuple[Node, int | None]:
        """Return the next value and, of an array or object, how many items or members follow.

        None are as many as come before the end mark; of a scalar the number means nothing.
        """
        raise NotImplementedError

    def takes_end(self) -> bool:
        """Take the mark that ends a value of unknown length, if it is next."""
        return False

    def read_value(self, siblings: list[Node], label: str, key: Scalar, depth: int) -> Node:
        """Read one value with all that is in it."""
        node, count = self.next_value(label, key)
        self.hang(siblings, node, depth)
        if node.kind == "array":
            self._read_items(node, count, depth)
        elif node.kind == "object":
            self._read_members(node, count, depth)
        return node

    def _read_items(self, node: Node, count: int | None, depth: int) -> None:
        """Fill an array with `count` items, or up to the end mark if that is None."""
        children: list[Node] = []
        node.children = children
        node.is_whole = False
        while count is None or len(children) < count:
            if count is None and self.takes_end():
                break
            self.read_value(children, "", None, depth + 1)
        node.is_whole = True

    def _read_members(self, node: Node, count: int | None, depth: int) -> None:
        """Fill an object with `count` members, or up to the end mark if that is None."""
        children: list[Node] = []
        node.children = children
        node.is_whole = False
        keys: set[Scalar] = set()
        while count is None or len(children) < count:
            if count is None and self.takes_end():
                break
            start = self.position
            aside: list[Node] = []
            try:
                found = self.read_value(aside, "", None, depth + 1)
            except (EndOfBytesError, BudgetSpentError):
                if aside:
                    children.append(Node("other", "…", None, _label(aside[0]), note="unfinished"))
                raise
            label = _label(found)
            key = label if found.is_container else found.value
            if key in keys and self.problem is None:
                self.problem = f"the key {label[:42]} occurs more than once, at offset {start:,}"
            keys.add(key)
            try:
                self.read_value(children, label, key, depth + 1)
            except (EndOfBytesError, BudgetSpentError):
                if not children or children[-1].label != label:
                    children.append(Node("other", "…", None, label, key, note="unfinished"))
                raise
        node.is_whole = True


def _label(key: Node) -> str:
    """Return how a key is shown; one that is itself a container as its beginning on one line."""
    if not key.is_container:
        return key.text
    text = " ".join(line.text.strip() for line in lay_out(key))
    return text if len(text) <= _LONGEST_LABEL else f"{text[:_LONGEST_LABEL]}…"
