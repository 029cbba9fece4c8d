"""Filters that are added, changed, paused and removed while connected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mqttui.core.publishing import PublishRequest
from mqttui.core.source import Phase
from mqttui.settings.connection import ConnectionSettings, Subscription
from tests.support.mosquitto import Mosquitto, MosquittoConfig
from tests.support.publisher import publish
from tests.support.scripted_broker import CONNACK_OK_5, Peer
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from mqttui.core.source import SubscriptionStatus
    from tests.integration.conftest import Listen, Scripted, StartMosquitto
    from tests.support.listening import Listener

ADA = {"user": "ada", "password": "correct horse"}
MARK = (Subscription("mark"),)


def entry_of(listener: Listener, topic_filter: str) -> SubscriptionStatus | None:
    """Return what is known of a filter, None when it is not in the list."""
    entries = {entry.topic_filter: entry for entry in listener.status.subscriptions}
    return entries.get(topic_filter)


def settled(listener: Listener, topic_filter: str) -> SubscriptionStatus:
    """Return what is known of a filter once the broker has answered."""
    listener.wait_subscribed()
    entry = entry_of(listener, topic_filter)
    assert entry is not None
    return entry


def unsubscribed(listener: Listener, count: int = 1) -> None:
    """Return once the broker has answered so many UNSUBSCRIBE packets."""
    wait_until(
        lambda: [e.packet for e in listener.session.trace.entries()].count("UNSUBACK") >= count,
        "UNSUBACK",
    )


def through(broker: Mosquitto, listener: Listener, mark: bytes) -> None:
    """Return once everything that was published before has arrived."""
    publish(broker.host, broker.port, "mark", mark)
    listener.wait_payload(b"mark", mark)


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_filter_comes_goes_and_rests(broker: Mosquitto, listen: Listen, protocol: str) -> None:
    """Messages arrive while a filter is subscribed and not while it is paused or removed."""
    listener = listen(
        ConnectionSettings(broker.host, broker.port, protocol=protocol, subscriptions=MARK)
    )
    listener.session.trace.start()
    listener.wait_subscribed()
    publish(broker.host, broker.port, "a/1", b"early")
    listener.session.subscribe(Subscription("a/#", 1))
    pending = entry_of(listener, "a/#")
    assert pending is not None
    assert settled(listener, "a/#").granted_qos == 1
    publish(broker.host, broker.port, "a/1", b"subscribed")
    listener.wait_payload(b"a/1", b"subscribed")

    listener.session.set_paused("a/#", is_paused=True)
    entry = entry_of(listener, "a/#")
    assert entry is not None
    assert (entry.is_paused, entry.granted_qos, entry.is_pending) == (True, None, False)
    unsubscribed(listener)
    publish(broker.host, broker.port, "a/1", b"paused")
    through(broker, listener, b"1")

    listener.session.set_paused("a/#", is_paused=False)
    assert settled(listener, "a/#").granted_qos == 1
    publish(broker.host, broker.port, "a/1", b"resumed")
    listener.wait_payload(b"a/1", b"resumed")

    listener.session.unsubscribe("a/#")
    assert entry_of(listener, "a/#") is None
    unsubscribed(listener, 2)
    publish(broker.host, broker.port, "a/1", b"removed")
    through(broker, listener, b"2")
    assert listener.payloads(b"a/1") == [b"subscribed", b"resumed"]


@pytest.mark.mosquitto
def test_no_filter_at_all(broker: Mosquitto, listen: Listen) -> None:
    """The last filter may go; the connection stays and takes new ones."""
    listener = listen(ConnectionSettings(broker.host, broker.port, subscriptions=MARK))
    listener.session.trace.start()
    listener.wait_subscribed()
    listener.session.unsubscribe("mark")
    unsubscribed(listener)
    assert listener.status.subscriptions == ()
    assert listener.status.phase is Phase.CONNECTED
    listener.session.subscribe(Subscription("a"))
    assert settled(listener, "a").granted_qos == 0
    assert listener.session.counters.reconnects == 0


@pytest.mark.mosquitto
def test_changes_survive_a_reconnect(start_mosquitto: StartMosquitto, listen: Listen) -> None:
    """What was added is subscribed again; what was removed or paused is not."""
    broker = start_mosquitto(MosquittoConfig())
    wanted = (*MARK, Subscription("gone/#"), Subscription("paused/#"))
    listener = listen(
        ConnectionSettings(broker.host, broker.port, subscriptions=wanted), chance=lambda: 0.0
    )
    listener.wait_subscribed()
    listener.session.subscribe(Subscription("new/#", 1))
    listener.session.unsubscribe("gone/#")
    listener.session.set_paused("paused/#", is_paused=True)
    settled(listener, "new/#")
    broker.kill()
    listener.wait(lambda status: status.phase is not Phase.CONNECTED)
    # Also what is wanted while there is no connection.
    listener.session.subscribe(Subscription("late/#"))
    broker.start()
    listener.session.retry_now()
    listener.wait(lambda status: status.phase is Phase.CONNECTED)
    for name in ("new/#", "late/#"):
        assert settled(listener, name).granted_qos is not None
    for name in ("gone", "paused", "new", "late"):
        publish(broker.host, broker.port, f"{name}/x", b"y")
    through(broker, listener, b"after")
    assert {topic for topic, *_ in listener.messages} == {b"new/x", b"late/x", b"mark"}


@pytest.mark.mosquitto
def test_the_options_of_mqtt_5(broker: Mosquitto, listen: Listen) -> None:
    """No local, retain as published and retain handling do what they say."""
    for name in ("own", "kept", "never"):
        publish(broker.host, broker.port, f"{name}/r", b"retained", retain=True)
    listener = listen(
        ConnectionSettings(broker.host, broker.port, protocol="5", subscriptions=MARK)
    )
    listener.wait_subscribed()
    for subscription in (
        Subscription("own/#", no_local=True),
        Subscription("kept/#", retain_as_published=True),
        Subscription("never/#", retain_handling=2),
    ):
        listener.session.subscribe(subscription)
        entry = settled(listener, subscription.topic_filter)
        assert entry.problem is None
        assert (entry.no_local, entry.retain_as_published, entry.retain_handling) == (
            subscription.no_local,
            subscription.retain_as_published,
            subscription.retain_handling,
        )
    listener.session.publish(PublishRequest("own/x", b"from here"))
    publish(broker.host, broker.port, "own/x", b"from elsewhere")
    publish(broker.host, broker.port, "kept/live", b"live", retain=True)
    through(broker, listener, b"1")
    assert listener.payloads(b"own/x") == [b"from elsewhere"]
    assert [message[2] & 1 for message in listener.messages if message[0] == b"kept/live"] == [1]
    assert listener.payloads(b"own/r") == [b"retained"]
    assert listener.payloads(b"never/r") == []


@pytest.mark.mosquitto
def test_asking_again_brings_the_retained_messages_again(broker: Mosquitto, listen: Listen) -> None:
    """The same filter once more is a new subscription, with the options of the last."""
    publish(broker.host, broker.port, "a/r", b"retained", retain=True)
    listener = listen(ConnectionSettings(broker.host, broker.port, subscriptions=MARK))
    listener.wait_subscribed()
    listener.session.subscribe(Subscription("a/#"))
    listener.wait_payload(b"a/r", b"retained")
    listener.session.subscribe(Subscription("a/#", 2))
    assert settled(listener, "a/#").granted_qos == 2
    wait_until(lambda: len(listener.payloads(b"a/r")) == 2, "the second delivery")
    assert [entry.topic_filter for entry in listener.status.subscriptions] == ["mark", "a/#"]


@pytest.mark.mosquitto
def test_options_are_told_to_be_ignored_under_311(broker: Mosquitto, listen: Listen) -> None:
    """MQTT 3.1.1 subscribes without the options, and the status says which."""
    listener = listen(
        ConnectionSettings(broker.host, broker.port, protocol="3.1.1", subscriptions=MARK)
    )
    listener.wait_subscribed()
    listener.session.subscribe(Subscription("a", no_local=True, retain_handling=2))
    entry = settled(listener, "a")
    assert entry.granted_qos == 0
    assert entry.problem == (
        "a: no local and retain handling ignored, because it needs MQTT 5, and this is MQTT 3.1.1."
    )


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_shared_subscription(broker: Mosquitto, listen: Listen, protocol: str) -> None:
    """Two members of a group receive every message once between them."""
    members = [
        listen(ConnectionSettings(broker.host, broker.port, protocol=protocol, subscriptions=MARK))
        for _ in range(2)
    ]
    for member in members:
        member.wait_subscribed()
        member.session.subscribe(Subscription("$share/group/work/#", 1))
        assert settled(member, "$share/group/work/#").problem is None
    for number in range(20):
        members[0].session.publish(PublishRequest("work/x", b"%d" % number, 1))
    wait_until(
        lambda: sum(len(member.payloads(b"work/x")) for member in members) == 20, "every message"
    )
    both = [member.payloads(b"work/x") for member in members]
    assert all(both)
    assert sorted(both[0] + both[1]) == sorted(b"%d" % number for number in range(20))


@pytest.mark.mosquitto
def test_what_is_refused_says_so(dynsec_broker: Mosquitto, listen: Listen) -> None:
    """A filter that the broker refuses, or that breaks the rules, has its sentence."""
    listener = listen(
        ConnectionSettings(
            dynsec_broker.host, dynsec_broker.port, protocol="5", subscriptions=(), **ADA
        )
    )
    listener.wait(lambda status: status.phase is Phase.CONNECTED)
    listener.session.subscribe(Subscription("closed/#"))
    entry = settled(listener, "closed/#")
    assert entry.granted_qos is None
    assert "not allowed to subscribe" in (entry.problem or "")
    assert "narrower filter" in (entry.advice or "")
    listener.session.subscribe(Subscription("a/#/b"))
    assert "must be the last level" in (settled(listener, "a/#/b").problem or "")
    listener.session.subscribe(Subscription("$share/g/x", no_local=True))
    assert "no local" in (settled(listener, "$share/g/x").problem or "")
    assert listener.session.counters.reconnects == 0


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_lower_qos_is_granted_and_told(
    start_mosquitto: StartMosquitto, listen: Listen, protocol: str
) -> None:
    """A broker that knows QoS 1 at most grants that, and the advice is to ask for it."""
    broker = start_mosquitto(MosquittoConfig(listener_extra=("max_qos 1",)))
    listener = listen(
        ConnectionSettings(broker.host, broker.port, protocol=protocol, subscriptions=MARK)
    )
    listener.wait_subscribed()
    listener.session.subscribe(Subscription("a/#", 2))
    entry = settled(listener, "a/#")
    assert (entry.requested_qos, entry.granted_qos) == (2, 1)
    assert "only QoS 1" in (entry.problem or "")
    assert "ask for QoS 1" in (entry.advice or "")
    listener.session.subscribe(Subscription("a/#", 1))
    entry = settled(listener, "a/#")
    assert (entry.granted_qos, entry.problem, entry.advice) == (1, None, None)


def test_a_broker_that_goes_on_is_shown(listen: Listen, scripted: Scripted) -> None:
    """A filter whose UNSUBSCRIBE is refused comes back to the list with the reason."""

    def script(peer: Peer) -> None:
        level = peer.read_connect()
        peer.send(CONNACK_OK_5)
        packet_id, _, qos = peer.read_subscribe(level)
        peer.send_suback(level, packet_id, qos)
        header, body = peer.read_packet()
        assert header == 0xA2
        peer.send(b"\xb0\x04" + body[:2] + b"\x00\x87")
        peer.wait_for_end()

    server = scripted(script)
    listener = listen(
        ConnectionSettings(server.host, server.port, protocol="5", subscriptions=MARK)
    )
    listener.wait_subscribed()
    listener.session.unsubscribe("mark")
    listener.wait(lambda status: any(entry.problem for entry in status.subscriptions))
    (entry,) = listener.status.subscriptions
    assert entry.problem == (
        "mark: the broker goes on with this subscription, because this user is not allowed to."
    )


def test_what_connack_rules_out_is_not_asked_for(listen: Listen, scripted: Scripted) -> None:
    """A broker without shared or wildcard subscriptions is not asked for them."""

    def script(peer: Peer) -> None:
        level = peer.read_connect()
        peer.send(b"\x20\x07\x00\x00\x04\x28\x00\x2a\x00")
        packet_id, name, qos = peer.read_subscribe(level)
        assert name == "plain"
        peer.send_suback(level, packet_id, qos)
        peer.wait_for_end()

    server = scripted(script)
    wanted = (Subscription("$share/g/x"), Subscription("a/+"), Subscription("plain"))
    listener = listen(
        ConnectionSettings(server.host, server.port, protocol="5", subscriptions=wanted)
    )
    shared, wildcard, plain = listener.wait_subscribed().subscriptions
    assert "no shared subscriptions" in (shared.problem or "")
    assert "no wildcard subscriptions" in (wildcard.problem or "")
    assert plain.granted_qos == 0
