"""Sessions, wills, routes and retained messages of the embedded broker."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.topic import filter_matches
from tests.support.wire_client import Bench, connect_packet, publish_packet

NAMES = st.lists(st.sampled_from(["a", "b", "", "$x"]), min_size=1, max_size=4).map("/".join)
FILTERS = st.one_of(
    NAMES,
    st.lists(st.sampled_from(["a", "b", "+", ""]), min_size=1, max_size=4).map("/".join),
    st.lists(st.sampled_from(["a", "+"]), max_size=3).map(lambda part: "/".join([*part, "#"])),
).filter(bool)


@given(st.lists(FILTERS, max_size=5), NAMES.filter(bool), st.booleans())
def test_a_topic_reaches_whom_it_matches(filters: list[str], topic: str, is_known: bool) -> None:
    """One copy if any filter matches, also for a topic seen before the subscriptions came."""
    bench = Bench()
    sender, subscriber = bench.connected("sender"), bench.connected("subscriber")
    if is_known:
        sender.send(publish_packet(topic.encode(), b"early"))
    for topic_filter in filters:
        subscriber.subscribe(topic_filter)
    sender.send(publish_packet(topic.encode(), b"x"))
    is_match = any(filter_matches(topic_filter, topic) for topic_filter in filters)
    assert len(subscriber.publishes()) == is_match


@given(st.lists(st.tuples(NAMES.filter(bool), st.binary(max_size=3)), max_size=10), FILTERS)
def test_retained_messages_are_the_last_of_each_topic(
    published: list[tuple[str, bytes]], topic_filter: str
) -> None:
    """A new subscription is sent the last payloads that match, empty ones cleared."""
    bench = Bench()
    sender, late = bench.connected("sender"), bench.connected("late")
    for topic, payload in published:
        sender.send(publish_packet(topic.encode(), payload, flags=1))
    found = late.subscribe(topic_filter)
    expected = {
        topic: payload
        for topic, payload in dict(published).items()
        if payload and filter_matches(topic_filter, topic)
    }
    assert len(found) == len(expected)
    assert all(first == 0x31 for first, _ in found)
    assert bench.hub.retained.size_bytes == sum(map(len, dict(published).values()))
    assert len(bench.hub.retained) == sum(map(bool, dict(published).values()))


def test_a_lasting_session_expires(bench: Bench) -> None:
    """After its expiry interval nothing of it is left, and it is counted."""
    client = bench.connected("c", 5, is_clean=False, properties=b"\x11\0\0\0\x0a")
    client.subscribe("a/#", 1)
    client.vanish()
    bench.tick(9)
    assert "c" in bench.hub.sessions
    bench.tick(2)
    assert bench.hub.sessions == {}
    assert bench.hub.routes.subscriptions == 0
    assert bench.hub.counters.sessions_expired == 1


def test_a_session_of_311_never_expires(bench: Bench) -> None:
    """Clean session 0 lasts until somebody cleans it."""
    client = bench.connected("c", is_clean=False)
    client.vanish()
    bench.tick(1e9)
    assert "c" in bench.hub.sessions


def test_disconnect_can_change_the_expiry(bench: Bench) -> None:
    """MQTT 5 DISCONNECT with session expiry 0 ends the session at once."""
    client = bench.connected("c", 5, is_clean=False, properties=b"\x11\0\0\0\x0a")
    client.send(b"\xe0\x07\x00\x05\x11\0\0\0\0")
    assert client.transport.is_closed
    assert bench.hub.sessions == {}


def test_a_will_can_wait(bench: Bench) -> None:
    """The will comes after its delay, not before."""
    watcher = bench.connected()
    watcher.subscribe("gone")
    client = _with_late_will(bench)
    client.vanish()
    bench.tick(4)
    assert watcher.publishes() == []
    bench.tick(2)
    assert watcher.publishes() == [(0, b"gone", b"late")]


def test_coming_back_in_time_takes_the_late_will_back(bench: Bench) -> None:
    """Who resumes the session within the delay did not vanish (MQTT 5.0 section 3.1.3.2.2)."""
    watcher = bench.connected()
    watcher.subscribe("gone")
    _with_late_will(bench).vanish()
    back = _with_late_will(bench)
    assert not back.transport.is_closed
    bench.tick(100)
    assert watcher.publishes() == []


def test_starting_anew_publishes_the_late_will(bench: Bench) -> None:
    """A clean start ends the old session, and with it the wait."""
    watcher = bench.connected()
    watcher.subscribe("gone")
    _with_late_will(bench).vanish()
    bench.connected("c", 5)
    assert watcher.publishes() == [(0, b"gone", b"late")]


def test_a_takeover_tells_the_older_client(bench: Bench) -> None:
    """Reason 0x8E, its will is published, and losing its socket later changes nothing."""
    watcher = bench.connected()
    watcher.subscribe("gone")
    older = bench.connected("twin", 5, will=(b"gone", b"!"))
    newer = bench.connected("twin", 5)
    assert older.packets() == [(0xE0, b"\x8e\x00")]
    assert older.transport.is_closed
    assert watcher.publishes() == [(0, b"gone", b"!")]
    older.connection.connection_lost(None)
    newer.subscribe("x")
    newer.send(publish_packet(b"x", b"1", level=5))
    assert newer.publishes() == [(0, b"x", b"1")]


def test_session_present_is_told(bench: Bench) -> None:
    """CONNACK says whether the session was there."""
    bench.connected("c", is_clean=False).vanish()
    again = bench.client()
    again.send(connect_packet("c", is_clean=False))
    assert again.packets() == [(0x20, b"\x01\x00")]
    again.vanish()
    anew = bench.client()
    anew.send(connect_packet("c"))
    assert anew.packets() == [(0x20, b"\x00\x00")]


@pytest.mark.parametrize("topic_filter", ["a/#/b", "a+", "", "$share/g", "$share/g+/a"])
def test_a_filter_that_is_none_closes_the_connection(bench: Bench, topic_filter: str) -> None:
    """MQTT 5.0 section 4.7.1; the reason is 0x8F topic filter invalid."""
    client = bench.connected("c", 5)
    name = topic_filter.encode()
    body = b"\0\x01\0" + len(name).to_bytes(2) + name + b"\0"
    client.send(bytes((0x82, len(body))) + body)
    assert client.packets() == [(0xE0, b"\x8f\x00")]
    assert bench.hub.routes.subscriptions == 0


def test_a_shared_group_prefers_members_that_are_there(bench: Bench) -> None:
    """Who is away receives only when nobody else is there."""
    away = bench.connected("away", is_clean=False)
    here, sender = bench.connected("here"), bench.connected("sender")
    for member in (away, here):
        member.subscribe("$share/g/a", 1)
    away.vanish()
    for number in range(4):
        sender.send(publish_packet(b"a", b"%d" % number, flags=2, packet_id=number + 1))
    assert len(here.publishes()) == 4
    assert bench.hub.routes.shared_subscriptions == 2
    here.vanish()
    sender.send(publish_packet(b"a", b"kept", flags=2, packet_id=9))
    assert bench.hub.sessions["away"].stored_messages == 1


def test_expired_messages_are_forgotten(bench: Bench) -> None:
    """A retained message is not sent after its expiry and later not kept."""
    client = bench.connected("c", 5)
    client.send(publish_packet(b"a", b"x", level=5, flags=1, properties=b"\x02\0\0\0\x05"))
    assert len(client.subscribe("a")) == 1
    bench.clock.now_s += 6
    assert client.subscribe("a") == []
    assert len(bench.hub.retained) == 1
    bench.tick(10)
    assert len(bench.hub.retained) == 0
    assert bench.hub.retained.size_bytes == 0


@pytest.fixture
def bench() -> Bench:
    """Return a hub with a clock that stands still."""
    return Bench()


def _with_late_will(bench: Bench):  # type: ignore[no-untyped-def]
    """Return a client whose will waits 5 s and whose session lasts 60 s."""
    return bench.connected(
        "c",
        5,
        is_clean=False,
        properties=b"\x11\0\0\0\x3c",
        will=(b"gone", b"late"),
        will_properties=b"\x18\0\0\0\x05",
    )
