"""The fast path against a real mosquitto: nothing lost, nothing twice, nothing changed."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import socket
import ssl
import threading
from collections import Counter
from typing import TYPE_CHECKING

import paho.mqtt.client as paho
import pytest
from paho.mqtt.client import WebsocketConnectionError
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from mqttui.core.message import qos_of
from tests.support.mosquitto import Mosquitto, MosquittoConfig
from tests.support.packets import Publish
from tests.support.publisher import publish, publish_burst, publisher
from tests.support.waiting import wait_until
from tests.support.wire_reader import ClientKind, WireReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.certificates import CertificateAuthority

pytestmark = pytest.mark.mosquitto

MIXED = 6000
BIG = bytes(range(256)) * 20_000
UNLIMITED = MosquittoConfig(
    has_websockets=True, extra=("max_queued_messages 0", "max_inflight_messages 0")
)


def _protocol(is_mqtt5: bool) -> MQTTProtocolVersion:
    return MQTTProtocolVersion.MQTTv5 if is_mqtt5 else MQTTProtocolVersion.MQTTv311


def _user_property() -> Properties:
    properties = Properties(PacketTypes.PUBLISH)
    properties.UserProperty = ("a", "b" * 200)
    return properties


def _numbers(reader: WireReader, prefix: bytes) -> list[int]:
    return [int(payload) for topic, payload, *_ in reader.messages if topic.startswith(prefix)]


@pytest.mark.parametrize("is_mqtt5", [False, True])
@pytest.mark.parametrize("kind", ["fast", "stock"])
def test_mixed_qos_and_large_payloads_come_exactly_once(
    is_mqtt5: bool, kind: ClientKind, start_mosquitto: Callable[[MosquittoConfig], Mosquitto]
) -> None:
    """6,000 messages of QoS 0, 1 and 2, with properties, and two of 5 MB among them."""
    broker = start_mosquitto(UNLIMITED)
    properties = _user_property() if is_mqtt5 else None
    with WireReader(is_mqtt5=is_mqtt5, kind=kind) as reader:
        reader.connect(broker.host, broker.port)
        reader.subscribe("m/#", 2)
        reader.subscribe("big", 0)
        with publisher(broker.host, broker.port, protocol=_protocol(is_mqtt5)) as sender:
            for i in range(MIXED):
                sender.publish(f"m/{i % 3}", str(i), i % 3, properties=properties)
                if i == MIXED // 2:
                    sender.publish("big", BIG)
                    sender.publish("big", BIG)
            reader.wait_for(MIXED + 2)
        # A message that came twice would be here before this one.
        publish(broker.host, broker.port, "m/0", str(MIXED).encode(), qos=2)
        reader.wait_for(MIXED + 3)
    assert sorted(_numbers(reader, b"m/")) == list(range(MIXED + 1))
    by_qos = Counter(qos_of(flags) for topic, _, flags, _ in reader.messages if topic != b"big")
    assert by_qos == {0: MIXED // 3, 1: MIXED // 3, 2: MIXED // 3 + 1}
    big = [payload for topic, payload, *_ in reader.messages if topic == b"big"]
    assert [hashlib.sha1(payload).digest() for payload in big] == [hashlib.sha1(BIG).digest()] * 2
    if is_mqtt5:
        block = b"\x26\x00\x01a\x00\xc8" + b"b" * 200
        details = {detail for topic, _, _, detail in reader.messages[:MIXED] if topic != b"big"}
        assert {detail.properties for detail in details if detail is not None} == {block}
    assert reader.client.wire.dropped == {}


def _flood(broker: Mosquitto, count: int) -> None:
    """Publish `count` numbers at QoS 1 as fast as the broker takes them."""
    with socket.create_connection((broker.host, broker.port), timeout=20) as connection:
        connection.sendall(b"\x10\x11\x00\x04MQTT\x04\x02\x00\x3c\x00\x05flood")
        assert connection.recv(4) == b"\x20\x02\x00\x00"

        def send() -> None:
            for first in range(0, count, 500):
                connection.sendall(
                    b"".join(
                        Publish(b"f/t", b"%d" % i, 1, packet_id=i % 65_535 + 1).encode()
                        for i in range(first, min(first + 500, count))
                    )
                )

        sender = threading.Thread(target=send)
        sender.start()
        acknowledged = 0
        while acknowledged < count * 4:
            acknowledged += len(connection.recv(65_536))
        sender.join()


@pytest.mark.parametrize("is_mqtt5", [False, True])
@pytest.mark.parametrize("inflight", [20, 0])
def test_a_flood_at_qos_1_arrives_in_order(
    is_mqtt5: bool, inflight: int, start_mosquitto: Callable[[MosquittoConfig], Mosquitto]
) -> None:
    """30,000 messages, with the window of a stock broker and without any."""
    extra = ("max_queued_messages 0", f"max_inflight_messages {inflight}")
    broker = start_mosquitto(MosquittoConfig(extra=extra))
    with WireReader(is_mqtt5=is_mqtt5) as reader:
        reader.connect(broker.host, broker.port)
        reader.subscribe("f/#", 1)
        _flood(broker, 30_000)
        reader.wait_for(30_000)
    assert _numbers(reader, b"f/") == list(range(30_000))
    assert {flags for _, _, flags, _ in reader.messages} == {2}


def _trusting(authority: CertificateAuthority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority.ca_file))


@pytest.mark.parametrize("transport", ["tls", "ws", "wss"])
@pytest.mark.parametrize("kind", ["fast", "stock"])
def test_bursts_arrive_over_every_transport(
    transport: str, kind: ClientKind, tls_broker: Mosquitto, authority: CertificateAuthority
) -> None:
    """Bursts of small messages, and then one alone that nothing pushes along."""
    port = {
        "tls": tls_broker.tls_port,
        "ws": tls_broker.websocket_port,
        "wss": tls_broker.secure_websocket_port,
    }[transport]
    is_encrypted = transport != "ws"
    with WireReader(
        is_mqtt5=True,
        kind=kind,
        is_websocket=transport != "tls",
        tls=_trusting(authority) if is_encrypted else None,
    ) as reader:
        reader.connect("localhost" if is_encrypted else tls_broker.host, port)
        reader.subscribe("b/#", 0)
        # In pieces, because mosquitto 2.0 stops for good when a WebSocket's buffer is full.
        for first in range(0, 10_000, 1000):
            numbers = range(first, first + 1000)
            burst = [(b"b/%d" % (i % 7), b"%d" % i) for i in numbers]
            publish_burst(tls_broker.host, tls_broker.port, burst)
            reader.wait_for(first + 1000)
        publish(tls_broker.host, tls_broker.port, "b/last", b"10000")
        reader.wait_for(10_001)
    assert _numbers(reader, b"b/") == list(range(10_001))
    assert reader.size_bytes == sum(len(t) + len(p) for t, p, *_ in reader.messages)


@pytest.mark.parametrize("is_mqtt5", [False, True])
def test_mixed_qos_over_websocket(is_mqtt5: bool, broker: Mosquitto) -> None:
    """Acknowledgements go out in frames that the broker understands."""
    with WireReader(is_mqtt5=is_mqtt5, is_websocket=True) as reader:
        reader.connect(broker.host, broker.websocket_port)
        reader.subscribe("m/#", 2)
        with publisher(broker.host, broker.port) as sender:
            for i in range(900):
                sender.publish(f"m/{i % 3}", str(i), i % 3)
            reader.wait_for(900)
    assert sorted(_numbers(reader, b"m/")) == list(range(900))


def test_large_publishes_leave_over_websocket(broker: Mosquitto) -> None:
    """What the socket does not take at once is not lost: paho's own framing loses it."""
    payload = bytes(range(256)) * 2000
    with (
        WireReader(is_mqtt5=False) as receiver,
        WireReader(is_mqtt5=False, client_id="sender", is_websocket=True) as sender,
    ):
        receiver.connect(broker.host, broker.port)
        receiver.subscribe("big/#", 1)
        sender.connect(broker.host, broker.websocket_port)
        for i in range(20):
            sender.call(lambda i=i: sender.client.publish(f"big/{i}", payload, 1))
        receiver.wait_for(20)
    assert [topic for topic, *_ in receiver.messages] == [b"big/%d" % i for i in range(20)]
    assert {received for _, received, *_ in receiver.messages} == {payload}


@pytest.mark.parametrize("is_mqtt5", [False, True])
def test_qos_2_is_exactly_once_over_broken_connections(
    is_mqtt5: bool, start_mosquitto: Callable[[MosquittoConfig], Mosquitto]
) -> None:
    """A persistent session whose connection breaks again and again in the middle."""
    broker = start_mosquitto(MosquittoConfig(extra=("max_queued_messages 0",)))
    with WireReader(is_mqtt5=is_mqtt5, is_clean=False) as reader:
        reader.connect(broker.host, broker.port)
        reader.subscribe("e/#", 2)
        with publisher(broker.host, broker.port) as sender:
            for i in range(3000):
                sender.publish("e/t", str(i), 2)
                if i % 500 == 499:
                    reader.wait_for(i - 490)
                    reader.drop_connection()
                    reader.reconnect()
            reader.wait_for(3000)
            sender.publish("e/t", "3000", 2)
            reader.wait_for(3001)
        assert reader.sessions_present[1:] == [True] * 6
    assert sorted(_numbers(reader, b"e/")) == list(range(3001))


def test_a_killed_broker_leaves_no_half_message(broker: Mosquitto) -> None:
    """The broker dies while large messages flow; what comes after the restart is whole."""
    payload = b"0123456789" * 30_000
    with WireReader(is_mqtt5=True) as reader:
        reader.connect(broker.host, broker.port)
        reader.subscribe("k/#", 0)
        is_over = threading.Event()

        def stream() -> None:
            with contextlib.suppress(OSError, AssertionError):
                while not is_over.is_set():
                    publish_burst(broker.host, broker.port, [(b"k/t", payload)] * 5)

        sender = threading.Thread(target=stream)
        sender.start()
        reader.wait_for(10)
        broker.kill()
        reader.wait_for_end()
        is_over.set()
        sender.join()
        before = len(reader.messages)
        broker.start()
        reader.reconnect()
        reader.subscribe("k/#", 0)
        publish_burst(broker.host, broker.port, [(b"k/t", payload)] * 3)
        reader.wait_for(before + 3)
    assert {(topic, received) for topic, received, *_ in reader.messages} == {(b"k/t", payload)}
    assert reader.client.wire.malformed == 0


def test_an_idle_connection_is_kept_alive(broker: Mosquitto) -> None:
    """Pings go out and their answers are heard, and messages still come afterwards."""
    with WireReader(is_mqtt5=False) as reader:
        answers: list[str] = []
        reader.client.on_log = lambda _c, _u, _level, text: answers.append(text)
        reader.connect(broker.host, broker.port, keepalive_s=1)
        reader.subscribe("t", 0)
        wait_until(lambda: answers.count("Received PINGRESP") >= 2, "two answers to pings")
        publish(broker.host, broker.port, "t", b"still here")
        reader.wait_for(1)


def test_a_limit_cuts_what_a_real_broker_sends(broker: Mosquitto) -> None:
    """A payload of 5 MB is acknowledged, its head kept and the rest counted."""
    with WireReader(is_mqtt5=True, payload_limit_bytes=1000) as reader:
        reader.connect(broker.host, broker.port)
        reader.subscribe("#", 1)
        publish(broker.host, broker.port, "big", BIG)
        publish(broker.host, broker.port, "small", b"x" * 1000)
        reader.wait_for(2)
        wire = reader.client.wire
    (_, head, _, detail), (_, small, _, nothing) = reader.messages
    assert (head, small, nothing) == (BIG[:1000], b"x" * 1000, None)
    assert detail is not None
    assert detail.full_size_bytes == len(BIG)
    assert (wire.cut, wire.cut_bytes) == (1, len(BIG) - 1000)


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_a_failed_handshake_leaves_no_socket_open(tls_broker: Mosquitto) -> None:
    """A certificate that is not trusted, and a server that does not speak WebSocket."""
    with WireReader(is_mqtt5=False, tls=ssl.create_default_context()) as reader:
        with pytest.raises(ssl.SSLCertVerificationError):
            reader.client.connect("localhost", tls_broker.tls_port)
        gc.collect()
    with WireReader(is_mqtt5=False, is_websocket=True) as reader:
        with pytest.raises((WebsocketConnectionError, OSError)):
            reader.client.connect(tls_broker.host, tls_broker.port)
        gc.collect()
    assert isinstance(reader.client, paho.Client)
