"""Showing what is inside a format that only wraps another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mqttui.payload.registry import AUTOMATIC, decode_request, decoder_named
from mqttui.payload.request import MOST_CONTAINERS, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.payload.decoded import Decoded
    from mqttui.payload.request import DecodeRequest


def opened(
    request: DecodeRequest,
    content: bytes,
    *,
    is_head: bool,
    notes: Sequence[str],
    error: str | None = None,
) -> Decoded:
    """Return `content`, which was in the payload of `request`, decoded as what it is.

    `request.argument` names the decoder of the content, if it was chosen. `is_head` says that
    more was in the payload. Raises `UnreadableError` when too many formats are nested.
    """
    if request.containers >= MOST_CONTAINERS:
        raise UnreadableError(f"more than {MOST_CONTAINERS} formats one inside the other")
    inner = replace(
        request,
        payload=content,
        is_head=is_head,
        containers=request.containers + 1,
        argument="",
        variant="",
    )
    decoded = decode_request(inner, request.argument or AUTOMATIC)
    container = decoder_named(request.name)
    assert container is not None
    said = [*notes]
    is_content_cut = is_head or decoded.is_cut or decoded.is_content_cut
    if is_head or decoded.is_cut:
        said.append("only the beginning of the content is shown")
    size_bytes = len(request.payload)
    return replace(
        decoded,
        kind="text" if decoded.kind == "empty" else decoded.kind,
        error=error or decoded.error,
        shown_bytes=size_bytes,
        total_bytes=size_bytes,
        title=f"{container.title} → {decoded.title}",
        notes=(*said, *decoded.notes),
        is_content_cut=is_content_cut,
    )
