"""TLS of the firmware's client: verified or not at all."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import pytest

from mqttui.simulation.clock import VirtualClock
from mqttui.simulation.micropython import Interpreter, time_module
from tests.firmware.bench import FIRMWARE
from tests.firmware.sockets import network_modules
from tests.support.certificates import CertificateAuthority
from tests.support.mosquitto import MosquittoConfig
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.integration.conftest import StartMosquitto
    from tests.support.mosquitto import Mosquitto


@pytest.fixture
def trusting(
    interpreter: Interpreter, client: Callable[..., Any], ca_der: Path
) -> Callable[..., Any]:
    """Return a function that makes a client which trusts the authority of the tests."""

    def make(port: int, ca_file: Path = ca_der, **options: Any) -> Any:
        context = interpreter.load("mqtt").tls_context(str(ca_file))
        return client(port, ssl=context, **options)

    return make


def test_a_verified_broker_is_talked_to(
    tls_broker: Mosquitto, trusting: Callable[..., Any]
) -> None:
    """Messages of several TLS records come whole, also what TLS has buffered already."""
    heard: list[bytes] = []
    board = trusting(tls_broker.tls_port, max_packet=100_000)
    board.set_callback(lambda topic, message, is_retained: heard.append(message))
    board.connect()
    board.subscribe("x", qos=1)
    board.publish("x", b"a" * 50_000, qos=1)
    for number in range(50):
        board.publish("x", str(number), qos=1)

    def has_all() -> bool:
        board.loop(20)
        return len(heard) == 51

    wait_until(has_all, lambda: f"51 messages, got {len(heard)}")
    assert heard == [b"a" * 50_000, *(str(number).encode() for number in range(50))]


def test_an_authority_that_is_not_trusted_is_refused(
    tls_broker: Mosquitto, trusting: Callable[..., Any], tmp_path: Path
) -> None:
    """Somebody else's broker gets no password and no data."""
    other = CertificateAuthority(tmp_path / "other", "another authority")
    other_der = tmp_path / "other.der"
    other_der.write_bytes(ssl.PEM_cert_to_DER_cert(other.ca_file.read_text()))
    board = trusting(tls_broker.tls_port, other_der)
    with pytest.raises(OSError, match=r"TLS with localhost failed: .*CERTIFICATE_VERIFY_FAILED"):
        board.connect()
    assert not board.is_connected


def test_a_broker_with_another_name_is_refused(
    start_mosquitto: StartMosquitto,
    authority: CertificateAuthority,
    trusting: Callable[..., Any],
) -> None:
    """Its certificate is good, but not for the name that was asked for."""
    files = authority.issue("elsewhere", hosts=("broker.elsewhere.example",))
    broker = start_mosquitto(MosquittoConfig(server_certificate=files))
    with pytest.raises(OSError, match=r"TLS with localhost failed: .*Hostname mismatch"):
        trusting(broker.tls_port).connect()


def test_an_expired_certificate_is_refused(
    start_mosquitto: StartMosquitto,
    authority: CertificateAuthority,
    trusting: Callable[..., Any],
) -> None:
    """The error says that it has expired."""
    files = authority.issue("expired", is_expired=True)
    broker = start_mosquitto(MosquittoConfig(server_certificate=files))
    with pytest.raises(OSError, match=r"TLS with localhost failed: .*expired"):
        trusting(broker.tls_port).connect()


def test_without_a_clock_no_certificate_is_believed(ca_der: Path) -> None:
    """A board that starts in the year 2000 does not even open a connection."""
    clock = VirtualClock(epoch_us=946_684_800_000_000)
    modules = {"time": time_module(clock), **network_modules()}
    modules["socket"].socket = None  # type: ignore[attr-defined]
    mqtt = Interpreter(FIRMWARE, modules).load("mqtt")
    board = mqtt.MQTTClient("b", "localhost", 1, ssl=mqtt.tls_context(str(ca_der)))
    with pytest.raises(OSError, match="the clock is not set"):
        board.connect()


def test_a_broker_without_tls_is_not_taken_for_one_with(
    tls_broker: Mosquitto, trusting: Callable[..., Any]
) -> None:
    """The handshake with a plain port ends with an error, within the timeout."""
    with pytest.raises(OSError, match="TLS with localhost failed"):
        trusting(tls_broker.port, timeout=1).connect()


def test_ssl_true_is_not_an_unverified_connection(client: Callable[..., Any]) -> None:
    """umqtt.simple takes it for that."""
    with pytest.raises(ValueError, match="SSLContext"):
        client(1, ssl=True)


def test_a_broker_that_freezes_is_noticed_through_tls(
    tls_broker: Mosquitto, trusting: Callable[..., Any]
) -> None:
    """A TLS socket of a board has no timeout of its own."""
    board = trusting(tls_broker.tls_port, keepalive=1, timeout=2)
    board.connect()
    tls_broker.freeze()
    with pytest.raises(OSError, match="no PINGRESP"):
        board.wait_msg()
