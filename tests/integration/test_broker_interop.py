"""The embedded broker and mosquitto do the same for real clients, under MQTT 3.1.1 and 5."""

from __future__ import annotations

import contextlib
import itertools
import socket
from typing import TYPE_CHECKING, Protocol

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from mqttui.demo.broker.server import EmbeddedBroker
from tests.support.mosquitto import MosquittoConfig
from tests.support.peer import Peer, SessionWish, Version
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator


class Broker(Protocol):
    """What both brokers have in common."""

    host: str
    port: int


@pytest.fixture(
    params=[
        pytest.param("mosquitto", marks=pytest.mark.mosquitto),
        "embedded",
    ]
)
def any_broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """Return a running broker of each kind in turn."""
    if request.param == "mosquitto":
        yield request.getfixturevalue("start_mosquitto")(MosquittoConfig())
        return
    embedded = EmbeddedBroker()
    embedded.start()
    yield embedded
    embedded.stop()
    assert embedded.faults == []


@pytest.fixture(params=["3.1.1", "5"])
def version(request: pytest.FixtureRequest) -> Version:
    """Return each protocol version in turn."""
    answer: Version = request.param
    return answer


def peer(broker: Broker, version: Version = "5", **options: object) -> Peer:
    """Return a client connected to `broker`."""
    return Peer(broker.host, broker.port, version=version, **options)  # type: ignore[arg-type]


def lasting(*, is_clean: bool = False) -> SessionWish:
    """Return the wish for a session that outlives its connection."""
    return SessionWish(is_clean=is_clean, expiry_s=60)


@pytest.mark.parametrize(
    ("sent", "asked"), list(itertools.product((0, 1, 2), repeat=2)), ids=lambda qos: str(qos)
)
def test_every_message_arrives_exactly_once_at_the_lower_qos(
    any_broker: Broker, version: Version, sent: int, asked: int
) -> None:
    """Fifty messages arrive in order, once each, at the lower of both QoS."""
    with peer(any_broker, version) as subscriber, peer(any_broker, version) as publisher:
        assert subscriber.subscribe("a/b", asked) == [asked]
        for number in range(50):
            publisher.client.publish("a/b", b"%d" % number, sent)
        subscriber.wait_for(50)
        messages = subscriber.settle()
    assert [message.payload for message in messages] == [b"%d" % n for n in range(50)]
    assert {message.qos for message in messages} == {min(sent, asked)}
    assert {message.retain for message in messages} == {False}


@pytest.mark.parametrize(("from_version", "to_version"), [("3.1.1", "5"), ("5", "3.1.1")])
def test_the_protocol_versions_meet(
    any_broker: Broker, from_version: Version, to_version: Version
) -> None:
    """What one version publishes the other receives unharmed, also without a payload."""
    payloads = [b"", b"x", b"\x00" * 40, b"y" * 200, b"z" * 40_000]
    with peer(any_broker, to_version) as subscriber, peer(any_broker, from_version) as publisher:
        subscriber.subscribe("t/#", 1)
        for payload in payloads:
            publisher.publish("t/x", payload)
        for payload in payloads:
            publisher.publish("t/y", payload, 1)
        messages = subscriber.wait_for(10)
    assert [m.payload for m in messages if m.topic == "t/x"] == payloads
    assert [m.payload for m in messages if m.topic == "t/y"] == payloads


def test_retained_messages_are_sent_to_later_subscribers(
    any_broker: Broker, version: Version
) -> None:
    """The last retained message of each topic comes with its flag, at the lower QoS."""
    with peer(any_broker, version) as publisher:
        publisher.publish("house/a", b"old", 1, retain=True)
        publisher.publish("house/a", b"new", 1, retain=True)
        publisher.publish("house/b", b"two", 2, retain=True)
        publisher.publish("house/c", b"gone by", 1)
    with peer(any_broker, version) as subscriber:
        subscriber.subscribe("house/#", 1)
        messages = subscriber.settle()
    found = {m.topic: (m.payload, m.qos, m.retain) for m in messages}
    assert found == {"house/a": (b"new", 1, True), "house/b": (b"two", 1, True)}
    assert len(messages) == 2


def test_an_empty_payload_clears_a_retained_message(any_broker: Broker, version: Version) -> None:
    """Subscribers see the empty message, later ones see nothing."""
    with peer(any_broker, version) as publisher, peer(any_broker, version) as watcher:
        publisher.publish("house/a", b"kept", 1, retain=True)
        watcher.subscribe("house/a", 1)
        watcher.wait_for(1)
        publisher.publish("house/a", b"", 1, retain=True)
        assert watcher.wait_for(2)[1].payload == b""
        assert not watcher.received[1].retain
    with peer(any_broker, version) as late:
        late.subscribe("house/a", 1)
        assert late.settle() == []


def test_a_will_is_published_when_a_client_vanishes(any_broker: Broker, version: Version) -> None:
    """The will arrives with its QoS and is retained if it says so."""
    with peer(any_broker, version) as watcher:
        watcher.subscribe("wills/#", 1)
        leaving = peer(any_broker, version, will=("wills/a", b"offline", 1, True))
        leaving.vanish()
        (message,) = watcher.wait_for(1)
        assert (message.topic, message.payload, message.qos) == ("wills/a", b"offline", 1)
        assert not message.retain
    with peer(any_broker, version) as late:
        late.subscribe("wills/#", 1)
        assert [m.retain for m in late.wait_for(1)] == [True]


def test_no_will_after_a_polite_disconnect(any_broker: Broker, version: Version) -> None:
    """DISCONNECT takes the will back."""
    with peer(any_broker, version) as watcher:
        watcher.subscribe("wills/#", 1)
        with peer(any_broker, version, will=("wills/a", b"offline", 1, False)):
            pass
        with peer(any_broker, version, will=("wills/b", b"offline", 1, False)) as second:
            second.vanish()
        watcher.wait_for(1)
        assert [message.topic for message in watcher.settle()] == ["wills/b"]


def test_disconnect_with_will_publishes_it(any_broker: Broker) -> None:
    """MQTT 5 reason code 0x04 asks for the will in spite of the polite farewell."""
    with peer(any_broker) as watcher:
        watcher.subscribe("wills/#", 1)
        leaving = peer(any_broker, will=("wills/a", b"offline", 1, False))
        leaving.client.disconnect(ReasonCode(PacketTypes.DISCONNECT, identifier=0x04))
        leaving.client.loop_stop()
        assert watcher.wait_for(1)[0].topic == "wills/a"


def test_a_lasting_session_keeps_messages(any_broker: Broker, version: Version) -> None:
    """QoS 1 and 2 wait for a client that comes back; QoS 0 does not."""
    with peer(any_broker, version, client_id="sleeper", wish=lasting(is_clean=False)) as sleeper:
        assert not sleeper.has_session
        sleeper.subscribe("news/#", 2)
    with peer(any_broker, version) as publisher:
        for number in range(30):
            publisher.publish("news/1", b"%d" % number, 1)
            publisher.publish("news/2", b"%d" % number, 2)
    with peer(any_broker, version, client_id="sleeper", wish=lasting()) as sleeper:
        assert sleeper.has_session
        sleeper.wait_for(60)
        messages = sleeper.settle()
    expected = [b"%d" % number for number in range(30)]
    assert [m.payload for m in messages if m.topic == "news/1"] == expected
    assert [m.payload for m in messages if m.topic == "news/2"] == expected


def test_a_clean_start_ends_the_old_session(any_broker: Broker, version: Version) -> None:
    """Nothing is left of the session that lasted."""
    with peer(any_broker, version, client_id="sleeper", wish=lasting(is_clean=False)) as sleeper:
        sleeper.subscribe("news/#", 1)
    with peer(any_broker, version) as publisher:
        publisher.publish("news/1", b"old", 1)
    with peer(any_broker, version, client_id="sleeper") as sleeper:
        assert not sleeper.has_session
        assert sleeper.settle() == []


def test_what_was_not_acknowledged_is_sent_again(any_broker: Broker, version: Version) -> None:
    """A message of QoS 1 without PUBACK comes again on the next connection, with DUP."""
    first = peer(any_broker, version, client_id="forgetful", wish=lasting(), acknowledges=False)
    first.subscribe("work", 1)
    with peer(any_broker, version) as publisher:
        publisher.publish("work", b"job", 1)
        first.wait_for(1)
        first.vanish()
        with peer(any_broker, version, client_id="forgetful", wish=lasting()) as second:
            assert second.wait_for(1)[0].payload == b"job"
            assert second.has_session
            publisher.publish("work", b"next", 1)
            second.wait_for(2)
            assert [message.payload for message in second.settle()] == [b"job", b"next"]


def test_the_same_client_id_takes_over(any_broker: Broker, version: Version) -> None:
    """The older connection is closed; the embedded broker says why, mosquitto 2.0 does not."""
    older = peer(any_broker, version, client_id="twin")
    with peer(any_broker, version, client_id="twin") as newer:
        wait_until(lambda: older.disconnects, "the older connection to be closed")
        if version == "5" and isinstance(any_broker, EmbeddedBroker):
            assert older.disconnects == [0x8E]
        newer.subscribe("x", 0)
        newer.publish("x", b"alive")
        assert newer.wait_for(1)[0].payload == b"alive"
    older.client.loop_stop()


@pytest.mark.parametrize(
    ("topic_filter", "expected"),
    [
        ("#", {"/", "/a", "a", "a/b", "a/b/c", "a//c"}),
        ("+", {"a"}),
        ("+/+", {"/", "/a", "a/b"}),
        ("a/#", {"a", "a/b", "a/b/c", "a//c"}),
        ("a/+/c", {"a/b/c", "a//c"}),
        ("/+", {"/", "/a"}),
        ("+/b", {"a/b"}),
        ("$private/#", {"$private/x"}),
        ("a/b/c", {"a/b/c"}),
    ],
)
def test_wildcards_and_dollar_topics(
    any_broker: Broker, topic_filter: str, expected: set[str]
) -> None:
    """Wildcards follow MQTT 5.0 section 4.7; a leading one never matches `$`."""
    topics = ["/", "/a", "a", "a/b", "a/b/c", "a//c", "$private/x"]
    with peer(any_broker) as subscriber, peer(any_broker) as publisher:
        subscriber.subscribe(topic_filter, 1)
        for topic in topics:
            publisher.publish(topic, b"x", 1)
        subscriber.wait_for(len(expected))
        fence = [m.topic for m in subscriber.received if not m.topic.startswith("fence")]
    assert set(fence) == expected
    assert len(fence) == len(expected)


def test_overlapping_subscriptions_deliver_at_the_highest_qos(
    any_broker: Broker, version: Version
) -> None:
    """Each message arrives, at least once at the highest QoS of the filters that match."""
    with peer(any_broker, version) as subscriber, peer(any_broker, version) as publisher:
        subscriber.subscribe("a/#", 0)
        subscriber.subscribe("a/+", 2)
        publisher.publish("a/b", b"x", 2)
        wait_until(
            lambda: any(message.qos == 2 for message in subscriber.received), "a QoS 2 delivery"
        )
        messages = subscriber.settle()
    assert {message.topic for message in messages} == {"a/b"}
    assert 1 <= len(messages) <= 2


def test_the_broker_describes_itself_under_sys(any_broker: Broker, version: Version) -> None:
    """`$SYS` is there for who asks, with mosquitto's names and numbers, and not in `#`."""
    with peer(any_broker, version) as everything, peer(any_broker, version) as watcher:
        everything.subscribe("#", 0)
        watcher.subscribe("$SYS/#", 0)

        def values() -> dict[str, bytes]:
            return {message.topic: message.payload for message in watcher.received}

        wait_until(
            lambda: values().get("$SYS/broker/clients/connected") == b"2", "two clients in $SYS"
        )
        found = values()
        assert (
            b"broker" in found["$SYS/broker/version"]
            or b"mosquitto" in (found["$SYS/broker/version"])
        )
        assert found["$SYS/broker/uptime"].endswith(b" seconds")
        wait_until(lambda: values()["$SYS/broker/uptime"] != found["$SYS/broker/uptime"], "a tick")
        publisher_counts = "$SYS/broker/publish/messages/received"
        before = int(values()[publisher_counts])
        for _ in range(25):
            everything.publish("counted", b"12345")
        wait_until(lambda: int(values()[publisher_counts]) >= before + 25, "25 more publishes")
        assert "$SYS/broker/subscriptions/count" in values()
        assert "$SYS/broker/publish/messages/dropped" in values()
        assert not any(message.topic.startswith("$") for message in everything.received)


def test_a_client_cannot_publish_to_sys(any_broker: Broker, version: Version) -> None:
    """What a client sends to `$SYS` reaches nobody, and its connection stays."""
    with peer(any_broker, version) as subscriber, peer(any_broker, version) as publisher:
        subscriber.subscribe("$SYS/broker/version", 0)
        subscriber.wait_for(1)
        publisher.client.publish("$SYS/broker/version", b"spoofed", 1)
        publisher.publish("other", b"x", 1)
        assert all(message.payload != b"spoofed" for message in subscriber.settle())


def test_no_local_keeps_own_messages_away(any_broker: Broker) -> None:
    """With no local a client does not receive what it published itself (MQTT 5)."""
    with peer(any_broker) as client, peer(any_broker) as other:
        client.subscribe("talk", 1, noLocal=True)
        client.publish("talk", b"mine", 1)
        client.publish("talk", b"mine too", 0)
        other.publish("talk", b"theirs", 1)
        client.wait_for(1)
        assert [message.payload for message in client.settle()] == [b"theirs"]


@pytest.mark.parametrize(("handling", "first", "second"), [(0, 1, 2), (1, 1, 1), (2, 0, 0)])
def test_retain_handling(any_broker: Broker, handling: int, first: int, second: int) -> None:
    """Retained messages come always, only to a new subscription, or never (MQTT 5)."""
    with peer(any_broker) as publisher:
        publisher.publish("kept", b"x", 1, retain=True)
    with peer(any_broker) as client:
        client.subscribe("kept", 1, retainHandling=handling)
        assert len(client.settle()) == first
        client.subscribe("kept", 1, retainHandling=handling)
        assert len(client.settle()) == second


def test_retain_as_published(any_broker: Broker) -> None:
    """The retain flag of a live message stays only where that was asked for (MQTT 5)."""
    with peer(any_broker) as keeping, peer(any_broker) as plain, peer(any_broker) as publisher:
        keeping.subscribe("flag", 1, retainAsPublished=True)
        plain.subscribe("flag", 1)
        publisher.publish("flag", b"x", 1, retain=True)
        assert [message.retain for message in keeping.wait_for(1)] == [True]
        assert [message.retain for message in plain.wait_for(1)] == [False]


def test_properties_travel_and_identifiers_are_added(any_broker: Broker) -> None:
    """User properties keep their order; each matching identifier comes along (MQTT 5)."""
    properties = Properties(PacketTypes.PUBLISH)
    properties.ContentType = "application/json"
    properties.ResponseTopic = "answers/here"
    properties.CorrelationData = b"\x01\x02"
    properties.UserProperty = [("b", "2"), ("a", "1"), ("b", "3")]
    with peer(any_broker) as subscriber, peer(any_broker) as publisher:
        subscriber.subscribe("props/#", 1, identifier=7)
        for qos in (0, 1):
            publisher.publish("props/x", b"{}", qos, properties=properties)
        for message in subscriber.wait_for(2):
            assert message.properties["ContentType"] == "application/json"
            assert message.properties["ResponseTopic"] == "answers/here"
            assert [tuple(pair) for pair in message.properties["UserProperty"]] == [
                ("b", "2"),
                ("a", "1"),
                ("b", "3"),
            ]
            assert message.properties["SubscriptionIdentifier"] == [7]


def test_message_expiry_counts_down(any_broker: Broker) -> None:
    """A retained message with an expiry carries what is left of it (MQTT 5)."""
    properties = Properties(PacketTypes.PUBLISH)
    properties.MessageExpiryInterval = 100
    with peer(any_broker) as client:
        client.publish("fresh", b"x", 1, retain=True, properties=properties)
        client.subscribe("fresh", 1)
        (message,) = client.wait_for(1)
        assert 0 < message.properties["MessageExpiryInterval"] <= 100


def test_a_megabyte_arrives_whole(any_broker: Broker, version: Version) -> None:
    """A payload of 1 MB survives at every QoS."""
    payload = bytes(range(256)) * 4096
    with peer(any_broker, version) as subscriber, peer(any_broker, version) as publisher:
        subscriber.subscribe("big/#", 2)
        for qos in (0, 1, 2):
            publisher.publish(f"big/{qos}", payload, qos)
        messages = subscriber.wait_for(3)
    assert all(message.payload == payload for message in messages)
    assert sorted(message.topic for message in messages) == ["big/0", "big/1", "big/2"]


def test_unsubscribing_ends_the_messages(any_broker: Broker, version: Version) -> None:
    """After UNSUBACK nothing comes, while another subscription goes on."""
    with peer(any_broker, version) as client:
        client.subscribe("a", 1)
        client.subscribe("b", 1)
        client.publish("a", b"1", 1)
        client.wait_for(1)
        codes = client.unsubscribe("a")
        assert version == "3.1.1" or codes == [0]
        client.publish("a", b"2", 1)
        client.publish("b", b"3", 1)
        assert [message.payload for message in client.settle()] == [b"1", b"3"]


def test_a_shared_subscription_splits_the_messages(any_broker: Broker) -> None:
    """Each message goes to one member of the group and to every plain subscriber."""
    with (
        peer(any_broker) as one,
        peer(any_broker) as two,
        peer(any_broker) as plain,
        peer(any_broker) as publisher,
    ):
        for member in (one, two):
            member.subscribe("$share/team/jobs/#", 1)
        plain.subscribe("jobs/#", 1)
        for number in range(40):
            publisher.publish("jobs/x", b"%d" % number, 1)
        plain.wait_for(40)
        wait_until(lambda: len(one.received) + len(two.received) >= 40, "40 shared messages")
        shared = [message.payload for message in one.settle() + two.settle()]
    assert sorted(shared) == sorted(b"%d" % number for number in range(40))
    assert one.received
    assert two.received


def test_a_silent_client_loses_its_connection(any_broker: Broker) -> None:
    """One and a half keepalives without a packet and the will is published."""
    with peer(any_broker) as watcher:
        watcher.subscribe("wills/#", 1)
        with socket.create_connection((any_broker.host, any_broker.port)) as silent:
            # CONNECT, keepalive 1 s, will topic wills/s, payload x.
            body = b"\x00\x04MQTT\x04\x06\x00\x01" + b"\x00\x01s\x00\x07wills/s\x00\x01x"
            silent.sendall(bytes((0x10, len(body))) + body)
            assert watcher.wait_for(1)[0].topic == "wills/s"
            with contextlib.suppress(ConnectionResetError):
                while silent.recv(100):
                    pass


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x10\xff\xff\xff\xff\xff",
        b"\x30\x05\x00\x01a12",
        b"\x10\x0c\x00\x04MQTT\x04\x03\x00\x3c\x00\x00",
    ],
    ids=["http", "length", "publish-first", "reserved-flag"],
)
def test_garbage_closes_only_that_client(any_broker: Broker, garbage: bytes) -> None:
    """A malformed packet ends its own connection; others do not notice."""
    with peer(any_broker) as bystander:
        bystander.subscribe("calm", 1)
        with socket.create_connection((any_broker.host, any_broker.port), timeout=10) as rude:
            rude.sendall(garbage)
            with contextlib.suppress(ConnectionResetError):
                while rude.recv(100):
                    pass
        bystander.publish("calm", b"still here", 1)
        assert bystander.wait_for(1)[0].payload == b"still here"
        assert bystander.disconnects == []
