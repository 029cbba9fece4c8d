"""What the broker keeps for one client: subscriptions, messages in flight, messages that wait."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mqttui.demo.broker.packets import (
    NEVER_EXPIRES,
    Kind,
    Message,
    Subscription,
    Will,
    acknowledgement,
    publish,
)
from mqttui.demo.broker.wire import ProtocolViolation

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.demo.broker.counters import Counters

_PACKET_IDS = 65_535


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds the memory of one client; whatever exceeds it is dropped and counted.

    `queued_*` bound messages of QoS 1 and 2 that wait for an acknowledgement window or for the
    client to come back, `outgoing_bytes` what waits for its socket, `inflight` the window.
    """

    queued_messages: int = 10_000
    queued_bytes: int = 16 * 1024 * 1024
    outgoing_bytes: int = 32 * 1024 * 1024
    inflight: int = 100
    incoming_qos2: int = 1_000
    packet_bytes: int = 32 * 1024 * 1024


class Link(Protocol):
    """The connection of a session, as far as a session knows it."""

    is_congested: bool

    def send(self, packet: bytes) -> None:
        """Queue a packet for the socket."""

    def close(self, reason: int) -> None:
        """Say goodbye with an MQTT 5 reason code and close."""


@dataclass(slots=True, eq=False)
class Delivery:
    """A message of QoS 1 or 2 on its way to one client; released once its PUBREC came."""

    message: Message
    qos: int
    is_retained: bool
    identifiers: tuple[int, ...]
    is_released: bool = False

    @property
    def size_bytes(self) -> int:
        """Topic and payload."""
        return len(self.message.topic) + len(self.message.payload)


class Session:
    """One client's session (MQTT 5.0 section 4.1); outlives its connection if it is to last."""

    def __init__(
        self, client_id: str, limits: Limits, counters: Counters, clock: Callable[[], float]
    ) -> None:
        self.client_id = client_id
        self.level = 0
        self.expiry_s = 0
        self.subscriptions: dict[str, Subscription] = {}
        self.link: Link | None = None
        self.will: Will | None = None
        self.disconnected_at_s: float | None = None
        self.maximum_packet_bytes: int | None = None
        self.incoming: set[int] = set()
        self._limits = limits
        self._counters = counters
        self._clock = clock
        self._window = limits.inflight
        self._inflight: dict[int, Delivery] = {}
        self._waiting: deque[Delivery] = deque()
        self._waiting_bytes = 0
        self._last_packet_id = 0

    @property
    def stored_messages(self) -> int:
        """How many messages are in flight or wait."""
        return len(self._inflight) + len(self._waiting)

    @property
    def stored_bytes(self) -> int:
        """Topics and payloads of the messages that wait."""
        return self._waiting_bytes

    def set_receive_maximum(self, receive_maximum: int) -> None:
        """Let the client bound its window (section 3.1.2.11.3)."""
        self._window = min(self._limits.inflight, receive_maximum)

    def is_expired(self, now_s: float) -> bool:
        """Whether the session ended some time after its connection did."""
        if self.disconnected_at_s is None or self.expiry_s == NEVER_EXPIRES:
            return False
        return now_s >= self.disconnected_at_s + self.expiry_s

    def deliver(
        self, message: Message, qos: int, *, is_retained: bool, identifiers: tuple[int, ...] = ()
    ) -> None:
        """Send a message or keep it for later; what does not fit is dropped and counted."""
        if qos == 0:
            self._deliver_at_most_once(message, is_retained, identifiers)
            return
        delivery = Delivery(message, qos, is_retained, identifiers)
        if self.link is not None and not self._waiting and len(self._inflight) < self._window:
            self._send(delivery)
        elif (
            len(self._waiting) >= self._limits.queued_messages
            or self._waiting_bytes + delivery.size_bytes > self._limits.queued_bytes
        ):
            self._counters.dropped += 1
        else:
            self._waiting.append(delivery)
            self._waiting_bytes += delivery.size_bytes

    def acknowledge(self, packet_id: int) -> None:
        """Take a PUBACK: the message arrived."""
        delivery = self._inflight.get(packet_id)
        if delivery is not None and delivery.qos == 1:
            del self._inflight[packet_id]
            self._fill_window()

    def receive(self, packet_id: int, reason: int) -> bytes | None:
        """Take a PUBREC and return the PUBREL to answer with, None if the client refused."""
        delivery = self._inflight.get(packet_id)
        if delivery is None or delivery.qos != 2:
            return None if reason >= 0x80 else self._answer_to_unknown(packet_id)
        if reason >= 0x80:
            del self._inflight[packet_id]
            self._fill_window()
            return None
        delivery.is_released = True
        return acknowledgement(Kind.PUBREL, packet_id, self.level)

    def complete(self, packet_id: int) -> None:
        """Take a PUBCOMP: the message arrived exactly once."""
        delivery = self._inflight.get(packet_id)
        if delivery is not None and delivery.is_released:
            del self._inflight[packet_id]
            self._fill_window()

    def has_received(self, packet_id: int) -> bool:
        """Note a QoS 2 message from the client; return whether it is a repetition."""
        if packet_id in self.incoming:
            return True
        if len(self.incoming) >= self._limits.incoming_qos2:
            raise ProtocolViolation("Too many messages of QoS 2 are unfinished.", 0x93)
        self.incoming.add(packet_id)
        return False

    def resume(self) -> None:
        """Repeat on a new connection what is unacknowledged, then send what waited (4.4)."""
        assert self.link is not None
        for packet_id, delivery in self._inflight.items():
            if delivery.is_released:
                self.link.send(acknowledgement(Kind.PUBREL, packet_id, self.level))
            else:
                self.link.send(self._packet(delivery, packet_id, is_duplicate=True))
        self._fill_window()

    def _answer_to_unknown(self, packet_id: int) -> bytes:
        # 0x92 packet identifier not found; 3.1.1 expects a plain PUBREL.
        return acknowledgement(Kind.PUBREL, packet_id, self.level, 0x92)

    def _deliver_at_most_once(
        self, message: Message, is_retained: bool, identifiers: tuple[int, ...]
    ) -> None:
        if self.link is None:
            return
        encoded = publish(
            message,
            level=self.level,
            qos=0,
            is_retained=is_retained,
            now_s=self._clock(),
            identifiers=identifiers,
        )
        if self.link.is_congested or not self._may_be_sent(encoded):
            self._counters.dropped += 1
            return
        self._counters.publish_sent += 1
        self._counters.publish_bytes_sent += len(message.payload)
        self.link.send(encoded)

    def _may_be_sent(self, encoded: bytes) -> bool:
        return self.maximum_packet_bytes is None or len(encoded) <= self.maximum_packet_bytes

    def _fill_window(self) -> None:
        now_s = self._clock()
        while self.link is not None and self._waiting and len(self._inflight) < self._window:
            delivery = self._waiting.popleft()
            self._waiting_bytes -= delivery.size_bytes
            if not delivery.message.is_expired(now_s):
                self._send(delivery)

    def _send(self, delivery: Delivery) -> None:
        assert self.link is not None
        packet_id = self._free_packet_id()
        encoded = self._packet(delivery, packet_id)
        if not self._may_be_sent(encoded):
            self._counters.dropped += 1
            return
        self._inflight[packet_id] = delivery
        self._counters.publish_sent += 1
        self._counters.publish_bytes_sent += len(delivery.message.payload)
        self.link.send(encoded)

    def _packet(self, delivery: Delivery, packet_id: int, *, is_duplicate: bool = False) -> bytes:
        return publish(
            delivery.message,
            level=self.level,
            qos=delivery.qos,
            is_retained=delivery.is_retained,
            now_s=self._clock(),
            is_duplicate=is_duplicate,
            packet_id=packet_id,
            identifiers=delivery.identifiers,
        )

    def _free_packet_id(self) -> int:
        while True:
            self._last_packet_id = self._last_packet_id % _PACKET_IDS + 1
            if self._last_packet_id not in self._inflight:
                return self._last_packet_id
