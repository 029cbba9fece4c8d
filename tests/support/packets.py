"""MQTT packets as a broker sends them, and hypothesis strategies for streams of them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

CONNACK_311 = b"\x20\x02\x00\x00"
CONNACK_5 = b"\x20\x03\x00\x00\x00"
PINGRESP = b"\xd0\x00"


def variable_length(size: int) -> bytes:
    """Return a variable byte integer (MQTT 5.0 section 1.5.5)."""
    out = bytearray()
    while True:
        size, digit = divmod(size, 128)
        out.append(digit | (0x80 if size else 0))
        if not size:
            return bytes(out)


def packet(header: int, body: bytes) -> bytes:
    """Return a packet with its remaining length."""
    return bytes((header,)) + variable_length(len(body)) + body


def string(text: bytes) -> bytes:
    """Return a length-prefixed string or binary value."""
    return len(text).to_bytes(2) + text


@dataclass(frozen=True)
class Publish:
    """What a PUBLISH packet says; `properties` is None in MQTT 3.1.1."""

    topic: bytes
    payload: bytes = b""
    qos: int = 0
    is_retained: bool = False
    is_dup: bool = False
    packet_id: int = 0
    properties: bytes | None = None

    @property
    def flags(self) -> int:
        """The low nibble of the fixed header."""
        return self.is_dup << 3 | self.qos << 1 | self.is_retained

    @property
    def overhead(self) -> int:
        """How much of the remaining length is not payload."""
        return len(self._head())

    def encode(self) -> bytes:
        """Return the packet."""
        return packet(0x30 | self.flags, self._head() + self.payload)

    def _head(self) -> bytes:
        head = string(self.topic)
        if self.qos:
            head += self.packet_id.to_bytes(2)
        if self.properties is not None:
            head += variable_length(len(self.properties)) + self.properties
        return head


def pubrel(packet_id: int) -> bytes:
    """Return a PUBREL packet."""
    return packet(0x62, packet_id.to_bytes(2))


@dataclass
class Stream:
    """Packets of one connection: the bytes, and the messages that a receiver has to deliver."""

    is_mqtt5: bool
    data: bytes = b""
    messages: list[Publish] = field(default_factory=list)
    acknowledgements: bytes = b""

    def __repr__(self) -> str:
        return f"Stream(is_mqtt5={self.is_mqtt5}, data=bytes.fromhex({self.data.hex()!r}))"


def encoded_text(max_size: int = 20, min_size: int = 0) -> st.SearchStrategy[bytes]:
    """UTF-8 text as MQTT allows it in topics and properties."""
    alphabet = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="+#")
    return st.text(alphabet, min_size=min_size, max_size=max_size).map(str.encode)


def property_blocks() -> st.SearchStrategy[bytes]:
    """Valid blocks of PUBLISH properties, some longer than one length byte tells."""

    def joined(parts: tuple[Any, ...]) -> bytes:
        out = b""
        for part in parts:
            out += b"".join(part) if isinstance(part, list) else part
        return out

    def maybe(strategy: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
        return st.one_of(st.just(b""), strategy)

    user = st.tuples(encoded_text(), encoded_text(400)).map(
        lambda pair: b"\x26" + string(pair[0]) + string(pair[1])
    )
    return st.tuples(
        maybe(st.integers(0, 1).map(lambda value: bytes((0x01, value)))),
        maybe(st.integers(0, 2**32 - 1).map(lambda value: b"\x02" + value.to_bytes(4))),
        maybe(encoded_text(200).map(lambda value: b"\x03" + string(value))),
        maybe(encoded_text(min_size=1).map(lambda value: b"\x08" + string(value))),
        maybe(st.binary(max_size=30).map(lambda value: b"\x09" + string(value))),
        st.lists(
            st.integers(1, 268_435_455).map(lambda value: b"\x0b" + variable_length(value)),
            max_size=2,
        ),
        st.lists(user, max_size=3),
    ).map(joined)


EDGES = (126, 127, 128, 129, 16382, 16383, 16384, 16385)
"""Remaining lengths around which the number of length bytes changes."""


@st.composite
def publishes(
    draw: st.DrawFn, is_mqtt5: bool, qos: int | None = None, edges: tuple[int, ...] = EDGES
) -> Publish:
    """A PUBLISH packet without packet identifier; now and then of a size at an edge."""
    message = Publish(
        topic=draw(encoded_text(min_size=1)),
        payload=draw(st.binary(max_size=40)),
        qos=draw(st.sampled_from((0, 0, 1, 2))) if qos is None else qos,
        is_retained=draw(st.booleans()),
        properties=(draw(st.one_of(st.just(b""), property_blocks())) if is_mqtt5 else None),
    )
    size = draw(st.sampled_from((0, 0, 0, *edges))) - message.overhead
    if size > 0:
        filler = draw(st.binary(min_size=1, max_size=8))
        message = replace(message, payload=(filler * (size // len(filler) + 1))[:size])
    return message


@st.composite
def streams(draw: st.DrawFn, max_packets: int = 12, edges: tuple[int, ...] = EDGES) -> Stream:
    """A connection's packets: CONNACK, then messages of every kind and other packets between.

    QoS 2 messages are sometimes sent again before they are released; all are released in the end.
    """
    is_mqtt5 = draw(st.booleans())
    stream = Stream(is_mqtt5, CONNACK_5 if is_mqtt5 else CONNACK_311)
    unreleased: dict[int, Publish] = {}
    next_id = draw(st.integers(1, 60000))

    def release(packet_id: int) -> None:
        stream.data += pubrel(packet_id)
        stream.acknowledgements += b"\x70\x02" + packet_id.to_bytes(2)
        unreleased.pop(packet_id, None)

    kinds = ("publish", "publish", "publish", "publish", "again", "release", "stray", "other")
    for kind in draw(st.lists(st.sampled_from(kinds), max_size=max_packets)):
        if kind == "publish":
            message = draw(publishes(is_mqtt5, edges=edges))
            if message.qos:
                message = replace(message, packet_id=next_id)
                next_id += 1
                answer = b"\x40\x02" if message.qos == 1 else b"\x50\x02"
                stream.acknowledgements += answer + message.packet_id.to_bytes(2)
            if message.qos == 2:
                unreleased[message.packet_id] = message
            stream.data += message.encode()
            stream.messages.append(message)
        elif kind == "again" and unreleased:
            message = draw(st.sampled_from(list(unreleased.values())))
            stream.data += replace(message, is_dup=True).encode()
            stream.acknowledgements += b"\x50\x02" + message.packet_id.to_bytes(2)
        elif kind == "release" and unreleased:
            release(draw(st.sampled_from(list(unreleased))))
        elif kind == "stray":
            release(65000)
        elif kind == "other":
            suback = packet(0x90, b"\x00\x01\x00\x01" if is_mqtt5 else b"\x00\x01\x01")
            stream.data += draw(st.sampled_from((PINGRESP, suback)))
    for packet_id in list(unreleased):
        release(packet_id)
    return stream


def cut(data: bytes, points: list[int]) -> list[bytes]:
    """Return `data` in pieces, cut at these points (taken modulo its length)."""
    places = sorted({point % (len(data) + 1) for point in points} | {0, len(data)})
    return [data[a:b] for a, b in itertools.pairwise(places)]


def cut_points() -> st.SearchStrategy[list[int]]:
    """Where to cut a stream: points anywhere in it."""
    return st.lists(st.integers(0, 1 << 20), max_size=30)
