"""Base64 (RFC 4648, both alphabets, padding optional, data URLs) around any other format."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING

from mqttui.payload.containers import opened
from mqttui.payload.quantities import size_text
from mqttui.payload.request import UnreadableError

if TYPE_CHECKING:
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.request import DecodeRequest

MOST_BYTES = 8_000_000
"""Of a longer payload only what is displayed is decoded."""

_DATA_URL = re.compile(rb"data:[\w.+/-]{0,80}(?:;[\w=.-]{1,40})*;base64,")
_BODY = re.compile(rb"[A-Za-z0-9+/_-]+={0,2}\Z")
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_SPACE = b" \t\r\n"
_FEWEST_CHARACTERS = 8
_FEWEST_TEXT_BYTES = 12


def decode(request: DecodeRequest) -> Decoded:
    """Return what was encoded, decoded; raise `UnreadableError` where it is not base64."""
    payload, is_head = request.payload, request.is_head
    if len(payload) > MOST_BYTES:
        payload, is_head = request.head, True
    content, problem = content_of(payload, is_head)
    if problem is not None:
        raise UnreadableError(f"not base64: {problem}")
    more = "more than " if is_head else ""
    note = f"base64: {size_text(len(request.payload))} hold {more}{size_text(len(content))}"
    return opened(request, content, is_head=is_head, notes=[note])


def content_of(payload: bytes, is_head: bool) -> tuple[bytes, str | None]:
    """Return the bytes that base64 stands for, and why it stands for none, else None."""
    url = _DATA_URL.match(payload)
    body = payload[url.end() if url else 0 :].translate(_TO_STANDARD, _SPACE).rstrip(b"\x00")
    if _BODY.match(body) is None:
        return b"", "a character that does not belong there" if body else "nothing to decode"
    body = body.rstrip(b"=")
    if is_head:
        body = body[: len(body) // 4 * 4]
    elif len(body) % 4 == 1:
        return b"", f"{len(body):,} characters are one too many or too few"
    return binascii.a2b_base64(body + b"=" * (-len(body) % 4)), None


def is_worth_opening(head: bytes, is_cut: bool) -> bool:
    """Whether text is base64 of something that speaks for itself, rather than a word.

    Only the beginning is decoded: JSON, the first bytes of a known format, or a dozen bytes of
    ASCII, which chance does not make.
    """
    if len(head) < _FEWEST_CHARACTERS:
        return False
    is_url = head.startswith(b"data:")
    content, problem = content_of(head, is_cut)
    if problem is not None or not content:
        return False
    if is_url or content.startswith((b"\x1f\x8b\x08", b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8")):
        return True
    if not is_cut and len(head.strip()) % 4:
        return False
    try:
        text = content[:400].decode("ascii")
    except UnicodeDecodeError:
        return False
    if not all(character.isprintable() or character in "\t\r\n" for character in text):
        return False
    return len(text) >= _FEWEST_TEXT_BYTES or text[0] in "{["
