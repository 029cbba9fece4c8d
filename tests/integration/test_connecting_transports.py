"""Connecting to a real broker over everything that carries MQTT."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mqttui.core.source import Phase, Security
from mqttui.settings.connection import ConnectionSettings, Tls
from mqttui.transport import fast_path
from tests.support.certificates import CertificateAuthority
from tests.support.mosquitto import Mosquitto, MosquittoConfig
from tests.support.publisher import publish, publish_burst
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.conftest import Listen, StartMosquitto

pytestmark = pytest.mark.mosquitto


@pytest.mark.parametrize(("asked", "spoken"), [("auto", "5"), ("5", "5"), ("3.1.1", "3.1.1")])
@pytest.mark.parametrize("is_websocket", [False, True])
def test_messages_arrive(
    broker: Mosquitto, listen: Listen, asked: str, spoken: str, is_websocket: bool
) -> None:
    """Over TCP and WebSocket, with each protocol, messages of `#` and `$SYS/#` arrive."""
    port = broker.websocket_port if is_websocket else broker.port
    path = "/mqtt" if is_websocket else None
    listener = listen(ConnectionSettings(broker.host, port, protocol=asked, websocket_path=path))
    status = listener.wait_subscribed()
    assert status.protocol == spoken
    assert status.security is Security.PLAIN
    assert status.problem is None
    assert [entry.granted_qos for entry in status.subscriptions] == [0, 0]
    publish(broker.host, broker.port, "plant/1", b"hello")
    listener.wait_payload(b"plant/1", b"hello")
    assert any(topic.startswith(b"$SYS/broker/") for topic, *_ in listener.messages)


@pytest.mark.parametrize("is_websocket", [False, True])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_tls_with_an_own_authority(
    tls_broker: Mosquitto,
    authority: CertificateAuthority,
    listen: Listen,
    host: str,
    is_websocket: bool,
) -> None:
    """With the authority's file the certificate is checked and messages arrive."""
    port = tls_broker.secure_websocket_port if is_websocket else tls_broker.tls_port
    tls = Tls(ca_file=authority.ca_file)
    path = "/mqtt" if is_websocket else None
    listener = listen(ConnectionSettings(host, port, tls=tls, websocket_path=path))
    status = listener.wait_subscribed()
    assert status.security is Security.VERIFIED
    assert status.warnings == ()
    publish(tls_broker.host, tls_broker.port, "a", b"x" * 70_000)
    listener.wait_payload(b"a", b"x" * 70_000)


def test_insecure_tls_is_named_as_such(tls_broker: Mosquitto, listen: Listen) -> None:
    """Without a check the connection works and the warning stays for as long as it lasts."""
    tls = Tls(is_insecure=True)
    listener = listen(ConnectionSettings("localhost", tls_broker.tls_port, tls=tls))
    status = listener.wait_subscribed()
    assert status.security is Security.INSECURE
    assert "--insecure" in status.warnings[0]


def test_a_client_certificate_opens_the_door(
    client_cert_broker: Mosquitto, authority: CertificateAuthority, listen: Listen
) -> None:
    """A broker that demands a client certificate accepts one of its authority."""
    files = authority.issue("student", is_client=True)
    tls = Tls(ca_file=authority.ca_file, cert_file=files.cert_file, key_file=files.key_file)
    listener = listen(ConnectionSettings("localhost", client_cert_broker.tls_port, tls=tls))
    assert listener.wait_subscribed().security is Security.VERIFIED


@pytest.mark.parametrize("tls_version", ["tlsv1.2", "tlsv1.3"])
def test_a_missing_client_certificate_is_asked_for(
    start_mosquitto: StartMosquitto,
    authority: CertificateAuthority,
    listen: Listen,
    tls_version: str,
) -> None:
    """Without a client certificate the sentence says that one is demanded, and nothing loops."""
    broker = start_mosquitto(
        MosquittoConfig(
            server_certificate=authority.issue(f"server-{tls_version}"),
            client_ca_file=authority.ca_file,
            tls_version=tls_version,
        )
    )
    tls = Tls(ca_file=authority.ca_file)
    listener = listen(ConnectionSettings("localhost", broker.tls_port, tls=tls))
    status = listener.wait_problem()
    assert "demands a client certificate" in (status.problem or "")
    assert "--cert" in (status.advice or "")
    assert not status.retries_by_itself
    assert status.retry_at_s is None


def test_a_client_certificate_of_a_stranger_is_refused(
    client_cert_broker: Mosquitto,
    authority: CertificateAuthority,
    listen: Listen,
    tmp_path: Path,
) -> None:
    """A client certificate of another authority is named as the reason."""
    files = CertificateAuthority(tmp_path / "stranger", "stranger").issue("me", is_client=True)
    tls = Tls(ca_file=authority.ca_file, cert_file=files.cert_file, key_file=files.key_file)
    listener = listen(ConnectionSettings("localhost", client_cert_broker.tls_port, tls=tls))
    status = listener.wait_problem()
    assert "does not accept the client certificate" in (status.problem or "")
    assert "me.pem" in (status.problem or "")
    assert not status.retries_by_itself
    assert status.phase is Phase.WAITING


@pytest.mark.parametrize("is_secure", [False, True])
@pytest.mark.parametrize("is_websocket", [False, True])
def test_the_slow_fallback_delivers_too(
    tls_broker: Mosquitto,
    authority: CertificateAuthority,
    listen: Listen,
    monkeypatch: pytest.MonkeyPatch,
    is_websocket: bool,
    is_secure: bool,
) -> None:
    """With a paho that the fast path does not fit, everything works and a warning says so."""
    monkeypatch.setattr(fast_path, "fast_path_problem", lambda: "Slow reception.")
    port = {
        (False, False): tls_broker.port,
        (False, True): tls_broker.tls_port,
        (True, False): tls_broker.websocket_port,
        (True, True): tls_broker.secure_websocket_port,
    }[is_websocket, is_secure]
    listener = listen(
        ConnectionSettings(
            "localhost",
            port,
            tls=Tls(ca_file=authority.ca_file) if is_secure else None,
            websocket_path="/mqtt" if is_websocket else None,
        )
    )
    assert "Slow reception." in listener.wait_subscribed().warnings
    messages = [(b"burst/%d" % (number % 7), b"%d" % number) for number in range(500)]
    publish_burst(tls_broker.host, tls_broker.port, messages)
    wait_until(
        lambda: sum(topic.startswith(b"burst/") for topic, *_ in listener.messages) == 500,
        lambda: f"500 messages, got {len(listener.messages)}",
    )
    received = [message[:2] for message in listener.messages if message[0].startswith(b"burst/")]
    assert received == messages


def test_an_expiry_without_mqtt_5_is_not_passed_over(broker: Mosquitto, listen: Listen) -> None:
    """A session expiry that 3.1.1 cannot carry is a warning, and under MQTT 5 it is none."""
    for protocol, count in (("3.1.1", 1), ("5", 0)):
        listener = listen(
            ConnectionSettings(broker.host, broker.port, session_expiry_s=60, protocol=protocol)
        )
        warnings = listener.wait_subscribed().warnings
        assert len([text for text in warnings if "needs MQTT 5" in text]) == count
