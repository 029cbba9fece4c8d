"""Which decoders there are, and decoding by one of them or by the one that fits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from mqttui.payload.decoded import Decoded
from mqttui.payload.one_line import one_line
from mqttui.payload.request import NO_CONTEXT, SHOWN_LIMIT_BYTES, DecodeRequest, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mqttui.payload.request import Context

__all__ = ["AUTOMATIC", "DECODERS", "SHOWN_LIMIT_BYTES", "Decoded", "decode", "one_line"]

AUTOMATIC = "auto"


@dataclass(frozen=True, slots=True)
class Decoder:
    """An entry of the registry.

    `name` is what rules and files remember; it may be followed by `:` and an argument when
    `argument` says what that is. `title` and `about` are for people. `module` is imported on first
    use, `variant` says which of its readings is meant.
    """

    name: str
    title: str
    about: str
    module: str
    variant: str = ""
    argument: str = ""

    @property
    def is_container(self) -> bool:
        """Whether it only wraps another format, whose decoder is then the argument."""
        return self.argument == _CONTENT


_CONTENT = "decoder of the content"
_WIDE_NUMBERS = [
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float16",
    "float32",
    "float64",
]
_BYTE_ORDERS = {"be": "big-endian", "le": "little-endian"}


def _number_decoders() -> Iterator[Decoder]:
    for name in ("int8", "uint8"):
        yield Decoder(name, name, "numbers of one byte", "numbers", name)
    for kind in _WIDE_NUMBERS:
        for order, words in _BYTE_ORDERS.items():
            name, title = f"{kind}-{order}", f"{kind} {words}"
            yield Decoder(name, title, "numbers of fixed width", "numbers", name)


DECODERS: tuple[Decoder, ...] = (
    Decoder("json", "JSON", "objects, arrays and values", "json"),
    Decoder("text", "text", "UTF-8, what is odd made visible", "text"),
    Decoder("utf-16", "UTF-16", "text in two bytes a character", "text", "utf-16"),
    Decoder("latin-1", "Latin-1", "text in one byte a character", "text", "latin-1"),
    Decoder("hex", "binary", "bytes in hexadecimal and ASCII", "hex"),
    Decoder("msgpack", "MessagePack", "compact binary values", "msgpack"),
    Decoder("cbor", "CBOR", "compact binary values, RFC 8949", "cbor"),
    Decoder("sparkplug", "Sparkplug B", "metrics of an edge node", "sparkplug"),
    Decoder("protobuf", "Protobuf", "messages of a schema", "protobuf", "", "message"),
    Decoder("gzip", "gzip", "compressed", "compressed", "gzip", _CONTENT),
    Decoder("zlib", "zlib", "compressed", "compressed", "zlib", _CONTENT),
    Decoder("deflate", "deflate", "compressed, no header", "compressed", "deflate", _CONTENT),
    Decoder("base64", "base64", "bytes written in 64 characters", "base64", "", _CONTENT),
    Decoder("image", "image", "PNG, JPEG and GIF", "image"),
    Decoder("thingflow", "ThingFlow", "[sensor_id, ts, value]", "thingflow"),
    Decoder("numbers", "numbers", "the first bytes as each kind of number", "numbers"),
    *_number_decoders(),
)
_BY_NAME = {decoder.name: decoder for decoder in DECODERS}


class _Module(Protocol):
    def decode(self, request: DecodeRequest) -> Decoded:
        """Return the payload decoded; raise `UnreadableError`."""


def decoder_named(name: str) -> Decoder | None:
    """Return the entry for a name with or without an argument, None for one that means nothing."""
    found = _BY_NAME.get(name.partition(":")[0])
    return None if found is None or (":" in name and not found.argument) else found


def decode(
    payload: bytes,
    limit_bytes: int = SHOWN_LIMIT_BYTES,
    *,
    is_head: bool = False,
    hex_row_bytes: int = 16,
    decoder: str = AUTOMATIC,
    context: Context = NO_CONTEXT,
    wants_picture: bool = False,
) -> Decoded:
    """Return what a person can read of `payload`, looking at no more than `limit_bytes` of it.

    `is_head` says that the payload is only the beginning of what was published, so that a missing
    end is no error. `decoder` is a name of the registry; what it cannot read comes as a hex dump
    with the reason in `error`. Images have a preview only if somebody `wants_picture`, which costs
    much more than the rest. Never raises, whatever the bytes are.
    """
    request = DecodeRequest(
        payload, limit_bytes, is_head, hex_row_bytes, context, wants_picture=wants_picture
    )
    return decode_request(request, decoder)


def decode_request(request: DecodeRequest, decoder: str) -> Decoded:
    """Return the payload as the named decoder reads it, or the one that fits."""
    from mqttui.payload.guess import EMPTY, automatic

    if not request.payload:
        return EMPTY
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
    argument = name.partition(":")[2]
    decoded = module.decode(
        replace(request, name=entry.name, variant=entry.variant, argument=argument)
    )
    return replace(decoded, decoder=name, title=decoded.title or entry.title)


def raw(request: DecodeRequest) -> Decoded:
    """Return a hex dump."""
    return read("hex", request)
