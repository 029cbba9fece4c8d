"""Finding bytes in a payload, written in hexadecimal or as text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mqttui.payload.printable import printable

MOST_HITS = 10_000

_HEX = re.compile(r"(?:0x|\\x)?[0-9a-f]{2}(?:[ :,]*(?:0x|\\x)?[0-9a-f]{2})*", re.IGNORECASE)
_PREFIX = re.compile(r"0x|\\x|[ :,]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BytePattern:
    """What is looked for. Text is found whatever the case of its ASCII letters."""

    data: bytes
    is_text: bool

    @property
    def shown(self) -> str:
        """The pattern as it is understood: `bytes 1b 5b`, `text “on”`."""
        if self.is_text:
            return f"text “{printable(self.data.decode('utf-8', 'replace'))}”"
        return f"bytes {self.data.hex(' ')}"


def pattern_of(text: str) -> BytePattern | None:
    r"""Return what somebody wants to find, None for nothing.

    Bytes begin with `0x` or `\x`, or are pairs of digits with blanks, colons or commas in between:
    `0x1b5b`, `1b 5b`, `1b:5b`. Everything else is text, and so is a lone pair: `ff`, `12`.
    """
    wanted = text.strip()
    if not wanted:
        return None
    has_prefix = wanted[:2].lower() in ("0x", r"\x")
    is_hex = has_prefix or re.search("[ :,]", wanted) is not None
    if is_hex and _HEX.fullmatch(wanted):
        return BytePattern(bytes.fromhex(_PREFIX.sub("", wanted)), is_text=False)
    return BytePattern(text.encode("utf-8", "surrogateescape"), is_text=True)


def hits_in(payload: bytes, pattern: BytePattern) -> list[int]:
    """Return where a pattern begins, from the front, at most `MOST_HITS` places; none overlap."""
    data, wanted = payload, pattern.data
    if pattern.is_text:
        data, wanted = payload.lower(), wanted.lower()
    hits: list[int] = []
    at = data.find(wanted)
    while at >= 0 and len(hits) < MOST_HITS:
        hits.append(at)
        at = data.find(wanted, at + len(wanted))
    return hits
