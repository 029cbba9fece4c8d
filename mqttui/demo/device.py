"""A simulated client with its own MQTT connection, driven from outside by `step`."""

from __future__ import annotations

import contextlib
import random
import selectors
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from mqttui.demo.simulated import Presence

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future

    from mqttui.demo.simulated import Outgoing, SimulatedClient

Ending: TypeAlias = Literal["offline", "will", "clear"]
"""How a client goes: it says so; it vanishes, so that its will is published; or it says so and
removes everything that it has retained."""

_FIRST_RETRY_S = 0.5
_LONGEST_RETRY_S = 30.0
_QUEUED = 100
_MISC_EVERY_S = 1.0
_FAREWELL_S = 5.0


@dataclass(frozen=True, slots=True)
class Access:
    """How devices reach their broker.

    `prepare` gives a new client account, TLS and whatever else its connection needs. Connecting
    blocks; with `executor` it does so there.
    """

    host: str
    port: int
    prepare: Callable[[Any], None] | None = None
    executor: Executor | None = None
    transport: Literal["tcp", "websockets"] = "tcp"
    is_mqtt5: bool = False
    keepalive_s: int = 15


@dataclass(slots=True)
class Tally:
    """What all devices have done so far.

    `published` and `acknowledged` count messages at QoS 1, `unacknowledged` QoS 0, `discarded`
    what a full socket or queue did not take. `lost` are connections that ended unasked, `error`
    is the last exception of an attempt to connect, `refusal` the last code of a CONNACK that
    said no.
    """

    published: int = 0
    acknowledged: int = 0
    unacknowledged: int = 0
    discarded: int = 0
    connections: int = 0
    lost: int = 0
    failures: int = 0
    error: Exception | None = None
    refusal: int | None = None


@dataclass(slots=True)
class _Attempt:
    """A connection that is being opened."""

    future: Future[None] | None = None
    error: Exception | None = field(default=None)


class Device:
    """Connects, publishes what is due, vanishes and comes back as its simulated client does.

    No thread of its own: `selector` says when the socket has something to read, with the device
    as its data.
    """

    def __init__(
        self,
        simulated: SimulatedClient,
        access: Access,
        selector: selectors.BaseSelector,
        tally: Tally,
    ) -> None:
        self.simulated = simulated
        self.is_connected = False
        self._access = access
        self._selector = selector
        self._tally = tally
        self._now_s = 0.0
        self._retry_at_s = 0.0
        self._misc_at_s = 0.0
        self._failures = 0
        self._chance = random.Random(simulated.client_id)  # noqa: S311 (a delay, no secret)
        self._leaves_until_s: float | None = None
        self._is_leaving = False
        # Whether the end of the connection is of our own making.
        self._ends_itself = False
        self._attempt: _Attempt | None = None
        self._watched: Any = None
        self._in_flight: set[int] = set()
        self._retained: set[str] = set()
        self._is_mqtt5 = access.is_mqtt5 or simulated.is_mqtt5
        self._client = self._new_client()

    @property
    def is_gone(self) -> bool:
        """Whether there is no connection, and none is being made."""
        return self._client.socket() is None and self._attempt is None

    @property
    def in_flight(self) -> int:
        """How many messages at QoS 1 were not acknowledged."""
        return len(self._in_flight)

    def step(self, now_s: float) -> None:
        """Do what is due at `now_s`, seconds since the class began."""
        self._now_s = now_s
        due = self.simulated.messages_due(now_s)
        if self._attempt is not None and not self._is_opened(self._attempt):
            return
        if self.is_connected and not self._is_leaving:
            self._publish(due)
        presence = Presence.LEFT if self._is_leaving else self.simulated.presence(now_s)
        if presence is Presence.CUT:
            self.vanish()
        elif presence is Presence.LEFT:
            self._say_farewell()
        elif self._client.socket() is None and now_s >= self._retry_at_s:
            self._connect()
        if now_s >= self._misc_at_s:
            self._misc_at_s = now_s + _MISC_EVERY_S
            self._client.loop_misc()
            if self._client.want_write():
                self._client.loop_write()

    def read(self, now_s: float) -> None:
        """Take what the broker sent."""
        self._now_s = now_s
        self._client.loop_read()
        # What TLS has decrypted already, no selector sees.
        sock = self._client.socket()
        pending = getattr(sock, "pending", None)
        while pending is not None and self._client.socket() is sock and pending():
            self._client.loop_read()

    def leave(self, ending: Ending) -> None:
        """Begin to go; `step` goes on until it `is_gone`."""
        self._is_leaving = True
        if not self.is_connected:
            return
        if ending == "will":
            self.vanish()
            return
        self._publish(self.simulated.farewell())
        if ending == "clear":
            for topic in sorted(self._retained):
                self._send(topic, b"", 1, True)

    def vanish(self) -> None:
        """Cut the connection as a lost WiFi does, so that the broker publishes the will."""
        sock = self._client.socket()
        if sock is not None and self.is_connected:
            self.is_connected = False
            self._ends_itself = True
            self.simulated.lost()
            # The broker may have closed it a moment ago.
            with contextlib.suppress(OSError):
                if isinstance(sock, socket.socket):
                    sock.shutdown(socket.SHUT_RDWR)
                else:
                    sock.close()
            self._client.loop_read()

    def close(self) -> None:
        """Drop the connection without a word, should there still be one."""
        self._client.on_socket_close = None
        sock = self._client.socket()
        if self._watched is not None:
            self._selector.unregister(self._watched)
            self._watched = None
        if sock is not None:
            sock.close()

    def _new_client(self) -> paho.Client:
        simulated = self.simulated
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            simulated.client_id,
            clean_session=None if self._is_mqtt5 else simulated.is_clean,
            protocol=MQTTProtocolVersion.MQTTv5 if self._is_mqtt5 else MQTTProtocolVersion.MQTTv311,
            transport=self._access.transport,
        )
        client.max_queued_messages_set(_QUEUED)
        if self._access.prepare is not None:
            self._access.prepare(client)
        if simulated.will is not None:
            will = simulated.will
            client.will_set(will.topic, will.payload, will.qos, will.retain)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_socket_close = self._on_socket_close
        return client

    def _connect(self) -> None:
        self._leaves_until_s = None
        self._attempt = attempt = _Attempt()
        if self._access.executor is None:
            self._open(attempt)
            self._is_opened(attempt)
        else:
            attempt.future = self._access.executor.submit(self._open, attempt)

    def _open(self, attempt: _Attempt) -> None:
        """Connect; nothing else touches the client meanwhile."""
        try:
            self._client.connect(self._access.host, self._access.port, self._access.keepalive_s)
        except (OSError, ValueError, paho.WebsocketConnectionError) as error:
            attempt.error = error

    def _is_opened(self, attempt: _Attempt) -> bool:
        """Tell whether an attempt is over; take note of how it ended."""
        if attempt.future is not None and not attempt.future.done():
            return False
        self._attempt = None
        sock = self._client.socket()
        if attempt.error is not None or sock is None:
            self._tally.error = attempt.error
            self._failed()
        else:
            self._watched = sock
            self._selector.register(sock, selectors.EVENT_READ, self)
        return True

    def _failed(self) -> None:
        """Try again later, the later the more often it failed."""
        self._tally.failures += 1
        longest_s = min(_LONGEST_RETRY_S, _FIRST_RETRY_S * 2 ** min(self._failures, 6))
        self._retry_at_s = self._now_s + longest_s * self._chance.uniform(0.5, 1)
        self._failures += 1

    def _say_farewell(self) -> None:
        """Disconnect once everything is acknowledged, or after a while."""
        if self._client.socket() is None:
            return
        if self._leaves_until_s is None:
            self._leaves_until_s = self._now_s + _FAREWELL_S
        if not self._in_flight or self._now_s >= self._leaves_until_s:
            self.is_connected = False
            self._ends_itself = True
            self._client.disconnect()

    def _publish(self, messages: list[Outgoing]) -> None:
        for message in messages:
            # A device whose socket is full drops samples rather than hoard them.
            if self._client.want_write() and message.qos == 0:
                self._tally.discarded += 1
                continue
            properties = _properties(message) if self._is_mqtt5 else None
            self._send(message.topic, message.payload, message.qos, message.retain, properties)

    def _send(
        self,
        topic: str,
        payload: bytes,
        qos: int,
        is_retained: bool,
        properties: Properties | None = None,
    ) -> None:
        sent = self._client.publish(topic, payload, qos, is_retained, properties)
        if sent.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            self._tally.discarded += 1
            return
        if is_retained:
            self._retained.add(topic)
        if qos:
            self._in_flight.add(sent.mid)
            self._tally.published += 1
        else:
            self._tally.unacknowledged += 1

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, code: Any, _: Any) -> None:
        if code.is_failure:
            self._tally.refusal = code.value
            return
        self.is_connected = True
        self._failures = 0
        self._tally.connections += 1
        greeting = self.simulated.greeting(self._now_s)
        for topic_filter in self.simulated.topic_filters:
            client.subscribe(topic_filter, 1)
        self._publish(greeting)

    def _on_disconnect(self, *_: Any) -> None:
        if self.is_connected:
            self._tally.lost += 1
        self.is_connected = False
        if not self._ends_itself:
            self._failed()
        self._ends_itself = False
        self.simulated.lost()

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        payload = bytes(message.payload)
        self._publish(self.simulated.received(message.topic, payload, message.retain, self._now_s))

    def _on_publish(self, _client: paho.Client, _data: Any, message_id: int, *_: Any) -> None:
        if message_id in self._in_flight:
            self._in_flight.discard(message_id)
            self._tally.acknowledged += 1
            self.simulated.acknowledged()

    def _on_socket_close(self, _client: paho.Client, _data: Any, sock: Any) -> None:
        if self._watched is sock:
            self._watched = None
            self._selector.unregister(sock)


def _properties(message: Outgoing) -> Properties | None:
    if message.content_type is None and not message.user_properties:
        return None
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if message.content_type is not None:
        properties.ContentType = message.content_type
    if message.user_properties:
        properties.UserProperty = list(message.user_properties)
    return properties
