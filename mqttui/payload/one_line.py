"""A payload in a row of a list."""

from __future__ import annotations

from mqttui.payload.printable import printable
from mqttui.payload.quantities import size_text
from mqttui.payload.text import decode_head, is_texty

_MOST_LOOKED_AT_BYTES = 512


def one_line(payload: bytes, width: int) -> str:
    """Return at most `width` characters that stand for `payload` in a row of a list.

    White space is collapsed, JSON stays compact as it came, binary is `0x41a80000 (4 B)`. Only the
    first few hundred bytes are looked at. A wide character counts as one: who draws must crop.
    """
    if width <= 0:
        return ""
    if not payload:
        return cropped("(empty)", width)
    head = payload[: min(4 * width + 4, _MOST_LOOKED_AT_BYTES)]
    is_cut = len(head) < len(payload)
    try:
        text = head.decode()
    except UnicodeDecodeError:
        text = ""
    if not (text.isascii() and text.isprintable() and text):
        if not is_texty(head, is_cut):
            return cropped(_binary(payload, width), width)
        text, _ = decode_head(head, is_cut)
    line = printable(" ".join(text.split()))
    if not line:
        return cropped(f"(blank, {size_text(len(payload))})", width)
    return cropped(line + "\u2026" if is_cut else line, width)


def _binary(payload: bytes, width: int) -> str:
    size = f" ({size_text(len(payload))})"
    room = max(1, (width - len(size) - 3) // 2)
    if len(payload) <= room:
        return f"0x{payload.hex()}{size}"
    return f"0x{payload[:room].hex()}\u2026{size}"


def cropped(line: str, width: int) -> str:
    """Return `line` in at most `width` characters, with `…` where it was cut."""
    return line if len(line) <= width else line[: width - 1] + "\u2026"
