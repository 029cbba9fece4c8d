"""CBOR (RFC 8949), with its half floats, tags and values of unknown length.

Read here for the same reasons as MessagePack, and because a library makes objects of tags:
a decimal fraction with a large exponent would cost whatever its sender likes.
"""

from __future__ import annotations

import struct
from datetime import datetime
from typing import TYPE_CHECKING

from mqttui.payload.nested_reader import NestedReader
from mqttui.payload.tree import Node, NodeKind, Scalar
from mqttui.payload.tree_reader import bytes_node, float_node, integer_node, text_node, time_node

if TYPE_CHECKING:
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.request import DecodeRequest

_BREAK = 0xFF
_UNKNOWN_LENGTH = 31
_TIME_TEXT, _TIME_NUMBER, _BIG, _BIG_NEGATIVE = 0, 1, 2, 3
_SELF_DESCRIBED = 55799
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_SIMPLE: dict[int, tuple[NodeKind, str, Scalar]] = {
    20: ("boolean", "false", False),
    21: ("boolean", "true", True),
    22: ("null", "null", None),
    23: ("other", "undefined", None),
}
_MOST_TAGS = 8


def decode(request: DecodeRequest) -> Decoded:
    """Return the CBOR value as a tree; raise `UnreadableError` where it is none."""
    return _Reader.decode(request)


class _Reader(NestedReader):
    format_name = "CBOR"

    def next_value(self, label: str, key: Scalar) -> tuple[Node, int | None]:
        start = self.position
        tags: list[int] = []
        while True:
            first = self.take(1)[0]
            major, low = first >> 5, first & 0x1F
            if major != 6:
                break
            tags.append(self._count(low, start))
            if len(tags) > _MOST_TAGS:
                raise self.unreadable(f"more than {_MOST_TAGS} tags on one value", start)
        note = ", ".join(f"tag {tag}" for tag in tags if tag != _SELF_DESCRIBED)
        if major == 4 or major == 5:
            is_unknown = low == _UNKNOWN_LENGTH
            count = None if is_unknown else self._count(low, start)
            kind: NodeKind = "array" if major == 4 else "object"
            return Node(kind, label=label, key=key, note=note), count
        node = self._scalar(major, low, start, label, key)
        if note:
            node = _tagged(node, tags, note)
        return node, 0

    def _scalar(self, major: int, low: int, start: int, label: str, key: Scalar) -> Node:
        if major == 0:
            return integer_node(self._count(low, start), label, key)
        if major == 1:
            return integer_node(-1 - self._count(low, start), label, key)
        if major == 2:
            return bytes_node(self._string(major, low, start), label, key)
        if major == 3:
            return text_node(self._string(major, low, start), label, key)
        if low in _SIMPLE:
            kind, text, value = _SIMPLE[low]
            return Node(kind, text, value, label, key)
        if low in _FLOATS:
            size_bytes = 1 << (low - 24)
            (number,) = struct.unpack(_FLOATS[low], self.take(size_bytes))
            return float_node(number, size_bytes, label, key)
        if low == _UNKNOWN_LENGTH:
            raise self.unreadable("an end without a beginning", start)
        code = self._count(low, start)
        if low == 24 and code < 32:
            raise self.unreadable("a simple value that is not well-formed", start)
        return Node("other", f"simple({code})", None, label, key)

    def _count(self, low: int, start: int) -> int:
        if low < 24:
            return low
        if low > 27:
            raise self.unreadable("a length that is not well-formed", start)
        return self.unsigned(1 << (low - 24))

    def _string(self, major: int, low: int, start: int) -> bytes:
        if low != _UNKNOWN_LENGTH:
            return self.take(self._count(low, start))
        parts: list[bytes] = []
        while not self.takes_end():
            first = self.take(1)[0]
            if first >> 5 != major or first & 0x1F == _UNKNOWN_LENGTH:
                raise self.unreadable("a part of a string that is none", self.position - 1)
            parts.append(self.take(self._count(first & 0x1F, start)))
        return b"".join(parts)

    def takes_end(self) -> bool:
        if self.position < len(self.data) and self.data[self.position] == _BREAK:
            self.position += 1
            return True
        return False


def _tagged(node: Node, tags: list[int], note: str) -> Node:
    """Return a scalar as its innermost tag wants it read, if that is a tag that is known."""
    tag, value = tags[-1], node.value
    if tag == _TIME_NUMBER and isinstance(value, (int, float)):
        shown = time_node(value, node.label, node.key)
        shown.note = ", ".join(f"tag {each}" for each in tags[:-1] if each != _SELF_DESCRIBED)
        return shown
    if tag == _TIME_TEXT and isinstance(value, str) and _is_time(value):
        return Node("time", node.text.strip('"'), value, node.label, node.key)
    if tag in (_BIG, _BIG_NEGATIVE) and isinstance(value, bytes):
        number = int.from_bytes(value)
        return integer_node(number if tag == _BIG else -1 - number, node.label, node.key)
    node.note = f"{node.note}, {note}" if node.note else note
    return node


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
