"""A simulated client with its own MQTT connection, driven from outside by `step`."""

from __future__ import annotations

import contextlib
import selectors
import socket
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from mqttui.demo.simulated import Presence

if TYPE_CHECKING:
    from mqttui.demo.simulated import Outgoing, SimulatedClient

_KEEPALIVE_S = 15
_RETRY_S = 1.0
_QUEUED = 100
_MISC_EVERY_S = 1.0
_FAREWELL_S = 5.0


class Device:
    """Connects, publishes what is due, vanishes and comes back as its simulated client does.

    No thread of its own: `selector` says when the socket has something to read, with the device
    as its data.
    """

    def __init__(
        self,
        simulated: SimulatedClient,
        host: str,
        port: int,
        selector: selectors.BaseSelector,
    ) -> None:
        self.simulated = simulated
        self._host = host
        self._port = port
        self._selector = selector
        self._now_s = 0.0
        self._retry_at_s = 0.0
        self._misc_at_s = 0.0
        self._leaves_until_s: float | None = None
        self._is_connected = False
        self._unacknowledged: set[int] = set()
        self._client = self._new_client()

    def step(self, now_s: float) -> None:
        """Do what is due at `now_s`, seconds since the demo began."""
        self._now_s = now_s
        due = self.simulated.messages_due(now_s)
        if self._is_connected:
            self._publish(due)
        presence = self.simulated.presence(now_s)
        if presence is Presence.CUT:
            self._vanish()
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

    def leave(self) -> None:
        """Disconnect politely, without the will."""
        if self._client.socket() is not None:
            self._client.disconnect()

    def _new_client(self) -> paho.Client:
        simulated = self.simulated
        is_mqtt5 = simulated.is_mqtt5
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            simulated.client_id,
            protocol=MQTTProtocolVersion.MQTTv5 if is_mqtt5 else MQTTProtocolVersion.MQTTv311,
        )
        client.max_queued_messages_set(_QUEUED)
        if simulated.will is not None:
            will = simulated.will
            client.will_set(will.topic, will.payload, will.qos, will.retain)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_socket_open = self._on_socket_open
        client.on_socket_close = self._on_socket_close
        return client

    def _connect(self) -> None:
        self._retry_at_s = self._now_s + _RETRY_S
        self._leaves_until_s = None
        try:
            self._client.connect(self._host, self._port, _KEEPALIVE_S)
        except OSError:
            # The broker is away; `_retry_at_s` says when to look again.
            return

    def _vanish(self) -> None:
        """Cut the connection as a lost WiFi does, so that the broker publishes the will."""
        sock = self._client.socket()
        if isinstance(sock, socket.socket) and self._is_connected:
            self._is_connected = False
            # The broker may have closed it a moment ago.
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            self._client.loop_read()

    def _say_farewell(self) -> None:
        """Disconnect once everything is acknowledged, or after a while."""
        if self._client.socket() is None:
            return
        if self._leaves_until_s is None:
            self._leaves_until_s = self._now_s + _FAREWELL_S
        if not self._unacknowledged or self._now_s >= self._leaves_until_s:
            self._client.disconnect()

    def _publish(self, messages: list[Outgoing]) -> None:
        for message in messages:
            # A device whose socket is full drops samples rather than hoard them.
            if self._client.want_write() and message.qos == 0:
                continue
            sent = self._client.publish(
                message.topic,
                message.payload,
                message.qos,
                message.retain,
                _properties(message) if self.simulated.is_mqtt5 else None,
            )
            if message.qos:
                self._unacknowledged.add(sent.mid)

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, code: Any, _: Any) -> None:
        if code.is_failure:
            return
        self._is_connected = True
        greeting = self.simulated.greeting(self._now_s)
        for topic_filter in self.simulated.topic_filters:
            client.subscribe(topic_filter, 1)
        self._publish(greeting)

    def _on_disconnect(self, *_: Any) -> None:
        self._is_connected = False
        self._retry_at_s = self._now_s + _RETRY_S
        self.simulated.lost()

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        payload = bytes(message.payload)
        self._publish(self.simulated.received(message.topic, payload, message.retain, self._now_s))

    def _on_publish(self, _client: paho.Client, _data: Any, message_id: int, *_: Any) -> None:
        if message_id in self._unacknowledged:
            self._unacknowledged.discard(message_id)
            self.simulated.acknowledged()

    def _on_socket_open(self, _client: paho.Client, _data: Any, sock: Any) -> None:
        self._selector.register(sock, selectors.EVENT_READ, self)

    def _on_socket_close(self, _client: paho.Client, _data: Any, sock: Any) -> None:
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
