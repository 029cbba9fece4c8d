"""Ending a session in every state, and connections that hang."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from mqttui.core.source import MessageSource, Phase
from mqttui.settings.connection import ConnectionSettings, Tls, Will
from mqttui.transport.session import Session
from tests.support.publisher import publish_burst
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.conftest import Listen
    from tests.support.mosquitto import Mosquitto


def network_threads() -> list[threading.Thread]:
    """Return the network threads of all sessions."""
    return [thread for thread in threading.enumerate() if thread.name == "mqttui-session"]


@pytest.fixture
def black_hole() -> Iterator[int]:
    """Return a port that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.mark.mosquitto
def test_stop_says_goodbye(broker: Mosquitto, listen: Listen) -> None:
    """A polite end: the broker sees a DISCONNECT and does not publish the will."""
    will = Will("last/words", b"gone", qos=1, retain=True)
    witness = listen(ConnectionSettings(broker.host, broker.port))
    witness.wait_subscribed()
    for client_id in ("polite", "rude"):
        session = Session(
            ConnectionSettings(broker.host, broker.port, client_id=client_id, will=will)
        )
        session.start()
        wait_until(lambda session=session: session.status.phase is Phase.CONNECTED, "connecting")
        if client_id == "polite":
            session.stop()
            assert session.status.phase is Phase.STOPPED
            wait_until(lambda: "Client polite disconnected." in broker.log_text(), "goodbye")
            assert witness.payloads(b"last/words") == []
        else:
            # Another client with this id ends the connection without a DISCONNECT of its own.
            usurper = listen(ConnectionSettings(broker.host, broker.port, client_id=client_id))
            usurper.wait_subscribed()
            witness.wait_payload(b"last/words", b"gone")
            session.stop()


@pytest.mark.mosquitto
def test_stop_under_a_flood_is_polite_too(broker: Mosquitto, listen: Listen) -> None:
    """While messages pour in, stop still gets its DISCONNECT through."""
    settings = ConnectionSettings(broker.host, broker.port, client_id="drinker")
    listener = listen(settings)
    listener.wait_subscribed()
    is_over = threading.Event()

    def flood() -> None:
        while not is_over.is_set():
            publish_burst(broker.host, broker.port, [(b"flood", b"x" * 50)] * 5_000)

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        wait_until(lambda: len(listener.messages) > 10_000, "a flood")
        listener.session.stop()
    finally:
        is_over.set()
        thread.join(10)
    wait_until(lambda: "Client drinker disconnected." in broker.log_text(), broker.log_text)


@pytest.mark.mosquitto
def test_stop_ends_the_thread(broker: Mosquitto, listen: Listen) -> None:
    """After stop no network thread is left and the snapshot stays as it is."""
    others = set(network_threads())
    listener = listen(ConnectionSettings(broker.host, broker.port))
    listener.wait_subscribed()
    assert len(set(network_threads()) - others) == 1
    listener.session.stop()
    assert set(network_threads()) == others
    status = listener.status
    listener.session.retry_now()
    listener.session.stop()
    assert listener.status is status


@pytest.mark.parametrize("tls", [None, Tls(is_insecure=True)], ids=["CONNACK", "TLS"])
@pytest.mark.parametrize("path", [None, "/mqtt"], ids=["tcp", "websocket"])
def test_stop_does_not_wait_for_a_black_hole(
    black_hole: int, tls: Tls | None, path: str | None
) -> None:
    """Stopping while the other side never answers returns long before any timeout."""
    session = Session(ConnectionSettings("127.0.0.1", black_hole, tls=tls, websocket_path=path))
    session.start()
    assert session.status.phase is Phase.CONNECTING
    stopper = threading.Thread(target=session.stop)
    stopper.start()
    # The patience for a connection is ten seconds; hanging would fail here.
    stopper.join(8)
    assert not stopper.is_alive()
    assert session.status.phase is Phase.STOPPED


def test_a_session_stopped_while_opening_never_reaches_the_broker() -> None:
    """When the connection stands only after stop, it is closed without a byte of MQTT."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        session = Session(
            ConnectionSettings("127.0.0.1", server.getsockname()[1], websocket_path="/mqtt")
        )
        session.start()
        connection, _ = server.accept()
        with connection:
            connection.settimeout(10)
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(4096)
            session.stop()
            connection.sendall(_upgrade(request))
            assert connection.recv(4096) == b""
    wait_until(lambda: not network_threads(), "the end of the thread")


def _upgrade(request: bytes) -> bytes:
    """Return the answer that accepts a WebSocket (RFC 6455 section 4.2.2)."""
    found = re.search(rb"Sec-WebSocket-Key: (\S+)", request)
    assert found is not None
    digest = hashlib.sha1(found[1] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n"
    )


def test_stop_before_start_and_while_waiting() -> None:
    """Stopping works in every phase, and a session is started once."""
    idle: MessageSource = Session(ConnectionSettings("127.0.0.1", 1))
    idle.stop()
    assert idle.status.phase is Phase.STOPPED
    waiting = Session(ConnectionSettings("127.0.0.1", 1), chance=lambda: 0.999)
    waiting.start()
    with pytest.raises(RuntimeError, match="once"):
        waiting.start()
    wait_until(lambda: waiting.status.phase is Phase.WAITING, "waiting")
    waiting.stop()
    assert waiting.status.phase is Phase.STOPPED
    assert not network_threads()


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_frozen_broker_is_noticed(broker: Mosquitto, listen: Listen, protocol: str) -> None:
    """When the broker hangs, the missing answer to a ping ends the connection in words."""
    listener = listen(
        ConnectionSettings(broker.host, broker.port, keepalive_s=1, protocol=protocol),
        chance=lambda: 0.05,
    )
    listener.wait_subscribed()
    broker.freeze()
    status = listener.wait_problem()
    assert "has stopped answering" in (status.problem or "")
    assert status.retries_by_itself
    broker.thaw()
    listener.session.retry_now()
    assert listener.wait_subscribed().problem is None


@pytest.mark.mosquitto
def test_the_snapshot_changes_only_with_its_content(broker: Mosquitto, listen: Listen) -> None:
    """`status` is the same object until something differs."""
    listener = listen(ConnectionSettings(broker.host, broker.port))
    status = listener.wait_subscribed()
    wait_until(lambda: len(listener.messages) > 60, "two rounds of $SYS")
    assert listener.status is status


@pytest.mark.mosquitto
def test_nothing_secret_is_in_what_a_session_shows(broker: Mosquitto, listen: Listen) -> None:
    """Neither status nor repr of a session hold the password."""
    listener = listen(
        ConnectionSettings(broker.host, broker.port, user="ada", password="open sesame")
    )
    listener.wait_subscribed()
    session = listener.session
    shown = f"{session!r} {session.status!r} {session.counters!r} {session._settings!r}"
    assert "open sesame" not in shown
