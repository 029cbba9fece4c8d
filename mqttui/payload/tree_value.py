"""A tree as the result of decoding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.payload.decoded import Decoded
from mqttui.payload.tree_layout import lay_out, layout_text

if TYPE_CHECKING:
    from mqttui.payload.decoded import Kind
    from mqttui.payload.request import DecodeRequest
    from mqttui.payload.tree import Node


def tree_value(
    root: Node,
    request: DecodeRequest,
    used_bytes: int,
    *,
    kind: Kind = "tree",
    error: str | None = None,
    notes: tuple[str, ...] = (),
    name: str = "",
    title: str = "",
) -> Decoded:
    """Return the layout of a tree that was read from the first `used_bytes` of a payload."""
    lines = lay_out(root)
    total = len(request.payload)
    text = layout_text(lines)
    return Decoded(
        kind, text, error, used_bytes, total, name, title, notes=notes, tree=root, lines=lines
    )
