"""Bytes as they are: a hex dump with offsets and an ASCII column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.payload.decoded import Decoded
from mqttui.payload.hexdump import hex_dump

if TYPE_CHECKING:
    from mqttui.payload.request import DecodeRequest


def decode(request: DecodeRequest) -> Decoded:
    """Return the hex dump of the head."""
    head = request.head
    text = hex_dump(head, request.hex_row_bytes)
    return Decoded("hex", text, None, len(head), len(request.payload))
