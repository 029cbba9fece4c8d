"""Which decoder fits a payload that nobody said anything about.

The first byte rules out most formats. What begins neither as text does nor as a known format is
shown as a hex dump: a wrong guess would be worse than none.
"""

from __future__ import annotations

from dataclasses import replace

from mqttui.payload.decoded import Decoded
from mqttui.payload.printable import printable
from mqttui.payload.registry import raw, read
from mqttui.payload.request import DecodeRequest, UnreadableError
from mqttui.payload.text import decode_head, is_texty, shown_text

EMPTY = Decoded("empty", "(empty)", None, 0, 0, title="empty")
"""The empty payload, which on a retained topic means: delete (MQTT 5.0 section 3.3.1.3)."""


def automatic(request: DecodeRequest) -> Decoded:
    """Return a payload that is not empty by the decoder that fits it best."""
    head = request.head
    names = _likely_names(head)
    for name in names:
        if (decoded := _fitting(name, request)) is not None:
            return decoded
    if is_texty(head, request.is_cut):
        return _text(request, head)
    return raw(request)


def _likely_names(head: bytes) -> tuple[str, ...]:
    """Return the binary formats that the first byte allows; none of them begins as text does."""
    first = head[0] if head else 0
    # Maps and arrays; a scalar that fits would fit by chance.
    if 0x80 <= first < 0xA0 or 0xDC <= first < 0xE0:
        return ("msgpack",)
    return ()


def _fitting(name: str, request: DecodeRequest) -> Decoded | None:
    """Return the payload if the whole of it fits a format."""
    try:
        decoded = read(name, request)
    except UnreadableError:
        return None
    return None if decoded.error is not None else replace(decoded, certainty="likely")


def _text(request: DecodeRequest, head: bytes) -> Decoded:
    text, problem = decode_head(head, request.is_cut)
    # Imported here: compiling its patterns takes time that the first paint can do without.
    from mqttui.payload.json_tree import starts_like_json

    if starts_like_json(text):
        if problem is None:
            from mqttui.payload.formats.json import decode_text

            try:
                decoded = decode_text(text, len(head), request)
                return replace(decoded, decoder="json", title="JSON")
            except UnreadableError as reason:
                problem = str(reason)
        else:
            problem = f"not valid JSON: {problem}"
    error = None if problem is None else printable(problem)
    total = len(request.payload)
    return Decoded("text", shown_text(text), error, len(head), total, "text", "text")
