"""FastClient on a connection without a network: order, faults, naps and reconnects."""

from __future__ import annotations

import ssl
import time
from typing import TYPE_CHECKING

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import MQTTErrorCode

import mqttui.transport.fast_client as module
from mqttui.transport.fast_client import (
    ACKNOWLEDGED_NAP_S,
    FLOOD_BYTES,
    LAST_READ_ATTRIBUTES,
    QUIET_BYTES,
    READ_BYTES,
    FastClient,
)
from mqttui.transport.fast_path import fast_path_problem, make_client
from mqttui.transport.stock_client import StockClient
from mqttui.transport.websocket_frames import WebSocketFault
from mqttui.transport.wire import DROPPED_INTERNAL, NAP_S
from tests.support.packets import CONNACK_311, PINGRESP, Publish, packet, pubrel
from tests.support.scripted_socket import ScriptedSocket

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.message import RawMessage

SMALL = Publish(b"t", b"x").encode()


class Reader:
    """A FastClient, what it delivered and what it told its callbacks."""

    def __init__(self, *, is_mqtt5: bool = False, nap_s: float = 0.0, limit: int = 1 << 20) -> None:
        self.messages: list[RawMessage] = []
        self.sizes: list[int] = []
        self.events: list[str] = []
        self.sink_does: Callable[[], None] = lambda: None
        self.client = FastClient(
            self._take, client_id="c", is_mqtt5=is_mqtt5, nap_s=nap_s, payload_limit_bytes=limit
        )
        self.client.on_connect = lambda *_: self.events.append("connect")
        self.client.on_subscribe = lambda *_: self.events.append("subscribe")
        self.client.on_disconnect = lambda *_: self.events.append("disconnect")

    def _take(self, messages: list[RawMessage], size_bytes: int) -> None:
        self.sink_does()
        self.messages += messages
        self.sizes.append(size_bytes)
        self.events.append("messages")

    def read(self, sock: ScriptedSocket) -> MQTTErrorCode:
        """Let the client read everything of a connection, one piece at a time."""
        self.client._sock = sock
        rc = MQTTErrorCode.MQTT_ERR_SUCCESS
        while self.client._sock is sock and sock.arrive():
            rc = self.client.loop_read()
        return rc

    def end(self) -> None:
        """Take the connection away without a word."""
        self.client._sock = None


def test_the_order_within_one_read() -> None:
    """CONNACK, then messages, then their acknowledgements, then other packets."""
    reader = Reader()
    sock = ScriptedSocket(
        [
            CONNACK_311
            + Publish(b"q1", b"x", 1, packet_id=1).encode()
            + packet(0x90, b"\x00\x01\x01")
            + SMALL
        ]
    )
    reader.sink_does = lambda: reader.events.append(f"sent {sock.sent!r}")
    reader.client.on_subscribe = lambda *_: reader.events.append(f"subscribe, sent {sock.sent!r}")
    assert reader.read(sock) == 0
    assert reader.events == [
        "connect",
        "sent b''",
        "messages",
        "subscribe, sent b'@\\x02\\x00\\x01'",
    ]
    assert [topic for topic, *_ in reader.messages] == [b"q1", b"t"]
    assert reader.sizes == [5]
    reader.end()


def test_acknowledgements_of_a_read_are_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred QoS 1 messages are acknowledged with a single call of the socket."""
    reader = Reader()
    sock = ScriptedSocket(
        [b"".join(Publish(b"t", b"x", 1, packet_id=i).encode() for i in range(1, 101))]
    )
    writes: list[bytes] = []
    monkeypatch.setattr(sock, "send", lambda data: writes.append(bytes(data)) or len(data))
    assert reader.read(sock) == 0
    assert writes == [b"".join(b"\x40\x02" + i.to_bytes(2) for i in range(1, 101))]
    reader.end()


def test_half_a_packet_does_not_reach_the_next_connection() -> None:
    """After a break in the middle of a packet the next connection starts afresh."""
    reader = Reader()
    half = Publish(b"lost", b"x" * 100).encode()[:50]
    assert reader.read(ScriptedSocket([CONNACK_311 + SMALL + half])) == 0
    reader.end()
    assert reader.read(ScriptedSocket([CONNACK_311, SMALL])) == 0
    assert reader.messages == [(b"t", b"x", 0, None)] * 2
    reader.end()


def test_qos_2_survives_a_break_when_the_broker_has_the_session() -> None:
    """The second delivery of the same message on a resumed session is acknowledged only."""
    reader = Reader()
    message = Publish(b"t", b"x", 2, packet_id=3)
    reader.read(ScriptedSocket([CONNACK_311 + message.encode()]))
    reader.end()
    again = Publish(b"t", b"x", 2, packet_id=3, is_dup=True).encode()
    resumed = ScriptedSocket([b"\x20\x02\x01\x00" + again + pubrel(3)])
    reader.read(resumed)
    assert len(reader.messages) == 1
    assert resumed.sent == b"\x50\x02\x00\x03\x70\x02\x00\x03"
    reader.end()


def test_the_end_of_the_stream_ends_the_connection() -> None:
    """What came with the end is delivered; then the connection is lost, without a fault."""
    reader = Reader()
    sock = ScriptedSocket([CONNACK_311 + SMALL], is_closed=True)
    reader.read(sock)
    assert reader.client.loop_read() == MQTTErrorCode.MQTT_ERR_CONN_LOST
    assert reader.events == ["connect", "messages", "disconnect"]
    assert sock.was_closed
    assert (reader.client.wire.problem, reader.client.wire.malformed) == (None, 0)
    assert reader.client.loop_read() == MQTTErrorCode.MQTT_ERR_NO_CONN


def test_a_malformed_packet_ends_the_connection_with_a_reason() -> None:
    """Messages before the fault arrive, the fault is counted and named once."""
    reader = Reader()
    sock = ScriptedSocket([CONNACK_311 + SMALL + b"\x36\x02\x00\x00" + SMALL])
    assert reader.read(sock) == MQTTErrorCode.MQTT_ERR_PROTOCOL
    assert reader.events == ["connect", "messages", "disconnect"]
    assert sock.was_closed
    assert reader.client.wire.malformed == 1
    assert reader.client.wire.problem == "The broker sent a PUBLISH packet with QoS 3."


def test_a_failing_sink_is_counted_and_ends_the_connection() -> None:
    """Messages that could not be handed on are counted and not acknowledged."""
    reader = Reader()

    def fail() -> None:
        raise RuntimeError("secret payload")

    reader.sink_does = fail
    sock = ScriptedSocket([CONNACK_311, SMALL + Publish(b"t", b"x", 1, packet_id=1).encode()])
    assert reader.read(sock) == MQTTErrorCode.MQTT_ERR_UNKNOWN
    assert reader.client.wire.dropped == {DROPPED_INTERNAL: 2}
    assert reader.client.wire.problem == "Messages could not be handed on (RuntimeError)."
    assert sock.sent == b""
    assert reader.events == ["connect", "disconnect"]


def test_a_failing_callback_does_not_end_the_thread() -> None:
    """An exception in on_connect ends the connection and is named; nothing is raised."""
    reader = Reader()

    def fail(*_: object) -> None:
        raise KeyError("x")

    reader.client.on_connect = fail
    assert reader.read(ScriptedSocket([CONNACK_311])) == MQTTErrorCode.MQTT_ERR_PROTOCOL
    problem = "A CONNACK packet could not be handled (KeyError)."
    assert reader.client.wire.problem == problem
    assert reader.events == ["disconnect"]


@pytest.mark.parametrize(("is_mqtt5", "code"), [(False, 5), (True, 0x87)])
def test_a_refused_connection_is_not_malformed(is_mqtt5: bool, code: int) -> None:
    """A refusal is told by on_connect and ends the connection, as paho does it."""
    reader = Reader(is_mqtt5=is_mqtt5)
    tail = b"\x00" if is_mqtt5 else b""
    rc = reader.read(ScriptedSocket([packet(0x20, bytes((0, code)) + tail)]))
    assert rc > 0
    assert reader.events == ["connect", "disconnect"]
    assert (reader.client.wire.problem, reader.client.wire.malformed) == (None, 0)


def test_a_goodbye_is_handled_behind_the_messages() -> None:
    """DISCONNECT closes the connection after everything before it was delivered."""
    reader = Reader(is_mqtt5=True)
    message = Publish(b"t", b"x", properties=b"").encode()
    assert reader.read(ScriptedSocket([message + packet(0xE0, b"\x8e\x00") + PINGRESP])) == 0
    assert reader.events == ["messages", "disconnect"]
    assert reader.client.socket() is None


@pytest.mark.parametrize("error", [ConnectionResetError(104, "reset"), ssl.SSLError(1, "alert")])
def test_an_error_of_the_socket_is_kept(error: OSError, monkeypatch: pytest.MonkeyPatch) -> None:
    """What reading raised is there for a diagnosis, and nothing is raised."""
    reader = Reader()
    sock = ScriptedSocket([SMALL])

    def recv(_size: int) -> bytes:
        raise error

    monkeypatch.setattr(sock, "recv", recv)
    assert reader.read(sock) == MQTTErrorCode.MQTT_ERR_CONN_LOST
    assert reader.client.wire.error is error
    assert reader.events == ["disconnect"]


class RecordSocket(ScriptedSocket):
    """Like TLS: one record per call of `recv`, then `last`."""

    def __init__(self, records: list[bytes], last: Exception | None) -> None:
        super().__init__([b"x"])
        self._records = list(records)
        self._last = last
        self.calls = 0

    def recv(self, size: int) -> bytes:
        """Return the next record."""
        self.calls += 1
        if self._records:
            return self._records.pop(0)
        if self._last is None:
            return b""
        raise self._last

    def pending(self) -> int:
        """Nothing is left in here."""
        return 0


def test_every_record_that_has_arrived_is_read_at_once() -> None:
    """Hundred TLS records make one batch."""
    reader = Reader()
    sock = RecordSocket([SMALL] * 100, ssl.SSLWantReadError())
    assert reader.read(sock) == 0
    assert len(reader.messages) == 100
    assert len(reader.sizes) == 1
    reader.end()


def test_records_without_end_do_not_starve_the_rest() -> None:
    """A read stops at its limit, however much is there."""
    reader = Reader(limit=1 << 30)
    record = Publish(b"t", b"x" * 16_000).encode()
    sock = RecordSocket([record] * 1000, ssl.SSLWantReadError())
    assert reader.read(sock) == 0
    assert len(reader.messages) == READ_BYTES // len(record) + 1
    reader.end()


@pytest.mark.parametrize(
    ("last", "rc"),
    [
        (None, MQTTErrorCode.MQTT_ERR_SUCCESS),
        (ssl.SSLError(1, "alert"), MQTTErrorCode.MQTT_ERR_CONN_LOST),
        (WebSocketFault("a masked WebSocket frame"), MQTTErrorCode.MQTT_ERR_PROTOCOL),
    ],
)
def test_records_before_an_error_are_delivered(last: Exception | None, rc: MQTTErrorCode) -> None:
    """The messages come first, then the end."""
    reader = Reader()
    sock = RecordSocket([SMALL, SMALL], last)
    assert reader.read(sock) == rc
    assert len(reader.messages) == 2
    if last is None:
        assert reader.client.loop_read() == MQTTErrorCode.MQTT_ERR_CONN_LOST
    assert reader.events == ["messages", "disconnect"]
    if isinstance(last, WebSocketFault):
        assert reader.client.wire.problem == "The broker sent a masked WebSocket frame."
    elif last is not None:
        assert reader.client.wire.error is last


def test_a_broker_that_never_reads_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Acknowledgements that nobody reads do not pile up without end."""
    reader = Reader()
    burst = b"".join(Publish(b"t", b"", 1, packet_id=i).encode() for i in range(1, 60_001))
    sock = ScriptedSocket([burst] * 10)

    def send(_data: bytes) -> int:
        raise BlockingIOError

    monkeypatch.setattr(sock, "send", send)
    assert reader.read(sock) == MQTTErrorCode.MQTT_ERR_PROTOCOL
    assert reader.client.wire.problem == "The broker sends but does not read."
    assert len(reader.messages) < 10 * 60_000


def test_a_broker_that_reads_late_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Acknowledgements that wait now and then do not add up to a reason to leave."""
    reader = Reader()
    burst = b"".join(Publish(b"t", b"", 1, packet_id=i).encode() for i in range(1, 30_001))
    sock = ScriptedSocket([burst] * 24)
    calls: list[int] = []

    def send(data: bytes) -> int:
        calls.append(len(data))
        if len(calls) % 3 == 1:
            raise BlockingIOError
        return len(data)

    monkeypatch.setattr(sock, "send", send)
    assert reader.read(sock) == 0
    assert len(reader.messages) == 24 * 30_000
    reader.end()


def test_a_lost_connection_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """paho notices the loss while it answers a packet; nobody notices it again."""
    reader = Reader()
    sock = ScriptedSocket([CONNACK_311, packet(0x50, b"\x00\x01")])
    reader.client.on_connect = lambda client, *_: client.publish("t", b"x", 2)

    def send(data: bytes) -> int:
        if data[0] & 0xF0 == 0x60:
            raise ConnectionResetError(104, "reset")
        return len(data)

    monkeypatch.setattr(sock, "send", send)
    assert reader.read(sock) == MQTTErrorCode.MQTT_ERR_CONN_LOST
    assert reader.events == ["disconnect"]


def _read_of(size: int, qos: int = 0) -> bytes:
    message = Publish(b"t", b"x" * (size - 5 - 2 * bool(qos)), qos, packet_id=1).encode()
    assert size <= len(message) <= size + 3
    return message


@pytest.mark.parametrize(
    ("nap_s", "data", "naps"),
    [
        (NAP_S, _read_of(QUIET_BYTES - 10), []),
        (NAP_S, _read_of(QUIET_BYTES + 10), [NAP_S]),
        (0.02, _read_of(QUIET_BYTES + 10), [0.02]),
        (NAP_S, _read_of(FLOOD_BYTES + 10), [NAP_S / 2]),
        (0.0, _read_of(QUIET_BYTES + 10), []),
        (NAP_S, _read_of(QUIET_BYTES + 10, qos=1), [ACKNOWLEDGED_NAP_S]),
        (0.0, _read_of(QUIET_BYTES + 10, qos=1), []),
        (NAP_S, bytes((0x30,)) + b"\xff\xff\xff\x7f\x00\x01t" + b"x" * READ_BYTES, []),
        (NAP_S, _read_of(QUIET_BYTES + 10) + b"\x00\x00", []),
    ],
    ids=[
        "quiet",
        "busy",
        "longer",
        "flood",
        "off",
        "acknowledged",
        "both off",
        "more is there",
        "ended",
    ],
)
def test_naps(
    nap_s: float, data: bytes, naps: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It naps after a busy read only, shortly when the broker waits for acknowledgements."""
    slept: list[float] = []
    monkeypatch.setattr(module.time, "sleep", slept.append)
    reader = Reader(nap_s=nap_s)
    reader.read(ScriptedSocket([data]))
    assert slept == naps
    reader.end()


def test_reading_counts_for_keepalive() -> None:
    """paho learns when the broker was last heard, under the name that it uses for that."""
    reader = Reader()
    name = next(name for name in LAST_READ_ATTRIBUTES if hasattr(reader.client, name))
    setattr(reader.client, name, -1.0)
    before = time.monotonic()
    reader.read(ScriptedSocket([SMALL]))
    assert before <= getattr(reader.client, name) <= time.monotonic()
    reader.end()


def test_a_silent_broker_is_pinged_and_an_answer_noted() -> None:
    """paho's own keepalive works on top of the fast path."""
    reader = Reader()
    client = reader.client
    sock = ScriptedSocket([CONNACK_311, PINGRESP])
    client._sock = sock
    sock.arrive()
    client.loop_read()
    for name in (*LAST_READ_ATTRIBUTES, "_last_msg_out"):
        if hasattr(client, name):
            setattr(client, name, time.monotonic() - 61)
    assert client.loop_misc() == 0
    assert sock.sent == b"\xc0\x00"
    assert client._ping_t > 0
    sock.arrive()
    client.loop_read()
    assert client._ping_t == 0
    reader.end()


def test_cut_payloads_are_counted_on_the_wire() -> None:
    """What is kept and what is left out of a long payload."""
    reader = Reader(limit=200)
    reader.read(ScriptedSocket([Publish(b"t", b"x" * 1000).encode()]))
    assert (reader.client.wire.cut, reader.client.wire.cut_bytes) == (1, 800)
    assert reader.sizes == [201]
    reader.end()


def test_the_fast_client_is_made_when_paho_fits() -> None:
    """Nothing to warn of."""
    client, problem = make_client(lambda *_: None, client_id="c", is_mqtt5=True)
    assert isinstance(client, FastClient)
    assert problem is None


def _remove_a_method(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delattr(paho.Client, "_packet_handle")
    return "_packet_handle is missing"


def _change_a_signature(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(paho.Client, "_packet_queue", lambda self, packet: 0)
    return "_packet_queue takes other arguments"


def _rename_an_attribute(monkeypatch: pytest.MonkeyPatch) -> str:
    real = paho.Client.__init__

    def init(self: paho.Client, *args: object, **kwargs: object) -> None:
        real(self, *args, **kwargs)
        del self._msgtime_mutex

    monkeypatch.setattr(paho.Client, "__init__", init)
    return "_msgtime_mutex is missing"


def _add_a_key(monkeypatch: pytest.MonkeyPatch) -> str:
    real = paho.Client.__init__

    def init(self: paho.Client, *args: object, **kwargs: object) -> None:
        real(self, *args, **kwargs)
        self._in_packet = {**self._in_packet, "new": 1}

    monkeypatch.setattr(paho.Client, "__init__", init)
    return "_in_packet has other keys"


def _swallow_what_is_sent(monkeypatch: pytest.MonkeyPatch) -> str:
    def queue(
        self: object, command: int, packet: bytes, mid: int, qos: int, info: object = None
    ) -> int:
        return 0

    monkeypatch.setattr(paho.Client, "_packet_queue", queue)
    return "the trial was acknowledged wrongly"


def _raise_in_the_trial(monkeypatch: pytest.MonkeyPatch) -> str:
    def receive(self: object, bufsize: int) -> bytes:
        raise RuntimeError

    monkeypatch.setattr(paho.Client, "_sock_recv", receive)
    return "RuntimeError in the trial"


@pytest.mark.parametrize(
    "change",
    [
        _remove_a_method,
        _change_a_signature,
        _rename_an_attribute,
        _add_a_key,
        _swallow_what_is_sent,
        _raise_in_the_trial,
    ],
)
def test_a_paho_that_does_not_fit_gives_the_stock_client(
    change: Callable[[pytest.MonkeyPatch], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kind of difference is found before a connection is made, and named."""
    reason = change(monkeypatch)
    client, problem = make_client(lambda *_: None, client_id="c", is_mqtt5=False)
    assert isinstance(client, StockClient)
    assert problem == fast_path_problem()
    assert problem is not None
    assert reason in problem
