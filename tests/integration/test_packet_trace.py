"""The trace of a real conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mqttui.core.publishing import PublishRequest
from mqttui.core.trace import Direction
from mqttui.settings.connection import ConnectionSettings, Subscription
from mqttui.transport import fast_path
from tests.support.publisher import publish_burst
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from tests.integration.conftest import Listen
    from tests.support.mosquitto import Mosquitto

SENT, RECEIVED = Direction.SENT, Direction.RECEIVED


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_whole_conversation(password_broker: Mosquitto, listen: Listen, protocol: str) -> None:
    """Every packet from CONNECT to DISCONNECT is there once, without the password."""
    listener = listen(
        ConnectionSettings(
            password_broker.host,
            password_broker.port,
            user="ada",
            password="correct horse",
            protocol=protocol,
            subscriptions=(Subscription("a/#", 2),),
        ),
        is_traced=True,
    )
    session = listener.session
    listener.wait_subscribed()
    for qos in (0, 1, 2):
        receipt = session.publish(PublishRequest(f"a/{qos}", b"x", qos))
        wait_until(lambda receipt=receipt: receipt.status.is_final, "the receipt")
        listener.wait_payload(b"a/%d" % qos, b"x")
    wait_until(
        lambda: any(e.packet == "PUBCOMP" and e.direction is SENT for e in session.trace.entries()),
        "the end of the last handshake",
    )
    session.stop()
    entries = session.trace.entries()
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    packets = [(entry.direction, entry.packet) for entry in entries]
    assert packets[:4] == [
        (SENT, "CONNECT"),
        (RECEIVED, "CONNACK"),
        (SENT, "SUBSCRIBE"),
        (RECEIVED, "SUBACK"),
    ]
    assert packets[-1] == (SENT, "DISCONNECT")
    for name in ("PUBACK", "PUBREC", "PUBREL", "PUBCOMP"):
        assert packets.count((SENT, name)) == packets.count((RECEIVED, name)) == 1, name
    assert packets.count((SENT, "PUBLISH")) == packets.count((RECEIVED, "PUBLISH")) == 3

    connect, connack, subscribe, suback = entries[:4]
    version = "5" if protocol == "5" else "3.1.1"
    assert connect.words == (
        f"MQTT {version}, keep alive 60 s, clean, with a user name, with a password"
    )
    assert connect.size_bytes is None
    assert connack.words == ("success" if protocol == "5" else "accepted")
    assert (subscribe.topic, subscribe.words) == (b"a/#", "QoS 2")
    assert suback.words == "granted QoS 2"
    assert subscribe.packet_id == suback.packet_id
    for answer in (connack, suback):
        assert answer.after_s is not None
        assert answer.after_s > 0
    publishes = [e for e in entries if (e.direction, e.packet) == (SENT, "PUBLISH")]
    assert [(e.qos, e.topic) for e in publishes] == [(0, b"a/0"), (1, b"a/1"), (2, b"a/2")]
    extra = 1 if protocol == "5" else 0
    assert [e.size_bytes for e in publishes] == [8 + extra, 10 + extra, 10 + extra]
    received = [e for e in entries if (e.direction, e.packet) == (RECEIVED, "PUBLISH")]
    assert [e.size_bytes for e in received] == [e.size_bytes for e in publishes]
    (puback,) = (e for e in entries if (e.direction, e.packet) == (RECEIVED, "PUBACK"))
    assert puback.packet_id == publishes[1].packet_id
    assert puback.after_s is not None
    everything = repr(entries)
    assert "correct horse" not in everything
    assert "ada" not in everything


@pytest.mark.mosquitto
def test_a_burst_is_one_line(broker: Mosquitto, listen: Listen) -> None:
    """Messages that are read together are one entry with their number and size."""
    listener = listen(
        ConnectionSettings(broker.host, broker.port, subscriptions=(Subscription("b/#"),)),
        is_traced=True,
    )
    listener.wait_subscribed()
    publish_burst(broker.host, broker.port, [(b"b/%04d" % n, b"x" * 10) for n in range(5000)])
    wait_until(lambda: len(listener.messages) == 5000, "every message")
    entries = [e for e in listener.session.trace.entries() if e.packet == "PUBLISH"]
    assert sum(entry.count for entry in entries) == 5000
    assert len(entries) < 2500
    # MQTT 5: one byte more than in the burst, for no properties.
    assert sum(entry.size_bytes or 0 for entry in entries) == 5000 * (2 + 2 + 6 + 1 + 10)
    assert {entry.qos for entry in entries} == {0}


@pytest.mark.mosquitto
def test_off_is_off(broker: Mosquitto, listen: Listen) -> None:
    """Nothing is recorded before it is started and after it is stopped."""
    listener = listen(ConnectionSettings(broker.host, broker.port))
    trace = listener.session.trace
    listener.wait_subscribed()
    assert trace.entries() == []
    trace.start()
    receipt = listener.session.publish(PublishRequest("t", b"x", 1))
    wait_until(lambda: any(e.packet == "PUBACK" for e in trace.entries()), "PUBACK")
    wait_until(lambda: receipt.status.is_final, "the receipt")
    trace.stop()
    count = len(trace.entries())
    receipt = listener.session.publish(PublishRequest("t", b"x", 1))
    wait_until(lambda: receipt.status.is_final, "the receipt")
    assert len(trace.entries()) == count


@pytest.mark.mosquitto
def test_the_slow_client_is_traced_by_name(
    broker: Mosquitto, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the fast path the trace has what paho itself says of its packets."""
    monkeypatch.setattr(fast_path, "fast_path_problem", lambda: "Slow reception.")
    listener = listen(
        ConnectionSettings(broker.host, broker.port, user="ada", password="correct horse")
    )
    listener.wait_subscribed()
    trace = listener.session.trace
    trace.start()
    listener.session.subscribe(Subscription("x"))
    wait_until(lambda: any(e.packet == "SUBACK" for e in trace.entries()), "SUBACK")
    receipt = listener.session.publish(PublishRequest("x", b"y", 1))
    wait_until(lambda: receipt.status.is_final, "the receipt")
    packets = {(entry.direction, entry.packet) for entry in trace.entries()}
    assert {(SENT, "SUBSCRIBE"), (SENT, "PUBLISH"), (RECEIVED, "PUBACK")} <= packets
    assert "correct horse" not in repr(trace.entries())
