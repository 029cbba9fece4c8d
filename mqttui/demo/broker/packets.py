"""Control packets (MQTT 5.0 section 3): parsed from clients, encoded for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from mqttui.demo.broker.wire import (
    Fields,
    Properties,
    Property,
    ProtocolViolation,
    decoded_text,
    encoded_binary,
    encoded_properties,
    encoded_varint,
    number_of,
    packet,
)

V311 = 4
V5 = 5
NEVER_EXPIRES = 0xFFFFFFFF


class Kind(IntEnum):
    """Packet types (section 2.1.2)."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14
    AUTH = 15


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """An application message on its way through the broker.

    `properties` are the encoded MQTT 5 properties that travel on unchanged (section 3.3.2.3);
    `expires_at_s` is in seconds of the broker's clock.
    """

    topic: bytes
    payload: bytes
    qos: int
    is_retained: bool
    properties: bytes = b""
    expires_at_s: float | None = None

    def is_expired(self, now_s: float) -> bool:
        """Whether the message expiry interval has passed."""
        return self.expires_at_s is not None and self.expires_at_s <= now_s


@dataclass(frozen=True, slots=True)
class Will:
    """The message to publish when a client vanishes, `delay_s` after that."""

    message: Message
    expiry_s: int | None
    delay_s: int


@dataclass(frozen=True, slots=True)
class Connect:
    """A CONNECT packet. Under 3.1.1 the MQTT 5 fields hold what they amount to."""

    level: int
    client_id: str
    is_clean: bool
    keepalive_s: int
    session_expiry_s: int
    receive_maximum: int
    maximum_packet_bytes: int | None
    will: Will | None


@dataclass(frozen=True, slots=True)
class Subscription:
    """One topic filter of a SUBSCRIBE with its options (section 3.8.3.1)."""

    topic_filter: str
    qos: int
    is_no_local: bool = False
    keeps_retain_flag: bool = False
    retain_handling: int = 0
    identifier: int | None = None


@dataclass(frozen=True, slots=True)
class Publish:
    """A PUBLISH packet as a client sent it; `topic` is empty when an alias stands for it."""

    topic: bytes
    payload: bytes
    qos: int
    is_retained: bool
    is_duplicate: bool
    packet_id: int
    properties: bytes
    expiry_s: int | None
    topic_alias: int | None


class UnsupportedProtocol(ProtocolViolation):
    """The client speaks a version that the broker does not (section 3.1.2.2)."""


def connect_from(body: bytes) -> Connect:
    """Return the CONNECT in `body`; ProtocolViolation or UnsupportedProtocol if there is none."""
    fields = Fields(body)
    name = fields.binary()
    level = fields.byte()
    if name != b"MQTT" or level not in (V311, V5):
        raise UnsupportedProtocol("Only MQTT 3.1.1 and 5 are spoken here.", 0x84)
    flags = fields.byte()
    keepalive_s = fields.uint16()
    if flags & 0x01:
        raise ProtocolViolation("The reserved flag of CONNECT is set.")
    properties = fields.properties() if level == V5 else []
    client_id = fields.text()
    is_clean = bool(flags & 0x02)
    will = _will_from(fields, flags, level)
    if flags & 0x80:
        fields.text()
    if flags & 0x40:
        fields.binary()
    if fields.has_more:
        raise ProtocolViolation("CONNECT is longer than its fields.")
    receive_maximum = number_of(properties, Property.RECEIVE_MAXIMUM, 65_535)
    maximum_packet_bytes = number_of(properties, Property.MAXIMUM_PACKET_SIZE, -1)
    if not receive_maximum or not maximum_packet_bytes:
        raise ProtocolViolation("Receive maximum and maximum packet size must not be 0.", 0x82)
    lasting_s = 0 if is_clean else NEVER_EXPIRES
    return Connect(
        level=level,
        client_id=client_id,
        is_clean=is_clean,
        keepalive_s=keepalive_s,
        session_expiry_s=lasting_s
        if level == V311
        else number_of(properties, Property.SESSION_EXPIRY, 0),
        receive_maximum=receive_maximum,
        maximum_packet_bytes=None if maximum_packet_bytes < 0 else maximum_packet_bytes,
        will=will,
    )


def _will_from(fields: Fields, flags: int, level: int) -> Will | None:
    qos = flags >> 3 & 3
    if not flags & 0x04:
        if flags & 0x38:
            raise ProtocolViolation("CONNECT has will flags and no will.")
        return None
    if qos == 3:
        raise ProtocolViolation("The will has QoS 3.")
    properties = fields.properties() if level == V5 else []
    topic = fields.binary()
    check_topic(topic)
    payload = fields.binary()
    delay_s = number_of(properties, Property.WILL_DELAY, 0)
    expiry_s = number_of(properties, Property.MESSAGE_EXPIRY, -1)
    message = Message(
        topic, payload, qos, bool(flags & 0x20), encoded_properties(_travelling(properties))
    )
    return Will(message, None if expiry_s < 0 else expiry_s, delay_s)


def check_topic(topic: bytes) -> None:
    """Raise ProtocolViolation unless `topic` is a topic name (section 4.7)."""
    text = decoded_text(topic)
    if not text:
        raise ProtocolViolation("A topic name must not be empty.", 0x90)
    if "+" in text or "#" in text:
        raise ProtocolViolation("A topic name must not contain wildcards.", 0x90)


# Payload format, content type, response topic, correlation data and user properties are for the
# receiver; everything else in a PUBLISH concerns one connection only.
_TRAVELLING = frozenset((0x01, 0x03, 0x08, 0x09, 0x26))
_PUBLISH_ONLY = _TRAVELLING | {Property.MESSAGE_EXPIRY, Property.TOPIC_ALIAS}


def _travelling(properties: Properties) -> Properties:
    return [item for item in properties if item[0] in _TRAVELLING]


def publish_from(flags: int, body: bytes, level: int) -> Publish:
    """Return the PUBLISH in `body`; `flags` is the low half of its first byte."""
    qos = flags >> 1 & 3
    if qos == 3:
        raise ProtocolViolation("A message has QoS 3.")
    fields = Fields(body)
    topic = fields.binary()
    packet_id = fields.uint16() if qos else 0
    if qos and not packet_id:
        raise ProtocolViolation("A packet identifier is 0.")
    properties = fields.properties() if level == V5 else []
    for identifier, _ in properties:
        if identifier not in _PUBLISH_ONLY:
            raise ProtocolViolation(f"Property 0x{identifier:02x} is not for PUBLISH.", 0x82)
    alias = number_of(properties, Property.TOPIC_ALIAS, -1)
    expiry_s = number_of(properties, Property.MESSAGE_EXPIRY, -1)
    if topic or alias < 0:
        check_topic(topic)
    return Publish(
        topic=topic,
        payload=fields.rest(),
        qos=qos,
        is_retained=bool(flags & 0x01),
        is_duplicate=bool(flags & 0x08),
        packet_id=packet_id,
        properties=encoded_properties(_travelling(properties)) if properties else b"",
        expiry_s=None if expiry_s < 0 else expiry_s,
        topic_alias=None if alias < 0 else alias,
    )


def subscribe_from(body: bytes, level: int) -> tuple[int, list[Subscription]]:
    """Return (packet identifier, subscriptions) of a SUBSCRIBE; the filters are not checked."""
    fields = Fields(body)
    packet_id = fields.uint16()
    properties = fields.properties() if level == V5 else []
    identifier = number_of(properties, Property.SUBSCRIPTION_IDENTIFIER, -1)
    if not identifier:
        raise ProtocolViolation("A subscription identifier is 0.", 0x82)
    subscriptions: list[Subscription] = []
    while fields.has_more:
        topic_filter = fields.text()
        options = fields.byte()
        reserved = 0xC0 if level == V5 else 0xFC
        if options & reserved or options & 3 == 3 or options & 0x30 == 0x30:
            raise ProtocolViolation("The options of a subscription are malformed.")
        subscriptions.append(
            Subscription(
                topic_filter,
                options & 3,
                bool(options & 4),
                bool(options & 8),
                options >> 4,
                None if identifier < 0 else identifier,
            )
        )
    if not subscriptions or not packet_id:
        raise ProtocolViolation("SUBSCRIBE has no topic filter or no packet identifier.")
    return packet_id, subscriptions


def unsubscribe_from(body: bytes, level: int) -> tuple[int, list[str]]:
    """Return (packet identifier, topic filters) of an UNSUBSCRIBE."""
    fields = Fields(body)
    packet_id = fields.uint16()
    if level == V5:
        fields.properties()
    filters: list[str] = []
    while fields.has_more:
        filters.append(fields.text())
    if not filters or not packet_id:
        raise ProtocolViolation("UNSUBSCRIBE has no topic filter or no packet identifier.")
    return packet_id, filters


def acknowledgement_from(body: bytes, level: int) -> tuple[int, int]:
    """Return (packet identifier, reason code) of PUBACK, PUBREC, PUBREL or PUBCOMP."""
    fields = Fields(body)
    packet_id = fields.uint16()
    reason = fields.byte() if level == V5 and fields.has_more else 0
    return packet_id, reason


def disconnect_from(body: bytes, level: int) -> tuple[int, int | None]:
    """Return (reason code, new session expiry in seconds or None) of a DISCONNECT."""
    if level != V5 or not body:
        return 0, None
    fields = Fields(body)
    reason = fields.byte()
    properties = fields.properties() if fields.has_more else []
    expiry_s = number_of(properties, Property.SESSION_EXPIRY, -1)
    return reason, None if expiry_s < 0 else expiry_s


def connack(level: int, *, has_session: bool, reason: int, properties: Properties) -> bytes:
    """Return a CONNACK; properties are left out under 3.1.1."""
    head = bytes((has_session, reason))
    return packet(0x20, head, _with_length(properties) if level == V5 else b"")


def acknowledgement(kind: Kind, packet_id: int, level: int, reason: int = 0) -> bytes:
    """Return PUBACK, PUBREC, PUBREL or PUBCOMP."""
    first = kind << 4 | (2 if kind is Kind.PUBREL else 0)
    code = bytes((reason,)) if level == V5 and reason else b""
    return packet(first, packet_id.to_bytes(2), code)


def suback(packet_id: int, codes: list[int], level: int) -> bytes:
    """Return a SUBACK with one reason code for each topic filter."""
    return packet(0x90, packet_id.to_bytes(2), b"\0" if level == V5 else b"", bytes(codes))


def unsuback(packet_id: int, codes: list[int], level: int) -> bytes:
    """Return an UNSUBACK; 3.1.1 has no codes in it."""
    return packet(0xB0, packet_id.to_bytes(2), b"\0" + bytes(codes) if level == V5 else b"")


def disconnect(reason: int) -> bytes:
    """Return the DISCONNECT that an MQTT 5 broker sends before it closes."""
    return packet(0xE0, bytes((reason, 0)))


PINGRESP = packet(0xD0)


def publish(
    message: Message,
    *,
    level: int,
    qos: int,
    is_retained: bool,
    now_s: float,
    is_duplicate: bool = False,
    packet_id: int = 0,
    identifiers: tuple[int, ...] = (),
) -> bytes:
    """Return a PUBLISH for one subscriber; `identifiers` are those of its subscriptions."""
    first = 0x30 | is_duplicate << 3 | qos << 1 | is_retained
    properties = b""
    if level == V5:
        block = message.properties
        if message.expires_at_s is not None:
            left_s = max(1, round(message.expires_at_s - now_s))
            block += b"\x02" + left_s.to_bytes(4)
        for identifier in identifiers:
            block += b"\x0b" + encoded_varint(identifier)
        properties = encoded_varint(len(block)) + block
    head = encoded_binary(message.topic)
    if qos:
        head += packet_id.to_bytes(2)
    return packet(first, head, properties, message.payload)


def _with_length(properties: Properties) -> bytes:
    block = encoded_properties(properties)
    return encoded_varint(len(block)) + block
