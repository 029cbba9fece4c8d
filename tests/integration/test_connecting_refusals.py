"""Everything that keeps one from connecting gives one plain sentence and a way on."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING

import pytest

from mqttui.core.source import Phase
from mqttui.settings.connection import ConnectionSettings, Tls
from mqttui.transport.connection import Patience
from tests.support.certificates import CertificateAuthority
from tests.support.mosquitto import Mosquitto, MosquittoConfig, free_port

if TYPE_CHECKING:
    from pathlib import Path

    from mqttui.core.source import SourceStatus
    from tests.integration.conftest import Listen, Scripted, StartMosquitto
    from tests.support.scripted_broker import Peer

pytestmark = pytest.mark.mosquitto

SECRET = "wrong horse"


def assert_plain(status: SourceStatus, *, says: str, advises: str, is_permanent: bool) -> None:
    """Check what every refusal has in common, and what this one says."""
    problem, advice = status.problem or "", status.advice or ""
    assert re.search(says, problem), problem
    assert re.search(advises, advice), advice
    assert problem.endswith(".")
    assert "\n" not in problem + advice
    for technical in ("Errno", "Error", "[SSL", "_ssl.c", "Traceback", "None"):
        assert technical not in problem + advice
    assert SECRET not in repr(status)
    assert status.phase is Phase.WAITING
    assert status.retries_by_itself is not is_permanent
    assert (status.retry_at_s is None) is is_permanent


def test_a_wrong_host(listen: Listen) -> None:
    """A name that does not exist is named; it may come back with the network."""
    listener = listen(ConnectionSettings("no-such-broker.invalid", 1883))
    status = listener.wait_problem()
    assert_plain(
        status,
        says="no-such-broker.invalid” (cannot be looked up)|There is no host named",
        advises="spelling|online",
        is_permanent=False,
    )


def test_a_name_that_cannot_be_a_host(listen: Listen) -> None:
    """A name that breaks the rules of host names is the user's to mend."""
    listener = listen(ConnectionSettings("a..b", 1883))
    assert_plain(
        listener.wait_problem(), says="not a host name", advises="spelling", is_permanent=True
    )


def test_a_refused_port(listen: Listen) -> None:
    """A closed port asks whether the broker is running and names the usual port with TLS."""
    listener = listen(ConnectionSettings("127.0.0.1", free_port()))
    assert_plain(
        listener.wait_problem(),
        says="Nothing accepts connections on 127.0.0.1:",
        advises="running.*--tls.*--port 8883",
        is_permanent=False,
    )


def test_an_expired_certificate(
    start_mosquitto: StartMosquitto, authority: CertificateAuthority, listen: Listen
) -> None:
    """An expired certificate is named and --insecure is only the last resort."""
    files = authority.issue("expired", is_expired=True)
    broker = start_mosquitto(MosquittoConfig(server_certificate=files))
    tls = Tls(ca_file=authority.ca_file)
    listener = listen(ConnectionSettings("localhost", broker.tls_port, tls=tls))
    assert_plain(
        listener.wait_problem(),
        says="certificate of localhost:.* has expired",
        advises="renew.*--insecure only if",
        is_permanent=True,
    )


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_certificate_for_another_name(
    start_mosquitto: StartMosquitto, authority: CertificateAuthority, listen: Listen, host: str
) -> None:
    """A certificate that is made out to another name is named, for names and for addresses."""
    files = authority.issue("elsewhere", hosts=("broker.example", "192.0.2.1"))
    broker = start_mosquitto(MosquittoConfig(server_certificate=files))
    tls = Tls(ca_file=authority.ca_file)
    listener = listen(ConnectionSettings(host, broker.tls_port, tls=tls))
    assert_plain(
        listener.wait_problem(),
        says=f"made out to another name than “{host}”",
        advises="name in the certificate",
        is_permanent=True,
    )


def test_an_unknown_authority(tls_broker: Mosquitto, listen: Listen) -> None:
    """A certificate of an authority that this computer does not know asks for --cafile."""
    listener = listen(ConnectionSettings("localhost", tls_broker.tls_port, tls=Tls()))
    assert_plain(
        listener.wait_problem(),
        says="not issued by this computer's authorities",
        advises="--cafile.*--insecure only if",
        is_permanent=True,
    )


def test_a_wrong_authority(tls_broker: Mosquitto, listen: Listen, tmp_path: Path) -> None:
    """A --cafile that is not of the broker's authority is named."""
    other = CertificateAuthority(tmp_path / "other", "other authority")
    tls = Tls(ca_file=other.ca_file)
    listener = listen(ConnectionSettings("localhost", tls_broker.tls_port, tls=tls))
    assert_plain(
        listener.wait_problem(), says="other/ca.pem", advises="--cafile", is_permanent=True
    )


def test_tls_to_a_port_without_tls(broker: Mosquitto, listen: Listen) -> None:
    """A plain port that is asked for TLS says so."""
    listener = listen(ConnectionSettings("localhost", broker.port, tls=Tls()))
    assert_plain(
        listener.wait_problem(),
        says="does not seem to speak TLS",
        advises="8883.*leave --tls out",
        is_permanent=False,
    )


@pytest.mark.parametrize("protocol", ["auto", "5", "3.1.1"])
def test_a_port_with_tls_without_tls(tls_broker: Mosquitto, listen: Listen, protocol: str) -> None:
    """A TLS port that is not asked for TLS proposes it."""
    listener = listen(ConnectionSettings("localhost", tls_broker.tls_port, protocol=protocol))
    assert_plain(
        listener.wait_problem(),
        says="without an answer|is not MQTT",
        advises="--tls",
        is_permanent=False,
    )


def test_websocket_to_a_plain_port(broker: Mosquitto, listen: Listen) -> None:
    """A port that does not speak WebSocket names the path that was tried."""
    listener = listen(ConnectionSettings("localhost", broker.port, websocket_path="/mqtt"))
    assert_plain(
        listener.wait_problem(),
        says="WebSocket at the path /mqtt",
        advises="--ws-path",
        is_permanent=False,
    )


def test_plain_mqtt_to_a_websocket_port(broker: Mosquitto, listen: Listen) -> None:
    """A WebSocket port that gets plain MQTT proposes --websocket."""
    listener = listen(ConnectionSettings("localhost", broker.websocket_port))
    assert_plain(
        listener.wait_problem(),
        says="without an answer|is not MQTT|does not answer",
        advises="--websocket|overloaded",
        is_permanent=False,
    )


@pytest.mark.parametrize("protocol", ["auto", "5", "3.1.1"])
def test_a_wrong_password(password_broker: Mosquitto, listen: Listen, protocol: str) -> None:
    """A wrong password names the user, never the password, and is not tried again and again."""
    listener = listen(
        ConnectionSettings(
            password_broker.host,
            password_broker.port,
            user="ada",
            password=SECRET,
            protocol=protocol,
        )
    )
    status = listener.wait_problem()
    assert_plain(status, says="ada.*password is wrong", advises="--user", is_permanent=True)
    assert password_broker.log_text().count("New client connected") == 0


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_missing_user(password_broker: Mosquitto, listen: Listen, protocol: str) -> None:
    """A broker that wants a user says so to one who gave none."""
    listener = listen(
        ConnectionSettings(password_broker.host, password_broker.port, protocol=protocol)
    )
    assert_plain(
        listener.wait_problem(),
        says="user name",
        advises="--user.*--password-file",
        is_permanent=True,
    )


@pytest.mark.parametrize("protocol", ["auto", "3.1.1"])
def test_the_right_password(password_broker: Mosquitto, listen: Listen, protocol: str) -> None:
    """The right password connects."""
    listener = listen(
        ConnectionSettings(
            password_broker.host,
            password_broker.port,
            user="ada",
            password="correct horse",
            protocol=protocol,
        )
    )
    assert listener.wait_subscribed().problem is None


def test_a_silent_port(listen: Listen) -> None:
    """Something that accepts and never answers is given up after a while, and tried again."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = listen(
            ConnectionSettings("127.0.0.1", server.getsockname()[1]),
            patience=Patience(connack_s=0.2),
        )
        assert_plain(
            listener.wait_problem(),
            says="accepts the connection but does not answer",
            advises="MQTT broker",
            is_permanent=False,
        )


def test_an_http_server_is_not_a_broker(listen: Listen, scripted: Scripted) -> None:
    """What answers with something else than MQTT is recognised."""
    page = b"<html><head><title>400 Bad Request</title></head><body>Bad Request</body></html>"
    answer = b"HTTP/1.1 400 Bad Request\r\nServer: x\r\nConnection: close\r\n\r\n" + page

    def script(peer: Peer) -> None:
        peer.read_connect()
        peer.send(answer)

    server = scripted(script)
    listener = listen(ConnectionSettings(server.host, server.port))
    assert_plain(
        listener.wait_problem(), says="is not MQTT", advises="--websocket", is_permanent=False
    )
    assert server.connections == 2


def test_a_locked_key_is_named_and_nothing_prompts(
    tls_broker: Mosquitto, authority: CertificateAuthority, listen: Listen
) -> None:
    """A private key with a passphrase is refused in words; OpenSSL asks nothing on the terminal."""
    files = authority.issue("locked", is_client=True, passphrase=b"open sesame")
    tls = Tls(ca_file=authority.ca_file, cert_file=files.cert_file, key_file=files.key_file)
    listener = listen(ConnectionSettings("localhost", tls_broker.tls_port, tls=tls))
    assert_plain(
        listener.wait_problem(),
        says="locked.key.*passphrase",
        advises="openssl",
        is_permanent=True,
    )


def test_a_mended_file_is_read_again(
    tls_broker: Mosquitto, authority: CertificateAuthority, listen: Listen, tmp_path: Path
) -> None:
    """After the user put the missing file in place, retrying connects."""
    ca_file = tmp_path / "late.pem"
    tls = Tls(ca_file=ca_file)
    listener = listen(ConnectionSettings("localhost", tls_broker.tls_port, tls=tls))
    assert_plain(
        listener.wait_problem(),
        says="late.pem.* does not exist",
        advises="--cafile",
        is_permanent=True,
    )
    ca_file.write_bytes(authority.ca_file.read_bytes())
    listener.session.retry_now()
    assert listener.wait_subscribed().problem is None
