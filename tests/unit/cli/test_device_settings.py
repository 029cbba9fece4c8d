"""Which of the sources of a board's configuration counts, value by value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mqttui.cli.device_settings import BoardSettings
from mqttui.deploy.board_setup import BrokerChoice, rules_for
from mqttui.deploy.bundle import AUTHORITY_FILE, CONFIG_FILE, read_bundle
from mqttui.deploy.failures import DeployError
from mqttui.deploy.roster import read_roster
from mqttui.settings.connection import ConnectionSettings, Tls

RULES = rules_for(read_bundle(Path(__file__).resolve().parents[3] / "firmware"))
UID = "240ac4c4a1f2"
OWN = {"name": "anna", "ssid": "home", "host": "old.example", "user": "anna", "password": "former"}
BROKER = BrokerChoice(ConnectionSettings("new.example", 8883, tls=Tls(), user="ben"), b"DER")
ROSTER = read_roster("id,name,rate\nc4a1f2,carl,2\n", "class.csv")


def file_of(values: dict[str, Any]) -> bytes:
    """Return a configuration file."""
    return json.dumps(values).encode()


def setup(own: dict[str, Any] | None = None, **sources: Any) -> tuple[Any, dict[str, bytes]]:
    """Return the values and the files that a board gets."""
    there = {} if own is None else {CONFIG_FILE: file_of(own)}
    found = BoardSettings(RULES, **sources).setup_of(UID, "/dev/ttyUSB0", there)
    return found.values, dict(found.files)


def test_a_board_keeps_what_nobody_speaks_of() -> None:
    """Without any source nothing is sent; what it has is known all the same."""
    assert setup(OWN) == (OWN, {})
    values, files = setup({**OWN, "rate": 3}, roster=ROSTER)
    assert values == {**OWN, "name": "carl", "rate": 2}
    assert json.loads(files[CONFIG_FILE]) == values


def test_another_broker_takes_nothing_of_the_former_one_along() -> None:
    """Name and Wi-Fi stay; the old password would go to the wrong place."""
    values, files = setup(OWN, broker=BROKER)
    assert values == {
        "name": "anna",
        "ssid": "home",
        "host": "new.example",
        "user": "ben",
        "ca": "/ca.der",
    }
    assert files[AUTHORITY_FILE] == b"DER"


def test_a_file_counts_more_than_the_broker_and_a_row_more_than_both() -> None:
    """The file is the whole, so that nothing of the board's own is left beside it."""
    whole = {"ssid": "class", "host": "file.example", "name": "all"}
    values, files = setup(OWN, file=file_of(whole))
    assert (values, files[CONFIG_FILE]) == (whole, file_of(whole))
    values, _ = setup(OWN, file=file_of(whole), broker=BROKER, roster=ROSTER)
    assert values == {**whole, "name": "carl", "rate": 2}
    values, _ = setup(OWN, file=file_of({"ssid": "class"}), broker=BROKER)
    assert (values["ssid"], values["host"], values["user"]) == ("class", "new.example", "ben")


def test_a_teachers_own_account_does_not_go_onto_boards_unnoticed() -> None:
    """A roster without accounts would put one password onto thirty boards."""
    there = {CONFIG_FILE: file_of(OWN)}
    found = BoardSettings(RULES, broker=BROKER, roster=ROSTER).setup_of(UID, "p", there)
    assert "Your own account ben goes onto this board" in found.notes[0]
    roster = read_roster("id,user,password\nc4a1f2,carl,chalk\n", "class.csv")
    found = BoardSettings(RULES, broker=BROKER, roster=roster).setup_of(UID, "p", there)
    assert found.notes == ()
    assert BoardSettings(RULES, broker=BROKER).setup_of(UID, "p", there).notes == ()


def test_an_authority_alone_turns_tls_on() -> None:
    """A board that got a CA and went on without TLS would be a surprise."""
    values, files = setup(OWN, authority=b"DER")
    assert (values["ca"], files[AUTHORITY_FILE]) == ("/ca.der", b"DER")


def test_what_is_wrong_is_named_before_anything_is_sent() -> None:
    """A key of the file, a cell of the roster with its board, a board that is in no line."""
    with pytest.raises(DeployError, match=r"rate: 0\.1 to 20"):
        setup(None, file=file_of({**OWN, "rate": 99}))
    with pytest.raises(DeployError, match="ssid is missing"):
        setup(None, broker=BROKER)
    with pytest.raises(DeployError, match=r"roster, board c4a1f2: rate: 0\.1 to 20"):
        BoardSettings(RULES, roster=read_roster("id,rate\nc4a1f2,fast\n", "class.csv"))
    with pytest.raises(DeployError, match="is not in the roster"):
        setup(OWN, roster=read_roster("id,name\n123456,anna\n", "class.csv"))
    with pytest.raises(DeployError, match=r"common\.json is not JSON"):
        BoardSettings(RULES, file=b"{", file_name="common.json")


def test_a_bare_board_without_sources_stays_for_the_plan_to_refuse() -> None:
    """Nobody is there to be asked, and nothing is guessed."""
    assert setup(None) == (None, {})


def test_a_board_whose_file_is_broken_can_be_mended(capsys: pytest.CaptureFixture[str]) -> None:
    """It is told, and does not keep the new values out."""
    there = {CONFIG_FILE: b"{"}
    settings = BoardSettings(RULES, file=file_of(OWN))
    assert settings.setup_of(UID, "/dev/ttyUSB0", there).values == OWN
    settings = BoardSettings(RULES, broker=BROKER, roster=ROSTER)
    with pytest.raises(DeployError, match="ssid is missing"):
        settings.setup_of(UID, "/dev/ttyUSB0", there)
    assert "/config.json is not JSON" in capsys.readouterr().out


def test_another_firmware_is_not_judged_here() -> None:
    """Its rules are its own: no code of it runs on this machine."""
    assert rules_for({"/config.py": b"raise SystemExit"}) is None
    settings = BoardSettings(None, file=b'{"anything": 1}', roster=ROSTER)
    found = settings.setup_of(UID, "/dev/ttyUSB0", {})
    assert json.loads(found.files[CONFIG_FILE]) == {"anything": 1, "name": "carl", "rate": "2"}
    assert found.values is None
