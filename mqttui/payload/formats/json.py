"""JSON objects and arrays, RFC 8259; forced, also scalars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.payload.json_tree import JsonProblem, read_json
from mqttui.payload.printable import printable
from mqttui.payload.request import UnreadableError
from mqttui.payload.text import decode_head
from mqttui.payload.tree_value import tree_value

if TYPE_CHECKING:
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.request import DecodeRequest


def decode(request: DecodeRequest) -> Decoded:
    """Return JSON as a tree; raise `UnreadableError` where it is none."""
    head = request.head
    text, problem = decode_head(head, request.is_cut)
    if problem is not None:
        raise UnreadableError(f"not valid JSON: {problem}")
    return decode_text(text, len(head), request)


def decode_text(text: str, size_bytes: int, request: DecodeRequest) -> Decoded:
    """Return JSON, whose head of `size_bytes` is decoded already, as a tree."""
    found = read_json(text, request.is_cut, request.budget())
    if isinstance(found, JsonProblem):
        raise UnreadableError(printable(found.sentence))
    if found.used_characters < len(text):
        size_bytes = len(text[: found.used_characters].encode())
    error = None if found.problem is None else printable(found.problem)
    return tree_value(
        found.root, request, size_bytes, kind="json", error=error, name="json", title="JSON"
    )
