"""Which decoders there are, and decoding by one of them or by the one that fits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from mqttui.payload.decoded import Decoded
from mqttui.payload.one_line import one_line
from mqttui.payload.request import NO_CONTEXT, SHOWN_LIMIT_BYTES, DecodeRequest, UnreadableError

if TYPE_CHECKING:
    from mqttui.payload.request import Context

__all__ = ["AUTOMATIC", "DECODERS", "SHOWN_LIMIT_BYTES", "Decoded", "decode", "one_line"]

AUTOMATIC = "auto"


@dataclass(frozen=True, slots=True)
class Decoder:
    """An entry of the registry.

    `name` is what rules and files remember; it may be followed by `:` and an argument when
    `takes_argument`. `title` and `about` are for people. `module` is imported on first use.
    """

    name: str
    title: str
    about: str
    module: str
    argument: str = ""
    takes_argument: bool = False


DECODERS: tuple[Decoder, ...] = (
    Decoder("json", "JSON", "objects, arrays and values", "json"),
    Decoder("text", "text", "UTF-8, what is odd made visible", "text"),
    Decoder("utf-16", "UTF-16", "text in two bytes a character", "text", "utf-16"),
    Decoder("latin-1", "Latin-1", "text in one byte a character", "text", "latin-1"),
    Decoder("hex", "binary", "bytes in hexadecimal and ASCII", "hex"),
    Decoder("msgpack", "MessagePack", "compact binary values", "msgpack"),
)
_BY_NAME = {decoder.name: decoder for decoder in DECODERS}


class _Module(Protocol):
    def decode(self, request: DecodeRequest) -> Decoded:
        """Return the payload decoded; raise `UnreadableError`."""


def decoder_named(name: str) -> Decoder | None:
    """Return the entry for a name with or without an argument, None for one that means nothing."""
    found = _BY_NAME.get(name.partition(":")[0])
    return None if found is None or (":" in name and not found.takes_argument) else found


def decode(
    payload: bytes,
    limit_bytes: int = SHOWN_LIMIT_BYTES,
    *,
    is_head: bool = False,
    hex_row_bytes: int = 16,
    decoder: str = AUTOMATIC,
    context: Context = NO_CONTEXT,
) -> Decoded:
    """Return what a person can read of `payload`, looking at no more than `limit_bytes` of it.

    `is_head` says that the payload is only the beginning of what was published, so that a missing
    end is no error. `decoder` is a name of the registry; what it cannot read comes as a hex dump
    with the reason in `error`. Never raises, whatever the bytes are.
    """
    from mqttui.payload.guess import EMPTY, automatic

    if not payload:
        return EMPTY
    request = DecodeRequest(payload, limit_bytes, is_head, hex_row_bytes, context)
    return automatic(request) if decoder == AUTOMATIC else chosen(decoder, request)


def chosen(name: str, request: DecodeRequest) -> Decoded:
    """Return the payload as the named decoder reads it, or a hex dump and why it does not."""
    entry = decoder_named(name)
    if entry is None:
        problem = f"there is no decoder named {name!r}"
        return replace(raw(request), error=problem, decoder=name, title="binary")
    try:
        return replace(read(name, request), certainty="chosen")
    except UnreadableError as reason:
        return replace(raw(request), error=str(reason), decoder=name)


def read(name: str, request: DecodeRequest) -> Decoded:
    """Return the payload as the named decoder reads it; raise `UnreadableError`."""
    entry = decoder_named(name)
    assert entry is not None
    module = cast("_Module", import_module(f"mqttui.payload.formats.{entry.module}"))
    argument = name.partition(":")[2] if entry.takes_argument else entry.argument
    decoded = module.decode(replace(request, argument=argument) if argument else request)
    title = decoded.title or entry.title
    return replace(decoded, decoder=name, title=title)


def raw(request: DecodeRequest) -> Decoded:
    """Return a hex dump."""
    return read("hex", request)
