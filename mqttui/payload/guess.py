"""Which decoder fits a payload that nobody said anything about.

The first byte rules out most formats. What begins neither as text does nor as a known format is
shown as a hex dump: a wrong guess would be worse than none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mqttui.payload.decoded import Decoded
from mqttui.payload.printable import printable
from mqttui.payload.registry import raw, read
from mqttui.payload.request import UnreadableError
from mqttui.payload.text import decode_head, is_texty, shown_text

if TYPE_CHECKING:
    from mqttui.payload.decoded import Certainty
    from mqttui.payload.request import DecodeRequest

EMPTY = Decoded("empty", "(empty)", None, 0, 0, title="empty")
"""The empty payload, which on a retained topic means: delete (MQTT 5.0 section 3.3.1.3)."""

_NUMBER_SIZES = (1, 2, 4, 8)
_SHORTEST_BASE64 = 12
# gzip, and two formats that begin as ASCII text could: GIF and zlib.
_SIGNED_FIRST = b"\x1fGx"

# What the MIME type of MQTT 5.0 section 3.3.2.3.9 names; others say nothing that is not seen.
_CONTENT_TYPES = {
    "application/json": "json",
    "application/msgpack": "msgpack",
    "application/x-msgpack": "msgpack",
    "application/vnd.msgpack": "msgpack",
    "application/cbor": "cbor",
    "application/gzip": "gzip",
    "application/zlib": "zlib",
    "image/png": "image",
    "image/jpeg": "image",
    "image/gif": "image",
}


def automatic(request: DecodeRequest) -> Decoded:
    """Return a payload that is not empty by the decoder that fits it best."""
    head = request.head
    name = named_by(request.context.content_type) if request.context.content_type else None
    if name is not None and (decoded := _fitting(name, request, "certain")) is not None:
        return decoded
    if request.context.topic.startswith("spBv1.0/"):
        from mqttui.payload.sparkplug.births import SparkplugTopic

        is_metrics = SparkplugTopic.parse(request.context.topic) is not None
        if is_metrics and (decoded := _fitting("sparkplug", request, "certain")) is not None:
            return decoded
    # What begins in the range of ASCII, as nearly everything does, needs no look at these.
    first = head[0] if head else 0
    if first >= 0x80 or first in _SIGNED_FIRST:
        for name, certainty in _binary_formats(head):
            if (decoded := _fitting(name, request, certainty)) is not None:
                return decoded
    if is_texty(head, request.is_cut):
        return _text(request, head)
    from mqttui.payload.formats.text import looks_like_utf_16

    if looks_like_utf_16(head) and (decoded := _fitting("utf-16", request, "likely")):
        return decoded
    return _raw(request)


def named_by(content_type: str) -> str | None:
    """Return the decoder for a MIME type, None if it names no format that is known."""
    kind = content_type.partition(";")[0].strip().lower()
    return _CONTENT_TYPES.get(kind) or ("json" if kind.endswith("+json") else None)


def _binary_formats(head: bytes) -> list[tuple[str, Certainty]]:
    """Return the formats that the first bytes allow, the best first."""
    first = head[0]
    if head.startswith(b"\x1f\x8b\x08"):
        return [("gzip", "certain")]
    if head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")):
        return [("image", "certain")]
    if first == 0x78 and head[1:2] in (b"\x01", b"\x5e", b"\x9c", b"\xda"):
        return [("zlib", "certain")]
    if head.startswith(b"\xd9\xd9\xf7"):
        return [("cbor", "certain")]
    found: list[tuple[str, Certainty]] = []
    # Objects and arrays; a scalar that fits would fit by chance.
    if 0x80 <= first < 0xA0 or 0xDC <= first < 0xE0:
        found.append(("msgpack", "likely"))
    if 0x80 <= first < 0xC0:
        found.append(("cbor", "likely"))
    return found


def _fitting(name: str, request: DecodeRequest, certainty: Certainty) -> Decoded | None:
    """Return the payload if the whole of it fits a format.

    A format that is certain may be damaged; but text can begin with the two bytes of zlib.
    """
    try:
        decoded = read(name, request)
    except UnreadableError:
        return None
    is_signed = certainty == "certain" and name != "zlib"
    if decoded.error is not None and not is_signed:
        return None
    if certainty == "certain":
        return decoded
    if decoded.tree is not None and not decoded.tree.children:
        return None
    return replace(decoded, certainty=certainty)


def _raw(request: DecodeRequest) -> Decoded:
    """Return a hex dump, and of a payload that could be a number what it then is."""
    decoded = raw(request)
    if len(request.payload) not in _NUMBER_SIZES or request.is_head:
        return decoded
    from mqttui.payload.formats.numbers import is_narrow, number_table

    table = number_table(request.payload, is_narrow=is_narrow(request))
    return replace(decoded, text=f"{decoded.text}\n\n{table}")


def _text(request: DecodeRequest, head: bytes) -> Decoded:
    text, problem = decode_head(head, request.is_cut)
    # Imported here: compiling its patterns takes time that the first paint can do without.
    from mqttui.payload.json_tree import starts_like_json

    if starts_like_json(text):
        if problem is None:
            from mqttui.payload.formats.json import decode_text

            try:
                return decode_text(text, len(head), request)
            except UnreadableError as reason:
                problem = str(reason)
        else:
            problem = f"not valid JSON: {problem}"
    elif problem is None and len(text) >= _SHORTEST_BASE64 and " " not in text:
        from mqttui.payload.formats.base64 import is_worth_opening

        if is_worth_opening(head, request.is_cut):
            decoded = _fitting("base64", request, "certain")
            if decoded is not None:
                return replace(decoded, certainty="likely")
    error = None if problem is None else printable(problem)
    total = len(request.payload)
    return Decoded("text", shown_text(text), error, len(head), total, "text", "text")
