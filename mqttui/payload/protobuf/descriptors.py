"""Schemas from descriptor sets, which `protoc --include_imports --descriptor_set_out=FILE` writes.

A descriptor set is itself a Protobuf message (google/protobuf/descriptor.proto).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from mqttui.payload.protobuf.reader import signed, wire_fields
from mqttui.payload.protobuf.schema import (
    EnumType,
    Field,
    FieldKind,
    MessageType,
    Schema,
    SchemaError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

# The type numbers 1 to 18 of FieldDescriptorProto.Type, in this order.
_KINDS: tuple[FieldKind, ...] = get_args(FieldKind)
_REPEATED = 3
_DEEPEST = 32


def read_descriptor_set(data: bytes) -> Schema:
    """Return the types of a FileDescriptorSet; raise `SchemaError`."""
    schema = Schema()
    for number, value in _fields(data):
        if number == 1 and isinstance(value, bytes):
            _file(value, schema)
    if not schema.messages:
        raise SchemaError("not a descriptor set: there is no message in it")
    return schema


def _fields(data: bytes) -> list[tuple[int, int | bytes]]:
    found = wire_fields(data)
    if found is None:
        raise SchemaError("not a descriptor set: it is not a Protobuf message")
    return found


def _file(data: bytes, schema: Schema) -> None:
    fields = _fields(data)
    package = "".join(_texts(fields, 2))
    for part in _parts(fields, 4):
        _message(part, package, schema, 0)
    for part in _parts(fields, 5):
        _enum(part, package, schema)


def _message(data: bytes, scope: str, schema: Schema, depth: int) -> None:
    if depth > _DEEPEST:
        raise SchemaError(f"messages are nested deeper than {_DEEPEST} levels")
    fields = _fields(data)
    name = _full_name(scope, fields)
    message = MessageType(name)
    schema.messages[name] = message
    for part in _parts(fields, 2):
        field = _field(part)
        message.fields[field.number] = field
    for part in _parts(fields, 3):
        _message(part, name, schema, depth + 1)
    for part in _parts(fields, 4):
        _enum(part, name, schema)
    for part in _parts(fields, 7):
        message.is_map_entry = any(number == 7 and value for number, value in _fields(part))


def _field(data: bytes) -> Field:
    fields = _fields(data)
    numbers = {number: value for number, value in fields if isinstance(value, int)}
    kind = numbers.get(5, 0)
    if not 1 <= kind <= len(_KINDS):
        raise SchemaError(f"a field has the type {kind}, which does not exist")
    return Field(
        "".join(_texts(fields, 1)),
        numbers.get(3, 0),
        _KINDS[kind - 1],
        numbers.get(4) == _REPEATED,
        "".join(_texts(fields, 6)).removeprefix("."),
    )


def _enum(data: bytes, scope: str, schema: Schema) -> None:
    fields = _fields(data)
    enum = EnumType(_full_name(scope, fields))
    schema.enums[enum.name] = enum
    for part in _parts(fields, 2):
        value = _fields(part)
        numbers = [each for number, each in value if number == 2 and isinstance(each, int)]
        enum.names.setdefault(signed(numbers[0], 64) if numbers else 0, "".join(_texts(value, 1)))


def _full_name(scope: str, fields: list[tuple[int, int | bytes]]) -> str:
    name = "".join(_texts(fields, 1))
    return f"{scope}.{name}" if scope else name


def _parts(fields: list[tuple[int, int | bytes]], number: int) -> Iterator[bytes]:
    return (value for found, value in fields if found == number and isinstance(value, bytes))


def _texts(fields: list[tuple[int, int | bytes]], number: int) -> list[str]:
    """Return the text of a field; of one that occurs more than once the last, as is the rule."""
    return [part.decode("utf-8", "replace") for part in _parts(fields, number)][-1:]
