"""Under `auto` MQTT 5 is tried first, and 3.1.1 at once when it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mqttui.settings.connection import ConnectionSettings
from tests.support.scripted_broker import CONNACK_OK_5, CONNACK_OK_311, Peer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.conftest import Listen, Scripted

# How brokers that know only 3.1.1 meet a CONNECT of MQTT 5.
REFUSALS: dict[str, bytes] = {
    "MQTT 5 CONNACK 0x84": b"\x20\x03\x00\x84\x00",
    "3.1.1 CONNACK code 1": b"\x20\x02\x00\x01",
    "close without a CONNACK": b"",
    "malformed answer": b"\x20\x01\x00",
    "another packet first": b"\xd0\x00",
}


def only_311(refusal: bytes, levels: list[int]) -> Callable[[Peer], None]:
    """Return a script of a broker that speaks 3.1.1 and refuses MQTT 5 with these bytes."""

    def script(peer: Peer) -> None:
        level = peer.read_connect()
        levels.append(level)
        if level == 5:
            peer.send(refusal)
            return
        peer.send(CONNACK_OK_311)
        for _ in range(2):
            packet_id, _name, qos = peer.read_subscribe(level)
            peer.send_suback(level, packet_id, qos)
        peer.send(b"\x30\x05\x00\x01thi")
        peer.wait_for_end()

    return script


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_of_mqtt_5_falls_back_at_once(
    listen: Listen, scripted: Scripted, refusal: bytes
) -> None:
    """However MQTT 5 is refused, 3.1.1 follows without a wait, works, and is reported."""
    levels: list[int] = []
    learnt: list[str] = []
    server = scripted(only_311(refusal, levels))
    listener = listen(
        ConnectionSettings(server.host, server.port),
        on_protocol_learnt=learnt.append,
        chance=lambda: 0.999,
    )
    status = listener.wait_subscribed()
    assert status.protocol == "3.1.1"
    assert status.attempt == 1
    assert learnt == ["3.1.1"]
    listener.wait_payload(b"t", b"hi")
    assert levels == [5, 4]


def test_what_was_learnt_is_tried_first(listen: Listen, scripted: Scripted) -> None:
    """With a remembered protocol no refusal is provoked and nothing is reported again."""
    levels: list[int] = []
    learnt: list[str] = []
    server = scripted(only_311(b"", levels))
    listener = listen(
        ConnectionSettings(server.host, server.port),
        known_protocol="3.1.1",
        on_protocol_learnt=learnt.append,
    )
    listener.wait_subscribed()
    assert levels == [4]
    assert learnt == []


def test_a_broker_that_closes_on_both_is_explained(listen: Listen, scripted: Scripted) -> None:
    """A close without a CONNACK under 3.1.1 too is a problem in plain words."""
    levels: list[int] = []
    server = scripted(lambda peer: levels.append(peer.read_connect()))
    learnt: list[str] = []
    listener = listen(
        ConnectionSettings(server.host, server.port), on_protocol_learnt=learnt.append
    )
    status = listener.wait_problem()
    assert "closed the connection without an answer" in (status.problem or "")
    assert levels[:2] == [5, 4]
    assert learnt == []


@pytest.mark.parametrize(("protocol", "level"), [("5", 5), ("3.1.1", 4)])
def test_a_fixed_protocol_never_falls_back(
    listen: Listen, scripted: Scripted, protocol: str, level: int
) -> None:
    """Who asks for one version gets that or an explanation."""
    levels: list[int] = []

    def script(peer: Peer) -> None:
        levels.append(peer.read_connect())
        peer.send(b"\x20\x02\x00\x01")

    server = scripted(script)
    listener = listen(ConnectionSettings(server.host, server.port, protocol=protocol))
    status = listener.wait_problem()
    assert "does not speak this version of MQTT" in (status.problem or "")
    assert "--protocol" in (status.advice or "")
    assert not status.retries_by_itself
    assert levels == [level]


def test_a_protocol_that_worked_is_not_doubted_by_a_close(
    listen: Listen, scripted: Scripted
) -> None:
    """A broker that spoke MQTT 5 and then closes without a word is restarting, not refusing."""
    levels: list[int] = []

    def script(peer: Peer) -> None:
        levels.append(peer.read_connect())
        if peer.number == 2:
            return
        peer.send(CONNACK_OK_5)
        for _ in range(2):
            packet_id, _name, qos = peer.read_subscribe(5)
            peer.send_suback(5, packet_id, qos)
        if peer.number > 2:
            peer.wait_for_end()

    server = scripted(script)
    listener = listen(ConnectionSettings(server.host, server.port), chance=lambda: 0.0)
    listener.wait(lambda _: len(levels) >= 3)
    assert listener.wait_subscribed().protocol == "5"
    assert levels == [5, 5, 5]
