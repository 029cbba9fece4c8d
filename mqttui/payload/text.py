"""Payloads that are text, among them those that are so only nearly.

Small devices send Latin-1 degree signs, C strings with their final NUL and coloured log lines.
All of that reads better as text, with what is odd made visible and said, than as a hex dump.
"""

from __future__ import annotations

from mqttui.payload.printable import printable_lines

# Judging the beginning is enough: a payload does not turn from text into binary on the way.
_JUDGED_BYTES = 4096

# Tab, line feed, carriage return, and escape (colour codes of log lines) are usual in text.
_USUAL_CONTROLS = b"\t\n\r\x1b"
_CONTROLS = bytes(byte for byte in (*range(0x20), 0x7F) if byte not in _USUAL_CONTROLS)


def decode_head(data: bytes, is_cut: bool) -> tuple[str, str | None]:
    r"""Return `data` as text, invalid bytes as `\xff`, and a sentence when it is not UTF-8.

    With `is_cut` a last character that is not complete is left out without a word.
    """
    try:
        return data.decode(), None
    except UnicodeDecodeError as error:
        if is_cut and error.reason == "unexpected end of data" and error.start >= len(data) - 3:
            return data[: error.start].decode(), None
        problem = f"not valid UTF-8: byte 0x{data[error.start]:02x} at offset {error.start:,}"
        return data.decode("utf-8", "backslashreplace"), problem


def is_texty(data: bytes, is_cut: bool) -> bool:
    """Whether `data` reads better as text than as hex: UTF-8 with few controls, or nearly so.

    `is_cut` says that more follows, so that an incomplete last character is no fault.
    """
    head = data[:_JUDGED_BYTES]
    try:
        head.decode()
        odd = 0
    except UnicodeDecodeError as error:
        if error.start >= len(head) - 3 and (is_cut or len(data) > len(head)):
            odd = 0
        else:
            odd = head.decode("utf-8", "replace").count("\ufffd")
    body = head[:-1] if head.endswith(b"\x00") and len(head) > 1 else head
    odd += len(body) - len(body.translate(None, _CONTROLS))
    allowed = max(len(body) // 8, 1 if len(body) >= 5 else 0)
    return odd <= allowed


def shown_text(text: str) -> str:
    """Return `text` safe for a terminal, its final line feed shown as `␊`.

    Whether a value ends in a line feed decides comparisons such as `payload == "on"`.
    """
    if not text:
        # Nothing but the beginning of a character.
        return "\u2026"
    if text.endswith("\n"):
        return printable_lines(text[:-1]) + "\u240a"
    return printable_lines(text)
