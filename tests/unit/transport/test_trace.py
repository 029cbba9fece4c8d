"""The ring of the trace and what it reads out of packets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.trace import Direction
from mqttui.transport.packet_stream import PacketStream
from mqttui.transport.trace import BURST, Trace
from mqttui.transport.trace_reading import TOPIC_LIMIT_BYTES, control_seen, packets_in
from tests.support.packets import Publish, packet, pubrel

PING = b"\xc0\x00"


def read(trace: Trace, data: bytes, *, is_mqtt5: bool = False) -> None:
    """Let the trace see what one read brings."""
    parsed = PacketStream(is_mqtt5=is_mqtt5, payload_limit_bytes=10).feed(data)
    assert parsed.problem is None
    trace.received(parsed, is_mqtt5=is_mqtt5)
    if parsed.acknowledgements:
        trace.sent(parsed.acknowledgements, is_mqtt5=is_mqtt5)


def test_the_oldest_give_way() -> None:
    """The ring is bounded by count; what is gone is counted and numbers go on."""
    trace = Trace(max_entries=10)
    for _ in range(25):
        trace.sent(PING, is_mqtt5=True)
    assert [entry.number for entry in trace.entries()] == list(range(16, 26))
    assert trace.evicted == 15
    assert [entry.number for entry in trace.entries(after=23)] == [24, 25]
    assert [entry.number for entry in trace.entries(after=3)] == list(range(16, 26))
    assert trace.entries(after=25) == []
    trace.clear()
    assert (trace.entries(), trace.evicted) == ([], 0)
    trace.sent(PING, is_mqtt5=True)
    assert [entry.number for entry in trace.entries()] == [26]


def test_the_ring_is_bounded_by_bytes() -> None:
    """Long topics are cut, and many of them push the oldest out."""
    trace = Trace(max_bytes=5000)
    for number in range(50):
        topic = b"%04d" % number + b"x" * 5000
        trace.sent(Publish(topic, b"").encode(), is_mqtt5=False)
    entries = trace.entries()
    assert 5 <= len(entries) <= 5000 // TOPIC_LIMIT_BYTES
    assert trace.evicted == 50 - len(entries)
    assert all(len(entry.topic or b"") == TOPIC_LIMIT_BYTES for entry in entries)
    assert entries[-1].size_bytes == 1 + 2 + 2 + 5004


def test_received_messages_have_their_identifiers() -> None:
    """They are known by the acknowledgements; a PUBREL is known by its PUBCOMP."""
    trace = Trace()
    read(
        trace,
        Publish(b"a", b"x").encode()
        + Publish(b"b", b"x", 1, packet_id=7).encode()
        + Publish(b"c", b"x", 2, packet_id=8).encode()
        + pubrel(8),
    )
    shown = [(e.direction, e.packet, e.packet_id, e.qos) for e in trace.entries()]
    received, sent = Direction.RECEIVED, Direction.SENT
    assert shown == [
        (received, "PUBLISH", None, 0),
        (received, "PUBLISH", 7, 1),
        (received, "PUBLISH", 8, 2),
        (received, "PUBREL", 8, None),
        (sent, "PUBACK", 7, None),
        (sent, "PUBREC", 8, None),
        (sent, "PUBCOMP", 8, None),
    ]
    assert all(entry.after_s is not None for entry in trace.entries()[4:])


def test_a_repeated_message_has_no_wrong_identifier() -> None:
    """A QoS 2 message that comes twice is acknowledged twice: then no number is shown at all."""
    trace = Trace()
    twice = Publish(b"c", b"x", 2, packet_id=8).encode()
    read(trace, twice + twice + Publish(b"d", b"x", 1, packet_id=9).encode())
    published = [e for e in trace.entries() if e.packet == "PUBLISH"]
    assert [(e.topic, e.packet_id) for e in published] == [(b"c", None), (b"d", None)]


def test_bursts_are_counted_by_kind() -> None:
    """More than a few messages in one read are one entry for each kind."""
    trace = Trace()
    plain = [Publish(b"t%d" % n, b"x" * n).encode() for n in range(BURST)]
    kept = [Publish(b"r", b"x", is_retained=True).encode() for _ in range(5)]
    read(trace, b"".join(plain + kept))
    first, second = trace.entries()
    assert (first.count, first.topic, first.is_retained) == (BURST, b"t0", False)
    assert first.size_bytes == sum(map(len, plain))
    assert (second.count, second.is_retained, second.size_bytes) == (5, True, 5 * 6)
    trace.clear()
    own = [Publish(b"$SYS/%d" % n, b"x").encode() for n in range(BURST)]
    read(trace, b"".join(plain[:3] + own))
    assert [(e.count, e.topic) for e in trace.entries()] == [(3, b"t0"), (BURST, b"$SYS/0")]


def test_a_burst_of_acknowledgements_has_the_longest_time() -> None:
    """Also what is sent together is one entry, and each answer finds its question."""
    trace = Trace()
    count = BURST + 1
    out = [Publish(b"t", b"x", 1, packet_id=n + 1).encode() for n in range(count)]
    trace.sent(b"".join(out), is_mqtt5=False)
    read(trace, b"".join(packet(0x40, (n + 1).to_bytes(2)) for n in range(count)))
    published, acknowledged = trace.entries()
    assert (published.count, published.packet) == (count, "PUBLISH")
    assert (acknowledged.count, acknowledged.packet) == (count, "PUBACK")
    assert acknowledged.after_s is not None
    read(trace, packet(0x40, (1).to_bytes(2)))
    assert trace.entries()[-1].after_s is None, "an answer to nothing"


@pytest.mark.parametrize(
    ("data", "is_mqtt5", "words"),
    [
        (packet(0x20, b"\x01\x00\x00"), True, "success, session present"),
        (packet(0x20, b"\x00\x05"), False, "not authorised"),
        (packet(0x90, b"\x00\x01\x00\x01\x87"), True, "granted QoS 1, not authorised (0x87)"),
        (packet(0x90, b"\x00\x01\x00"), False, "granted QoS 0"),
        (packet(0xB0, b"\x00\x01\x00\x11"), True, "no subscription existed"),
        (packet(0x40, b"\x00\x01\x10"), True, "no matching subscribers"),
        (packet(0x50, b"\x00\x01\x97\x00"), True, "quota exceeded (0x97)"),
        (packet(0xE0, b"\x8e"), True, "session taken over (0x8E)"),
        (packet(0xE0, b"\xee"), True, "code 0xEE"),
        (packet(0xD0, b""), True, None),
    ],
)
def test_what_packets_say(data: bytes, is_mqtt5: bool, words: str | None) -> None:
    """Reason codes are told by their names in the specification."""
    trace = Trace()
    read(trace, data, is_mqtt5=is_mqtt5)
    (entry,) = trace.entries()
    assert entry.words == words
    assert entry.size_bytes == len(data)


def test_subscribe_options() -> None:
    """A SUBSCRIBE shows its filter and everything that it asks for."""
    body = b"\x00\x09\x00" + b"\x00\x03a/#" + b"\x2e"
    (seen,) = packets_in(packet(0x82, body), is_mqtt5=True)
    assert (seen.name, seen.packet_id, seen.topic) == ("SUBSCRIBE", 9, b"a/#")
    assert seen.words == "QoS 2, no local, retain as published, retain handling 2"


def test_nothing_of_a_connect_but_its_header() -> None:
    """The payload of a CONNECT (client id, will, user, password) leaves no trace, nor its size."""
    body = b"\x00\x04MQTT\x05\xc6\x00\x3c\x00" + b"\x00\x06client\x00\x04name\x00\x06secret"
    trace = Trace()
    trace.sent(packet(0x10, body), is_mqtt5=True)
    (entry,) = trace.entries()
    assert entry.words == (
        "MQTT 5, keep alive 60 s, clean, with a will, with a user name, with a password"
    )
    assert entry.size_bytes is None
    assert not any(word in repr(entry) for word in ("secret", "name'", "client"))


@given(st.integers(1, 15), st.binary(max_size=30), st.booleans())
def test_any_body_can_be_looked_at(kind: int, body: bytes, is_mqtt5: bool) -> None:
    """A malformed packet is called so and raises nothing."""
    seen = control_seen(kind << 4, body, is_mqtt5=is_mqtt5)
    assert seen.kind == kind << 4
