"""MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md).

Read here rather than by a library: a library gives nothing of a payload whose end is missing,
keeps one of two equal keys, and does not say where a mistake is.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mqttui.payload.nested_reader import NestedReader
from mqttui.payload.tree import Node, Scalar
from mqttui.payload.tree_reader import bytes_node, float_node, integer_node, text_node, time_node

if TYPE_CHECKING:
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.request import DecodeRequest

_TIMESTAMP = -1
_NEVER_USED = 0xC1


def decode(request: DecodeRequest) -> Decoded:
    """Return the MessagePack value as a tree; raise `UnreadableError` where it is none."""
    return _Reader.decode(request)


class _Reader(NestedReader):
    format_name = "MessagePack"

    def next_value(self, label: str, key: Scalar) -> tuple[Node, int | None]:
        start = self.position
        first = self.take(1)[0]
        if first < 0x80 or first >= 0xE0:
            node = integer_node(first if first < 0x80 else first - 256, label, key)
        elif first < 0x90:
            return Node("object", label=label, key=key), first & 0x0F
        elif first < 0xA0:
            return Node("array", label=label, key=key), first & 0x0F
        elif first < 0xC0:
            node = text_node(self.take(first & 0x1F), label, key)
        elif first == 0xC0:
            node = Node("null", "null", None, label, key)
        elif first == _NEVER_USED:
            raise self.unreadable("byte 0xc1, which is never used,", start)
        elif first < 0xC4:
            node = Node("boolean", "true" if first == 0xC3 else "false", first == 0xC3, label, key)
        elif first < 0xC7:
            node = bytes_node(self.take(self.unsigned(1 << (first - 0xC4))), label, key)
        elif first < 0xCA:
            node = self._extension(self.unsigned(1 << (first - 0xC7)), label, key)
        elif first < 0xCC:
            size_bytes = 4 if first == 0xCA else 8
            (number,) = struct.unpack(">f" if size_bytes == 4 else ">d", self.take(size_bytes))
            node = float_node(number, size_bytes, label, key)
        elif first < 0xD0:
            node = integer_node(self.unsigned(1 << (first - 0xCC)), label, key)
        elif first < 0xD4:
            data = self.take(1 << (first - 0xD0))
            node = integer_node(int.from_bytes(data, signed=True), label, key)
        elif first < 0xD9:
            node = self._extension(1 << (first - 0xD4), label, key)
        elif first < 0xDC:
            node = text_node(self.take(self.unsigned(1 << (first - 0xD9))), label, key)
        elif first < 0xDE:
            count = self.unsigned(2 << (first - 0xDC))
            return Node("array", label=label, key=key), count
        else:
            count = self.unsigned(2 << (first - 0xDE))
            return Node("object", label=label, key=key), count
        return node, 0

    def _extension(self, size_bytes: int, label: str, key: Scalar) -> Node:
        kind = int.from_bytes(self.take(1), signed=True)
        data = self.take(size_bytes)
        if kind == _TIMESTAMP and size_bytes in (4, 8, 12):
            return time_node(_timestamp_s(data), label, key)
        return bytes_node(data, label, key, f"extension {kind}")


def _timestamp_s(data: bytes) -> float:
    if len(data) == 4:
        return int.from_bytes(data)
    if len(data) == 8:
        packed = int.from_bytes(data)
        return (packed & 0x3_FFFF_FFFF) + (packed >> 34) / 1e9
    return int.from_bytes(data[4:], signed=True) + int.from_bytes(data[:4]) / 1e9
