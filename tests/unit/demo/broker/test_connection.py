"""One connection of the embedded broker, byte by byte."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.demo.broker.session import Limits
from tests.support.wire_client import Bench, WireClient, connect_packet, publish_packet

LEVELS = st.sampled_from([4, 5])


@st.composite
def publishes(draw: st.DrawFn, level: int) -> bytes:
    """Return a PUBLISH of any QoS, retained or not, with or without properties."""
    flags = draw(st.sampled_from([0, 0, 0, 1, 2, 4]))
    properties = draw(st.sampled_from([b"", b"", b"\x26\0\x01a\0\x01b"])) if level == 5 else b""
    return publish_packet(
        draw(st.sampled_from([b"a", b"a/b", b"other/topic", "grün".encode()])),
        draw(st.sampled_from([b"", b"x", b"y" * 130, b"z" * 20_000])),
        level=level,
        flags=flags,
        packet_id=draw(st.integers(1, 50)),
        properties=properties,
    )


def _outcome(stream: bytes, cuts: list[int], level: int, watching: int) -> object:
    """Return what a watcher and the sender see when `stream` arrives cut at `cuts`."""
    bench = Bench()
    watcher = bench.connected("watcher", watching)
    watcher.subscribe("a/#", 2)
    sender = bench.connected("sender", level)
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    for start, stop in itertools.pairwise(edges):
        if start < stop:
            sender.send(stream[start:stop])
    counters = bench.hub.counters
    return (
        watcher.packets(),
        sender.packets(),
        counters.publish_received,
        counters.publish_bytes_received,
        counters.publish_sent,
        counters.publish_bytes_sent,
        counters.packets_received,
        counters.dropped,
    )


@given(st.data(), LEVELS, LEVELS, st.lists(st.integers(0, 200_000), max_size=8))
def test_a_stream_means_the_same_however_it_is_cut(
    data: st.DataObject, level: int, watching: int, cuts: list[int]
) -> None:
    """Packets split anywhere give the packets, answers and counts of the whole stream."""
    stream = b"".join(data.draw(st.lists(publishes(level), max_size=8)))
    assert _outcome(stream, cuts, level, watching) == _outcome(stream, [], level, watching)


@given(st.data(), LEVELS, LEVELS)
def test_the_short_way_gives_what_the_long_way_gives(
    data: st.DataObject, level: int, watching: int
) -> None:
    """A remembered topic is forwarded as one that is seen for the first time."""
    stream = data.draw(publishes(level))
    bench = Bench()
    watcher = bench.connected("watcher", watching)
    watcher.subscribe("#", 0)
    sender = bench.connected("sender", level)
    seen = []
    for _ in range(2):
        sender.send(stream)
        seen.append((watcher.publishes(), len(sender.packets())))
    is_qos2 = stream[0] & 4
    if is_qos2:
        # The second is a repetition of an unfinished packet identifier.
        assert seen[1][0] == []
    else:
        assert seen[0] == seen[1]
    assert len(seen[0][0]) == 1


@given(st.binary(max_size=300), st.booleans(), LEVELS)
def test_no_bytes_break_the_broker(noise: bytes, is_connected: bool, level: int) -> None:
    """Whatever a client sends, it is served, waited for or closed, and others are served on."""
    bench = Bench(Limits(packet_bytes=10_000))
    bystander = bench.connected("bystander")
    bystander.subscribe("calm", 0)
    rude = bench.connected("rude", level) if is_connected else bench.client()
    for byte in noise:
        if not rude.transport.is_closed:
            rude.send(bytes((byte,)))
    bystander.packets()
    bystander.send(publish_packet(b"calm", b"x"))
    assert bystander.publishes() == [(0, b"calm", b"x")]


@given(st.data(), LEVELS)
def test_mutilated_packets_break_nothing(data: st.DataObject, level: int) -> None:
    """Valid packets with a few wrong bytes end at worst the connection that sent them."""
    bench = Bench(Limits(packet_bytes=10_000))
    valid = bytearray(
        connect_packet("x", level, will=(b"w", b"gone"))
        + b"\x82\x09\x00\x01"
        + (b"\x00" if level == 5 else b"")
        + b"\x00\x03a/#\x01"[: 6 + level]
        + publish_packet(b"a/b", b"hello", level=level, flags=2)
    )
    for _ in range(data.draw(st.integers(1, 4))):
        valid[data.draw(st.integers(0, len(valid) - 1))] = data.draw(st.integers(0, 255))
    client = bench.client()
    client.send(bytes(valid))
    bystander = bench.connected("bystander")
    bystander.subscribe("calm", 0)
    bystander.send(publish_packet(b"calm", b"x"))
    assert (0, b"calm", b"x") in bystander.publishes()


@pytest.mark.parametrize(("level", "expected"), [(4, []), (5, [(0xE0, b"\x90\x00")])])
def test_a_violation_is_named_to_mqtt5_clients(level: int, expected: list[object]) -> None:
    """An empty topic closes the connection; MQTT 5 clients hear why, and the will is due."""
    bench = Bench()
    watcher = bench.connected()
    watcher.subscribe("gone")
    client = bench.connected("c", level, will=(b"gone", b"!"))
    client.send(publish_packet(b"", b"x", level=level))
    assert client.transport.is_closed
    assert client.packets() == expected
    assert watcher.publishes() == [(0, b"gone", b"!")]
    assert bench.hub.counters.protocol_violations == 1


def test_a_packet_that_is_too_large_closes_the_connection() -> None:
    """The limit is told in CONNACK and enforced from the length alone."""
    bench = Bench(Limits(packet_bytes=1000))
    client = bench.client(5)
    client.send(connect_packet("c", 5))
    assert b"\x27" + (1000).to_bytes(4) in client.packets()[0][1]
    client.send(b"\x30\xff\x7f")
    assert client.packets() == [(0xE0, b"\x95\x00")]
    assert client.transport.is_closed


def test_a_client_that_reads_too_slowly_loses_qos0_and_it_is_counted() -> None:
    """While its socket is full QoS 0 is dropped, on the short and on the long way."""
    bench = Bench()
    slow, sender = bench.connected("slow"), bench.connected("sender")
    slow.subscribe("a", 1)
    slow.connection.pause_writing()
    sender.send(publish_packet(b"a", b"1") + publish_packet(b"a", b"2"))
    assert slow.publishes() == []
    assert bench.hub.counters.dropped == 2
    sender.send(publish_packet(b"a", b"3", flags=2))
    slow.connection.resume_writing()
    sender.send(publish_packet(b"a", b"4"))
    assert [payload for _, _, payload in slow.publishes()] == [b"3", b"4"]
    assert bench.hub.counters.dropped == 2


def test_keepalive_is_one_and_a_half_times_what_was_asked() -> None:
    """Not at 1.4 times, but beyond 1.5 times; a packet starts the time anew."""
    bench = Bench()
    watcher = bench.connected()
    watcher.subscribe("gone")
    client = bench.connected("c", 5, keepalive_s=10, will=(b"gone", b"!"))
    bench.tick(14)
    assert not client.transport.is_closed
    client.send(b"\xc0\x00")
    assert client.packets() == [(0xD0, b"")]
    bench.tick(14)
    assert not client.transport.is_closed
    bench.tick(2)
    assert client.packets() == [(0xE0, b"\x8d\x00")]
    assert client.transport.is_closed
    assert watcher.publishes() == [(0, b"gone", b"!")]


def test_no_keepalive_means_no_limit() -> None:
    """Keepalive 0 turns the check off."""
    bench = Bench()
    client = bench.connected("c", keepalive_s=0)
    bench.tick(1e6)
    assert not client.transport.is_closed


def test_who_does_not_read_the_farewell_is_cut() -> None:
    """A closed connection whose socket stays open is aborted after a while."""
    bench = Bench()
    client = bench.connected("c", 5)
    client.send(publish_packet(b"", b"x", level=5))
    client.transport.is_closed = False
    bench.tick(4)
    assert not client.transport.is_closed
    bench.tick(2)
    assert client.transport.is_closed


def test_who_never_connects_is_closed() -> None:
    """A socket without CONNECT is not kept for ever."""
    bench = Bench()
    client = bench.client()
    bench.tick(11)
    assert client.transport.is_closed


def test_topic_aliases_stand_for_topics() -> None:
    """A client may send the topic once and then its alias (MQTT 5)."""
    bench = Bench()
    watcher, client = bench.connected(level=5), bench.connected("c", 5)
    watcher.subscribe("long/topic")
    alias = b"\x23\x00\x03"
    client.send(publish_packet(b"long/topic", b"1", level=5, properties=alias))
    client.send(publish_packet(b"", b"2", level=5, properties=alias))
    assert watcher.publishes() == [(0, b"long/topic", b"1"), (0, b"long/topic", b"2")]
    client.send(publish_packet(b"", b"3", level=5, properties=b"\x23\x00\x04"))
    assert client.transport.is_closed


@pytest.mark.parametrize("level", [3, 6])
def test_other_protocol_versions_are_refused(level: int) -> None:
    """CONNACK says unacceptable protocol version."""
    bench = Bench()
    client = bench.client()
    client.send(connect_packet("c", level))
    assert client.packets() == [(0x20, b"\x00\x01")]
    assert client.transport.is_closed


def test_publishing_to_sys_is_refused_in_words_that_mqtt5_has() -> None:
    """PUBACK 0x87, and the refused message is counted as dropped."""
    bench = Bench()
    client = bench.connected("c", 5)
    client.send(publish_packet(b"$SYS/broker/x", b"1", level=5, flags=2, packet_id=9))
    assert client.packets() == [(0x40, b"\x00\x09\x87")]
    assert bench.hub.counters.dropped == 1
    assert len(bench.hub.retained) == 0


def test_an_mqtt5_client_without_a_name_is_given_one() -> None:
    """The assigned identifier is in CONNACK, another one for each client."""
    bench = Bench()
    names = set()
    for _ in range(2):
        client = bench.client(5)
        client.send(connect_packet("", 5))
        names.add(client.packets()[0][1][-15:])
    assert len(names) == 2
    assert len(bench.hub.sessions) == 2


def test_a_nameless_session_cannot_last_under_311() -> None:
    """CONNACK 0x02 identifier rejected."""
    client = Bench().client()
    client.send(connect_packet("", 4, is_clean=False))
    assert client.packets() == [(0x20, b"\x00\x02")]


def test_a_second_connect_is_a_violation() -> None:
    """MQTT 5.0 section 3.1: CONNECT is sent once."""
    bench = Bench()
    client: WireClient = bench.connected("c", 5)
    client.send(connect_packet("c", 5))
    assert client.packets() == [(0xE0, b"\x82\x00")]
    assert client.transport.is_closed
