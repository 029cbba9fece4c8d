"""One client's connection: cuts the byte stream into packets and acts on them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from mqttui.demo.broker import packets
from mqttui.demo.broker.packets import V5, Kind
from mqttui.demo.broker.wire import Properties, Property, ProtocolViolation
from mqttui.demo.broker.wire import packet as encoded_packet

if TYPE_CHECKING:
    from mqttui.demo.broker.hub import Hub
    from mqttui.demo.broker.session import Session

CONNECT_WITHIN_S = 10.0
_CONNECT = Kind.CONNECT << 4
_CLOSE_WITHIN_S = 5.0
_TOPIC_ALIASES = 10
_NOT_AUTHORISED = 0x87
_NO_SUBSCRIBERS = 0x10
_SERVER_KEEPALIVE_FACTOR = 1.5


class Connection(asyncio.Protocol):
    """Reads and writes packets of one client.

    `open_connections` is the set of all that are open, `unsent` those that wait to be flushed;
    both are shared by every connection of a broker.
    """

    def __init__(
        self, hub: Hub, open_connections: set[Connection], unsent: list[Connection]
    ) -> None:
        self.is_congested = False
        self.is_gone = asyncio.Event()
        self._hub = hub
        self._counters = hub.counters
        self._open = open_connections
        self._unsent = unsent
        self._out: list[bytes] = []
        self._chunks: list[bytes] = []
        self._chunk_bytes = 0
        self._needed_bytes = 0
        self._session: Session | None = None
        self._level = 0
        self._aliases: dict[int, bytes] = {}
        self._is_closing = False
        self._keepalive_s = 0
        self._heard_at_s = hub.clock()
        self._transport: asyncio.Transport | None = None

    # Transport events

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with a client that has yet to send CONNECT."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=self._hub.limits.outgoing_bytes)
        self._counters.sockets += 1
        self._open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Publish the will, unless the client took its leave before."""
        self._open.discard(self)
        self._is_closing = True
        self._leave(is_will_due=True)
        self.flush_all()
        self.is_gone.set()

    def pause_writing(self) -> None:
        """Drop QoS 0 messages from now on: the client reads too slowly."""
        self.is_congested = True

    def resume_writing(self) -> None:
        """Send QoS 0 messages again."""
        self.is_congested = False

    def data_received(self, data: bytes) -> None:
        """Act on every whole packet in the stream; a malformed one ends this connection only."""
        self._heard_at_s = self._hub.clock()
        self._counters.bytes_received += len(data)
        if self._chunks:
            self._chunks.append(data)
            self._chunk_bytes += len(data)
            if self._chunk_bytes < self._needed_bytes:
                return
            data = b"".join(self._chunks)
            self._chunks.clear()
        try:
            self._act_on(data)
        except ProtocolViolation as violation:
            self._counters.protocol_violations += 1
            self._leave(is_will_due=True)
            self.close(violation.reason_code)
        self.flush_all()

    # Link of the session

    def send(self, packet: bytes) -> None:
        """Queue a packet; it goes out when the current event is done."""
        if not self._out:
            self._unsent.append(self)
        self._out.append(packet)

    def close(self, reason: int) -> None:
        """Say goodbye, under MQTT 5 with `reason`, and close once everything is written."""
        if self._is_closing:
            return
        self._session = None
        if self._level == V5:
            self.send(packets.disconnect(reason))
        self._end()

    # Called by the server

    def flush(self) -> None:
        """Write what is queued in one go."""
        if self._out and self._transport is not None:
            block = self._out[0] if len(self._out) == 1 else b"".join(self._out)
            if not self._transport.is_closing():
                self._counters.packets_sent += len(self._out)
                self._counters.bytes_sent += len(block)
                self._transport.write(block)
            self._out.clear()

    def flush_all(self) -> None:
        """Write what any connection has queued."""
        for connection in self._unsent:
            connection.flush()
        self._unsent.clear()

    def abort(self) -> None:
        """Cut the connection without writing what is queued."""
        if self._transport is not None:
            self._transport.abort()

    def check_keepalive(self, now_s: float) -> None:
        """Close when nothing was heard for one and a half keepalives (section 3.1.2.10).

        A connection that cannot be closed, because its client does not read, is cut.
        """
        silent_s = now_s - self._heard_at_s
        if self._is_closing:
            if silent_s > _CLOSE_WITHIN_S:
                self.abort()
            return
        if not self._level:
            allowed_s = CONNECT_WITHIN_S
        else:
            allowed_s = self._keepalive_s * _SERVER_KEEPALIVE_FACTOR
        if allowed_s and silent_s > allowed_s:
            self._leave(is_will_due=True)
            self.close(0x8D)

    # Packets

    def _act_on(self, data: bytes) -> None:
        """Walk over the packets in `data`; plain QoS 0 publishes are forwarded as they are."""
        position = 0
        end = len(data)
        needed_bytes = 0
        route_of = self._hub.routes.remembered_get
        is_v5 = self._level == V5
        packets_seen = publishes = payload_bytes = 0
        try:
            while position + 2 <= end and not self._is_closing:
                first = data[position]
                if not self._level and first != _CONNECT:
                    raise ProtocolViolation("The first packet is not CONNECT.")
                length = data[position + 1]
                body = position + 2
                if length > 0x7F:
                    length, body = _long_length(data, position)
                    if not body:
                        break
                    if length > self._hub.limits.packet_bytes:
                        raise ProtocolViolation("The packet is too large for this broker.", 0x95)
                stop = body + length
                if stop > end:
                    needed_bytes = stop - position
                    break
                packets_seen += 1
                if first == 0x30 and self._level and length > 2:
                    name = body + 2
                    name_end = name + (data[body] << 8 | data[body + 1])
                    route = route_of(data[name:name_end])
                    if (
                        route is not None
                        and route.is_plain
                        and (name_end < stop and data[name_end] == 0 if is_v5 else name_end <= stop)
                    ):
                        publishes += 1
                        payload_bytes += stop - name_end - is_v5
                        if route.sessions:
                            self._forward(route.sessions, data[position:stop], name_end - position)
                        position = stop
                        continue
                self._take(first, data[body:stop])
                is_v5 = self._level == V5
                position = stop
        finally:
            self._counters.packets_received += packets_seen
            self._counters.publish_received += publishes
            self._counters.publish_bytes_received += payload_bytes
        if position < end and not self._is_closing:
            tail = data[position:]
            self._chunks.append(tail)
            self._chunk_bytes = len(tail)
            self._needed_bytes = max(needed_bytes, len(tail) + 1)

    def _forward(self, sessions: tuple[Session, ...], packet: bytes, topic_end: int) -> None:
        """Send a QoS 0 packet to sessions that take it as it came, or in the other version."""
        is_v5 = self._level == V5
        other: bytes | None = None
        sent = 0
        for session in sessions:
            link = session.link
            if link is None:
                continue
            if link.is_congested:
                self._counters.dropped += 1
                continue
            sent += 1
            if session.level == self._level:
                link.send(packet)
                continue
            if other is None:
                other = _in_other_version(packet, topic_end, is_v5)
            link.send(other)
        self._counters.publish_sent += sent
        self._counters.publish_bytes_sent += sent * (len(packet) - topic_end - is_v5)

    def _take(self, first: int, body: bytes) -> None:
        kind = first >> 4
        if self._session is None:
            self._connect(body)
            return
        if kind == Kind.PUBLISH:
            self._publish(first & 0x0F, body)
            return
        expected = 2 if kind in (Kind.PUBREL, Kind.SUBSCRIBE, Kind.UNSUBSCRIBE) else 0
        if first & 0x0F != expected:
            raise ProtocolViolation("The reserved flags of a packet are wrong.")
        if kind in (Kind.PUBACK, Kind.PUBREC, Kind.PUBREL, Kind.PUBCOMP):
            self._acknowledged(Kind(kind), body)
        elif kind == Kind.SUBSCRIBE:
            packet_id, subscriptions = packets.subscribe_from(body, self._level)
            codes, due = self._hub.subscribe(self._session, subscriptions)
            self.send(packets.suback(packet_id, codes, self._level))
            self._hub.send_retained(self._session, due)
        elif kind == Kind.UNSUBSCRIBE:
            self._unsubscribe(body)
        elif kind == Kind.PINGREQ:
            self.send(packets.PINGRESP)
        elif kind == Kind.DISCONNECT:
            self._disconnect(body)
        else:
            raise ProtocolViolation("A client must not send this packet.", 0x82)

    def _connect(self, body: bytes) -> None:
        try:
            connect = packets.connect_from(body)
        except packets.UnsupportedProtocol:
            # 3.1.1 clients read 0x01; an MQTT 5 client never gets here.
            self.send(packets.connack(4, has_session=False, reason=0x01, properties=[]))
            raise
        self._level = connect.level
        if not connect.client_id and connect.level != V5 and not connect.is_clean:
            self.send(packets.connack(4, has_session=False, reason=0x02, properties=[]))
            raise ProtocolViolation("A session that lasts needs a client identifier.", 0x85)
        self._keepalive_s = connect.keepalive_s
        session, has_session = self._hub.attach(self, connect)
        self._session = session
        properties: Properties = [(Property.TOPIC_ALIAS_MAXIMUM, _TOPIC_ALIASES)]
        properties.append((Property.MAXIMUM_PACKET_SIZE, self._hub.limits.packet_bytes))
        if not connect.client_id:
            properties.append((Property.ASSIGNED_CLIENT_ID, session.client_id))
        self.send(
            packets.connack(self._level, has_session=has_session, reason=0, properties=properties)
        )
        session.resume()

    def _publish(self, flags: int, body: bytes) -> None:
        assert self._session is not None
        publish = packets.publish_from(flags, body, self._level)
        topic = self._resolved(publish.topic, publish.topic_alias)
        self._counters.publish_received += 1
        self._counters.publish_bytes_received += len(publish.payload)
        reason = 0
        is_repeated = publish.qos == 2 and self._session.has_received(publish.packet_id)
        if topic.startswith(b"$SYS/") or topic == b"$SYS":
            reason = _NOT_AUTHORISED
            self._counters.dropped += 1
            self._session.incoming.discard(publish.packet_id)
        elif not is_repeated:
            message = self._hub.message_of(publish, topic)
            if not self._hub.publish(message, self._session):
                reason = _NO_SUBSCRIBERS
        if publish.qos:
            kind = Kind.PUBACK if publish.qos == 1 else Kind.PUBREC
            self.send(packets.acknowledgement(kind, publish.packet_id, self._level, reason))

    def _resolved(self, topic: bytes, alias: int | None) -> bytes:
        """Return the topic that a topic alias stands for (section 3.3.2.3.4)."""
        if alias is None:
            return topic
        if not 1 <= alias <= _TOPIC_ALIASES:
            raise ProtocolViolation("The topic alias is out of range.", 0x94)
        if topic:
            self._aliases[alias] = topic
        elif alias not in self._aliases:
            raise ProtocolViolation("The topic alias is unknown.", 0x82)
        return self._aliases[alias]

    def _acknowledged(self, kind: Kind, body: bytes) -> None:
        assert self._session is not None
        packet_id, reason = packets.acknowledgement_from(body, self._level)
        if kind is Kind.PUBACK:
            self._session.acknowledge(packet_id)
        elif kind is Kind.PUBREC:
            answer = self._session.receive(packet_id, reason)
            if answer is not None:
                self.send(answer)
        elif kind is Kind.PUBCOMP:
            self._session.complete(packet_id)
        else:
            is_known = packet_id in self._session.incoming
            self._session.incoming.discard(packet_id)
            self.send(
                packets.acknowledgement(
                    Kind.PUBCOMP, packet_id, self._level, 0 if is_known else 0x92
                )
            )

    def _unsubscribe(self, body: bytes) -> None:
        assert self._session is not None
        packet_id, filters = packets.unsubscribe_from(body, self._level)
        # 0x11: no subscription existed
        codes = [0 if self._hub.routes.remove(self._session, name) else 0x11 for name in filters]
        self.send(packets.unsuback(packet_id, codes, self._level))

    def _disconnect(self, body: bytes) -> None:
        assert self._session is not None
        reason, expiry_s = packets.disconnect_from(body, self._level)
        if expiry_s is not None:
            if expiry_s and not self._session.expiry_s:
                raise ProtocolViolation("A session that ends now cannot be made to last.", 0x82)
            self._session.expiry_s = expiry_s
        self._leave(is_will_due=reason == 0x04)
        self._end()

    def _end(self) -> None:
        self._is_closing = True
        self._heard_at_s = self._hub.clock()
        self.flush()
        if self._transport is not None:
            self._transport.close()

    def _leave(self, *, is_will_due: bool) -> None:
        """Part from the session, if this connection still has it."""
        session, self._session = self._session, None
        if session is not None and session.link is self:
            self._hub.detach(session, is_will_due=is_will_due)


def _long_length(data: bytes, position: int) -> tuple[int, int]:
    """Return (remaining length, start of the body), (0, 0) while bytes of it are missing."""
    length = shift = 0
    for place in range(position + 1, min(position + 5, len(data))):
        byte = data[place]
        length |= (byte & 0x7F) << shift
        if byte < 0x80:
            return length, place + 1
        shift += 7
    if shift == 28:
        raise ProtocolViolation("The remaining length is longer than four bytes.")
    return 0, 0


def _in_other_version(packet: bytes, topic_end: int, is_v5: bool) -> bytes:
    """Return a QoS 0 PUBLISH without properties for the other protocol version.

    `is_v5` says that `packet` is one of MQTT 5; its topic ends at `topic_end`.
    """
    body = 2
    while packet[body - 1] > 0x7F:
        body += 1
    topic = packet[body:topic_end]
    if is_v5:
        return encoded_packet(packet[0], topic, packet[topic_end + 1 :])
    return encoded_packet(packet[0], topic, b"\0", packet[topic_end:])
