"""Publishing from a test: single messages with paho, bursts as ready-made packets."""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@contextlib.contextmanager
def publisher(
    host: str,
    port: int,
    *,
    client_id: str = "",
    user: str | None = None,
    password: str | None = None,
    protocol: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5,
) -> Iterator[paho.Client]:
    """Yield a connected paho client whose thread runs; it reconnects by itself within a second."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id, protocol=protocol)
    client.reconnect_delay_set(1, 1)
    if user is not None:
        client.username_pw_set(user, password)
    client.connect(host, port, keepalive=30)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def publish(
    host: str,
    port: int,
    topic: str,
    payload: bytes,
    *,
    qos: int = 1,
    retain: bool = False,
    **login: Any,
) -> None:
    """Publish one message and return once the broker has acknowledged it (QoS 1 and 2)."""
    with publisher(host, port, **login) as client:
        client.publish(topic, payload, qos=qos, retain=retain).wait_for_publish(10)


def publish_packet(topic: bytes, payload: bytes, *, retain: bool = False) -> bytes:
    """Return a QoS 0 PUBLISH packet of MQTT 3.1.1 (section 3.3)."""
    body = struct.pack("!H", len(topic)) + topic + payload
    return bytes((0x30 | retain,)) + _remaining_length(len(body)) + body


def publish_burst(
    host: str, port: int, messages: Iterable[tuple[bytes, bytes]], *, retain: bool = False
) -> None:
    """Send QoS 0 messages over a bare MQTT 3.1.1 connection as fast as the broker reads them."""
    with socket.create_connection((host, port), timeout=10) as connection:
        client_id = b"burst"
        connect = b"\x00\x04MQTT\x04\x02\x00\x3c" + struct.pack("!H", len(client_id)) + client_id
        connection.sendall(b"\x10" + _remaining_length(len(connect)) + connect)
        answer = connection.recv(4)
        assert answer == b"\x20\x02\x00\x00", f"CONNACK {answer!r}"
        parts: list[bytes] = []
        for topic, payload in messages:
            parts.append(publish_packet(topic, payload, retain=retain))
            if len(parts) >= 500:
                connection.sendall(b"".join(parts))
                parts.clear()
        # The answer to PINGREQ says that the broker has read everything before it.
        connection.sendall(b"".join(parts) + b"\xc0\x00")
        answer = connection.recv(2)
        assert answer == b"\xd0\x00", f"PINGRESP {answer!r}"
        connection.sendall(b"\xe0\x00")


def _remaining_length(length: int) -> bytes:
    out = bytearray()
    while True:
        length, digit = divmod(length, 128)
        out.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(out)
