"""Type and size of PNG, JPEG and GIF images, read from their first bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_COLOURS = {0: "grey", 2: "RGB", 3: "palette", 4: "grey with alpha", 6: "RGB with alpha"}
_JPEG_COLOURS = {1: "grey", 3: "colour", 4: "CMYK"}
# Start of frame, without the markers for tables and arithmetic coding (ITU-T T.81 table B.1).
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))
_MOST_SEGMENTS = 1000


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """What an image says of itself; `width` and `height` in pixels."""

    format_name: str
    width: int
    height: int
    colours: str


def image_header(data: bytes) -> ImageHeader | str:
    """Return the header, or as the end of a sentence why there is none."""
    if data.startswith(_PNG):
        return _png(data)
    if data.startswith((b"GIF87a", b"GIF89a")):
        return _gif(data)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    return "begins neither as PNG nor as JPEG or GIF"


def _png(data: bytes) -> ImageHeader | str:
    if len(data) < 33 or data[12:16] != b"IHDR":
        return "a PNG without its header"
    width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
    words = _PNG_COLOURS.get(colour, f"unknown colours {colour}")
    return ImageHeader("PNG", width, height, f"{depth} bit {words}")


def _gif(data: bytes) -> ImageHeader | str:
    if len(data) < 13:
        return "a GIF without its header"
    width, height, packed = struct.unpack_from("<HHB", data, 6)
    return ImageHeader("GIF", width, height, f"{2 << (packed & 7)} colours")


def _jpeg(data: bytes) -> ImageHeader | str:
    position = 2
    for _ in range(_MOST_SEGMENTS):
        # Any number of fill bytes may stand before a marker.
        while position < len(data) - 1 and data[position] == 0xFF == data[position + 1]:
            position += 1
        if position + 4 > len(data) or data[position] != 0xFF:
            break
        marker = data[position + 1]
        if marker in _JPEG_ALONE:
            position += 2
            continue
        (length,) = struct.unpack_from(">H", data, position + 2)
        if marker in _JPEG_FRAMES and position + 10 <= len(data):
            depth, height, width, components = struct.unpack_from(">BHHB", data, position + 4)
            colours = f"{depth} bit {_JPEG_COLOURS.get(components, f'{components} components')}"
            return ImageHeader("JPEG", width, height, colours)
        position += 2 + length
    return "a JPEG without its header"
