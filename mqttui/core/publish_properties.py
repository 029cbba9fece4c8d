"""Reading the MQTT 5 properties of a message that was received."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mqttui.core.publishing import PublishProperties

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Identifiers of MQTT 5.0 section 3.3.2.3.
PAYLOAD_FORMAT = 0x01
MESSAGE_EXPIRY = 0x02
CONTENT_TYPE = 0x03
RESPONSE_TOPIC = 0x08
CORRELATION_DATA = 0x09
SUBSCRIPTION_IDENTIFIER = 0x0B
TOPIC_ALIAS = 0x23
USER_PROPERTY = 0x26


class UnreadableProperties(ValueError):
    """A property block that breaks the rules of MQTT 5.0 section 2.2.2."""


def properties_of(block: bytes) -> PublishProperties | None:
    """Return the properties in a block as it came, None when it has none that a publisher chooses.

    Subscription identifier and topic alias belong to one connection and are left out. Raises
    `UnreadableProperties`.
    """
    found: dict[str, Any] = {}
    user_properties: list[tuple[str, str]] = []
    for identifier, value in read_properties(block):
        if identifier == USER_PROPERTY:
            user_properties.append(value)
        elif (name := _FIELDS.get(identifier)) is not None:
            found[name] = value == 1 if identifier == PAYLOAD_FORMAT else value
    if user_properties:
        found["user_properties"] = tuple(user_properties)
    if not found or found == {"is_text": False}:
        return None
    return PublishProperties(**found)


def read_properties(block: bytes) -> Iterator[tuple[int, Any]]:
    """Yield every property of a block with its identifier, in order.

    Values are numbers, texts, bytes, and for user properties pairs of texts. Raises
    `UnreadableProperties` where a property begins that cannot be read.
    """
    reader = _Reader(block)
    while not reader.is_at_end:
        identifier = reader.take(1)[0]
        read = _READ.get(identifier)
        if read is None:
            raise UnreadableProperties(f"There is no property {identifier} in a PUBLISH packet.")
        yield identifier, read(reader)


class _Reader:
    """Takes what is next from a block."""

    def __init__(self, block: bytes) -> None:
        self._block = block
        self._offset = 0

    @property
    def is_at_end(self) -> bool:
        return self._offset >= len(self._block)

    def take(self, size: int) -> bytes:
        end = self._offset + size
        if end > len(self._block):
            raise UnreadableProperties("The properties end in the middle of one.")
        taken = self._block[self._offset : end]
        self._offset = end
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size))

    def binary(self) -> bytes:
        return self.take(self.number(2))

    def text(self) -> str:
        try:
            return self.binary().decode()
        except UnicodeDecodeError:
            raise UnreadableProperties("A property is not valid UTF-8.") from None

    def varint(self) -> int:
        value = 0
        for shift in (0, 7, 14, 21):
            byte = self.number(1)
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise UnreadableProperties("A variable byte integer has more than four bytes.")


_READ: dict[int, Callable[[_Reader], object]] = {
    PAYLOAD_FORMAT: lambda reader: reader.number(1),
    MESSAGE_EXPIRY: lambda reader: reader.number(4),
    CONTENT_TYPE: _Reader.text,
    RESPONSE_TOPIC: _Reader.text,
    CORRELATION_DATA: _Reader.binary,
    SUBSCRIPTION_IDENTIFIER: _Reader.varint,
    TOPIC_ALIAS: lambda reader: reader.number(2),
    USER_PROPERTY: lambda reader: (reader.text(), reader.text()),
}
_FIELDS = {
    PAYLOAD_FORMAT: "is_text",
    MESSAGE_EXPIRY: "message_expiry_s",
    CONTENT_TYPE: "content_type",
    RESPONSE_TOPIC: "response_topic",
    CORRELATION_DATA: "correlation_data",
}
"""What of the properties a publisher chooses, as a field of `PublishProperties`."""
