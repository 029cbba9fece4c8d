"""Two clients with one client id."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from mqttui.core.source import Phase
from mqttui.settings.connection import ConnectionSettings
from mqttui.transport.session import Session
from tests.support.publisher import publisher
from tests.support.scripted_broker import CONNACK_OK_5, CONNACK_OK_311, Peer

if TYPE_CHECKING:
    from tests.integration.conftest import Listen, Scripted
    from tests.support.mosquitto import Mosquitto


def test_mqtt_5_names_the_takeover(listen: Listen, scripted: Scripted) -> None:
    """A DISCONNECT that names the takeover is quoted, and the next attempt waits for seconds."""

    def script(peer: Peer) -> None:
        level = peer.read_connect()
        peer.send(CONNACK_OK_5)
        for _ in range(2):
            packet_id, _name, qos = peer.read_subscribe(level)
            peer.send_suback(level, packet_id, qos)
        peer.send(b"\xe0\x01\x8e")

    server = scripted(script)
    began_at = time.monotonic()
    settings = ConnectionSettings(server.host, server.port, client_id="explorer")
    status = listen(settings, chance=lambda: 0.0).wait_problem()
    assert "same client id “explorer” and took over" in (status.problem or "")
    assert "--client-id" in (status.advice or "")
    assert status.retry_at_s is not None
    assert status.retry_at_s - began_at >= 5.0
    assert server.connections == 1


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_takeover_without_a_word_is_suspected(
    broker: Mosquitto, listen: Listen, protocol: str
) -> None:
    """Where the broker only closes, as mosquitto 2.0 does, the second time names the cause."""
    settings = ConnectionSettings(broker.host, broker.port, client_id="explorer", protocol=protocol)
    listener = listen(settings, chance=lambda: 0.0)
    for number in (1, 2):
        listener.wait(
            lambda status, number=number: (
                status.phase is Phase.CONNECTED
                and status.attempt == number
                and all(entry.granted_qos is not None for entry in status.subscriptions)
            )
        )
        with publisher(broker.host, broker.port, client_id="explorer"):
            status = listener.wait_problem()
    assert "probably another client uses the client id “explorer”" in (status.problem or "")
    assert "--client-id" in (status.advice or "")
    assert status.retries_by_itself
    assert broker.log_text().count("already connected, closing old connection") == 2


def accept_and_close(peer: Peer) -> None:
    """Speak 3.1.1 just long enough to accept the connection and its subscriptions."""
    level = peer.read_connect()
    peer.send(CONNACK_OK_311)
    for _ in range(2):
        packet_id, _name, qos = peer.read_subscribe(level)
        peer.send_suback(level, packet_id, qos)


def test_closing_again_and_again_does_not_loop_at_full_speed(
    listen: Listen, scripted: Scripted
) -> None:
    """Even with the luckiest dice the wait grows to seconds once a takeover is suspected."""
    server = scripted(accept_and_close)
    began_at = time.monotonic()
    listener = listen(
        ConnectionSettings(server.host, server.port, client_id="me", protocol="3.1.1"),
        chance=lambda: 0.0,
    )
    status = listener.wait(
        lambda status: "“me”" in (status.problem or "") and status.phase is Phase.WAITING
    )
    assert server.connections == 2
    assert status.retry_at_s is not None
    assert status.retry_at_s - began_at >= 5.0


def test_a_random_client_id_is_not_suspected(listen: Listen, scripted: Scripted) -> None:
    """With a generated client id a takeover is no explanation and is not claimed."""
    server = scripted(accept_and_close)
    listener = listen(
        ConnectionSettings(server.host, server.port, protocol="3.1.1"), chance=lambda: 0.0
    )
    status = listener.wait(lambda status: status.phase is Phase.WAITING and server.connections >= 3)
    assert "was closed" in (status.problem or "")
    assert "client id" not in (status.problem or "")


def test_generated_client_ids_differ_and_fit_every_broker() -> None:
    """Ids are random, at most 23 bytes, and of letters, digits and a hyphen."""
    sessions = [Session(ConnectionSettings("localhost", 1883)) for _ in range(50)]
    ids = {session.status.client_id for session in sessions}
    for session in sessions:
        session.stop()
    assert len(ids) == 50
    for client_id in ids:
        assert client_id is not None
        assert len(client_id.encode()) <= 23
        assert client_id.removeprefix("mqttui-").isalnum()
