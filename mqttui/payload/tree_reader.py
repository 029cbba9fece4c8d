"""What readers of binary formats share: taking bytes, hanging values into a tree as they come."""

from __future__ import annotations

import math
import struct
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mqttui.payload.printable import printable
from mqttui.payload.request import UnreadableError
from mqttui.payload.tree import Node, Scalar, TreeBudget, integer_text, quoted
from mqttui.payload.tree_value import tree_value

if TYPE_CHECKING:
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.request import DecodeRequest

_SHOWN_BYTES = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EndOfBytesError(Exception):
    """The payload ends within a value."""


class BudgetSpentError(Exception):
    """The tree must not grow any more."""


class TreeReader:
    """Reads one value after the other; a format derives from it and fills `read_value`.

    A node hangs in the tree before its children are read: where reading has to stop, what was
    read so far is there, and the containers that were open are not whole.
    """

    format_name = ""

    def __init__(self, data: bytes, budget: TreeBudget) -> None:
        self.data = data
        self.position = 0
        self.budget = budget
        self.problem: str | None = None

    def read_value(self, siblings: list[Node], label: str, key: Scalar, depth: int) -> Node:
        """Read one value, append it to `siblings` and return it."""
        raise NotImplementedError

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes; raise `EndOfBytesError`."""
        end = self.position + count
        if end > len(self.data):
            raise EndOfBytesError
        taken = self.data[self.position : end]
        self.position = end
        return taken

    def unsigned(self, size_bytes: int) -> int:
        """Return the next bytes as an unsigned number in network byte order."""
        return int.from_bytes(self.take(size_bytes))

    def unreadable(self, what: str, position: int) -> UnreadableError:
        """Return the error for what stands at a position."""
        return UnreadableError(f"not {self.format_name}: {what} at offset {position:,}")

    def hang(self, siblings: list[Node], node: Node, depth: int) -> Node:
        """Append a node; raise `BudgetSpentError` when it was the last that fits."""
        siblings.append(node)
        self.budget.spend(node, depth)
        if self.budget.is_spent:
            if node.is_container:
                node.is_whole = False
            raise BudgetSpentError
        return node


def decode_tree(
    reader: TreeReader, request: DecodeRequest, notes: tuple[str, ...] = (), title: str = ""
) -> Decoded:
    """Return the one value that a payload consists of; raise `UnreadableError`.

    What follows it is an error that can be read past.
    """
    roots: list[Node] = []
    size_bytes = len(reader.data)
    used_bytes = size_bytes
    try:
        reader.read_value(roots, "", None, 0)
    except EndOfBytesError:
        if not request.is_cut:
            raise UnreadableError(
                f"not {reader.format_name}: the payload ends within a value that begins "
                f"before offset {size_bytes:,}"
            ) from None
    except BudgetSpentError:
        used_bytes = min(reader.position, size_bytes)
    else:
        left = len(request.payload) - reader.position
        if left:
            reader.problem = f"{left:,} more bytes follow after the end of the value"
            used_bytes = reader.position
    root = roots[0] if roots else Node("other", "…", note="unfinished")
    error = None if reader.problem is None else printable(reader.problem)
    return tree_value(root, request, used_bytes, error=error, notes=notes, title=title)


def text_node(data: bytes, label: str, key: Scalar) -> Node:
    r"""Return a string of a format that says UTF-8; what is not reads `\xff` and is noted."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("utf-8", "backslashreplace")
        return Node("string", quoted(text), text, label, key, note="not valid UTF-8")
    return Node("string", quoted(text), text, label, key)


def bytes_node(data: bytes, label: str, key: Scalar, note: str = "") -> Node:
    """Return a byte string in the notation of RFC 8949, a long one cut and counted."""
    text = f"h'{data[:_SHOWN_BYTES].hex()}'"
    if len(data) > _SHOWN_BYTES:
        text = f"h'{data[:_SHOWN_BYTES].hex()}…'"
        note = f"{note}, {len(data):,} bytes" if note else f"{len(data):,} bytes"
    return Node("bytes", text, data, label, key, note=note)


def integer_node(number: int, label: str, key: Scalar) -> Node:
    """Return a whole number."""
    return Node("number", integer_text(number), number, label, key)


def float_node(number: float, size_bytes: int, label: str, key: Scalar) -> Node:
    """Return a floating point number that was sent in `size_bytes`, with no digit too many."""
    note = "" if size_bytes == 8 else f"float{8 * size_bytes}"
    return Node("number", float_text(number, size_bytes), number, label, key, note=note)


def float_text(number: float, size_bytes: int) -> str:
    """Return the shortest digits that stand for a number of 2, 4 or 8 bytes."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if size_bytes < 8:
        layout, fewest = (">f", 6) if size_bytes == 4 else (">e", 3)
        packed = struct.pack(layout, number)
        # `g` drops zeros at the end, so that fewer digits need no try of their own.
        for digits in range(fewest, fewest + 4):
            text = f"{number:.{digits}g}"
            try:
                if struct.pack(layout, float(text)) == packed:
                    return repr(float(text))
            except OverflowError:
                continue
    return repr(number)


def time_node(seconds: float, label: str, key: Scalar, note: str = "") -> Node:
    """Return seconds since 1970 as a time in UTC; beyond year 9999 as the number itself."""
    try:
        moment = _EPOCH + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return Node("number", float_text(seconds, 8), seconds, label, key, note=note)
    text = moment.isoformat().replace("+00:00", "Z")
    return Node("time", text, seconds, label, key, note=note)
