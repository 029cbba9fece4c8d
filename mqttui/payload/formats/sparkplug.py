"""Sparkplug B: the metrics of an edge node or device by name, with their types."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mqttui.payload.protobuf.reader import ProtobufReader, signed
from mqttui.payload.request import UnreadableError
from mqttui.payload.sparkplug.births import SparkplugBirths
from mqttui.payload.sparkplug.schema import (
    ARRAY_LAYOUTS,
    PAYLOAD,
    SCHEMA,
    SIGNED_BITS,
    data_type_name,
)
from mqttui.payload.tree import Node, integer_text, quoted
from mqttui.payload.tree_reader import decode_tree, float_text, time_node
from mqttui.payload.tree_value import tree_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.payload.decoded import Decoded
    from mqttui.payload.request import DecodeRequest

_VALUES = (
    "int_value",
    "long_value",
    "float_value",
    "double_value",
    "boolean_value",
    "string_value",
    "bytes_value",
    "dataset_value",
    "template_value",
    "propertyset_value",
    "propertysets_value",
)
_MOST_PROPERTIES = 6
_MOST_ARRAY_ITEMS = 1000


def decode(request: DecodeRequest) -> Decoded:
    """Return the metrics by name; raise `UnreadableError` where there are none."""
    reader = ProtobufReader(request.head, request.budget(), SCHEMA, PAYLOAD)
    read = decode_tree(reader, request)
    assert read.tree is not None
    names = _Names(request)
    known = [child for child in read.tree.children if isinstance(child.key, str)]
    if not known and read.tree.is_whole:
        raise UnreadableError("not Sparkplug B: neither a time nor metrics in it")
    children = [_payload_part(child, names) for child in read.tree.children]
    root = Node("object", children=children, is_whole=read.tree.is_whole)
    notes = []
    if names.unresolved:
        plural = "" if names.unresolved == 1 else "s"
        notes.append(f"no birth that names {names.unresolved:,} metric{plural} was seen")
    return tree_value(root, request, read.shown_bytes, error=read.error, notes=tuple(notes))


class _Names:
    """Finds what an alias stands for, and counts what it cannot find."""

    def __init__(self, request: DecodeRequest) -> None:
        self._topic = request.context.topic
        self._births = request.context.births or SparkplugBirths()
        self.unresolved = 0

    def of(self, alias: object) -> tuple[str | None, int]:
        """Return name and data type, None and 0 if no birth told."""
        found = self._births.metric(self._topic, alias) if isinstance(alias, int) else None
        return (None, 0) if found is None else found


def _payload_part(child: Node, names: _Names) -> Node:
    if child.key == "timestamp" and isinstance(child.value, int):
        return _time(child.value, child.label, child.key)
    if child.key == "metrics":
        metrics = [_metric(metric, names) for metric in child.children]
        return Node("object", "", None, child.label, child.key, metrics, is_whole=child.is_whole)
    return child


def _parts(node: Node) -> dict[object, Node]:
    return {child.key: child for child in node.children}


def _time(milliseconds: int, label: str, key: str) -> Node:
    # The value stays what was sent, so that a chart can take it for device time.
    node = time_node(milliseconds / 1000, label, key)
    node.value = milliseconds
    return node


def _metric(metric: Node, names: _Names | None) -> Node:
    """Return a metric as its value, under its name; those of a template have no aliases."""
    parts = _parts(metric)
    alias = parts["alias"].value if "alias" in parts else None
    name = parts["name"].value if "name" in parts else None
    data_type = parts["datatype"].value if "datatype" in parts else None
    notes = []
    if not isinstance(name, str) or (not name and alias is not None):
        name, told_type = (None, 0) if names is None else names.of(alias)
        data_type = told_type if data_type is None and name is not None else data_type
        if name is None:
            name = f"alias {parts['alias'].text}" if alias is not None else "without a name"
            if names is not None and alias is not None:
                names.unresolved += 1
    type_name = data_type_name(data_type) if data_type is not None else ""
    node = _value(parts, type_name)
    node.label, node.key = quoted(name), name
    node.is_whole = metric.is_whole and node.is_whole
    if type_name:
        notes.append(type_name)
    notes += [word for word in ("historical", "transient") if f"is_{word}" in parts]
    if "timestamp" in parts and isinstance(parts["timestamp"].value, int):
        notes.append(f"at {_time(parts['timestamp'].value, '', '').text}")
    if "properties" in parts:
        notes += _properties(parts["properties"])
    node.note = ", ".join(notes)
    return node


def _value(parts: dict[object, Node], type_name: str) -> Node:
    """Return the value among the parts of a metric, property, parameter or cell of a table."""
    found = next((parts[name] for name in _VALUES if name in parts), None)
    if found is None or ("is_null" in parts and parts["is_null"].value):
        return Node("null", "null", note="" if "is_null" in parts else "no value")
    value = found.value
    if isinstance(value, int) and not isinstance(value, bool):
        if type_name in SIGNED_BITS:
            number = signed(value, SIGNED_BITS[type_name])
            return Node("number", integer_text(number), number)
        if type_name == "DateTime":
            return _time(signed(value, 64), "", "")
    if isinstance(value, bytes) and type_name.endswith("Array"):
        return _array(value, type_name, found)
    if found.key == "dataset_value":
        return _dataset(found)
    if found.key == "template_value":
        return _template(found)
    if found.key == "propertyset_value":
        return Node("object", children=_property_nodes(found), is_whole=found.is_whole)
    return Node(found.kind, found.text, value, children=found.children, is_whole=found.is_whole)


def _array(data: bytes, type_name: str, found: Node) -> Node:
    """Return an array of numbers, which lie one after the other in little-endian order."""
    items: list[Node]
    if type_name == "StringArray":
        parts = data.split(b"\x00", _MOST_ARRAY_ITEMS)[:-1]
        texts = [part.decode("utf-8", "backslashreplace") for part in parts]
        items = [Node("string", quoted(text), text) for text in texts]
        return Node("array", children=items, is_whole=data.count(b"\x00") == len(items))
    if type_name == "BooleanArray" and len(data) >= 4:
        count = min(int.from_bytes(data[:4], "little"), 8 * (len(data) - 4))
        bits = [
            bool(data[4 + at // 8] >> (7 - at % 8) & 1)
            for at in range(min(count, _MOST_ARRAY_ITEMS))
        ]
        items = [Node("boolean", "true" if bit else "false", bit) for bit in bits]
        return Node("array", children=items, is_whole=count == len(items))
    layout = ARRAY_LAYOUTS.get(type_name)
    if layout is None or len(data) % struct.calcsize(layout):
        return Node("bytes", found.text, data)
    size_bytes = struct.calcsize(layout)
    shown = data[: size_bytes * _MOST_ARRAY_ITEMS]
    items = []
    for (number,) in struct.iter_unpack(layout, shown):
        if type_name == "DateTimeArray":
            items.append(_time(number, "", ""))
        else:
            is_float = isinstance(number, float)
            text = float_text(number, size_bytes) if is_float else integer_text(number)
            items.append(Node("number", text, number))
    for item in items:
        item.key = None
    return Node("array", children=items, is_whole=len(shown) == len(data))


def _dataset(node: Node) -> Node:
    """Return a table as an array of objects, one a row."""
    parts = _parts(node)
    columns = [str(each.value) for each in _children(parts, "columns")]
    types = [data_type_name(each.value) for each in _children(parts, "types")]
    rows = []
    for row in _children(parts, "rows"):
        cells: list[Node] = []
        for at, element in enumerate(_children(_parts(row), "elements")):
            cell = _value(_parts(element), types[at] if at < len(types) else "")
            name = columns[at] if at < len(columns) else str(at)
            cell.label, cell.key = quoted(name), name
            cells.append(cell)
        rows.append(Node("object", children=cells, is_whole=row.is_whole))
    return Node("array", children=rows, is_whole=node.is_whole)


def _template(node: Node) -> Node:
    """Return a template with its metrics and parameters by name."""
    children: list[Node] = []
    for child in node.children:
        if child.key == "metrics":
            metrics = [_metric(each, None) for each in child.children]
            child = Node("object", "", None, child.label, child.key, metrics)
        elif child.key == "parameters":
            parameters = [_parameter(each) for each in child.children]
            child = Node("object", "", None, child.label, child.key, parameters)
        children.append(child)
    return Node("object", children=children, is_whole=node.is_whole)


def _parameter(node: Node) -> Node:
    parts = _parts(node)
    value = _value(parts, data_type_name(parts["type"].value) if "type" in parts else "")
    name = str(parts["name"].value) if "name" in parts else "without a name"
    value.label, value.key = quoted(name), name
    return value


def _property_nodes(node: Node) -> list[Node]:
    parts = _parts(node)
    found = []
    pairs = zip(_children(parts, "keys"), _children(parts, "values"), strict=False)
    for key, value in pairs:
        inner = _parts(value)
        shown = _value(inner, data_type_name(inner["type"].value) if "type" in inner else "")
        shown.label, shown.key = key.text, key.value
        found.append(shown)
    return found


def _properties(node: Node) -> list[str]:
    """Return the first properties that are scalars as `unit "°C"`."""
    found = []
    for shown in _property_nodes(node)[:_MOST_PROPERTIES]:
        if not shown.is_container:
            found.append(f"{shown.label.strip(chr(34))} {shown.text}")
    return found


def _children(parts: dict[object, Node], name: str) -> Sequence[Node]:
    return parts[name].children if name in parts else ()
