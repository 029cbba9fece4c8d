"""What a payload would be to each decoder, for a list to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.payload.one_line import cropped
from mqttui.payload.registry import DECODERS, Decoder, read
from mqttui.payload.request import NO_CONTEXT, DecodeRequest, UnreadableError

if TYPE_CHECKING:
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.request import Context

LOOKED_AT_BYTES = 1_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A decoder and the payload as it reads it, on one line; or why it cannot."""

    decoder: Decoder
    fits: bool
    preview: str


def candidates(
    payload: bytes,
    width: int = 60,
    *,
    is_head: bool = False,
    context: Context = NO_CONTEXT,
) -> tuple[Candidate, ...]:
    """Return every decoder, those that fit first, each with at most `width` characters of preview.

    Only the beginning of the payload is looked at. A decoder that fits with an error comes after
    those that fit without.
    """
    if not payload:
        return ()
    request = DecodeRequest(payload, LOOKED_AT_BYTES, is_head, 16, context)
    ranked: list[tuple[int, Candidate]] = []
    for decoder in DECODERS:
        try:
            decoded = read(decoder.name, request)
        except UnreadableError as reason:
            ranked.append((2, Candidate(decoder, False, cropped(str(reason), width))))
            continue
        rank = 0 if decoded.error is None else 1
        ranked.append((rank, Candidate(decoder, True, brief(decoded, width))))
    ranked.sort(key=lambda pair: pair[0])
    return tuple(candidate for _, candidate in ranked)


def brief(decoded: Decoded, width: int) -> str:
    """Return a decoded payload on one line of at most `width` characters."""
    line = " ".join(decoded.text[: 8 * width].split())
    return cropped(line + "…" if decoded.is_cut else line, width)
