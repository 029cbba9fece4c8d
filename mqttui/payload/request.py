"""What a decoder is asked: the bytes, how many to look at, and what is known beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mqttui.payload.tree import TreeBudget

if TYPE_CHECKING:
    from mqttui.payload.protobuf.schema import Schema
    from mqttui.payload.sparkplug.births import SparkplugBirths

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
    """What is known of a message beside its payload; all of it may be missing.

    `births` has the names of the metrics of Sparkplug, `schema` the messages of Protobuf.
    """

    topic: str = ""
    content_type: str = ""
    births: SparkplugBirths | None = None
    schema: Schema | None = None


NO_CONTEXT = Context()


@dataclass(frozen=True, slots=True)
class DecodeRequest:
    """A payload to be decoded.

    `is_head` says that `payload` is only the beginning of what was published, so that a missing
    end is no error. `containers` counts the formats that were opened to get here. `name` is the
    decoder's in the registry, `variant` which of several readings of a module it stands for, and
    `argument` what the user wrote after it. Images have a preview only if somebody `wants_picture`.
    """

    payload: bytes
    limit_bytes: int = SHOWN_LIMIT_BYTES
    is_head: bool = False
    hex_row_bytes: int = 16
    context: Context = field(default=NO_CONTEXT)
    containers: int = 0
    name: str = ""
    variant: str = ""
    argument: str = ""
    wants_picture: bool = False

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
