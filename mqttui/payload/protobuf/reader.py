"""The Protobuf wire format (https://protobuf.dev/programming-guides/encoding/) as a tree.

With a schema fields have their names and types; without one they have numbers, and what a type
must be is guessed as `protoc --decode_raw` does. Read here rather than by the runtime of Google:
that one is heavy, wants generated classes, and gives nothing of a payload whose end is missing.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mqttui.payload.tree import Node, Scalar
from mqttui.payload.tree_reader import (
    EndOfBytesError,
    TreeReader,
    bytes_node,
    float_node,
    integer_node,
    text_node,
)

if TYPE_CHECKING:
    from mqttui.payload.protobuf.schema import Field, MessageType, Schema
    from mqttui.payload.tree import TreeBudget

VARINT, FIXED_64, LENGTH, GROUP, END_GROUP, FIXED_32 = range(6)
LARGEST_FIELD = (1 << 29) - 1
_DEEPEST_GUESS = 16

_WIRE_TYPES = {
    "double": FIXED_64,
    "fixed64": FIXED_64,
    "sfixed64": FIXED_64,
    "float": FIXED_32,
    "fixed32": FIXED_32,
    "sfixed32": FIXED_32,
    "string": LENGTH,
    "bytes": LENGTH,
    "message": LENGTH,
    "group": GROUP,
}
_LAYOUTS = {
    "double": "<d",
    "float": "<f",
    "fixed64": "<Q",
    "sfixed64": "<q",
    "fixed32": "<I",
    "sfixed32": "<i",
}


class ProtobufReader(TreeReader):
    """Reads a message of a known type, or of none when `message_type` is None."""

    format_name = "Protobuf"

    def __init__(
        self,
        data: bytes,
        budget: TreeBudget,
        schema: Schema,
        message_type: MessageType | None,
    ) -> None:
        super().__init__(data, budget)
        self._schema = schema
        self._message_type = message_type

    def read_value(self, siblings: list[Node], label: str, key: Scalar, depth: int) -> Node:
        """Read the whole of the bytes as one message."""
        node = self.hang(siblings, Node("object", label=label, key=key), depth)
        self._message(node, self._message_type, len(self.data), depth)
        return node

    def _message(
        self, node: Node, kind: MessageType | None, end: int, depth: int, group: int = 0
    ) -> None:
        """Read fields up to `end`, or up to the mark that ends the group of a field number."""
        children: list[Node] = []
        node.children = children
        node.is_whole = False
        arrays: dict[int, tuple[Node, list[Node]]] = {}
        while self.position < end:
            start = self.position
            number, wire_type = self._tag()
            if wire_type == END_GROUP:
                if number != group:
                    raise self.unreadable("an end of a group that did not begin", start)
                node.is_whole = True
                return
            field = None if kind is None else kind.fields.get(number)
            if field is None:
                note = "not in the schema" if kind is not None else ""
                self._unknown(children, number, wire_type, end, depth + 1, note)
            elif not field.is_repeated:
                self._field(children, field, wire_type, end, depth + 1, field.name)
            else:
                if number not in arrays:
                    arrays[number] = self._collection(children, field, depth + 1)
                array, items = arrays[number]
                array.is_whole = False
                if array.kind == "object" and wire_type == LENGTH:
                    self._entry(items, field, end, depth + 2)
                else:
                    self._items(items, field, wire_type, end, depth + 2)
                array.is_whole = True
        if self.position > end:
            raise self.unreadable("a value that goes on after its message", end)
        if group:
            raise EndOfBytesError
        node.is_whole = True

    def _tag(self) -> tuple[int, int]:
        """Return the field number and wire type that begin a field."""
        start = self.position
        tag = self.varint()
        number, wire_type = tag >> 3, tag & 7
        if not 0 < number <= LARGEST_FIELD:
            raise self.unreadable(f"field {number:,}, which cannot be,", start)
        if wire_type > FIXED_32:
            raise self.unreadable(f"wire type {wire_type}, which does not exist,", start)
        return number, wire_type

    def _collection(
        self, children: list[Node], field: Field, depth: int
    ) -> tuple[Node, list[Node]]:
        items: list[Node] = []
        entry = self._schema.messages.get(field.type_name)
        is_map = entry is not None and entry.is_map_entry
        node = Node("object" if is_map else "array", "", None, f'"{field.name}"', field.name, items)
        return self.hang(children, node, depth), items

    def _items(self, items: list[Node], field: Field, wire_type: int, end: int, depth: int) -> None:
        """Read one item, or a packed row of them."""
        if wire_type != LENGTH or _WIRE_TYPES.get(field.kind, VARINT) == LENGTH:
            self._field(items, field, wire_type, end, depth, None)
            return
        stop = self._stop(end)
        plain = _WIRE_TYPES.get(field.kind, VARINT)
        while self.position < stop:
            self._field(items, field, plain, stop, depth, None)

    def _entry(self, items: list[Node], field: Field, end: int, depth: int) -> None:
        """Read one entry of a map: a message of a key and a value."""
        aside: list[Node] = []
        self._field(aside, field, LENGTH, end, depth, None)
        parts = {part.key: part for part in aside[0].children}
        key, value = parts.get("key"), parts.get("value")
        shown = value if value is not None else Node("null", "null", note="no value")
        shown.label = key.text if key is not None else '""'
        shown.key = key.value if key is not None else ""
        items.append(shown)

    def _stop(self, end: int) -> int:
        """Take a length and return where what it measures ends."""
        start = self.position
        stop = self.varint() + self.position
        if stop > end:
            # Of a payload that was cut the outermost end is not known.
            if end == len(self.data):
                raise EndOfBytesError
            raise self.unreadable("a length that exceeds its message", start)
        return stop

    def _field(
        self,
        siblings: list[Node],
        field: Field,
        wire_type: int,
        end: int,
        depth: int,
        name: str | None,
    ) -> None:
        label = "" if name is None else f'"{name}"'
        kind = field.kind
        if wire_type != _WIRE_TYPES.get(kind, VARINT):
            self._unknown(siblings, field.number, wire_type, end, depth, f"not a {kind}")
            return
        if kind in ("message", "group"):
            message_type = self._schema.messages.get(field.type_name)
            node = self.hang(siblings, Node("object", label=label, key=name), depth)
            node.is_whole = False
            if kind == "group":
                self._message(node, message_type, end, depth, field.number)
            else:
                self._message(node, message_type, self._stop(end), depth)
            return
        if kind in _LAYOUTS:
            layout = _LAYOUTS[kind]
            size_bytes = struct.calcsize(layout)
            (value,) = struct.unpack(layout, self.take(size_bytes))
            if isinstance(value, float):
                node = float_node(value, size_bytes, label, name)
                node.note = ""
            else:
                node = integer_node(value, label, name)
        elif kind == "string":
            node = text_node(self._bytes(end), label, name)
        elif kind == "bytes":
            node = bytes_node(self._bytes(end), label, name)
        else:
            node = self._varint_node(field, label, name)
        self.hang(siblings, node, depth)

    def _varint_node(self, field: Field, label: str, name: str | None) -> Node:
        value = self.varint()
        kind = field.kind
        if kind == "bool":
            return Node("boolean", "true" if value else "false", bool(value), label, name)
        if kind == "enum":
            number = signed(value, 64)
            enum = self._schema.enums.get(field.type_name)
            word = None if enum is None else enum.names.get(number)
            if word is not None:
                return Node("other", word, number, label, name, note=str(number))
            return integer_node(number, label, name)
        if kind == "uint32":
            value &= 0xFFFF_FFFF
        elif kind == "int32":
            value = signed(value, 32)
        elif kind == "int64":
            value = signed(value, 64)
        elif kind == "sint32" or kind == "sint64":
            value = (value >> 1) ^ -(value & 1)
        return integer_node(value, label, name)

    def _unknown(
        self,
        siblings: list[Node],
        number: int,
        wire_type: int,
        end: int,
        depth: int,
        note: str,
    ) -> None:
        """Read a field of which only the wire type is known."""
        label = str(number)
        if wire_type == VARINT:
            node = integer_node(self.varint(), label, number)
        elif wire_type in (FIXED_64, FIXED_32):
            size_bytes = 8 if wire_type == FIXED_64 else 4
            data = self.take(size_bytes)
            (value,) = struct.unpack("<d" if size_bytes == 8 else "<f", data)
            node = float_node(value, size_bytes, label, number)
            note = f"{note}, {data.hex()}" if note else f"float{8 * size_bytes}, 0x{data.hex()}"
        elif wire_type == LENGTH:
            stop = self._stop(end)
            data = self.data[self.position : stop]
            if depth <= _DEEPEST_GUESS and _is_message(data) and not _is_text(data):
                node = self.hang(
                    siblings, Node("object", label=label, key=number, note=note), depth
                )
                self._message(node, None, stop, depth)
                return
            self.position = stop
            is_text = _is_text(data)
            node = (text_node if is_text else bytes_node)(data, label, number)
        else:
            node = self.hang(siblings, Node("object", label=label, key=number, note=note), depth)
            self._message(node, None, end, depth, number)
            return
        node.note = note or node.note
        self.hang(siblings, node, depth)

    def _bytes(self, end: int) -> bytes:
        stop = self._stop(end)
        return self.take(stop - self.position)

    def varint(self) -> int:
        """Return the next number in base 128, up to 64 bits."""
        data, position = self.data, self.position
        start = position
        value = shift = 0
        while True:
            if position >= len(data):
                raise EndOfBytesError
            byte = data[position]
            position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift > 63:
                raise self.unreadable("a number of more than ten bytes", start)
        self.position = position
        return value & 0xFFFF_FFFF_FFFF_FFFF


def signed(value: int, bits: int) -> int:
    """Return the lowest bits of a number as two's complement."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\t\r\n" for character in text)


def wire_fields(data: bytes) -> list[tuple[int, int | bytes]] | None:
    """Return numbers and raw values of the fields of a message, None if it is none."""
    found: list[tuple[int, int | bytes]] = []
    position, end = 0, len(data)

    def varint() -> int | None:
        nonlocal position
        value = 0
        for shift in range(0, 70, 7):
            if position >= end:
                return None
            byte = data[position]
            position += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        return None

    while position < end:
        tag = varint()
        if tag is None or not 0 < tag >> 3 <= LARGEST_FIELD:
            return None
        wire_type = tag & 7
        if wire_type == VARINT:
            value = varint()
            if value is None:
                return None
            found.append((tag >> 3, value))
            continue
        size_bytes = {FIXED_64: 8, FIXED_32: 4}.get(wire_type)
        if wire_type == LENGTH:
            size_bytes = varint()
        if size_bytes is None or position + size_bytes > end:
            return None
        found.append((tag >> 3, data[position : position + size_bytes]))
        position += size_bytes
    return found


def _is_message(data: bytes) -> bool:
    return bool(data) and wire_fields(data) is not None
