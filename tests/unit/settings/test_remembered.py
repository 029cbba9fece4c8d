"""What a broker taught us survives, and a damaged memory harms nobody."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mqttui.settings.connection import ConnectionSettings
from mqttui.settings.remembered import load_remembered
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = ConnectionSettings("h", 1883)
DAY_S = 24 * 3600


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the memory is."""
    return tmp_path / "state" / "remembered.json"


def test_a_version_is_remembered_for_host_and_port(path: Path) -> None:
    """The next run knows it; another port does not."""
    load_remembered(path).remember_protocol(SETTINGS, "3.1.1")
    again = load_remembered(path)
    assert again.problem is None
    assert again.protocol_of(SETTINGS) == "3.1.1"
    assert again.protocol_of(replace(SETTINGS, port=1884)) is None


def test_a_profile_is_remembered_by_its_name(path: Path) -> None:
    """A profile and the bare address are two memories."""
    load_remembered(path).remember_protocol(replace(SETTINGS, profile="lab"), "5")
    again = load_remembered(path)
    assert again.protocol_of(replace(SETTINGS, host="moved", profile="lab")) == "5"
    assert again.protocol_of(SETTINGS) is None


def test_a_newer_lesson_replaces_the_older(path: Path) -> None:
    """A broker that was updated is believed."""
    remembered = load_remembered(path)
    remembered.remember_protocol(SETTINGS, "3.1.1")
    remembered.remember_protocol(SETTINGS, "5")
    assert load_remembered(path).protocol_of(SETTINGS) == "5"


def test_two_processes_do_not_forget_for_each_other(path: Path) -> None:
    """Writing keeps what another process wrote since."""
    mine, theirs = load_remembered(path), load_remembered(path)
    theirs.remember_protocol(replace(SETTINGS, host="other"), "5")
    mine.remember_protocol(SETTINGS, "3.1.1")
    assert load_remembered(path).protocol_of(replace(SETTINGS, host="other")) == "5"


@pytest.mark.parametrize(
    ("age_s", "found"), [(29 * DAY_S, "3.1.1"), (31 * DAY_S, None), (-5, None)]
)
def test_a_lesson_is_believed_for_a_month(path: Path, age_s: float, found: str | None) -> None:
    """After 30 days, or when the clock went back, MQTT 5 is tried first again."""
    load_remembered(path, clock=lambda: 1e9).remember_protocol(SETTINGS, "3.1.1")
    assert load_remembered(path, clock=lambda: 1e9 + age_s).protocol_of(SETTINGS) == found


@pytest.mark.parametrize("text", ["", "{", "[]", '{"protocols": 3}', "\x00", "[" * 100_000])
def test_a_damaged_file_is_told_and_replaced(path: Path, text: str) -> None:
    """The program goes on, says so, and the next lesson mends the file."""
    path.parent.mkdir()
    path.write_text(text)
    remembered = load_remembered(path)
    assert remembered.problem == (
        f"{path} is damaged, so what mqttui remembered about brokers is lost."
    )
    assert remembered.protocol_of(SETTINGS) is None
    remembered.remember_protocol(SETTINGS, "5")
    assert load_remembered(path).problem is None


def test_damaged_entries_are_left_out_and_counted(path: Path) -> None:
    """Good entries beside bad ones still count."""
    path.parent.mkdir()
    good = {"version": "5", "at": 1e9}
    bad = {"a": 3, "b": {"version": "4", "at": 1}, "c": {"version": "5"}, "d": {"at": True}}
    path.write_text(json.dumps({"protocols": {"h:1883": good, **bad}}))
    remembered = load_remembered(path, clock=lambda: 1e9)
    assert remembered.problem == f"{path} has 4 damaged entries, which are not used."
    assert remembered.protocol_of(SETTINGS) == "5"


def test_the_memory_is_bounded(path: Path) -> None:
    """The oldest brokers are forgotten beyond 500."""
    entries = {f"h{n}:1": {"version": "5", "at": 1e9} for n in range(500)}
    path.parent.mkdir()
    path.write_text(json.dumps({"protocols": entries}))
    load_remembered(path, clock=lambda: 1e9).remember_protocol(SETTINGS, "5")
    kept = json.loads(path.read_text())["protocols"]
    assert len(kept) == 500
    assert "h0:1" not in kept
    assert "h:1883" in kept


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    """Failing to remember names the file."""
    (tmp_path / "state").write_text("")
    remembered = load_remembered(tmp_path / "state" / "remembered.json")
    with pytest.raises(SettingsError, match=r"remembered\.json cannot be "):
        remembered.remember_protocol(SETTINGS, "5")


@pytest.mark.parametrize("fraction", [0.0, 0.49, 0.51, 0.99])
def test_a_lesson_counts_at_once(path: Path, fraction: float) -> None:
    """The fraction of a second in which a lesson was learned does not put it into the future."""
    remembered = load_remembered(path, clock=lambda: 1e9 + fraction)
    remembered.remember_protocol(SETTINGS, "3.1.1")
    assert remembered.protocol_of(SETTINGS) == "3.1.1"
