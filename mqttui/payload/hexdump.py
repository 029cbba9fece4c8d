"""Bytes as a hex dump with offsets and an ASCII column."""

from __future__ import annotations

# Every byte that is not printable ASCII reads as a middle dot.
_ASCII = bytes(byte if 0x20 <= byte < 0x7F else 0 for byte in range(256))
_PICTURES = {
    **{code: chr(0x2400 + code) for code in range(0x20)},
    0x7F: "\u2421",
    **dict.fromkeys(range(0x80, 0x100), "\u00b7"),
}


def hex_dump(data: bytes, row_bytes: int = 16) -> str:
    """Return one line per `row_bytes` bytes: offset, bytes in groups of eight, ASCII."""
    digits = offset_digits(len(data))
    columns = row_columns(row_bytes)
    lines: list[str] = []
    for offset in range(0, len(data), row_bytes):
        row = data[offset : offset + row_bytes]
        characters = row.translate(_ASCII).decode("ascii").replace("\x00", "\u00b7")
        lines.append(f"{offset:0{digits}x}  {hex_row(row):<{columns}}  {characters}")
    return "\n".join(lines)


def offset_digits(size_bytes: int) -> int:
    """Return how many digits the offsets of so many bytes have."""
    return max(4, len(f"{max(0, size_bytes - 1):x}"))


def row_columns(row_bytes: int) -> int:
    """Return the width of a full row of bytes."""
    return row_bytes * 3 - 1 + (-(-row_bytes // 8) - 1)


def hex_row(row: bytes) -> str:
    """Return the bytes of one row in groups of eight."""
    return "  ".join(row[start : start + 8].hex(" ") for start in range(0, len(row), 8))


def visible_ascii(row: bytes) -> str:
    """Return one character per byte: ASCII, the picture of a control character, or a dot."""
    return row.decode("latin-1").translate(_PICTURES)
