"""The fast path delivers and acknowledges exactly what paho's own reader does.

The same module is run a second time by `test_oldest_paho.py`, on the oldest paho we allow.
"""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as paho
import pytest
from hypothesis import HealthCheck, given, settings
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from mqttui.core.message import DUP, qos_of
from mqttui.transport.fast_client import FastClient
from mqttui.transport.fast_path import fast_path_problem
from tests.support.packets import (
    CONNACK_5,
    CONNACK_311,
    Publish,
    Stream,
    cut,
    cut_points,
    pubrel,
    streams,
    variable_length,
)
from tests.support.scripted_socket import ScriptedSocket

if TYPE_CHECKING:
    from mqttui.core.message import RawMessage

LIMIT = 1 << 28


@dataclass
class Heard:
    """What a client made of a stream; a message is (topic, payload, flags, properties)."""

    messages: list[tuple[bytes, bytes, int, str]] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    sent: bytes = b""
    rc: int = 0
    is_open: bool = True

    def of_qos(self, *qos: int) -> list[tuple[bytes, bytes, int, str]]:
        """The messages of these QoS, in order."""
        return [message for message in self.messages if qos_of(message[2]) in qos]


def _watch(client: paho.Client, heard: Heard) -> None:
    client.on_connect = lambda *_: heard.events.append("connect")
    client.on_subscribe = lambda *_: heard.events.append("subscribe")
    client.on_disconnect = lambda *_: heard.events.append("disconnect")


def _run(client: paho.Client, heard: Heard, pieces: list[bytes]) -> Heard:
    """Let a client read the pieces, one after the other."""
    sock = ScriptedSocket(pieces)
    client._sock = sock
    while sock.arrive():
        while sock.has_unread and heard.rc == 0 and client._sock is sock:
            heard.rc = client.loop_read()
    heard.sent = sock.sent
    heard.is_open = client._sock is sock
    client._sock = None
    return heard


def _by_paho(stream: Stream, pieces: list[bytes]) -> Heard:
    heard = Heard()
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        "stock",
        protocol=paho.MQTTv5 if stream.is_mqtt5 else paho.MQTTv311,
        reconnect_on_failure=False,
    )

    def take(_client: paho.Client, _userdata: object, message: Any) -> None:
        flags = message.dup << 3 | message.qos << 1 | message.retain
        properties = str(message.properties.json()) if stream.is_mqtt5 else ""
        heard.messages.append((message._topic, bytes(message.payload), flags, properties))

    client.on_message = take
    _watch(client, heard)
    return _run(client, heard, pieces)


def _decoded(properties: bytes) -> str:
    """Return a raw property block as paho shows it."""
    decoded = Properties(PacketTypes.PUBLISH)
    decoded.unpack(variable_length(len(properties)) + properties)
    return str(decoded.json())


def _by_fast_path(stream: Stream, pieces: list[bytes]) -> Heard:
    heard = Heard()

    def take(messages: list[RawMessage], size_bytes: int) -> None:
        for topic, payload, flags, detail in messages:
            properties = detail.properties if detail is not None else b""
            shown = _decoded(properties) if stream.is_mqtt5 else ""
            heard.messages.append((topic, payload, flags, shown))

    client = FastClient(
        take, client_id="fast", is_mqtt5=stream.is_mqtt5, payload_limit_bytes=LIMIT, nap_s=0
    )
    _watch(client, heard)
    return _run(client, heard, pieces)


def _compare(stream: Stream, points: list[int]) -> None:
    pieces = cut(stream.data, points)
    stock = _by_paho(stream, pieces)
    fast = _by_fast_path(stream, pieces)
    assert (stock.rc, stock.is_open) == (0, True), "the stream is valid"
    assert (fast.rc, fast.is_open) == (0, True)
    assert fast.of_qos(0, 1) == stock.of_qos(0, 1)
    # paho hands a QoS 2 message over when it is released, and the last copy of it.
    without_dup = [
        Counter((topic, payload, flags & ~DUP, shown) for topic, payload, flags, shown in messages)
        for messages in (fast.of_qos(2), stock.of_qos(2))
    ]
    assert without_dup[0] == without_dup[1]
    assert fast.sent == stock.sent == stream.acknowledgements
    assert fast.events == stock.events


@given(streams(), cut_points())
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_any_stream_is_read_as_paho_reads_it(stream: Stream, points: list[int]) -> None:
    """Messages, acknowledgements and callbacks agree, wherever the stream is cut."""
    _compare(stream, points)


@pytest.mark.parametrize("remaining_length", [2_097_151, 2_097_152])
@pytest.mark.parametrize("is_mqtt5", [False, True])
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_large_packets_are_read_as_paho_reads_them(
    remaining_length: int, is_mqtt5: bool, qos: int
) -> None:
    """Three and four length bytes, between small packets."""
    properties = b"\x26\x00\x01a\x00\xc8" + b"b" * 200 if is_mqtt5 else None
    message = Publish(b"big", b"", qos, packet_id=7, properties=properties)
    message = replace(message, payload=b"01234567" * 262_144)
    message = replace(message, payload=message.payload[: remaining_length - message.overhead])
    small = Publish(b"small", b"x", properties=b"" if is_mqtt5 else None).encode()
    connack = CONNACK_5 if is_mqtt5 else CONNACK_311
    released = pubrel(7) if qos == 2 else b""
    answers = (b"", b"\x40\x02\x00\x07", b"\x50\x02\x00\x07\x70\x02\x00\x07")
    stream = Stream(
        is_mqtt5,
        connack + small + message.encode() + small + released + small,
        acknowledgements=answers[qos],
    )
    _compare(stream, [*range(3, 40), *range(65_536, 2_097_152, 65_536)])


@pytest.mark.parametrize(
    "bad",
    [
        b"\x36\x06\x00\x01t\x00\x01x",
        b"\x30\xff\xff\xff\xff\x01",
        b"\x30\x05\x00\x09abc",
        b"\x32\x03\x00\x01t",
        b"\x30\x00",
        b"\x10\x00",
    ],
)
@pytest.mark.parametrize("is_mqtt5", [False, True])
def test_what_paho_refuses_is_refused(bad: bytes, is_mqtt5: bool) -> None:
    """A malformed packet ends the connection in both, behind the same messages."""
    small = Publish(b"small", b"x", properties=b"" if is_mqtt5 else None).encode()
    stream = Stream(is_mqtt5, (CONNACK_5 if is_mqtt5 else CONNACK_311) + small + bad + small)
    fast = _by_fast_path(stream, [stream.data])
    assert fast.rc == MQTTErrorCode.MQTT_ERR_PROTOCOL
    assert not fast.is_open
    assert len(fast.messages) == 1
    assert fast.events == ["connect", "disconnect"]
    try:
        stock = _by_paho(stream, [stream.data])
    except (struct.error, IndexError, ValueError):
        # Before 2.2 paho lets these out, which ends its thread.
        assert not hasattr(paho, "MalformedPacket")
    else:
        assert not stock.is_open
        assert stock.messages == fast.messages


@pytest.mark.parametrize("bad", [b"\xd0\x01x", b"\x90\x01x", b"\xb0\x01x", b"\x40\x01x"])
@pytest.mark.parametrize("is_mqtt5", [False, True])
def test_a_malformed_control_packet_ends_the_connection(bad: bytes, is_mqtt5: bool) -> None:
    """Whatever paho raises about a packet, no exception comes out and the packet is named."""
    client = FastClient(lambda *_: None, client_id="fast", is_mqtt5=is_mqtt5, nap_s=0)
    heard = Heard()
    _watch(client, heard)
    _run(client, heard, [CONNACK_5 if is_mqtt5 else CONNACK_311, bad])
    assert heard.rc == MQTTErrorCode.MQTT_ERR_PROTOCOL
    assert heard.events == ["connect", "disconnect"]
    assert client.wire.malformed == 1
    names = {0xD0: "PINGRESP", 0x90: "SUBACK", 0xB0: "UNSUBACK", 0x40: "PUBACK"}
    assert names[bad[0]] in (client.wire.problem or "")


def test_the_installed_paho_has_what_the_fast_path_needs() -> None:
    """No reason to fall back on the slow client."""
    assert fast_path_problem() is None
