"""Text: UTF-8 with what is odd made visible, UTF-16 and Latin-1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.payload.decoded import Decoded
from mqttui.payload.printable import printable
from mqttui.payload.request import UnreadableError
from mqttui.payload.text import decode_head, shown_text

if TYPE_CHECKING:
    from mqttui.payload.request import DecodeRequest

_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_JUDGED_BYTES = 4096


def decode(request: DecodeRequest) -> Decoded:
    """Return the text in the encoding that `request.variant` names, UTF-8 without one."""
    head = request.head
    if request.variant == "utf-16":
        return _utf_16(request, head)
    if request.variant == "latin-1":
        return _text(request, head.decode("latin-1"), len(head))
    text, problem = decode_head(head, request.is_cut)
    return _text(request, text, len(head), None if problem is None else printable(problem))


def looks_like_utf_16(head: bytes) -> bool:
    """Whether every other byte is 0, as with Western text in UTF-16, or a byte order mark leads."""
    judged = head[:_JUDGED_BYTES]
    judged = judged[: len(judged) // 2 * 2]
    if judged[:2] in _BYTE_ORDER_MARKS:
        return _is_text(judged, _BYTE_ORDER_MARKS[judged[:2]])
    if len(judged) < 8:
        return False
    return _is_text(judged, _byte_order(judged)) and judged.count(0) * 2 >= len(judged) * 0.8


def _is_text(judged: bytes, encoding: str) -> bool:
    text = judged.decode(encoding, "replace").removeprefix("\ufeff")
    # A pair of surrogates may be cut in two at the end.
    odd = sum(
        not (character.isprintable() or character in "\t\r\n") or character == "\ufffd"
        for character in text[:-1]
    )
    return bool(text) and not odd


def _byte_order(head: bytes) -> str:
    return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"


def _utf_16(request: DecodeRequest, head: bytes) -> Decoded:
    encoding = _BYTE_ORDER_MARKS.get(head[:2])
    body = head[2:] if encoding else head
    encoding = encoding or _byte_order(body)
    is_odd = len(body) % 2 == 1
    if is_odd and not request.is_cut:
        raise UnreadableError(f"not UTF-16: {len(head):,} bytes are an odd number")
    text = body[: len(body) - is_odd].decode(encoding, "surrogatepass")
    order = "little-endian" if encoding.endswith("le") else "big-endian"
    return _text(request, text, len(head), notes=(order,))


def _text(
    request: DecodeRequest,
    text: str,
    size_bytes: int,
    error: str | None = None,
    notes: tuple[str, ...] = (),
) -> Decoded:
    total = len(request.payload)
    return Decoded("text", shown_text(text), error, size_bytes, total, notes=notes)
