"""A broker that goes away and comes back while messages flow."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from mqttui.core.message import RETAIN, qos_of
from mqttui.core.source import Phase
from mqttui.settings.connection import ConnectionSettings, Subscription
from tests.support.mosquitto import Mosquitto, MosquittoConfig
from tests.support.publisher import publish, publisher
from tests.support.scripted_broker import CONNACK_OK_5, Peer
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.conftest import Listen, Scripted, StartMosquitto

pytestmark = pytest.mark.mosquitto

KEEPING = MosquittoConfig(has_persistence=True)


@pytest.fixture
def keeping_broker(start_mosquitto: StartMosquitto) -> Mosquitto:
    """Return a broker that keeps sessions and retained messages over a restart."""
    return start_mosquitto(KEEPING)


@pytest.fixture
def stream(broker: Mosquitto) -> Iterator[None]:
    """Publish numbers on `stream` without a pause, reconnecting like any device."""
    is_over = threading.Event()

    def run() -> None:
        with publisher(broker.host, broker.port, client_id="device") as client:
            number = 0
            while not is_over.wait(0.002):
                if client.is_connected():
                    client.publish("stream", b"%d" % number)
                    number += 1

    thread = threading.Thread(target=run)
    thread.start()
    yield
    is_over.set()
    thread.join(10)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
@pytest.mark.usefixtures("stream")
def test_messages_go_on_after_the_broker_was_killed(
    broker: Mosquitto, listen: Listen, protocol: str
) -> None:
    """After kill and restart the subscriptions are there again and no message comes twice."""
    listener = listen(
        ConnectionSettings(broker.host, broker.port, protocol=protocol), chance=lambda: 0.05
    )
    before = listener.wait_subscribed()
    wait_until(lambda: len(listener.payloads(b"stream")) > 50, "the first messages")

    broker.kill()
    lost = listener.wait_problem()
    assert lost.retries_by_itself
    assert lost.retry_at_s is not None
    assert lost.connected_at_s is None
    broker.start()

    listener.wait(lambda status: status.phase is Phase.CONNECTED and status != before)
    after = listener.wait_subscribed()
    assert after.problem is None
    assert after.client_id == before.client_id
    count = len(listener.payloads(b"stream"))
    wait_until(lambda: len(listener.payloads(b"stream")) > count + 50, "messages after restart")
    numbers = [int(payload) for payload in listener.payloads(b"stream")]
    assert numbers == sorted(set(numbers))
    assert listener.session.counters.reconnects == 1
    assert listener.session.counters.dropped == {}


def test_a_polite_shutdown_is_told_apart(listen: Listen, scripted: Scripted) -> None:
    """An MQTT 5 broker that says it shuts down is quoted (mosquitto 2.0 only closes)."""

    def script(peer: Peer) -> None:
        level = peer.read_connect()
        peer.send(CONNACK_OK_5)
        for _ in range(2):
            packet_id, _name, qos = peer.read_subscribe(level)
            peer.send_suback(level, packet_id, qos)
        peer.send(b"\xe0\x02\x8b\x00")

    server = scripted(script)
    listener = listen(ConnectionSettings(server.host, server.port), chance=lambda: 0.9)
    assert "shutting down" in (listener.wait_problem().problem or "")


def test_retained_messages_are_not_sent_again_within_a_session(
    keeping_broker: Mosquitto, listen: Listen
) -> None:
    """With a session that survives, a restart brings no retained message a second time."""
    broker = keeping_broker
    for number in range(20):
        publish(broker.host, broker.port, f"kept/{number}", b"value", retain=True)
    listener = listen(
        ConnectionSettings(
            broker.host,
            broker.port,
            client_id="explorer",
            is_clean=False,
            subscriptions=(Subscription("#", 1),),
        ),
        chance=lambda: 0.05,
    )
    listener.wait_subscribed()
    wait_until(lambda: len(listener.messages) >= 20, "the retained messages")
    broker.stop()
    listener.wait_problem()
    broker.start()
    # Published before this client is back: only its session can bring it.
    publish(broker.host, broker.port, "new", b"while away", qos=1)
    listener.wait_payload(b"new", b"while away")
    listener.wait_subscribed()
    publish(broker.host, broker.port, "new", b"later", qos=1)
    listener.wait_payload(b"new", b"later")
    kept = [topic for topic, *_ in listener.messages if topic.startswith(b"kept/")]
    assert len(kept) == len(set(kept)) == 20
    assert listener.payloads(b"new") == [b"while away", b"later"]
    assert listener.session.counters.reconnects == 1


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_without_a_session_retained_messages_are_marked_when_sent_again(
    keeping_broker: Mosquitto, listen: Listen, protocol: str
) -> None:
    """A new subscription brings retained values once per connection, always marked as retained."""
    broker = keeping_broker
    publish(broker.host, broker.port, "kept", b"value", retain=True)
    listener = listen(
        ConnectionSettings(broker.host, broker.port, protocol=protocol), chance=lambda: 0.05
    )
    listener.wait_payload(b"kept", b"value")
    broker.stop()
    listener.wait_problem()
    broker.start()
    wait_until(lambda: len(listener.payloads(b"kept")) == 2, "the value after the restart")
    publish(broker.host, broker.port, "end", b"")
    listener.wait_payload(b"end", b"")
    flags = [message[2] for message in listener.messages if message[0] == b"kept"]
    assert len(flags) == 2
    assert all(flag & RETAIN for flag in flags)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_qos_2_messages_of_a_session_come_exactly_once(
    keeping_broker: Mosquitto, listen: Listen, protocol: str
) -> None:
    """Messages published at QoS 2 over a kill and a restart arrive once each."""
    broker = keeping_broker
    listener = listen(
        ConnectionSettings(
            broker.host,
            broker.port,
            protocol=protocol,
            client_id="explorer",
            is_clean=False,
            subscriptions=(Subscription("exact/#", 2),),
        ),
        chance=lambda: 0.05,
    )
    listener.wait_subscribed()
    for number in range(50):
        publish(broker.host, broker.port, "exact/a", b"%d" % number, qos=2)
    listener.wait_payload(b"exact/a", b"49")
    broker.stop()
    listener.wait_problem()
    broker.start()
    for number in range(50, 100):
        publish(broker.host, broker.port, "exact/a", b"%d" % number, qos=2)
    listener.wait_payload(b"exact/a", b"99")
    assert listener.payloads(b"exact/a") == [b"%d" % number for number in range(100)]
    assert {qos_of(message[2]) for message in listener.messages} == {2}


def test_a_persistent_session_needs_a_client_id(broker: Mosquitto, listen: Listen) -> None:
    """Without a client id the broker could not find the session again, and that is said."""
    listener = listen(ConnectionSettings(broker.host, broker.port, is_clean=False))
    status = listener.wait_problem()
    assert "client id" in (status.problem or "")
    assert "--client-id" in (status.advice or "")
    assert not status.retries_by_itself


def test_a_session_outlives_the_program(broker: Mosquitto, listen: Listen) -> None:
    """What was published between two runs with a persistent session is delivered to the second."""
    settings = ConnectionSettings(
        broker.host,
        broker.port,
        client_id="explorer",
        is_clean=False,
        subscriptions=(Subscription("#", 1),),
    )
    first = listen(settings)
    first.wait_subscribed()
    first.session.stop()
    publish(broker.host, broker.port, "missed", b"while away")
    second = listen(settings)
    second.wait_payload(b"missed", b"while away")


def test_retry_now_cuts_the_wait_short(broker: Mosquitto, listen: Listen) -> None:
    """`retry_now` connects at once, though the count-down has long to go."""
    listener = listen(
        ConnectionSettings(broker.host, broker.port, subscriptions=(Subscription("#"),)),
        chance=lambda: 0.999,
    )
    listener.wait_subscribed()
    broker.kill()
    # Each failure doubles the wait; retrying in between gets to one of half a minute soon.
    for attempt in range(1, 7):
        listener.wait(
            lambda status, attempt=attempt: (
                status.phase is Phase.WAITING and status.attempt >= attempt
            )
        )
        listener.session.retry_now()
        listener.wait(lambda status, attempt=attempt: status.attempt > attempt)
    status = listener.wait_problem()
    broker.start()
    assert status.retry_at_s is not None
    listener.session.retry_now()
    assert listener.wait_subscribed().connected_at_s < status.retry_at_s
