"""Where the parts of one PUBLISH packet are (MQTT 5.0 section 3.3, MQTT 3.1.1 section 3.3).

The careful reading, for packets that the hot loop of `packet_stream` leaves aside: QoS 1 and 2,
MQTT 5 properties, long payloads, and whatever is malformed.
"""

from __future__ import annotations

from typing import NamedTuple

PROPERTY_LIMIT_BYTES = 1024 * 1024
"""A longer property block ends the connection: it is kept in memory whole."""

TOPIC_ALIAS = 0x23
"""The identifier of the property (section 2.2.2.2)."""

# How many bytes the value of a property has (section 2.2.2.2); strings, binary data, string pairs
# and variable byte integers carry their own length.
_FIXED_SIZES = {0x01: 1, 0x02: 4, TOPIC_ALIAS: 2}
_STRINGS = {0x03: 1, 0x08: 1, 0x09: 1, 0x26: 2}
_SUBSCRIPTION_IDENTIFIER = 0x0B


class MalformedPacket(Exception):
    """The byte stream breaks a rule of MQTT; the text says which, as an object of a sentence."""


class IncompletePacket(Exception):
    """At least `missing` more bytes are needed to go on."""

    def __init__(self, missing: int) -> None:
        super().__init__(missing)
        self.missing = missing


class PublishLayout(NamedTuple):
    """Offsets into the data that holds the packet; `packet_id` is empty for QoS 0."""

    flags: int
    packet_id: bytes
    topic_start: int
    topic_end: int
    properties_start: int
    payload_start: int


def publish_layout(
    data: bytes, header: int, body: int, end: int, *, is_mqtt5: bool
) -> PublishLayout:
    """Return where topic, properties and payload are.

    `body` is the offset behind the remaining length and `end` that behind the packet, which may
    lie beyond `data`. Raises MalformedPacket, and IncompletePacket when the part before the
    payload is not all there.
    """
    total = len(data)

    def reach(offset: int, what: str) -> None:
        if offset > end:
            raise MalformedPacket(f"a PUBLISH packet whose {what} reaches beyond its end")
        if offset > total:
            raise IncompletePacket(offset - total)

    qos = header >> 1 & 3
    if qos == 3:
        raise MalformedPacket("a PUBLISH packet with QoS 3")
    topic_start = body + 2
    reach(topic_start, "topic length")
    topic_end = topic_start + (data[body] << 8 | data[body + 1])
    if topic_end == topic_start:
        # An empty name needs a topic alias, and we never allow any (section 3.3.2.3.4).
        raise MalformedPacket("a PUBLISH packet with an empty topic")
    reach(topic_end, "topic")
    offset = topic_end
    packet_id = b""
    if qos:
        offset += 2
        reach(offset, "packet identifier")
        packet_id = data[topic_end:offset]
        if packet_id == b"\0\0":
            raise MalformedPacket("a PUBLISH packet with packet identifier 0")
    properties_start = offset
    if is_mqtt5:
        size = 0
        for shift in (0, 7, 14, 21):
            offset += 1
            reach(offset, "property length")
            byte = data[offset - 1]
            size |= (byte & 127) << shift
            if byte < 128:
                break
        else:
            raise MalformedPacket("a PUBLISH packet with a property length of more than 4 bytes")
        if size > PROPERTY_LIMIT_BYTES:
            raise MalformedPacket(
                f"a PUBLISH packet with {size} bytes of properties, "
                f"more than the {PROPERTY_LIMIT_BYTES} that are kept"
            )
        properties_start = offset
        offset += size
        reach(offset, "property block")
        if has_topic_alias(data[properties_start:offset]):
            raise MalformedPacket("a PUBLISH packet with a topic alias, though none was allowed")
    return PublishLayout(header & 15, packet_id, topic_start, topic_end, properties_start, offset)


def has_topic_alias(properties: bytes) -> bool:
    """Return whether a property block has a topic alias; a block that cannot be read has none."""
    if TOPIC_ALIAS not in properties:
        return False
    offset = 0
    end = len(properties)
    while offset < end:
        identifier = properties[offset]
        offset += 1
        if identifier == TOPIC_ALIAS:
            return True
        if identifier in _FIXED_SIZES:
            offset += _FIXED_SIZES[identifier]
        elif identifier in _STRINGS:
            for _ in range(_STRINGS[identifier]):
                offset += 2 + int.from_bytes(properties[offset : offset + 2])
        elif identifier == _SUBSCRIPTION_IDENTIFIER:
            while offset < end and properties[offset] > 127:
                offset += 1
            offset += 1
        else:
            return False
    return False
