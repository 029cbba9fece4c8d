"""Which decoder shows a payload: empty, JSON, text, or a hex dump for everything else."""

from __future__ import annotations

from mqttui.payload.decoded import Decoded
from mqttui.payload.empty import EMPTY
from mqttui.payload.hexdump import hex_dump
from mqttui.payload.printable import printable, printable_lines
from mqttui.payload.quantities import size_text
from mqttui.payload.text import decode_head, is_texty, shown_text

__all__ = ["SHOWN_LIMIT_BYTES", "Decoded", "decode", "one_line"]

SHOWN_LIMIT_BYTES = 64 * 1000
"""How much of a payload is laid out for display unless the caller says otherwise."""

# Indentation may make JSON longer, but not by more than this factor.
_LAYOUT_GROWTH = 4

_MOST_LOOKED_AT_BYTES = 512


def decode(
    payload: bytes,
    limit_bytes: int = SHOWN_LIMIT_BYTES,
    *,
    is_head: bool = False,
    hex_row_bytes: int = 16,
) -> Decoded:
    """Return what a person can read of `payload`, looking at no more than `limit_bytes` of it.

    `is_head` says that the payload is only the beginning of what was published, so that a missing
    end is no error. Never raises, whatever the bytes are.
    """
    total = len(payload)
    if not total:
        return EMPTY
    head = payload[:limit_bytes]
    is_cut = is_head or len(head) < total
    if not is_texty(head, is_cut):
        return Decoded("hex", hex_dump(head, hex_row_bytes), None, len(head), total)
    text, problem = decode_head(head, is_cut)
    # Imported here: compiling its patterns takes time that the first paint can do without.
    from mqttui.payload.json_text import JsonProblem, lay_out, starts_like_json

    if starts_like_json(text):
        if problem is None:
            layout = lay_out(text, is_cut, limit_bytes * _LAYOUT_GROWTH)
            if not isinstance(layout, JsonProblem):
                return _json(layout.text, layout.problem, text, layout.used_characters, head, total)
            problem = layout.sentence
        else:
            problem = f"not valid JSON: {problem}"
    return Decoded("text", shown_text(text), _printable(problem), len(head), total)


def _json(
    shown: str, problem: str | None, text: str, used_characters: int, head: bytes, total: int
) -> Decoded:
    used = len(head)
    if used_characters < len(text):
        used = len(text[:used_characters].encode())
    return Decoded("json", printable_lines(shown), _printable(problem), used, total)


def _printable(sentence: str | None) -> str | None:
    return None if sentence is None else printable(sentence)


def one_line(payload: bytes, width: int) -> str:
    """Return at most `width` characters that stand for `payload` in a row of a list.

    White space is collapsed, JSON stays compact as it came, binary is `0x41a80000 (4 B)`. Only the
    first few hundred bytes are looked at. A wide character counts as one: who draws must crop.
    """
    if width <= 0:
        return ""
    if not payload:
        return _cropped("(empty)", width)
    head = payload[: min(4 * width + 4, _MOST_LOOKED_AT_BYTES)]
    is_cut = len(head) < len(payload)
    try:
        text = head.decode()
    except UnicodeDecodeError:
        text = ""
    if not (text.isascii() and text.isprintable() and text):
        if not is_texty(head, is_cut):
            return _cropped(_binary(payload, width), width)
        text, _ = decode_head(head, is_cut)
    line = printable(" ".join(text.split()))
    if not line:
        return _cropped(f"(blank, {size_text(len(payload))})", width)
    return _cropped(line + "\u2026" if is_cut else line, width)


def _binary(payload: bytes, width: int) -> str:
    size = f" ({size_text(len(payload))})"
    room = max(1, (width - len(size) - 3) // 2)
    if len(payload) <= room:
        return f"0x{payload.hex()}{size}"
    return f"0x{payload[:room].hex()}\u2026{size}"


def _cropped(line: str, width: int) -> str:
    return line if len(line) <= width else line[: width - 1] + "\u2026"
