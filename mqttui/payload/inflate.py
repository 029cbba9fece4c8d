"""Decompressing no more than asked for, whatever the compressed bytes promise."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

_MOST_MEMBERS = 64


@dataclass(frozen=True, slots=True)
class Inflated:
    """The beginning of what was compressed.

    `is_whole` says that it is all of it; `left_bytes` follow after its end. `problem` says what
    is wrong with the compressed bytes, None for nothing.
    """

    data: bytes
    is_whole: bool
    left_bytes: int
    problem: str | None


# How zlib calls the three layouts; a negative number means: without header and checksum.
WINDOW_BITS = {"gzip": 31, "zlib": 15, "deflate": -15}


def inflate(data: bytes, layout: str, limit_bytes: int) -> Inflated:
    """Return up to `limit_bytes` of what `data` holds; memory never exceeds the limit by much.

    `layout` is `gzip` (RFC 1952), `zlib` (RFC 1950) or `deflate` (RFC 1951). A gzip file may have
    members one after the other, which count as one.
    """
    parts: list[bytes] = []
    room_bytes = limit_bytes + 1
    for _ in range(_MOST_MEMBERS):
        stream = zlib.decompressobj(WINDOW_BITS[layout])
        try:
            parts.append(stream.decompress(data, room_bytes))
        except zlib.error as error:
            return Inflated(b"".join(parts), False, 0, _words(error))
        room_bytes -= len(parts[-1])
        if room_bytes <= 0:
            return Inflated(b"".join(parts)[:limit_bytes], False, 0, None)
        if not stream.eof:
            return Inflated(b"".join(parts), False, 0, "ends too early")
        data = stream.unused_data
        if layout != "gzip" or not data.startswith(b"\x1f\x8b"):
            return Inflated(b"".join(parts), True, len(data), None)
    return Inflated(b"".join(parts), False, len(data), f"more than {_MOST_MEMBERS} parts")


def _words(error: zlib.error) -> str:
    """Return the reason that zlib gives, without its number."""
    return str(error).rpartition(": ")[2] or "damaged"
