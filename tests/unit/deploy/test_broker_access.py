"""The broker of a profile as a board is told about it, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from mqttui.deploy.broker_access import board_values, connection_of, is_this_machine
from mqttui.deploy.failures import DeployError
from mqttui.settings.connection import ConnectionSettings, Tls

CA = Path("ca.pem")


@pytest.mark.parametrize(
    "settings",
    [
        ConnectionSettings("broker.local", 1883),
        ConnectionSettings("broker.local", 1884, user="anna", password="chalk"),
        ConnectionSettings("10.0.0.2", 8883, tls=Tls(ca_file=CA), user="anna"),
        ConnectionSettings("10.0.0.2", 1883, tls=Tls(ca_file=CA)),
    ],
)
def test_a_board_connects_as_this_program_does(settings: ConnectionSettings) -> None:
    """Host, port, TLS and account survive the way into config.json and back."""
    values = board_values(settings, has_authority=settings.tls is not None)
    assert connection_of(values, CA) == settings


def test_usual_ports_are_left_out() -> None:
    """What a person reads on the board stays short."""
    settings = ConnectionSettings("broker.local", 8883, tls=Tls(ca_file=CA))
    assert board_values(settings, has_authority=True) == {"host": "broker.local", "ca": "/ca.der"}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (ConnectionSettings("b", 443, tls=Tls(ca_file=CA), websocket_path="/mqtt"), "WebSocket"),
        (ConnectionSettings("b", 8883, tls=Tls(CA, CA, CA)), "client certificates"),
        (ConnectionSettings("b", 8883, tls=Tls()), "--ca-file FILE"),
        (ConnectionSettings("b", 8883, tls=Tls(is_insecure=True)), "verifies the broker"),
    ],
)
def test_what_boards_cannot_do_is_said(settings: ConnectionSettings, sentence: str) -> None:
    """Nothing weaker is taken instead."""
    has_authority = settings.tls is not None and settings.tls.ca_file is not None
    with pytest.raises(DeployError, match=sentence):
        board_values(settings, has_authority=has_authority)


def test_values_without_a_broker_lead_nowhere() -> None:
    """Whatever stands in a file of a board, no connection is guessed."""
    assert connection_of({}, None) is None
    assert connection_of({"host": 7}, None) is None
    found = connection_of({"host": "h", "port": "x", "user": 1}, None)
    assert found == ConnectionSettings("h", 1883)


def test_a_name_that_leads_a_board_to_itself_is_known() -> None:
    """localhost is another machine for everybody."""
    assert all(is_this_machine(host) for host in ("localhost", "127.0.0.1", "::1", "LOCALHOST"))
    assert not any(is_this_machine(host) for host in ("broker.local", "10.0.0.2", None))
