"""gzip, zlib and raw deflate around any other format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.payload.containers import opened
from mqttui.payload.inflate import inflate
from mqttui.payload.quantities import size_text
from mqttui.payload.request import UnreadableError

if TYPE_CHECKING:
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.request import DecodeRequest


def decode(request: DecodeRequest) -> Decoded:
    """Return what was compressed, decoded; raise `UnreadableError` where nothing comes out."""
    layout = request.variant
    size_bytes = len(request.payload)
    found = inflate(request.payload, layout, request.limit_bytes)
    problem = found.problem
    if problem == "ends too early" and request.is_head:
        problem = None
    if problem is not None and not found.data:
        raise UnreadableError(f"not {layout}: {problem}")
    if layout == "deflate" and found.left_bytes:
        # Without a header many bytes begin like deflate; what is really so also ends with it.
        raise UnreadableError(f"not deflate: {found.left_bytes:,} more bytes follow after the end")
    more = "" if found.is_whole else "more than "
    notes = [f"{layout}: {size_text(size_bytes)} hold {more}{size_text(len(found.data))}"]
    if found.left_bytes:
        notes.append(f"{found.left_bytes:,} more bytes follow after the end of the {layout} data")
    error = None if problem is None else f"damaged {layout}: {problem}"
    return opened(request, found.data, is_head=not found.is_whole, notes=notes, error=error)
