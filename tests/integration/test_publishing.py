"""What becomes of a published message, told by a real broker."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import paho.mqtt.client as paho
import pytest

from mqttui.core.publishing import Outcome, PublishProperties, PublishRequest
from mqttui.core.source import Phase
from mqttui.settings.connection import ConnectionSettings, Subscription, Tls
from mqttui.transport import fast_path
from tests.support.mosquitto import Mosquitto, MosquittoConfig
from tests.support.publisher import publish
from tests.support.scripted_broker import CONNACK_OK_5, CONNACK_OK_311, Peer
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from mqttui.core.publishing import Receipt, ReceiptStatus
    from tests.integration.conftest import Listen, Scripted, StartMosquitto
    from tests.support.certificates import CertificateAuthority

ADA = {"user": "ada", "password": "correct horse"}
ELSEWHERE = (Subscription("elsewhere"),)


def final(receipt: Receipt) -> ReceiptStatus:
    """Return the last status of a receipt."""
    wait_until(lambda: receipt.status.is_final, lambda: f"an end, not {receipt.status}", 30)
    return receipt.status


@pytest.fixture(params=["fast", "stock", "old stock"])
def client_kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with each client, and as before paho 2.2, which could not forget a message."""
    if request.param == "old stock":
        monkeypatch.delattr(paho.Client, "drop_out_messages", raising=False)
    if request.param != "fast":
        monkeypatch.setattr(fast_path, "fast_path_problem", lambda: "Slow reception.")
    return str(request.param)


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_the_receipt_of_each_qos(
    broker: Mosquitto, listen: Listen, protocol: str, client_kind: str
) -> None:
    """QoS 0 ends as sent, QoS 1 and 2 as acknowledged with a time; each message arrives once."""
    listener = listen(ConnectionSettings(broker.host, broker.port, protocol=protocol))
    listener.wait_subscribed()
    for qos in (0, 1, 2):
        receipt = listener.session.publish(PublishRequest(f"a/{qos}", b"\x00\xff", qos))
        status = final(receipt)
        if qos == 0:
            assert (status.outcome, status.words, status.latency_s) == (Outcome.SENT, "sent", None)
        else:
            assert status.outcome is Outcome.ACKNOWLEDGED
            assert status.words.startswith("acknowledged in ")
            assert status.latency_s is not None
            assert status.latency_s > 0
        listener.wait_payload(b"a/%d" % qos, b"\x00\xff")
    assert sorted(t for t, *_ in listener.messages if t.startswith(b"a/")) == [
        b"a/0",
        b"a/1",
        b"a/2",
    ]


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_nobody_is_subscribed(broker: Mosquitto, listen: Listen, protocol: str) -> None:
    """MQTT 5 says that nobody listens; under MQTT 3.1.1 only an acknowledgement is claimed."""
    listener = listen(
        ConnectionSettings(broker.host, broker.port, protocol=protocol, subscriptions=ELSEWHERE)
    )
    listener.wait_subscribed()
    status = final(listener.session.publish(PublishRequest("lonely", b"x", 1)))
    if protocol == "5":
        assert status.outcome is Outcome.NO_SUBSCRIBERS
        assert status.words.startswith("no matching subscribers")
    else:
        assert status.outcome is Outcome.ACKNOWLEDGED


def test_nobody_is_subscribed_at_qos_2(listen: Listen, scripted: Scripted) -> None:
    """A broker that knows it says so in its PUBREC (mosquitto does not); PUBCOMP ends it."""

    def script(peer: Peer) -> None:
        level = peer.read_connect()
        peer.send(CONNACK_OK_5)
        packet_id, _, qos = peer.read_subscribe(level)
        peer.send_suback(level, packet_id, qos)
        _, body = peer.read_packet()
        peer.send(b"\x50\x03" + body[3:5] + b"\x10")
        assert peer.read_packet() == (0x62, body[3:5])
        peer.send(b"\x70\x02" + body[3:5])
        peer.wait_for_end()

    server = scripted(script)
    listener = listen(
        ConnectionSettings(server.host, server.port, protocol="5", subscriptions=ELSEWHERE)
    )
    listener.wait_subscribed()
    status = final(listener.session.publish(PublishRequest("t", b"x", 2)))
    assert status.outcome is Outcome.NO_SUBSCRIBERS


@pytest.mark.mosquitto
@pytest.mark.parametrize("qos", [1, 2])
def test_what_the_access_list_denies(acl_broker: Mosquitto, listen: Listen, qos: int) -> None:
    """MQTT 5 refuses in words, also in a PUBREC; mosquitto acknowledges the same under 3.1.1."""
    for protocol, outcome in (("5", Outcome.REFUSED), ("3.1.1", Outcome.ACKNOWLEDGED)):
        listener = listen(
            ConnectionSettings(acl_broker.host, acl_broker.port, protocol=protocol, **ADA)
        )
        listener.wait_subscribed()
        status = final(listener.session.publish(PublishRequest("closed/x", b"x", qos)))
        assert status.outcome is outcome
        if protocol == "5":
            assert status.words == "refused: not authorised to publish to this topic"
            assert status.latency_s is not None
        # The handshake is over on both sides: the next message goes through.
        following = final(listener.session.publish(PublishRequest("open/x", b"y", qos)))
        assert following.outcome is Outcome.ACKNOWLEDGED


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_lost_is_lost(broker: Mosquitto, listen: Listen, protocol: str, client_kind: str) -> None:
    """What a broker that dies did not acknowledge is lost, and is never published later."""
    listener = listen(
        ConnectionSettings(broker.host, broker.port, protocol=protocol), chance=lambda: 0.0
    )
    listener.wait_subscribed()
    broker.freeze()
    requests = [PublishRequest("a", b"lost %d" % number, number % 2 + 1) for number in range(50)]
    receipts = [listener.session.publish(request) for request in requests]
    wait_until(lambda: receipts[0].status.outcome is Outcome.SENT, "the first to be sent")
    assert receipts[0].status.words == "sent, not acknowledged yet"
    assert not receipts[0].status.is_final
    broker.kill()
    statuses = [final(receipt) for receipt in receipts]
    assert {status.outcome for status in statuses} == {Outcome.LOST}
    assert statuses[0].words == "lost: the connection ended before the broker acknowledged it"
    assert statuses[-1].words == "lost: the connection ended before it was sent"
    refused = listener.session.publish(PublishRequest("a", b"too late"))
    assert refused.status.outcome is Outcome.REFUSED
    assert refused.status.words == "refused: not connected to the broker, nothing was sent"
    broker.start()
    listener.session.retry_now()
    listener.wait_subscribed()
    assert final(listener.session.publish(PublishRequest("a", b"new", 1))).outcome in {
        Outcome.ACKNOWLEDGED
    }
    listener.wait_payload(b"a", b"new")
    assert listener.payloads(b"a") == [b"new"]


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
@pytest.mark.parametrize("qos", [1, 2])
def test_a_session_that_goes_on_finishes_a_burst(
    start_mosquitto: StartMosquitto, listen: Listen, protocol: str, qos: int
) -> None:
    """A broker that restarts with its sessions acknowledges everything, and has each message."""
    broker = start_mosquitto(
        MosquittoConfig(has_persistence=True, extra=("max_queued_messages 0",))
    )
    listener = listen(
        ConnectionSettings(
            broker.host,
            broker.port,
            protocol=protocol,
            client_id="keeper",
            is_clean=False,
            subscriptions=(Subscription("burst/#", qos),),
        ),
        chance=lambda: 0.0,
    )
    listener.wait_subscribed()
    receipts = [
        listener.session.publish(PublishRequest(f"burst/{number}", b"x", qos))
        for number in range(5000)
    ]
    wait_until(lambda: receipts[200].status.is_final, "some acknowledgements")
    broker.stop()
    listener.wait(lambda status: status.phase is not Phase.CONNECTED)
    assert not all(receipt.status.is_final for receipt in receipts), "it came too late to test"
    assert Outcome.LOST not in {receipt.status.outcome for receipt in receipts}
    broker.start()
    listener.session.retry_now()
    assert {final(receipt).outcome for receipt in receipts} == {Outcome.ACKNOWLEDGED}
    wait_until(
        lambda: len({topic for topic, *_ in listener.messages}) == 5000,
        lambda: f"every message, not {len({topic for topic, *_ in listener.messages})}",
    )


@pytest.mark.mosquitto
@pytest.mark.parametrize("qos", [0, 1, 2])
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_burst(broker: Mosquitto, listen: Listen, protocol: str, qos: int) -> None:
    """Ten thousand messages at once are acknowledged within the window, and arrive in order."""
    listener = listen(
        ConnectionSettings(
            broker.host,
            broker.port,
            protocol=protocol,
            subscriptions=(Subscription("burst/#", 0),),
        )
    )
    listener.wait_subscribed()
    requests = [PublishRequest("burst/x", b"%d" % number, qos) for number in range(10_000)]
    receipts = [listener.session.publish(request) for request in requests]
    expected = Outcome.SENT if qos == 0 else Outcome.ACKNOWLEDGED
    assert {final(receipt).outcome for receipt in receipts} == {expected}
    if qos:
        wait_until(lambda: len(listener.messages) == 10_000, "every message")
        assert [m[1] for m in listener.messages] == [request.payload for request in requests]
    assert listener.status.phase is Phase.CONNECTED
    assert listener.session.counters.reconnects == 0


@pytest.mark.mosquitto
def test_the_limits_of_the_broker_are_respected(
    start_mosquitto: StartMosquitto, listen: Listen
) -> None:
    """What CONNACK rules out is refused in words and not sent; the connection stays."""
    broker = start_mosquitto(
        MosquittoConfig(
            extra=("retain_available false", "max_packet_size 2000"), listener_extra=("max_qos 1",)
        )
    )
    listener = listen(ConnectionSettings(broker.host, broker.port, protocol="5"))
    listener.wait_subscribed()
    for request, words in (
        (PublishRequest("a", b"x", 2), "refused: the broker takes at most QoS 1, not QoS 2"),
        (PublishRequest("a", b"x", retain=True), "refused: the broker does not retain messages"),
        (PublishRequest("a", b"x" * 2000), "refused: packet too large: 2,007 bytes, the broker"),
    ):
        status = final(listener.session.publish(request))
        assert status.outcome is Outcome.REFUSED
        assert status.words.startswith(words)
    assert final(listener.session.publish(PublishRequest("a", b"x", 1))).outcome is (
        Outcome.ACKNOWLEDGED
    )
    assert listener.session.counters.reconnects == 0


@pytest.mark.mosquitto
def test_what_the_rules_of_mqtt_forbid_is_never_sent(broker: Mosquitto, listen: Listen) -> None:
    """A wildcard in a topic is refused at once, in the thread that asks."""
    listener = listen(ConnectionSettings(broker.host, broker.port))
    listener.wait_subscribed()
    status = listener.session.publish(PublishRequest("a/#", b"x", 1)).status
    assert status.outcome is Outcome.REFUSED
    assert "wildcards" in status.words


@pytest.mark.mosquitto
def test_properties_travel_under_mqtt_5_only(
    broker: Mosquitto, listen: Listen, client_kind: str
) -> None:
    """The properties arrive as they were given; MQTT 3.1.1 refuses rather than drops them."""
    properties = PublishProperties(
        content_type="text/plain",
        response_topic="answer/here",
        correlation_data=b"\x00\x01",
        message_expiry_s=600,
        is_text=True,
        user_properties=(("unit", "°C"), ("unit", "K")),
    )
    listener = listen(ConnectionSettings(broker.host, broker.port, protocol="5"))
    listener.wait_subscribed()
    request = PublishRequest("a", "grün".encode(), 1, properties=properties)
    assert final(listener.session.publish(request)).outcome is Outcome.ACKNOWLEDGED
    listener.wait_payload(b"a", "grün".encode())
    (detail,) = [message[3] for message in listener.messages if message[0] == b"a"]
    assert detail is not None
    for part in (
        b"\x01\x01",
        b"\x02\x00\x00\x02\x58",
        b"\x03\x00\x0atext/plain",
        b"\x08\x00\x0banswer/here",
        b"\x09\x00\x02\x00\x01",
        b"\x26\x00\x04unit\x00\x03" + "°C".encode() + b"\x26\x00\x04unit\x00\x01K",
    ):
        assert part in detail.properties
    old = listen(ConnectionSettings(broker.host, broker.port, protocol="3.1.1"))
    old.wait_subscribed()
    status = old.session.publish(request).status
    assert status.outcome is Outcome.REFUSED
    assert "need MQTT 5" in status.words


@pytest.mark.mosquitto
@pytest.mark.parametrize("is_secure", [False, True])
@pytest.mark.parametrize("is_websocket", [False, True])
def test_every_transport_publishes(
    tls_broker: Mosquitto,
    authority: CertificateAuthority,
    listen: Listen,
    is_secure: bool,
    is_websocket: bool,
) -> None:
    """TLS and WebSocket carry what is published as plain TCP does."""
    ports = {
        (False, False): tls_broker.port,
        (True, False): tls_broker.tls_port,
        (False, True): tls_broker.websocket_port,
        (True, True): tls_broker.secure_websocket_port,
    }
    listener = listen(
        ConnectionSettings(
            tls_broker.host,
            ports[is_secure, is_websocket],
            tls=Tls(ca_file=authority.ca_file) if is_secure else None,
            websocket_path="/" if is_websocket else None,
        )
    )
    listener.wait_subscribed()
    receipts = [
        listener.session.publish(PublishRequest("t", b"%d" % number, number % 3))
        for number in range(90)
    ]
    assert {final(receipt).outcome for receipt in receipts} == {Outcome.SENT, Outcome.ACKNOWLEDGED}
    wait_until(lambda: len(listener.payloads(b"t")) == 90, "every message")
    assert set(listener.payloads(b"t")) == {b"%d" % number for number in range(90)}


@pytest.mark.mosquitto
def test_a_large_payload_is_sent_only_when_it_is_written(broker: Mosquitto, listen: Listen) -> None:
    """A payload that fills the socket's buffers is queued until the broker reads it."""
    listener = listen(
        ConnectionSettings(
            broker.host,
            broker.port,
            payload_limit_bytes=1 << 26,
        )
    )
    listener.wait_subscribed()
    payload = bytes(range(256)) * 120_000
    broker.freeze()
    receipt = listener.session.publish(PublishRequest("big", payload))
    behind = listener.session.publish(PublishRequest("big", b"behind"))
    client = listener.session._connection
    wait_until(lambda: client is not None and client._client.want_write(), "a full socket")
    assert receipt.status.outcome is Outcome.QUEUED
    broker.thaw()
    assert final(receipt).outcome is Outcome.SENT
    assert final(behind).outcome is Outcome.SENT
    wait_until(lambda: len(listener.payloads(b"big")) == 2, "both")
    assert listener.payloads(b"big") == [payload, b"behind"]


@pytest.mark.parametrize("level", [4, 5])
def test_a_session_gets_the_same_message_again(
    listen: Listen, scripted: Scripted, level: int
) -> None:
    """With its session present, QoS 1 is repeated with DUP and its number, QoS 2 as far as due."""
    seen: list[tuple[int, int, bytes]] = []
    ids: list[bytes] = []

    def script(peer: Peer) -> None:
        peer.read_connect()
        connack = CONNACK_OK_5 if level == 5 else CONNACK_OK_311
        peer.send(connack if peer.number == 1 else connack[:2] + b"\x01" + connack[3:])
        if peer.number == 1:
            packet_id, _, qos = peer.read_subscribe(level)
            peer.send_suback(level, packet_id, qos)
        while len(seen) < 3:
            header, body = peer.read_packet()
            seen.append((peer.number, header, body))
            ids.append(body[3:5])
        if peer.number == 1:
            # PUBREC for the last: only its PUBREL is to follow.
            peer.send(b"\x50\x02" + ids[2])
            header, body = peer.read_packet()
            assert (header, body) == (0x62, ids[2])
            return
        for _ in range(3):
            header, body = peer.read_packet()
            seen.append((peer.number, header, body))
        peer.send(b"\x40\x02" + ids[0] + b"\x50\x02" + ids[1])
        assert peer.read_packet() == (0x62, ids[1])
        peer.send(b"\x70\x02" + ids[1] + b"\x70\x02" + ids[2])
        peer.wait_for_end()

    server = scripted(script)
    listener = listen(
        ConnectionSettings(
            server.host,
            server.port,
            protocol="5" if level == 5 else "3.1.1",
            client_id="keeper",
            is_clean=False,
            subscriptions=ELSEWHERE,
        ),
        chance=lambda: 0.999,
    )
    listener.wait_subscribed()
    receipts = [
        listener.session.publish(PublishRequest("t", b"%d" % number, qos))
        for number, qos in enumerate((1, 2, 2))
    ]
    listener.wait(lambda status: status.phase is Phase.WAITING)
    assert {receipt.status.outcome for receipt in receipts} == {Outcome.SENT}
    assert "sent again when the connection is back" in receipts[0].status.words
    listener.session.retry_now()
    assert {final(receipt).outcome for receipt in receipts} == {Outcome.ACKNOWLEDGED}
    first, again = seen[:3], seen[3:]
    assert [header for _, header, _ in first] == [0x32, 0x34, 0x34]
    assert [header for _, header, _ in again] == [0x3A, 0x3C, 0x62]
    assert [body for *_, body in again[:2]] == [body for *_, body in first[:2]]
    assert again[2][2] == ids[2]


def test_a_broker_without_the_session_gets_nothing_again(
    listen: Listen, scripted: Scripted
) -> None:
    """When the broker has forgotten the session, the message is lost and not repeated."""
    after: list[int] = []

    def script(peer: Peer) -> None:
        level = peer.read_connect()
        peer.send(CONNACK_OK_5)
        packet_id, _, qos = peer.read_subscribe(level)
        peer.send_suback(level, packet_id, qos)
        while True:
            header, _ = peer.read_packet()
            if peer.number == 1:
                return
            after.append(header)

    server = scripted(script)
    listener = listen(
        ConnectionSettings(
            server.host,
            server.port,
            protocol="5",
            client_id="keeper",
            is_clean=False,
            subscriptions=ELSEWHERE,
        ),
        chance=lambda: 0.0,
    )
    listener.wait_subscribed()
    status = final(listener.session.publish(PublishRequest("t", b"x", 1)))
    assert status.outcome is Outcome.LOST
    assert "has forgotten the session" in status.words
    listener.wait_subscribed()
    assert final(listener.session.publish(PublishRequest("t", b"y"))).outcome is Outcome.SENT
    wait_until(lambda: after, "the next message")
    assert after == [0x30]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0x87, "not authorised"),
        (0x90, "topic name invalid"),
        (0x97, "quota exceeded"),
        (0x99, "payload format invalid"),
        (0xF0, "code 0xF0"),
    ],
)
def test_each_refusal_has_words(listen: Listen, scripted: Scripted, code: int, words: str) -> None:
    """The reason code and the broker's own text are told, the text without control characters."""
    reason = b"\x1f\x00\x08no\x1b[31m!"

    def script(peer: Peer) -> None:
        level = peer.read_connect()
        peer.send(CONNACK_OK_5)
        packet_id, _, qos = peer.read_subscribe(level)
        peer.send_suback(level, packet_id, qos)
        for kind in (0x40, 0x50):
            _, body = peer.read_packet()
            answer = body[3:5] + bytes((code, len(reason))) + reason
            peer.send(bytes((kind, len(answer))) + answer)
        peer.wait_for_end()

    server = scripted(script)
    listener = listen(
        ConnectionSettings(server.host, server.port, protocol="5", subscriptions=ELSEWHERE)
    )
    listener.wait_subscribed()
    for qos in (1, 2):
        status = final(listener.session.publish(PublishRequest("t", b"x", qos)))
        assert status.outcome is Outcome.REFUSED
        assert words in status.words
        assert "the broker adds: no" in status.words
        assert "\x1b" not in status.words


def test_the_window_of_the_broker_is_kept(listen: Listen, scripted: Scripted) -> None:
    """No more messages are in flight than the broker's Receive Maximum allows."""
    batches: list[list[bytes]] = []

    def script(peer: Peer) -> None:
        level = peer.read_connect()
        peer.send(b"\x20\x06\x00\x00\x03\x21\x00\x03")
        packet_id, _, qos = peer.read_subscribe(level)
        peer.send_suback(level, packet_id, qos)
        for _ in range(3):
            ids = [peer.read_packet()[1][3:5] for _ in range(3)]
            # A fourth message would come before the answer to this.
            peer.send(b"".join(b"\x40\x02" + number for number in ids))
            batches.append(ids)
        peer.wait_for_end()

    server = scripted(script)
    listener = listen(
        ConnectionSettings(server.host, server.port, protocol="5", subscriptions=ELSEWHERE)
    )
    listener.wait_subscribed()
    receipts = [listener.session.publish(PublishRequest("t", b"", 1)) for _ in range(9)]
    assert {final(receipt).outcome for receipt in receipts} == {Outcome.ACKNOWLEDGED}
    assert len(set(itertools.chain(*batches))) == 9


@pytest.mark.mosquitto
def test_stopping_ends_every_receipt(broker: Mosquitto, listen: Listen) -> None:
    """A session that is stopped leaves no receipt open, and takes nothing more."""
    listener = listen(ConnectionSettings(broker.host, broker.port))
    listener.wait_subscribed()
    broker.freeze()
    receipt = listener.session.publish(PublishRequest("t", b"x", 1))
    wait_until(lambda: receipt.status.outcome is Outcome.SENT, "the message to be sent")
    listener.session.stop()
    assert receipt.status.outcome is Outcome.LOST
    assert listener.session.publish(PublishRequest("t", b"")).status.outcome is Outcome.REFUSED


@pytest.mark.mosquitto
def test_publishing_does_not_hold_up_receiving(broker: Mosquitto, listen: Listen) -> None:
    """While a burst goes out, messages of others come in."""
    listener = listen(
        ConnectionSettings(broker.host, broker.port, subscriptions=(Subscription("other"),))
    )
    listener.wait_subscribed()
    receipts = [
        listener.session.publish(PublishRequest("burst", b"x" * 200, 1)) for _ in range(20_000)
    ]
    publish(broker.host, broker.port, "other", b"now")
    listener.wait_payload(b"other", b"now")
    assert {final(receipt).outcome for receipt in receipts} == {Outcome.NO_SUBSCRIBERS}
