"""Preferences: what is wrong is told and keeps its default."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mqttui.settings.alarm_thresholds import Thresholds
from mqttui.settings.preferences import Preferences, load_preferences

if TYPE_CHECKING:
    from pathlib import Path


def loaded(tmp_path: Path, text: str) -> tuple[Preferences, list[str]]:
    """Return what a file of preferences says."""
    path = tmp_path / "preferences.toml"
    path.write_text(text)
    return load_preferences(path)


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    """Nobody must have written a file."""
    assert load_preferences(tmp_path / "no.toml") == (Preferences(), [])


def test_all_keys_are_read(tmp_path: Path) -> None:
    """Every key fills its field."""
    text = (
        'history_budget = "64MB"\nframe_rate_hz = 4\npayload_limit = "2MiB"\n'
        'inbox_messages = 5000\ninbox_size = "8MB"\nshown_limit = "100kB"\n'
    )
    assert loaded(tmp_path, text) == (
        Preferences(64_000_000, 4.0, 2 * 1024 * 1024, 5000, 8_000_000, 100_000),
        [],
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('history_buget = "1GB"', "unknown key 'history_buget'; did you mean 'history_budget'?"),
        ("zzz = 1", "unknown key 'zzz'; valid keys are history_budget, frame_rate_hz"),
        ("frame_rate_hz = 0", "frame_rate_hz must be a number from 0.5 to 60 frames per second"),
        ('frame_rate_hz = "10"', "frame_rate_hz must be a number"),
        ('payload_limit = "1GB"', "payload_limit must be from 64 to 256MiB, not '1GB'."),
    ],
)
def test_a_bad_key_is_told_and_the_others_count(tmp_path: Path, line: str, problem: str) -> None:
    """The sentence names file, line and key; the rest of the file still counts."""
    preferences, problems = loaded(tmp_path, f"inbox_messages = 5000\n{line}\n")
    assert preferences == Preferences(inbox_max_messages=5000)
    assert len(problems) == 1
    assert problems[0].startswith(f"{tmp_path / 'preferences.toml'}, line 2: {problem}")


def test_keys_can_be_given_by_quoted_and_by_dotted_names(tmp_path: Path) -> None:
    """Both ways of writing an id of a command in TOML mean the same."""
    text = '[keys]\n"explorer.find" = "ctrl+f"\nexplorer.pause = "x"\n'
    preferences, problems = loaded(tmp_path, text)
    assert (preferences.keys, problems) == (
        {"explorer.find": "ctrl+f", "explorer.pause": "x"},
        [],
    )


@pytest.mark.parametrize("line", ["keys = 1", "[keys]\nfind = 1", "[keys]\na.b.c = 'x'"])
def test_keys_must_be_texts(tmp_path: Path, line: str) -> None:
    """Anything else is told and changes nothing."""
    preferences, (problem,) = loaded(tmp_path, line)
    assert preferences == Preferences()
    assert "keys" in problem


def test_thresholds_of_alarms_can_be_moved_and_switched_off(tmp_path: Path) -> None:
    """What is not named keeps its default; false switches a rule off."""
    text = "[alarms]\nclients_lost_share = 0.5\ndropped_share = false\n"
    preferences, problems = loaded(tmp_path, text)
    assert problems == []
    assert preferences.thresholds == Thresholds(clients_lost_share=0.5, dropped_share=None)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("alarms = 1", "must be a table"),
        ("[alarms]\ndropped_shar = 0.5", "did you mean dropped_share?"),
        ("[alarms]\ndropped_share = 5", "dropped_share must be a number from 0 to 1, not 5"),
        ("[alarms]\ndropped_share = true", "dropped_share must be a number"),
        ("[alarms]\nxyzzy = 5", "there are restart_within_s"),
    ],
)
def test_thresholds_that_cannot_be_used_are_told(tmp_path: Path, line: str, words: str) -> None:
    """The sentence names the threshold; all of them keep their defaults."""
    preferences, (problem,) = loaded(tmp_path, line)
    assert preferences == Preferences()
    assert words in problem
