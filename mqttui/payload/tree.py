"""A decoded value as a tree that can be shown, folded and walked, whatever format it came in.

A tree is bounded in nodes, depth and characters by the reader that builds it (`TreeBudget`), so
that whoever walks it may recurse. Texts and labels are safe for a terminal and on one line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_NODES = 10_000
"""Bounds the time of one layout to a few frames, whatever the payload."""

MOST_DEPTH = 100
"""No level below this one is read; Python's recursion limit is ten times as far away."""

NodeKind: TypeAlias = Literal[
    "object", "array", "string", "number", "boolean", "null", "bytes", "time", "other"
]
Scalar: TypeAlias = str | int | float | bool | bytes | None


@dataclass(slots=True, eq=False)
class Node:
    """One value: an object or array with its children, or a scalar.

    - `text`: a scalar as it is shown, digits and quotes as they were sent; empty for containers.
    - `value`: a scalar as Python has it; None for containers.
    - `label`: what stands before the value, `"v"` in quotes for a key of JSON; empty in an array.
    - `key`: the key itself, for paths: text, number, bytes; None in an array and at the root.
    - `note`: what the format says beside the value (a type, a tag, a unit), else empty.
    - `is_whole`: False for a container whose end was not read.

    An object keeps its members in their order and as often as they occur.
    """

    kind: NodeKind
    text: str = ""
    value: Scalar = None
    label: str = ""
    key: Scalar = None
    children: Sequence[Node] = ()
    note: str = ""
    is_whole: bool = True

    @property
    def is_container(self) -> bool:
        """Whether the value has members rather than a text."""
        return self.kind == "object" or self.kind == "array"


@dataclass(slots=True)
class TreeBudget:
    """What a reader may still build; `is_spent` tells it to stop where it is."""

    nodes: int = MOST_NODES
    characters: int = 256_000
    is_too_deep: bool = field(default=False, init=False)

    @property
    def is_spent(self) -> bool:
        """Whether nothing more may be added."""
        return self.nodes <= 0 or self.characters <= 0 or self.is_too_deep

    def spend(self, node: Node, depth: int) -> None:
        """Account for `node` at a level, 0 for the root; the indentation counts as well."""
        self.nodes -= 1
        self.characters -= len(node.text) + len(node.label) + len(node.note) + 2 * min(depth, 24)
        if depth >= MOST_DEPTH:
            self.is_too_deep = True


def string_node(text: str, label: str = "", key: Scalar = None) -> Node:
    """Return a string in quotes as JSON writes it, with what cannot be shown made visible."""
    return Node("string", quoted(text), text, label, key)


def quoted(text: str) -> str:
    """Return `text` in double quotes on one line, safe for a terminal."""
    if '"' in text or "\\" in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    if not text.isprintable():
        text = text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return f'"{printable(text)}"'


_LONGEST_DIGITS = 400


def integer_text(number: int) -> str:
    """Return the digits of a number; a huge one in hexadecimal, which Python writes in no time.

    Python refuses to write more than 4,300 decimal digits, and takes long for fewer.
    """
    if -(10**_LONGEST_DIGITS) < number < 10**_LONGEST_DIGITS:
        return str(number)
    return hex(number)


def plain_value(node: Node) -> object:
    """Return a tree as dictionaries, lists and scalars.

    A key that occurs twice keeps its last value, as with most readers of JSON.
    """
    if node.kind == "object":
        return {child.key: plain_value(child) for child in node.children}
    if node.kind == "array":
        return [plain_value(child) for child in node.children]
    return node.value
