"""What the broker retains now, asked on a connection of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mqttui.core.publishing import PublishRequest
from mqttui.core.retained.fetching import RetainedMessage
from mqttui.core.source import Phase
from mqttui.settings.connection import ConnectionSettings, Subscription, Will
from mqttui.transport import fast_path
from mqttui.transport.retained import Fetch
from tests.support.publisher import publish, publish_burst
from tests.support.scripted_broker import CONNACK_OK_5, Peer
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from mqttui.core.retained.fetching import RetainedFetch, RetainedStatus
    from tests.integration.conftest import Listen, Scripted
    from tests.support.mosquitto import Mosquitto

ADA = {"user": "ada", "password": "correct horse"}


def done(fetch: RetainedFetch) -> RetainedStatus:
    """Return the last status of a fetch."""
    wait_until(lambda: fetch.status.is_done, lambda: f"an end, not {fetch.status}", 40)
    return fetch.status


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_ten_thousand_retained_messages(broker: Mosquitto, listen: Listen, protocol: str) -> None:
    """The list is complete, and nothing of it reaches the session that asked."""
    messages = [(b"r/%d" % number, b"%d" % number) for number in range(10_000)]
    publish_burst(broker.host, broker.port, messages, retain=True)
    listener = listen(
        ConnectionSettings(
            broker.host, broker.port, protocol=protocol, subscriptions=(Subscription("other"),)
        )
    )
    listener.wait_subscribed()
    fetch = listener.session.fetch_retained("r/#")
    status = done(fetch)
    assert status.is_complete
    assert status.count == 10_000
    assert status.size_bytes == sum(len(topic) + len(payload) for topic, payload in messages)
    assert sorted((found.topic, found.payload) for found in fetch.messages) == sorted(messages)
    assert listener.messages == []


@pytest.mark.mosquitto
@pytest.mark.parametrize("kind", ["fast", "stock"])
def test_yes_no_and_changed(
    broker: Mosquitto, listen: Listen, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One topic: not retained, retained, another value, cleared."""
    if kind == "stock":
        monkeypatch.setattr(fast_path, "fast_path_problem", lambda: "Slow reception.")
    listener = listen(ConnectionSettings(broker.host, broker.port))
    listener.wait_subscribed()

    def now() -> list[RetainedMessage]:
        fetch = listener.session.fetch_retained("door")
        assert done(fetch).is_complete
        return list(fetch.messages)

    publish(broker.host, broker.port, "door", b"live only")
    assert now() == []
    publish(broker.host, broker.port, "door", b"open", retain=True)
    assert now() == [RetainedMessage(b"door", b"open", 0)]
    publish(broker.host, broker.port, "door", b"shut", retain=True)
    assert now() == [RetainedMessage(b"door", b"shut", 0)]
    publish(broker.host, broker.port, "door", b"", retain=True)
    assert now() == []


@pytest.mark.mosquitto
def test_live_messages_are_left_out(broker: Mosquitto, listen: Listen) -> None:
    """Under a flood the question comes to an end, and only what is retained is in the answer."""
    publish(broker.host, broker.port, "flood/r", b"kept", retain=True)
    listener = listen(
        ConnectionSettings(broker.host, broker.port, subscriptions=(Subscription("other"),))
    )
    listener.wait_subscribed()
    fetch = listener.session.fetch_retained("flood/#")
    while not fetch.status.is_done:
        last = [
            listener.session.publish(PublishRequest("flood/x", b"live", 1)) for _ in range(500)
        ][-1]
        wait_until(lambda last=last: last.status.is_final, "the burst to be acknowledged")
    assert fetch.status.is_complete
    assert [found.topic for found in fetch.messages] == [b"flood/r"]


@pytest.mark.mosquitto
def test_the_second_connection_is_not_the_first(broker: Mosquitto, listen: Listen) -> None:
    """It has its own client id and no will, so that the session stands and nobody mourns."""
    listener = listen(
        ConnectionSettings(
            broker.host, broker.port, client_id="explorer", will=Will("will", b"dead")
        )
    )
    listener.wait_subscribed()
    assert done(listener.session.fetch_retained("x")).is_complete
    assert "as explorer" in broker.log_text()
    assert broker.log_text().count("as explorer (") == 1
    assert listener.status.phase is Phase.CONNECTED
    assert listener.session.counters.reconnects == 0
    assert listener.payloads(b"will") == []


@pytest.mark.mosquitto
def test_a_refused_filter_is_a_problem(dynsec_broker: Mosquitto, listen: Listen) -> None:
    """When the broker refuses, the answer is unknown and says why."""
    listener = listen(
        ConnectionSettings(
            dynsec_broker.host,
            dynsec_broker.port,
            subscriptions=(Subscription("open/#"),),
            **ADA,
        )
    )
    listener.wait_subscribed()
    status = done(listener.session.fetch_retained("closed/#"))
    assert not status.is_complete
    assert "closed/#: refused by the broker" in (status.problem or "")


@pytest.mark.mosquitto
@pytest.mark.parametrize(
    ("topic_filter", "words"), [("a/#/b", "last level"), ("$share/g/a", "shared subscription")]
)
def test_an_impossible_filter_is_answered_at_once(
    broker: Mosquitto, listen: Listen, topic_filter: str, words: str
) -> None:
    """What cannot be asked is done from the start, with the rule."""
    listener = listen(ConnectionSettings(broker.host, broker.port))
    listener.wait_subscribed()
    status = listener.session.fetch_retained(topic_filter).status
    assert status.is_done
    assert words in (status.problem or "")


@pytest.mark.mosquitto
def test_without_a_connection_nothing_is_asked(broker: Mosquitto, listen: Listen) -> None:
    """While the session waits to reconnect a fetch says so at once."""
    listener = listen(ConnectionSettings(broker.host, broker.port))
    listener.wait_subscribed()
    broker.kill()
    listener.wait_problem()
    status = listener.session.fetch_retained("a").status
    assert status.is_done
    assert "no connection" in (status.problem or "")


@pytest.mark.mosquitto
def test_too_much_is_cut_with_words(broker: Mosquitto) -> None:
    """Beyond the bound of bytes the list ends and says that it is not complete."""
    publish_burst(
        broker.host, broker.port, [(b"r/%d" % n, b"x" * 1000) for n in range(100)], retain=True
    )
    fetch = Fetch(
        ConnectionSettings(broker.host, broker.port), "r/#", 30, is_mqtt5=True, max_bytes=10_000
    )
    fetch.start()
    status = done(fetch)
    assert not status.is_complete
    assert "more than 10,000 bytes" in (status.problem or "")
    assert status.count == len(fetch.messages) > 9


def test_a_broker_that_never_answers_a_ping(listen: Listen, scripted: Scripted) -> None:
    """The time is limited, and what has come by then is there; cancelling ends it too."""

    def script(peer: Peer) -> None:
        level = peer.read_connect()
        peer.send(CONNACK_OK_5)
        packet_id, name, qos = peer.read_subscribe(level)
        peer.send_suback(level, packet_id, qos)
        peer.send(b"\x31\x05\x00\x01a\x00x")
        assert name == "+"
        peer.wait_for_end()

    server = scripted(script)
    settings = ConnectionSettings(server.host, server.port, protocol="5")
    fetch = Fetch(settings, "+", 0.2, is_mqtt5=True)
    fetch.start()
    status = done(fetch)
    assert (status.count, status.is_complete) == (1, False)
    assert "was not done after 0.2 s" in (status.problem or "")
    cancelled = Fetch(settings, "+", 30, is_mqtt5=True)
    cancelled.start()
    wait_until(lambda: cancelled.status.count == 1, "the message")
    cancelled.cancel()
    assert cancelled.status.is_done
    assert "given up" in (cancelled.status.problem or "")
    assert [found.payload for found in cancelled.messages] == [b"x"]


@pytest.mark.mosquitto
def test_what_mosquitto_drops_is_asked_for_again(broker: Mosquitto) -> None:
    """More than fits into the buffers of the sockets comes in several goes, and is complete."""
    messages = [(b"r/%d" % number, b"x" * 3000) for number in range(8000)]
    publish_burst(broker.host, broker.port, messages, retain=True)
    fetch = Fetch(ConnectionSettings(broker.host, broker.port), "r/#", 60, is_mqtt5=True)
    fetch.start()
    status = done(fetch)
    assert status.is_complete, status
    assert {found.topic for found in fetch.messages} == {topic for topic, _ in messages}
    assert status.count == len(fetch.messages) == 8000
    assert status.size_bytes == sum(len(topic) + len(payload) for topic, payload in messages)


def retained_packets(numbers: range) -> bytes:
    """Return retained QoS 0 messages of MQTT 5."""
    return b"".join(b"\x31\x09\x00\x05%05d\x00v" % number for number in numbers)


@pytest.mark.parametrize(
    ("answers", "count", "is_complete"),
    [
        # A hole the first time, then twice alike.
        ([range(290), range(300), range(300)], 300, True),
        # One was cleared in between.
        ([range(300), range(299), range(299)], 299, True),
        # Something new each time.
        ([range(300 + n) for n in range(8)], 307, False),
    ],
)
def test_a_long_list_is_believed_when_it_comes_twice_alike(
    scripted: Scripted, answers: list[range], count: int, is_complete: bool
) -> None:
    """A broker may leave out messages without a word; what differs is asked for again."""

    def script(peer: Peer) -> None:
        level = peer.read_connect()
        peer.send(CONNACK_OK_5)
        for numbers in answers:
            packet_id, _, qos = peer.read_subscribe(level)
            peer.send_suback(level, packet_id, qos)
            peer.send(retained_packets(numbers))
            assert peer.read_packet() == (0xC0, b"")
            peer.send(b"\xd0\x00")
        peer.wait_for_end()

    server = scripted(script)
    fetch = Fetch(
        ConnectionSettings(server.host, server.port), "#", 60, is_mqtt5=True, quiet_s=0.05
    )
    fetch.start()
    status = done(fetch)
    assert (status.count, status.is_complete) == (count, is_complete)
    assert len({found.topic for found in fetch.messages}) == len(fetch.messages) == count
    assert status.size_bytes == count * 6
    if not is_complete:
        assert "may have holes" in (status.problem or "")


@pytest.mark.parametrize("is_cleared", [False, True])
def test_what_was_left_out_last_is_asked_for_by_name(scripted: Scripted, is_cleared: bool) -> None:
    """A list is complete when nothing new comes any more and what was left out is settled."""

    def script(peer: Peer) -> None:
        level = peer.read_connect()
        peer.send(CONNACK_OK_5)
        for numbers in (range(290), range(5, 300), range(299), range(1, 300)):
            packet_id, _, qos = peer.read_subscribe(level)
            peer.send_suback(level, packet_id, qos)
            peer.send(retained_packets(numbers))
            assert peer.read_packet() == (0xC0, b"")
            peer.send(b"\xd0\x00")
        packet_id, name, qos = peer.read_subscribe(level)
        assert name == "00000"
        peer.send_suback(level, packet_id, qos)
        if not is_cleared:
            peer.send(retained_packets(range(1)))
        assert peer.read_packet() == (0xC0, b"")
        peer.send(b"\xd0\x00")
        peer.wait_for_end()

    server = scripted(script)
    fetch = Fetch(
        ConnectionSettings(server.host, server.port), "#", 60, is_mqtt5=True, quiet_s=0.05
    )
    fetch.start()
    status = done(fetch)
    assert status.is_complete, status
    first = 1 if is_cleared else 0
    assert [found.topic for found in fetch.messages] == [b"%05d" % n for n in range(first, 300)]
    assert status.count == 300 - first


def test_the_qos_goes_to_its_own_message_after_something_was_cleared(scripted: Scripted) -> None:
    """What was cleared while the list was asked for again does not shift the rest."""

    def script(peer: Peer) -> None:
        level = peer.read_connect()
        peer.send(CONNACK_OK_5)
        for numbers in (range(210), range(5, 210), range(5, 210)):
            packet_id, _, qos = peer.read_subscribe(level)
            peer.send_suback(level, packet_id, qos)
            peer.send(retained_packets(numbers))
            assert peer.read_packet() == (0xC0, b"")
            peer.send(b"\xd0\x00")
        while True:
            header, body = peer.read_packet()
            if header == 0xC0:
                peer.send(b"\xd0\x00")
            elif header == 0x82:
                # After identifier and properties, topics of five digits: length, text, options.
                topics = [body[start + 2 : start + 7] for start in range(3, len(body), 8)]
                answer = body[:2] + b"\x00" + b"\x01" * len(topics)
                peer.send(b"\x90" + bytes((len(answer),)) + answer)
                for topic in topics:
                    # QoS 1 with the topic's number as its payload.
                    peer.send(b"\x33\x0f\x00\x05" + topic + b"\x00\x01\x00" + topic)

    server = scripted(script)
    fetch = Fetch(
        ConnectionSettings(server.host, server.port),
        "#",
        60,
        is_mqtt5=True,
        with_qos=True,
        quiet_s=0.05,
    )
    fetch.start()
    status = done(fetch)
    assert status.is_complete, status
    found = [(message.topic, message.payload, message.qos) for message in fetch.messages]
    assert found == [(b"%05d" % n, b"%05d" % n, 1) for n in range(5, 210)]
