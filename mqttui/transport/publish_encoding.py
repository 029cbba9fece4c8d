"""Packets of the publishing side, as bytes (MQTT 5.0 sections 3.3 and 3.6). Pure."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mqttui.core.publishing import PublishProperties, PublishRequest

_DUP = 0x08
_REASON_STRING = 0x1F
_USER_PROPERTY = 0x26


def publish_packet(
    request: PublishRequest, packet_id: int, *, is_mqtt5: bool, is_dup: bool = False
) -> bytes:
    """Return a PUBLISH; `packet_id` counts for QoS 1 and 2 only. The request is valid."""
    topic = request.topic.encode()
    parts = [struct.pack("!H", len(topic)), topic]
    if request.qos:
        parts.append(struct.pack("!H", packet_id))
    if is_mqtt5:
        block = b"" if request.properties is None else property_block(request.properties)
        parts += [varint(len(block)), block]
    parts.append(request.payload)
    header = 0x30 | request.qos << 1 | request.retain | (_DUP if is_dup and request.qos else 0)
    return bytes((header,)) + varint(sum(map(len, parts))) + b"".join(parts)


def pubrel_packet(packet_id: int) -> bytes:
    """Return a PUBREL that says success; the short form is the same in both versions."""
    return b"\x62\x02" + packet_id.to_bytes(2)


def property_block(properties: PublishProperties) -> bytes:
    """Return the properties without the length in front of them (section 3.3.2.3)."""
    parts = []
    if properties.is_text:
        parts.append(b"\x01\x01")
    if properties.message_expiry_s is not None:
        parts.append(b"\x02" + properties.message_expiry_s.to_bytes(4))
    if properties.content_type is not None:
        parts.append(b"\x03" + _binary(properties.content_type.encode()))
    if properties.response_topic is not None:
        parts.append(b"\x08" + _binary(properties.response_topic.encode()))
    if properties.correlation_data is not None:
        parts.append(b"\x09" + _binary(properties.correlation_data))
    for name, value in properties.user_properties:
        parts.append(b"\x26" + _binary(name.encode()) + _binary(value.encode()))
    return b"".join(parts)


def varint(value: int) -> bytes:
    """Return a variable byte integer (section 1.5.5)."""
    out = bytearray()
    while True:
        value, digit = divmod(value, 128)
        if not value:
            out.append(digit)
            return bytes(out)
        out.append(digit | 0x80)


def reason_string(block: bytes) -> str | None:
    """Return the Reason String of an acknowledgement (section 3.4.2.2.2), None without one.

    `block` starts with its length. What cannot be read is taken for none: it is only a comment.
    """
    # Properties of an acknowledgement are few and short: a length of one byte is all there is.
    end = 1 + block[0] if block and block[0] < 128 else 0
    pos = 1
    while pos + 3 <= end <= len(block):
        size = int.from_bytes(block[pos + 1 : pos + 3])
        start = pos + 3
        if block[pos] == _REASON_STRING:
            text = block[start : start + size]
            return text.decode(errors="replace") if start + size <= end else None
        if block[pos] != _USER_PROPERTY:
            return None
        value_start = start + size
        pos = value_start + 2 + int.from_bytes(block[value_start : value_start + 2])
    return None


def _binary(data: bytes) -> bytes:
    return struct.pack("!H", len(data)) + data
