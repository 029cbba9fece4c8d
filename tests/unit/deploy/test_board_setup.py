"""The configuration of a board after somebody's answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mqttui.deploy.board_setup import Answers, BrokerChoice, answered_setup, rules_for
from mqttui.deploy.bundle import read_bundle
from mqttui.deploy.failures import DeployError
from mqttui.settings.connection import ConnectionSettings, Tls

RULES = rules_for(read_bundle(Path(__file__).resolve().parents[3] / "firmware"))
PLAIN = BrokerChoice(ConnectionSettings("new.example", 1883, user="ben", password="pass"))
TLS = ConnectionSettings("new.example", 8883, tls=Tls())
THERE = {"name": "anna", "ssid": "lab", "key": "old-secret", "host": "old.example", "user": "anna"}
OWN = {"/config.json": json.dumps(THERE).encode()}


def test_without_answers_a_configuration_stays_byte_for_byte() -> None:
    """Nothing is sent, and the broker of this connection does not get in."""
    setup = answered_setup(RULES, OWN, Answers(), PLAIN)
    assert (setup.files, setup.values, setup.notes) == ({}, THERE, ())


def test_answers_replace_only_what_was_answered() -> None:
    """Another Wi-Fi with the key of the one before is pointed out."""
    setup = answered_setup(RULES, OWN, Answers(ssid="hall"), PLAIN)
    assert json.loads(setup.files["/config.json"]) == {**THERE, "ssid": "hall"}
    assert "its key stays" in " ".join(setup.notes)
    assert not answered_setup(RULES, OWN, Answers(ssid="hall", key="new-secret"), PLAIN).notes


def test_another_broker_brings_nothing_of_the_one_before() -> None:
    """Host and account go together; the address can be the one that the board knows."""
    answers = Answers(takes_broker=True, host="192.0.2.1")
    values = answered_setup(RULES, OWN, answers, PLAIN).values
    assert values is not None
    assert (values["host"], values["user"], values["password"]) == ("192.0.2.1", "ben", "pass")


def test_a_broken_configuration_is_replaced_and_said() -> None:
    """What cannot be read is no reason to stop."""
    setup = answered_setup(RULES, {"/config.json": b"{"}, Answers(ssid="lab"), PLAIN)
    assert setup.values is not None
    assert (setup.values["name"], setup.values["host"]) == ("esp32", "new.example")
    assert setup.notes == ("On the board: /config.json is not JSON.",)


@pytest.mark.parametrize(
    ("answers", "broker", "words"),
    [
        (Answers(), PLAIN, "needs the name of the Wi-Fi"),
        (Answers(ssid="lab"), None, "not connected to a broker"),
        (Answers(ssid="lab"), BrokerChoice(TLS), "file with the CA"),
        (Answers(ssid="lab", name="a/b"), PLAIN, "name"),
        (Answers(ssid="lab", key="short"), PLAIN, "key"),
    ],
)
def test_what_cannot_be_is_refused(answers, broker, words) -> None:
    """A bare board needs a Wi-Fi and a broker that it can verify; no refusal repeats a secret."""
    with pytest.raises(DeployError, match=words) as refused:
        answered_setup(RULES, {}, answers, broker)
    assert "short" not in str(refused.value)


def test_a_ca_goes_along_and_one_that_is_there_will_do() -> None:
    """The CA of the connection becomes a file; without one the board's own is used."""
    new = answered_setup(RULES, {}, Answers(ssid="lab"), BrokerChoice(TLS, b"DER"))
    assert new.files["/ca.der"] == b"DER"
    kept = answered_setup(RULES, {"/ca.der": b"OLD"}, Answers(ssid="lab"), BrokerChoice(TLS))
    assert "/ca.der" not in kept.files
    assert (kept.values or {})["ca"] == "/ca.der"
