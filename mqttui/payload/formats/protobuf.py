"""Protobuf: by a message of a schema, or without one by field numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.payload.printable import printable
from mqttui.payload.protobuf.reader import ProtobufReader
from mqttui.payload.protobuf.schema import Schema
from mqttui.payload.request import UnreadableError
from mqttui.payload.tree_reader import decode_tree

if TYPE_CHECKING:
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.protobuf.schema import MessageType
    from mqttui.payload.request import DecodeRequest

NO_SCHEMA = "without a schema: field numbers, and types as they seem"
_SHOWN_NAMES = 5


def decode(request: DecodeRequest) -> Decoded:
    """Return the message whose name follows the colon; raise `UnreadableError`."""
    schema = request.context.schema or Schema()
    message_type = None
    if request.argument:
        message_type = _message_type(schema, request.argument)
    reader = ProtobufReader(request.head, request.budget(), schema, message_type)
    notes = () if message_type is not None else (NO_SCHEMA,)
    title = f"Protobuf {printable(message_type.name)}" if message_type is not None else ""
    return decode_tree(reader, request, notes=notes, title=title)


def _message_type(schema: Schema, name: str) -> MessageType:
    found = schema.message_named(name)
    if found is not None:
        return found
    names = schema.message_names()
    shown = printable(name)
    if not names:
        raise UnreadableError(f"no schema is loaded that has the message {shown}")
    known = ", ".join(printable(each) for each in names[:_SHOWN_NAMES])
    more = ", …" if len(names) > _SHOWN_NAMES else ""
    raise UnreadableError(f"no schema has the message {shown}; there are {known}{more}")
