"""What the broker says to topic filters, and what it does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mqttui.core.source import Phase, SubscriptionStatus
from mqttui.settings.connection import ConnectionSettings, Subscription
from mqttui.transport.connection import Patience
from tests.support.mosquitto import Mosquitto, MosquittoConfig
from tests.support.publisher import publish
from tests.support.scripted_broker import CONNACK_OK_5, CONNACK_OK_311, Peer
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from tests.integration.conftest import Listen, Scripted, StartMosquitto
    from tests.support.scripted_broker import Script

ADA = {"user": "ada", "password": "correct horse"}


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_an_access_list_of_mosquitto_grants_and_stays_silent(
    acl_broker: Mosquitto, listen: Listen, protocol: str
) -> None:
    """mosquitto grants what its access list denies; nothing more than that is claimed."""
    listener = listen(
        ConnectionSettings(acl_broker.host, acl_broker.port, protocol=protocol, **ADA)
    )
    status = listener.wait_subscribed()
    assert status.subscriptions == (
        SubscriptionStatus("#", 0, 0, None),
        SubscriptionStatus("$SYS/#", 0, 0, None),
    )
    publish(acl_broker.host, acl_broker.port, "closed/x", b"no", **ADA)
    publish(acl_broker.host, acl_broker.port, "open/x", b"yes", **ADA)
    listener.wait_payload(b"open/x", b"yes")
    assert {topic for topic, *_ in listener.messages} == {b"open/x"}


@pytest.mark.mosquitto
@pytest.mark.parametrize(("protocol", "why"), [("5", "not allowed"), ("3.1.1", "does not say why")])
def test_a_refused_filter_is_named_and_the_others_live(
    dynsec_broker: Mosquitto, listen: Listen, protocol: str, why: str
) -> None:
    """Filters that the broker refuses say so one by one; the allowed one delivers."""
    wanted = (Subscription("#"), Subscription("open/#", 1), Subscription("$SYS/#"))
    listener = listen(
        ConnectionSettings(
            dynsec_broker.host, dynsec_broker.port, protocol=protocol, subscriptions=wanted, **ADA
        )
    )
    everything, allowed, system = listener.wait_subscribed().subscriptions
    assert everything.granted_qos is None
    assert everything.problem is not None
    assert everything.problem.startswith("#: refused by the broker")
    assert why in everything.problem
    assert allowed == SubscriptionStatus("open/#", 1, 1, None)
    assert system.granted_qos is None
    assert "$SYS/#: refused" in (system.problem or "")
    assert listener.status.phase is Phase.CONNECTED
    publish(dynsec_broker.host, dynsec_broker.port, "open/a", b"1", **ADA)
    listener.wait_payload(b"open/a", b"1")


@pytest.mark.mosquitto
def test_a_lower_qos_than_asked_is_shown(start_mosquitto: StartMosquitto, listen: Listen) -> None:
    """A broker with a maximum QoS grants less, and the subscription says what it got."""
    broker = start_mosquitto(MosquittoConfig(listener_extra=("max_qos 1",)))
    listener = listen(
        ConnectionSettings(broker.host, broker.port, subscriptions=(Subscription("#", 2),))
    )
    (entry,) = listener.wait_subscribed().subscriptions
    assert entry.granted_qos == 1
    assert entry.problem == "#: QoS 2 was asked for, the broker grants only QoS 1."


def closes_at(forbidden: str, asked: list[list[str]]) -> Script:
    """Return a script of a broker that closes the connection at a filter, as AWS does."""

    def script(peer: Peer) -> None:
        level = peer.read_connect()
        peer.send(CONNACK_OK_5 if level == 5 else CONNACK_OK_311)
        asked.append([])
        while True:
            packet_id, name, qos = peer.read_subscribe(level)
            asked[-1].append(name)
            if name == forbidden:
                return
            peer.send_suback(level, packet_id, qos)

    return script


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
@pytest.mark.parametrize("forbidden", ["$SYS/#", "#"])
def test_a_filter_that_ends_the_connection_is_left_out(
    listen: Listen, scripted: Scripted, forbidden: str, protocol: str
) -> None:
    """A denied filter costs two connections, then the others live on without it."""
    asked: list[list[str]] = []
    server = scripted(closes_at(forbidden, asked))
    listener = listen(
        ConnectionSettings(server.host, server.port, protocol=protocol, client_id="thing"),
        chance=lambda: 0.0,
    )
    status = listener.wait(
        lambda status: (
            status.phase is Phase.CONNECTED
            and len(asked) == 3
            and all(
                entry.granted_qos is not None or entry.problem for entry in status.subscriptions
            )
        )
    )
    entries = {entry.topic_filter: entry for entry in status.subscriptions}
    other = "#" if forbidden == "$SYS/#" else "$SYS/#"
    assert entries[forbidden].granted_qos is None
    assert "left out, because the broker closes the connection" in (
        entries[forbidden].problem or ""
    )
    assert entries[other] == SubscriptionStatus(other, 0, 0, None)
    assert asked[1] == [other, forbidden]
    assert asked[2] == [other]


def test_the_reason_is_told_while_it_waits(listen: Listen, scripted: Scripted) -> None:
    """Between the attempts the sentence names the filter and not a takeover."""
    asked: list[list[str]] = []
    server = scripted(closes_at("$SYS/#", asked))
    listener = listen(
        ConnectionSettings(server.host, server.port, client_id="thing"), chance=lambda: 0.999
    )
    status = listener.wait_problem()
    assert "closed the connection when “$SYS/#” was asked for" in (status.problem or "")


def test_a_filter_without_an_answer_does_not_hold_up_the_others(
    listen: Listen, scripted: Scripted
) -> None:
    """A broker that ignores a SUBSCRIBE is reported, and the next filter is asked for."""

    def script(peer: Peer) -> None:
        level = peer.read_connect()
        peer.send(CONNACK_OK_5)
        peer.read_subscribe(level)
        packet_id, _name, qos = peer.read_subscribe(level)
        peer.send_suback(level, packet_id, qos)
        peer.wait_for_end()

    server = scripted(script)
    listener = listen(ConnectionSettings(server.host, server.port), patience=Patience(suback_s=0.1))
    everything, system = listener.wait_subscribed().subscriptions
    assert "does not answer" in (everything.problem or "")
    assert system.granted_qos == 0


@pytest.mark.mosquitto
def test_an_impossible_filter_is_never_sent(broker: Mosquitto, listen: Listen) -> None:
    """A filter that breaks the rules of MQTT has its problem at once; the rest works."""
    wanted = (Subscription("a/#/b"), Subscription("good/#"))
    listener = listen(ConnectionSettings(broker.host, broker.port, subscriptions=wanted))
    bad, good = listener.wait_subscribed().subscriptions
    assert bad.problem
    assert bad.granted_qos is None
    assert good == SubscriptionStatus("good/#", 0, 0, None)
    publish(broker.host, broker.port, "good/1", b"x")
    wait_until(lambda: listener.payloads(b"good/1"), "the message")
