"""What a control packet says, for the trace; never what may be secret. Pure.

Section numbers are those of the MQTT 5.0 specification.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.broker.code_names import code_name, return_code_name, suback_name
from mqttui.core.message import DUP, RETAIN, qos_of
from mqttui.core.topic import is_brokers_own
from mqttui.transport.packet_stream import packet_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mqttui.core.message import RawMessage

TOPIC_LIMIT_BYTES = 256

CONNECT, CONNACK, PUBLISH, PUBACK = 0x10, 0x20, 0x30, 0x40
PUBREC, PUBREL, PUBCOMP, SUBSCRIBE = 0x50, 0x60, 0x70, 0x80
SUBACK, UNSUBSCRIBE, UNSUBACK = 0x90, 0xA0, 0xB0
PINGREQ, PINGRESP, DISCONNECT = 0xC0, 0xD0, 0xE0

_ACKNOWLEDGEMENTS = (PUBACK, PUBREC, PUBREL, PUBCOMP)
_HAS_ID = (*_ACKNOWLEDGEMENTS, SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK)
_OWN_NAMES = {CONNECT: "CONNECT", SUBSCRIBE: "SUBSCRIBE", UNSUBSCRIBE: "UNSUBSCRIBE"}


@dataclass(slots=True)
class Seen:
    """One packet, or several PUBLISH packets with the same flags; see `TraceEntry`."""

    kind: int
    packet_id: int | None = None
    flags: int = 0
    topic: bytes | None = None
    size_bytes: int | None = None
    words: str | None = None
    count: int = 1

    @property
    def name(self) -> str:
        """What MQTT calls the packet."""
        return _OWN_NAMES.get(self.kind) or packet_name(self.kind)


def packets_in(data: bytes | memoryview, *, is_mqtt5: bool) -> Iterator[Seen]:
    """Yield every packet in `data`, which holds whole packets made on this side."""
    pos = 0
    while pos + 2 <= len(data):
        header = data[pos]
        body = pos + 1
        size = shift = 0
        while True:
            digit = data[body]
            size |= (digit & 127) << shift
            shift += 7
            body += 1
            if digit < 128:
                break
        end = body + size
        # The head is enough, and of a payload there may be very much.
        seen = control_seen(header, bytes(data[body : min(end, body + 2048)]), is_mqtt5=is_mqtt5)
        seen.size_bytes = None if seen.kind == CONNECT else end - pos
        yield seen
        pos = end


def control_seen(header: int, body: bytes, *, is_mqtt5: bool) -> Seen:
    """Return what a packet says; `body` is what follows the remaining length, or its head."""
    kind = header & 0xF0
    size_bytes = len(body) + 1 + _varint_size(len(body))
    seen = Seen(kind, size_bytes=size_bytes)
    try:
        if kind in _HAS_ID:
            seen.packet_id = int.from_bytes(body[:2])
        if kind == PUBLISH:
            _read_publish(seen, header, body)
        elif kind in (SUBSCRIBE, UNSUBSCRIBE):
            _read_filters(seen, body, is_mqtt5=is_mqtt5)
        else:
            seen.words = _words(kind, body, is_mqtt5=is_mqtt5)
    except IndexError:
        seen.words = "malformed"
    return seen


def messages_seen(
    messages: list[RawMessage], packet_ids: list[int], *, is_mqtt5: bool
) -> list[Seen]:
    """Return one entry per message; `packet_ids` are those of the messages above QoS 0.

    They are left out where their number does not fit.
    """
    has_ids = len(packet_ids) == sum(1 for message in messages if qos_of(message[2]))
    ids = iter(packet_ids)
    found = []
    for message in messages:
        flags = message[2]
        packet_id = next(ids) if has_ids and qos_of(flags) else None
        size_bytes = _publish_size(message, is_mqtt5=is_mqtt5)
        found.append(Seen(PUBLISH, packet_id, flags, _cut(message[0]), size_bytes))
    return found


def bursts_seen(messages: list[RawMessage], *, is_mqtt5: bool) -> list[Seen]:
    """Return one entry per kind of message: QoS and flags, the broker's own topics apart."""
    bursts: dict[tuple[int, bool], Seen] = {}
    for message in messages:
        flags = message[2]
        size_bytes = _publish_size(message, is_mqtt5=is_mqtt5)
        kind = (flags, is_brokers_own(message[0]))
        burst = bursts.get(kind)
        if burst is None:
            bursts[kind] = Seen(PUBLISH, None, flags, _cut(message[0]), size_bytes)
        else:
            burst.count += 1
            burst.size_bytes = (burst.size_bytes or 0) + size_bytes
    return list(bursts.values())


def acknowledgements_in(data: bytes) -> list[tuple[int, int]]:
    """Return (kind, packet identifier) of acknowledgements of four bytes each."""
    return [
        (data[pos] & 0xF0, data[pos + 2] << 8 | data[pos + 3]) for pos in range(0, len(data), 4)
    ]


def _read_publish(seen: Seen, header: int, body: bytes) -> None:
    seen.flags = header & 15
    end = 2 + (body[0] << 8 | body[1])
    seen.topic = _cut(body[2:end])
    if qos_of(header):
        seen.packet_id = int.from_bytes(body[end : end + 2]) or None


def _read_filters(seen: Seen, body: bytes, *, is_mqtt5: bool) -> None:
    start = 2
    if is_mqtt5:
        start += 1 + body[2]
    end = start + 2 + (body[start] << 8 | body[start + 1])
    seen.topic = _cut(body[start + 2 : end])
    if seen.kind == SUBSCRIBE and end < len(body):
        options = body[end]
        words = [f"QoS {options & 3}"]
        if options & 0x04:
            words.append("no local")
        if options & 0x08:
            words.append("retain as published")
        if options & 0x30:
            words.append(f"retain handling {options >> 4 & 3}")
        seen.words = ", ".join(words)


def _words(kind: int, body: bytes, *, is_mqtt5: bool) -> str | None:
    if kind == CONNECT:
        return _connect_words(body)
    if kind == CONNACK:
        name = code_name(body[1]) if is_mqtt5 else return_code_name(body[1])
        return f"{name}, session present" if body[0] & 1 else name
    if kind in (SUBACK, UNSUBACK):
        start = 2
        if is_mqtt5:
            start += 1 + body[2]
        codes = body[start:]
        name_of = suback_name if kind == SUBACK else code_name
        return ", ".join(name_of(code) for code in codes[:20]) or None
    if kind in _ACKNOWLEDGEMENTS:
        return code_name(body[2]) if len(body) > 2 else None
    if kind == DISCONNECT:
        return code_name(body[0]) if body else None
    return None


def _connect_words(body: bytes) -> str:
    """Return what stands before the payload (section 3.1.2); the payload is never looked at."""
    start = 2 + (body[0] << 8 | body[1])
    level, flags = body[start], body[start + 1]
    version = {3: "3.1", 4: "3.1.1", 5: "5"}.get(level, f"level {level}")
    keepalive_s = body[start + 2] << 8 | body[start + 3]
    words = [f"MQTT {version}", f"keep alive {keepalive_s} s"]
    for bit, name in (
        (0x02, "clean"),
        (0x04, "with a will"),
        (0x80, "with a user name"),
        (0x40, "with a password"),
    ):
        if flags & bit:
            words.append(name)
    return ", ".join(words)


def _publish_size(message: RawMessage, *, is_mqtt5: bool) -> int:
    """Return the size of the packet that brought a message (section 3.3)."""
    topic, payload, flags, detail = message
    size = 2 + len(topic) + len(payload)
    if flags & 0x06:
        size += 2
    if is_mqtt5:
        size += 1
    if detail is not None:
        properties = len(detail.properties)
        size += properties + _varint_size(properties) - 1 if is_mqtt5 else 0
        if detail.full_size_bytes is not None:
            size += detail.full_size_bytes - len(payload)
    return 1 + _varint_size(size) + size


def _varint_size(value: int) -> int:
    return 1 if value < 128 else 2 if value < 16_384 else 3 if value < 2_097_152 else 4


def _cut(topic: bytes) -> bytes:
    return topic[:TOPIC_LIMIT_BYTES]


def flags_of(seen: Seen) -> tuple[int | None, bool, bool]:
    """Return QoS, retain and DUP of a PUBLISH; QoS None for any other packet."""
    if seen.kind != PUBLISH:
        return None, False, False
    return qos_of(seen.flags), bool(seen.flags & RETAIN), bool(seen.flags & DUP)
