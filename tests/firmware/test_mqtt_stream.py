"""The firmware's client on streams that no real broker sends on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mqttui.simulation.clock import VirtualClock
from mqttui.simulation.micropython import Interpreter, module, time_module
from tests.firmware.bench import FIRMWARE
from tests.support.packets import CONNACK_311, PINGRESP, Publish, packet
from tests.support.scripted_broker import CONNACK_OK_311

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.integration.conftest import Scripted
    from tests.support.scripted_broker import Peer


class _Line:
    """A socket and its poll at once: chunks arrive one per millisecond of virtual time."""

    def __init__(self, clock: VirtualClock) -> None:
        self.chunks: list[bytes] = []
        self.sent = b""
        self._clock = clock

    def readinto(self, buffer: memoryview) -> int | None:
        if not self.chunks:
            return None
        chunk = self.chunks.pop(0)
        if not chunk:
            return None
        taken, rest = chunk[: len(buffer)], chunk[len(buffer) :]
        buffer[: len(taken)] = taken
        if rest:
            self.chunks.insert(0, rest)
        return len(taken)

    def write(self, data: memoryview) -> int:
        self.sent += data
        return len(data)

    def ipoll(self, timeout_ms: int) -> Iterator[tuple[object, int]]:
        self._clock.sleep_us(1000 if self.chunks else timeout_ms * 1000)
        return iter(())

    def settimeout(self, seconds: float) -> None:
        pass

    def setblocking(self, is_blocking: bool) -> None:
        pass

    def connect(self, address: object) -> None:
        pass

    def register(self, stream: object, events: int) -> None:
        pass

    def close(self) -> None:
        pass


def _connected() -> tuple[_Line, Any, Any]:
    """Return the line, the module and a client that has connected over it."""
    clock = VirtualClock()
    line = _Line(clock)
    modules = {
        "time": time_module(clock),
        "socket": module(
            "socket",
            socket=lambda *_: line,
            getaddrinfo=lambda *_: [(2, 1, 6, "", ("127.0.0.1", 1883))],
            SOCK_STREAM=1,
        ),
        "select": module("select", poll=lambda: line, POLLIN=1),
    }
    mqtt = Interpreter(FIRMWARE, modules).load("mqtt")
    client = mqtt.MQTTClient("board", "broker", keepalive=0, timeout=1)
    line.chunks = [CONNACK_311]
    client.connect()
    line.sent = b""
    return line, mqtt, client


messages = st.builds(
    Publish,
    topic=st.text("abc/", min_size=1, max_size=200).map(str.encode),
    payload=st.binary(max_size=300),
    qos=st.integers(0, 1),
    is_retained=st.booleans(),
    packet_id=st.integers(1, 65535),
)


@settings(deadline=None)
@given(st.lists(messages, max_size=8), st.lists(st.integers(0, 40), max_size=60))
def test_messages_are_whole_however_the_stream_is_cut(
    published: list[Publish], cuts: list[int]
) -> None:
    """Each is delivered once, in order, and acknowledged when its QoS is 1."""
    line, _, client = _connected()
    heard: list[tuple[bytes, bytes, bool]] = []
    client.set_callback(lambda *message: heard.append(message))
    data = b"".join(message.encode() for message in published) + PINGRESP
    for size in cuts:
        # A chunk of no bytes is a moment at which nothing has arrived.
        line.chunks.append(data[:size])
        data = data[size:]
    line.chunks.append(data)
    client.loop(1000)
    assert heard == [(each.topic, each.payload, each.is_retained) for each in published]
    assert line.sent == b"".join(
        packet(0x40, each.packet_id.to_bytes(2)) for each in published if each.qos
    )


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_end_in_an_mqtt_error_or_in_waiting(data: bytes) -> None:
    """A hostile broker cannot raise anything else in a board, nor make it run for ever."""
    line, mqtt, client = _connected()
    line.chunks.append(data)
    try:
        client.loop(2000)
    except mqtt.MQTTError:
        assert not client.is_connected
    assert not line.chunks or not client.is_connected


def test_what_was_not_acknowledged_is_sent_again_with_dup(
    scripted: Scripted, client: Callable[..., Any]
) -> None:
    """Same identifiers, same contents, in the same order, before anything new (section 4.4)."""
    seen: list[list[tuple[int, bytes]]] = []

    def script(peer: Peer) -> None:
        peer.read_connect()
        peer.send(CONNACK_OK_311)
        seen.append([])
        for _ in range(3):
            seen[-1].append(peer.read_packet())
        if peer.number == 1:
            # The second is acknowledged, then the connection breaks.
            peer.send(packet(0x40, seen[0][1][1][3:5]))
            return
        for _, body in seen[-1]:
            peer.send(packet(0x40, body[3:5]))
        peer.wait_for_end()

    broker = scripted(script)
    board = client(broker.port, server=broker.host)
    board.connect()
    for text in ("one", "two", "three"):
        board.publish("t", text, qos=1)
    with pytest.raises(OSError, match="closed the connection"):
        board.wait_msg()
    assert board.in_flight == 2
    board.connect()
    board.publish("t", "four", qos=1)
    board.flush()
    first, second = seen
    assert [header for header, _ in first] == [0x32] * 3
    assert second[:2] == [(0x3A, first[0][1]), (0x3A, first[2][1])]
    assert second[2][0] == 0x32
    assert second[2][1].endswith(b"four")
    board.disconnect()


def test_a_subscription_that_is_refused_is_told_by_its_filter(
    scripted: Scripted, client: Callable[..., Any]
) -> None:
    """The connection goes on; the filter is not asked for again."""

    def script(peer: Peer) -> None:
        level = peer.read_connect()
        peer.send(CONNACK_OK_311)
        packet_id, name, _ = peer.read_subscribe(level)
        assert name == "secret/#"
        peer.send_suback(level, packet_id, 128)
        peer.wait_for_end()

    broker = scripted(script)
    board = client(broker.port, server=broker.host)
    board.connect()
    with pytest.raises(OSError, match="refuses to subscribe to secret/#"):
        board.subscribe("secret/#")
    assert board.is_connected
    board.disconnect()
