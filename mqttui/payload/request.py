"""What a decoder is asked: the bytes, how many to look at, and what is known beside them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mqttui.payload.tree import TreeBudget

if TYPE_CHECKING:
    from mqttui.payload.decoded import Decoded

SHOWN_LIMIT_BYTES = 64 * 1000
"""How much of a payload is laid out for display unless the caller says otherwise."""

MOST_CONTAINERS = 4
"""How many formats that only wrap others (gzip, base64) are opened one inside the other."""

# Indentation may make a value longer, but not by more than this factor.
_LAYOUT_GROWTH = 4


class UnreadableError(Exception):
    """Why a payload is not what the decoder is for; the text begins with `not …` or the like."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a message beside its payload; all of it may be missing."""

    topic: str = ""
    content_type: str = ""


NO_CONTEXT = Context()


@dataclass(frozen=True, slots=True)
class DecodeRequest:
    """A payload to be decoded.

    `is_head` says that `payload` is only the beginning of what was published, so that a missing
    end is no error. `containers` counts the formats that were opened to get here. `argument` is
    what follows the name of the decoder, or says which of several readings is meant.
    """

    payload: bytes
    limit_bytes: int = SHOWN_LIMIT_BYTES
    is_head: bool = False
    hex_row_bytes: int = 16
    context: Context = field(default=NO_CONTEXT)
    containers: int = 0
    argument: str = ""

    @property
    def head(self) -> bytes:
        """The bytes that may be looked at for display."""
        return self.payload[: self.limit_bytes]

    @property
    def is_cut(self) -> bool:
        """Whether more bytes follow than `head` has."""
        return self.is_head or len(self.payload) > self.limit_bytes

    def budget(self) -> TreeBudget:
        """Return what a tree of this payload may cost."""
        return TreeBudget(characters=self.limit_bytes * _LAYOUT_GROWTH)

    def inside(self, payload: bytes, *, is_head: bool) -> DecodeRequest:
        """Return the request for what a container held; raise `UnreadableError` if too deep."""
        if self.containers >= MOST_CONTAINERS:
            raise UnreadableError(f"more than {MOST_CONTAINERS} formats one inside the other")
        return replace(self, payload=payload, is_head=is_head, containers=self.containers + 1)


def with_outside(decoded: Decoded, request: DecodeRequest, note: str) -> Decoded:
    """Return the decoded content of a container as the container's own, with a note about it."""
    notes = (note, *decoded.notes)
    if decoded.is_cut:
        notes = (note, "only the beginning of the content is shown", *decoded.notes)
    size_bytes = len(request.payload)
    return replace(decoded, shown_bytes=size_bytes, total_bytes=size_bytes, notes=notes)
