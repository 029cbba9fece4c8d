"""Data types of the MQTT wire format (MQTT 5.0 section 1.5) and the property table (2.2.2)."""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import TypeAlias

PropertyValue: TypeAlias = int | str | bytes | tuple[str, str]
Properties: TypeAlias = list[tuple[int, PropertyValue]]
"""(identifier, value) in the order of the packet; only user properties may repeat."""


class ProtocolViolation(Exception):
    """A client broke the protocol: a sentence and the MQTT 5 reason code for its DISCONNECT."""

    def __init__(self, sentence: str, reason_code: int = 0x81) -> None:
        super().__init__(sentence)
        self.reason_code = reason_code


class Property(IntEnum):
    """Identifiers of the properties that the broker reads or writes."""

    MESSAGE_EXPIRY = 0x02
    RESPONSE_TOPIC = 0x08
    SUBSCRIPTION_IDENTIFIER = 0x0B
    SESSION_EXPIRY = 0x11
    ASSIGNED_CLIENT_ID = 0x12
    WILL_DELAY = 0x18
    RECEIVE_MAXIMUM = 0x21
    TOPIC_ALIAS_MAXIMUM = 0x22
    TOPIC_ALIAS = 0x23
    USER_PROPERTY = 0x26
    MAXIMUM_PACKET_SIZE = 0x27


class _Kind(IntEnum):
    BYTE = 1
    UINT16 = 2
    UINT32 = 3
    VARINT = 4
    TEXT = 5
    BINARY = 6
    PAIR = 7


_KINDS: dict[int, _Kind] = {
    **dict.fromkeys((0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A), _Kind.BYTE),
    **dict.fromkeys((0x13, 0x21, 0x22, 0x23), _Kind.UINT16),
    **dict.fromkeys((0x02, 0x11, 0x18, 0x27), _Kind.UINT32),
    0x0B: _Kind.VARINT,
    **dict.fromkeys((0x03, 0x08, 0x12, 0x15, 0x1A, 0x1C, 0x1F), _Kind.TEXT),
    **dict.fromkeys((0x09, 0x16), _Kind.BINARY),
    0x26: _Kind.PAIR,
}


class Fields:
    """Reads the fields of one packet body, front to back.

    Every method raises ProtocolViolation when the packet ends too early or a field is malformed.
    """

    __slots__ = ("_data", "_end", "_position")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0
        self._end = len(data)

    @property
    def has_more(self) -> bool:
        """Whether unread bytes remain."""
        return self._position < self._end

    def take(self, size_bytes: int) -> bytes:
        """Return the next `size_bytes` bytes."""
        start = self._position
        stop = start + size_bytes
        if stop > self._end:
            raise ProtocolViolation("The packet ends inside a field.")
        self._position = stop
        return self._data[start:stop]

    def rest(self) -> bytes:
        """Return all that is left."""
        return self.take(self._end - self._position)

    def byte(self) -> int:
        """Return an unsigned byte."""
        return self.take(1)[0]

    def uint16(self) -> int:
        """Return a two byte integer."""
        return int.from_bytes(self.take(2))

    def uint32(self) -> int:
        """Return a four byte integer."""
        return int.from_bytes(self.take(4))

    def varint(self) -> int:
        """Return a variable byte integer of one to four bytes (section 1.5.5)."""
        value = 0
        for shift in (0, 7, 14, 21):
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise ProtocolViolation("A variable byte integer is longer than four bytes.")

    def binary(self) -> bytes:
        """Return binary data with a two byte length before it."""
        return self.take(self.uint16())

    def text(self) -> str:
        """Return a UTF-8 string (section 1.5.4)."""
        return decoded_text(self.binary())

    def properties(self) -> Properties:
        """Return the property list that starts here."""
        block = Fields(self.take(self.varint()))
        found: Properties = []
        seen: set[int] = set()
        while block.has_more:
            identifier = block.varint()
            kind = _KINDS.get(identifier)
            if kind is None:
                raise ProtocolViolation(f"Property 0x{identifier:02x} does not exist.")
            if identifier in seen and identifier != Property.USER_PROPERTY:
                raise ProtocolViolation(f"Property 0x{identifier:02x} is there twice.", 0x82)
            seen.add(identifier)
            found.append((identifier, block._value(kind)))
        return found

    def _value(self, kind: _Kind) -> PropertyValue:
        if kind is _Kind.BYTE:
            return self.byte()
        if kind is _Kind.UINT16:
            return self.uint16()
        if kind is _Kind.UINT32:
            return self.uint32()
        if kind is _Kind.VARINT:
            return self.varint()
        if kind is _Kind.TEXT:
            return self.text()
        if kind is _Kind.BINARY:
            return self.binary()
        return (self.text(), self.text())


def decoded_text(raw: bytes) -> str:
    """Return `raw` as text; ProtocolViolation unless it is UTF-8 without NUL (section 1.5.4)."""
    if b"\0" in raw:
        raise ProtocolViolation("A string contains the character NUL.")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise ProtocolViolation("A string is not valid UTF-8.") from error


def number_of(properties: Properties, wanted: Property, default: int) -> int:
    """Return the numeric property `wanted`, `default` when it is absent."""
    for identifier, value in properties:
        if identifier == wanted and isinstance(value, int):
            return value
    return default


def encoded_varint(value: int) -> bytes:
    """Return `value` as a variable byte integer."""
    if value < 0x80:
        return bytes((value,))
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def encoded_binary(raw: bytes) -> bytes:
    """Return `raw` with its length in two bytes before it."""
    return struct.pack("!H", len(raw)) + raw


def encoded_properties(properties: Properties) -> bytes:
    """Return the properties without the length that goes before them."""
    encoded = bytearray()
    for identifier, value in properties:
        encoded.append(identifier)
        kind = _KINDS[identifier]
        if isinstance(value, tuple):
            encoded += encoded_binary(value[0].encode()) + encoded_binary(value[1].encode())
        elif isinstance(value, str):
            encoded += encoded_binary(value.encode())
        elif isinstance(value, bytes):
            encoded += encoded_binary(value)
        elif kind is _Kind.VARINT:
            encoded += encoded_varint(value)
        else:
            encoded += value.to_bytes({_Kind.BYTE: 1, _Kind.UINT16: 2, _Kind.UINT32: 4}[kind])
    return bytes(encoded)


def packet(first_byte: int, *parts: bytes) -> bytes:
    """Return a whole control packet: fixed header and the joined parts (section 2.1)."""
    body = b"".join(parts)
    return bytes((first_byte,)) + encoded_varint(len(body)) + body
