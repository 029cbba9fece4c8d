"""MQTT packets out of a byte stream, as many per call as have arrived.

Pure: bytes in, messages, acknowledgements and other control packets out. PUBLISH packets of every
QoS are read here; everything else is handed on as it came. Section numbers are those of the
MQTT 5.0 specification unless they say 3.1.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from mqttui.core.message import MessageDetail, RawMessage
from mqttui.transport.publish_layout import (
    TOPIC_ALIAS,
    IncompletePacket,
    MalformedPacket,
    PublishLayout,
    publish_layout,
)

ControlPacket: TypeAlias = tuple[int, bytes]
"""(first byte of the fixed header, everything after the remaining length)."""

CONTROL_LIMIT_BYTES = 1024 * 1024
"""No broker has a reason to send a longer packet other than PUBLISH; it ends the connection."""

_CONNACK = 0x20
_PUBLISH = 0x30
_PUBREL = 0x60
_DISCONNECT = 0xE0
_PACKET_NAMES = {
    _CONNACK: "CONNACK",
    _PUBLISH: "PUBLISH",
    0x40: "PUBACK",
    0x50: "PUBREC",
    _PUBREL: "PUBREL",
    0x70: "PUBCOMP",
    0x90: "SUBACK",
    0xB0: "UNSUBACK",
    0xC0: "PINGREQ",
    0xD0: "PINGRESP",
    _DISCONNECT: "DISCONNECT",
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one read brought.

    `messages` are to be handed on first, then `acknowledgements` (packets ready to be sent, in
    order) and then `controls`. `size_bytes` is the sum of topic, payload and property sizes.
    `problem` says what was wrong with the byte stream, which cannot be read any further then;
    what came before the fault is in the other fields.
    """

    messages: list[RawMessage]
    size_bytes: int
    acknowledgements: bytes
    controls: list[ControlPacket]
    problem: str | None


class PacketStream:
    """The reader of one client's byte stream.

    The state of a connection (a packet that arrived in part) is forgotten by `begin`; packet
    identifiers of unfinished QoS 2 messages survive it, until a CONNACK says that the broker
    has no session (section 4.1).

    A payload longer than `payload_limit_bytes` is kept up to there; the rest is never held in
    memory. `cut` counts such messages, `cut_bytes` what was left out of them.
    """

    def __init__(self, *, is_mqtt5: bool, payload_limit_bytes: int) -> None:
        self.cut = 0
        self.cut_bytes = 0
        self._limit = payload_limit_bytes
        self._unreleased: set[bytes] = set()
        self.begin(is_mqtt5=is_mqtt5)

    def begin(self, *, is_mqtt5: bool) -> None:
        """Forget a packet that arrived in part: what comes next is from a new connection."""
        self._is_mqtt5 = is_mqtt5
        self._problem: str | None = None
        self._parts: list[bytes] = []
        self._missing = 0
        self._skip = 0
        # A cut message and its packet identifier, while the rest of its payload goes by.
        self._passing: tuple[RawMessage, bytes] | None = None
        self._acknowledgements = bytearray()
        self._controls: list[ControlPacket] = []

    @property
    def held_bytes(self) -> int:
        """How much is in memory of a packet that is not complete."""
        head = 0 if self._passing is None else size_of(self._passing[0])
        return head + sum(map(len, self._parts))

    def feed(self, data: bytes) -> Parsed:
        """Take what was read and return everything that is complete. Never raises."""
        if self._problem is not None:
            return Parsed([], 0, b"", [], self._problem)
        messages: list[RawMessage] = []
        pos = 0
        if self._passing is not None:
            if len(data) < self._skip:
                self._skip -= len(data)
                return Parsed([], 0, b"", [], None)
            pos, self._skip = self._skip, 0
            passed, self._passing = self._passing, None
            self._accept(messages, *passed)
        elif self._parts:
            self._parts.append(data)
            self._missing -= len(data)
            if self._missing > 0:
                return Parsed([], 0, b"", [], None)
            data = b"".join(self._parts)
            self._parts = []
        size_bytes = sum(map(size_of, messages))
        try:
            size_bytes += self._parse(data, pos, messages)
        except MalformedPacket as fault:
            self._problem = str(fault)
            size_bytes = sum(map(size_of, messages))
        acknowledgements = bytes(self._acknowledgements)
        controls = self._controls
        if acknowledgements:
            self._acknowledgements = bytearray()
        if controls:
            self._controls = []
        return Parsed(messages, size_bytes, acknowledgements, controls, self._problem)

    def _parse(self, data: bytes, pos: int, messages: list[RawMessage]) -> int:
        """Append the messages in `data` from `pos` on and return the size of those in bytes.

        A packet that is not complete is put aside. Raises MalformedPacket.
        """
        # One turn of this loop per message is most of what a message costs: everything is
        # local and inline, and whatever is rare is elsewhere.
        total = len(data)
        last = total - 1
        limit = self._limit
        short = min(127, limit)
        is_mqtt5 = self._is_mqtt5
        # What a QoS 0 PUBLISH has beside topic and payload: the topic's length, and in MQTT 5
        # the length of no properties.
        overhead = 3 if is_mqtt5 else 2
        add = messages.append
        size_bytes = 0
        missing = 1
        while pos < last:
            header = data[pos]
            size = data[pos + 1]
            body = pos + 2
            if size > short:
                if size > 127:
                    if body < total and data[body] < 128:
                        size += (data[body] << 7) - 128
                        body += 1
                    else:
                        size, body = _long_size(data, pos)
                        if size < 0:
                            break
                        if size > CONTROL_LIMIT_BYTES and header & 0xF0 != _PUBLISH:
                            raise MalformedPacket(
                                f"a {packet_name(header)} packet of {size} bytes, "
                                f"more than the {CONTROL_LIMIT_BYTES} that make sense"
                            )
                if size > limit and header & 0xF0 == _PUBLISH:
                    try:
                        pos, added = self._long_publish(data, header, body, body + size, messages)
                    except IncompletePacket as incomplete:
                        missing = incomplete.missing
                        break
                    size_bytes += added
                    continue
            end = body + size
            if end > total:
                missing = end - total
                break
            if header & 0xF6 == _PUBLISH and size > 2:
                start = body + 2
                topic_end = start + (data[body] << 8 | data[body + 1])
                if is_mqtt5:
                    if start < topic_end < end and not data[topic_end]:
                        add((data[start:topic_end], data[topic_end + 1 : end], header & 15, None))
                        size_bytes += size - overhead
                        pos = end
                        continue
                elif start < topic_end <= end:
                    add((data[start:topic_end], data[topic_end:end], header & 15, None))
                    size_bytes += size - overhead
                    pos = end
                    continue
            if header & 0xF0 == _PUBLISH:
                size_bytes += self._publish(data, header, body, end, messages)
            else:
                self._control(header, data[body:end])
            pos = end
        if pos < total:
            self._parts = [data[pos:]]
            self._missing = missing
        return size_bytes

    def _publish(
        self, data: bytes, header: int, body: int, end: int, messages: list[RawMessage]
    ) -> int:
        """Append a complete PUBLISH packet of any kind; return its size in bytes.

        Raises MalformedPacket.
        """
        # The usual shapes are read without the care that `publish_layout` takes; what does not
        # fit them gets it.
        start = body + 2
        qos = header & 0x06
        if start < end:
            topic_end = start + (data[body] << 8 | data[body + 1])
            offset = topic_end + 2 if qos else topic_end
            if offset < end and topic_end > start and qos != 0x06:
                detail = None
                properties_size = 0
                if self._is_mqtt5:
                    properties_size = data[offset]
                    offset += 1
                    if properties_size:
                        properties = data[offset : offset + properties_size]
                        offset += properties_size
                        if TOPIC_ALIAS in properties:
                            properties_size = 128
                        detail = MessageDetail(properties)
                packet_id = data[topic_end : topic_end + 2] if qos else b""
                if offset <= end and properties_size < 128 and packet_id != b"\0\0":
                    message = (data[start:topic_end], data[offset:end], header & 15, detail)
                    return self._accept(messages, message, packet_id)
        layout = publish_layout(data, header, body, end, is_mqtt5=self._is_mqtt5)
        return self._accept(messages, _message(data, layout, end), layout.packet_id)

    def _long_publish(
        self, data: bytes, header: int, body: int, end: int, messages: list[RawMessage]
    ) -> tuple[int, int]:
        """Take a PUBLISH packet that may be too long to be kept whole.

        Return the offset to go on at and the size in bytes of what was appended to `messages`.
        Raises MalformedPacket, and IncompletePacket while more has to be kept.
        """
        total = len(data)
        layout = publish_layout(data, header, body, end, is_mqtt5=self._is_mqtt5)
        full_size = end - layout.payload_start
        if full_size <= self._limit:
            if end > total:
                raise IncompletePacket(end - total)
            return end, self._accept(messages, _message(data, layout, end), layout.packet_id)
        head_end = layout.payload_start + self._limit
        if head_end > total:
            raise IncompletePacket(head_end - total)
        message = _message(data, layout, head_end, full_size_bytes=full_size)
        if end > total:
            self._passing = message, layout.packet_id
            self._skip = end - total
            return total, 0
        return end, self._accept(messages, message, layout.packet_id)

    def _accept(self, messages: list[RawMessage], message: RawMessage, packet_id: bytes) -> int:
        """Append a complete message and acknowledge it; return its size in bytes.

        `packet_id` is empty for QoS 0. A QoS 2 message that was delivered before and is not
        released yet is acknowledged but not delivered again, and 0 is returned (section 4.3.3).
        """
        topic, payload, flags, detail = message
        size_bytes = len(topic) + len(payload)
        if packet_id:
            if flags & 0x04:
                self._acknowledgements += b"\x50\x02" + packet_id
                if packet_id in self._unreleased:
                    return 0
                self._unreleased.add(packet_id)
            else:
                self._acknowledgements += b"\x40\x02" + packet_id
        if detail is not None:
            size_bytes += len(detail.properties)
            if detail.full_size_bytes is not None:
                self.cut += 1
                self.cut_bytes += detail.full_size_bytes - len(payload)
        messages.append(message)
        return size_bytes

    def _control(self, header: int, body: bytes) -> None:
        """Answer a PUBREL and put any other control packet aside. Raises MalformedPacket."""
        kind = header & 0xF0
        if kind == _PUBREL:
            if len(body) < 2 or body[:2] == b"\0\0":
                raise MalformedPacket("a PUBREL packet without a packet identifier")
            self._unreleased.discard(body[:2])
            self._acknowledgements += b"\x70\x02" + body[:2]
            return
        if kind not in _PACKET_NAMES or (kind == _DISCONNECT and not self._is_mqtt5):
            raise MalformedPacket(
                f"a packet that starts with 0x{header:02x}, which a broker may not send"
            )
        if kind == _CONNACK and body[1:2] == b"\0" and not body[0] & 1:
            self._unreleased.clear()
        self._controls.append((header, body))


def packet_name(header: int) -> str:
    """Return what MQTT calls the packet that starts with this byte."""
    return _PACKET_NAMES.get(header & 0xF0, f"0x{header:02x}")


def size_of(message: RawMessage) -> int:
    """Return the bytes that a message occupies: topic, payload and properties."""
    topic, payload, _, detail = message
    size = len(topic) + len(payload)
    return size if detail is None else size + len(detail.properties)


def _message(
    data: bytes, layout: PublishLayout, payload_end: int, full_size_bytes: int | None = None
) -> RawMessage:
    properties = data[layout.properties_start : layout.payload_start]
    detail = None
    if properties or full_size_bytes is not None:
        detail = MessageDetail(properties, full_size_bytes)
    return (
        data[layout.topic_start : layout.topic_end],
        data[layout.payload_start : payload_end],
        layout.flags,
        detail,
    )


def _long_size(data: bytes, pos: int) -> tuple[int, int]:
    """Return a remaining length of more than one byte and the offset behind it.

    The length is -1 when it is not all there (section 2.1.4). Raises MalformedPacket.
    """
    size = 0
    for index in range(4):
        offset = pos + 1 + index
        if offset >= len(data):
            return -1, offset
        byte = data[offset]
        size |= (byte & 127) << 7 * index
        if byte < 128:
            return size, offset + 1
    raise MalformedPacket("a packet with a remaining length of more than 4 bytes")
