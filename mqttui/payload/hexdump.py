"""Bytes as a hex dump with offsets and an ASCII column."""

from __future__ import annotations

# Every byte that is not printable ASCII reads as a middle dot.
_ASCII = bytes(byte if 0x20 <= byte < 0x7F else 0 for byte in range(256))


def hex_dump(data: bytes, row_bytes: int = 16) -> str:
    """Return one line per `row_bytes` bytes: offset, bytes in groups of eight, ASCII."""
    offset_digits = max(4, len(f"{max(0, len(data) - 1):x}"))
    groups = -(-row_bytes // 8)
    hex_columns = row_bytes * 3 - 1 + (groups - 1)
    lines: list[str] = []
    for offset in range(0, len(data), row_bytes):
        row = data[offset : offset + row_bytes]
        pairs = "  ".join(row[start : start + 8].hex(" ") for start in range(0, len(row), 8))
        characters = row.translate(_ASCII).decode("ascii").replace("\x00", "\u00b7")
        lines.append(f"{offset:0{offset_digits}x}  {pairs:<{hex_columns}}  {characters}")
    return "\n".join(lines)
