"""Reading the properties of a message that was received, so that it can be published again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mqttui.core.publishing import PublishProperties

if TYPE_CHECKING:
    from collections.abc import Callable

# Identifiers of MQTT 5.0 section 3.3.2.3.
_PAYLOAD_FORMAT = 0x01
_MESSAGE_EXPIRY = 0x02
_CONTENT_TYPE = 0x03
_RESPONSE_TOPIC = 0x08
_CORRELATION_DATA = 0x09
_SUBSCRIPTION_IDENTIFIER = 0x0B
_TOPIC_ALIAS = 0x23
_USER_PROPERTY = 0x26


class UnreadableProperties(ValueError):
    """A property block that breaks the rules of MQTT 5.0 section 2.2.2."""


def properties_of(block: bytes) -> PublishProperties | None:
    """Return the properties in a block as it came, None when it has none that a publisher chooses.

    Subscription identifier and topic alias belong to one connection and are left out. Raises
    `UnreadableProperties`.
    """
    reader = _Reader(block)
    found: dict[str, Any] = {}
    user_properties: list[tuple[str, str]] = []
    while not reader.is_at_end:
        identifier = reader.take(1)[0]
        if identifier == _USER_PROPERTY:
            user_properties.append((reader.text(), reader.text()))
        elif identifier in _READ:
            name, read = _READ[identifier]
            value = read(reader)
            if name is not None:
                found[name] = value
        else:
            raise UnreadableProperties(f"There is no property {identifier} in a PUBLISH packet.")
    if user_properties:
        found["user_properties"] = tuple(user_properties)
    if not found or found == {"is_text": False}:
        return None
    return PublishProperties(**found)


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


_READ: dict[int, tuple[str | None, Callable[[_Reader], object]]] = {
    _PAYLOAD_FORMAT: ("is_text", lambda reader: reader.number(1) == 1),
    _MESSAGE_EXPIRY: ("message_expiry_s", lambda reader: reader.number(4)),
    _CONTENT_TYPE: ("content_type", _Reader.text),
    _RESPONSE_TOPIC: ("response_topic", _Reader.text),
    _CORRELATION_DATA: ("correlation_data", _Reader.binary),
    _SUBSCRIPTION_IDENTIFIER: (None, _Reader.varint),
    _TOPIC_ALIAS: (None, lambda reader: reader.number(2)),
}
