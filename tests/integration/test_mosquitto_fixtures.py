"""The brokers that other tests rely on really do what their fixtures say."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.publisher import publish, publish_burst
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from tests.support.certificates import CertificateAuthority
    from tests.support.mosquitto import Mosquitto

pytestmark = pytest.mark.mosquitto


def _messages(broker: Mosquitto, count: int, **login: str) -> dict[str, bytes]:
    """Return the first `count` retained messages that a fresh subscriber receives."""
    client = paho.Client(CallbackAPIVersion.VERSION2)
    if login:
        client.username_pw_set(login["user"], login["password"])
    received: dict[str, bytes] = {}
    client.on_message = lambda _c, _u, message: received.update({message.topic: message.payload})
    client.on_connect = lambda *_: client.subscribe("#")
    client.connect(broker.host, broker.port)
    client.loop_start()
    try:
        wait_until(lambda: len(received) >= count, lambda: f"{count} messages, got {received}")
    finally:
        client.disconnect()
        client.loop_stop()
    return received


def test_a_published_message_is_kept_across_subscribers(broker: Mosquitto) -> None:
    """The plain broker keeps a retained message and a burst."""
    publish(broker.host, broker.port, "a/b", b"one", retain=True)
    publish_burst(
        broker.host, broker.port, [(b"burst/%d" % i, b"x") for i in range(40)], retain=True
    )
    received = _messages(broker, 41)
    assert received["a/b"] == b"one"
    assert received["burst/39"] == b"x"


def test_the_password_broker_lets_its_user_in(password_broker: Mosquitto) -> None:
    """The password file that the fixture wrote works."""
    login = {"user": "ada", "password": "correct horse"}
    publish(password_broker.host, password_broker.port, "t", b"1", retain=True, **login)
    assert _messages(password_broker, 1, **login) == {"t": b"1"}


def test_the_tls_broker_shows_a_certificate_of_the_authority(
    tls_broker: Mosquitto, authority: CertificateAuthority
) -> None:
    """A client that trusts the authority completes a handshake for localhost."""
    context = ssl.create_default_context(cafile=str(authority.ca_file))
    with (
        socket.create_connection((tls_broker.host, tls_broker.tls_port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as encrypted,
    ):
        assert encrypted.version() in {"TLSv1.2", "TLSv1.3"}


def test_a_broker_restarts_on_the_same_port(broker: Mosquitto) -> None:
    """After a kill the same port accepts again and the old retained messages are gone."""
    publish(broker.host, broker.port, "a", b"1", retain=True)
    port = broker.port
    broker.kill()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((broker.host, port), timeout=2)
    broker.start()
    assert broker.port == port
    publish(broker.host, broker.port, "b", b"2", retain=True)
    assert _messages(broker, 1) == {"b": b"2"}
