"""A paho client for tests that notes everything the broker tells it."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from types import TracebackType

Version = Literal["3.1.1", "5"]
_VERSIONS = {"3.1.1": MQTTProtocolVersion.MQTTv311, "5": MQTTProtocolVersion.MQTTv5}


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it arrived."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    properties: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class SessionWish:
    """Whether a session is to start anew and how long it is to last after the connection."""

    is_clean: bool = True
    expiry_s: int = 0


class Peer:
    """A connected client; a context manager that disconnects politely unless it vanished."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        version: Version = "3.1.1",
        client_id: str = "",
        will: tuple[str, bytes, int, bool] | None = None,
        wish: SessionWish | None = None,
        keepalive_s: int = 60,
        acknowledges: bool = True,
    ) -> None:
        wish = wish or SessionWish()
        self.version = version
        self.received: list[Received] = []
        self.disconnects: list[int] = []
        self.has_session = False
        self._answers: dict[int, list[int]] = {}
        self._published: set[int] = set()
        self._connected = threading.Event()
        is_v5 = version == "5"
        self.client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            protocol=_VERSIONS[version],
            reconnect_on_failure=False,
            clean_session=None if is_v5 else wish.is_clean,
            manual_ack=not acknowledges,
        )
        if will:
            self.client.will_set(*will)
        self.client.on_connect = self._on_connect
        self.client.on_disconnect = self._on_disconnect
        self.client.on_message = self._on_message
        self.client.on_subscribe = self._on_answer
        self.client.on_unsubscribe = self._on_answer
        self.client.on_publish = lambda _c, _u, mid, *_: self._published.add(mid)
        if is_v5:
            properties = Properties(PacketTypes.CONNECT)
            if wish.expiry_s:
                properties.SessionExpiryInterval = wish.expiry_s
            self.client.connect(
                host, port, keepalive_s, clean_start=wish.is_clean, properties=properties
            )
        else:
            self.client.connect(host, port, keepalive_s)
        self.client.loop_start()
        wait_until(self._connected.is_set, "CONNACK")

    def __enter__(self) -> Peer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def vanish(self) -> None:
        """Lose the connection without DISCONNECT."""
        sock = self.client.socket()
        assert isinstance(sock, socket.socket)
        sock.shutdown(socket.SHUT_RDWR)
        self.client.loop_stop()
        sock.close()

    def subscribe(self, topic_filter: str, qos: int = 0, **options: Any) -> list[int]:
        """Subscribe and return the codes of the SUBACK; `options` are those of MQTT 5."""
        properties = None
        identifier = options.pop("identifier", None)
        if identifier is not None:
            properties = Properties(PacketTypes.SUBSCRIBE)
            properties.SubscriptionIdentifier = identifier
        if self.version == "5":
            answer = self.client.subscribe(
                topic_filter, options=SubscribeOptions(qos, **options), properties=properties
            )
        else:
            answer = self.client.subscribe(topic_filter, qos)
        return self._answer_to(answer[1])

    def unsubscribe(self, topic_filter: str) -> list[int]:
        """Unsubscribe and return the codes of the UNSUBACK."""
        return self._answer_to(self.client.unsubscribe(topic_filter)[1])

    def publish(
        self,
        topic: str,
        payload: bytes = b"",
        qos: int = 0,
        *,
        retain: bool = False,
        properties: Properties | None = None,
    ) -> None:
        """Publish and return once QoS 1 and 2 are complete."""
        info = self.client.publish(topic, payload, qos, retain, properties)
        wait_until(lambda: info.mid in self._published, f"the acknowledgement of {topic}")

    def settle(self) -> list[Received]:
        """Return what has been received, once the broker has nothing more for this client.

        A message of its own comes last: brokers keep the order within a QoS (MQTT 5.0, 4.6).
        """
        fence = f"fence/{id(self)}/{len(self.received)}"
        for qos in (0, 1, 2):
            self.subscribe(f"{fence}/{qos}", qos)
            self.publish(f"{fence}/{qos}", b"fence", qos)
            topic = f"{fence}/{qos}"
            wait_until(
                lambda topic=topic: any(message.topic == topic for message in self.received),
                f"the fence of QoS {qos}",
            )
        return [message for message in self.received if not message.topic.startswith("fence/")]

    def wait_for(self, count: int) -> list[Received]:
        """Return the messages once there are at least `count`."""
        wait_until(
            lambda: len(self.received) >= count,
            lambda: f"{count} messages, got {[m.topic for m in self.received]}",
        )
        return self.received

    def _answer_to(self, message_id: int | None) -> list[int]:
        assert message_id is not None
        wait_until(lambda: message_id in self._answers, "SUBACK or UNSUBACK")
        return self._answers[message_id]

    def _on_connect(self, _client: Any, _data: Any, flags: Any, code: Any, _p: Any) -> None:
        assert not code.is_failure, code
        self.has_session = flags.session_present
        self._connected.set()

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, code: Any, _p: Any) -> None:
        self.disconnects.append(code.value)

    def _on_answer(self, _client: Any, _data: Any, mid: int, codes: Any, _p: Any) -> None:
        self._answers[mid] = [code.value for code in codes]

    def _on_message(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        properties = dict(message.properties.json()) if message.properties else {}
        self.received.append(
            Received(message.topic, bytes(message.payload), message.qos, message.retain, properties)
        )
