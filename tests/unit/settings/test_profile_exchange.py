"""Profiles go to others without what is secret, and come back or say what is wrong."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from mqttui.core.topic import filter_problem, topic_problem
from mqttui.settings.connection import Subscription
from mqttui.settings.draft import Draft, TopicRules
from mqttui.settings.profile_exchange import FileIsThereError, export_profile, import_profiles
from mqttui.settings.toml_file import SettingsError

TOPICS = TopicRules(topic_problem, filter_problem)
LAB = Draft(
    host="broker.example",
    user="ada",
    tls=True,
    password_file=Path("/home/ada/secret"),
    subscriptions=(Subscription("a/#", 1, no_local=True),),
    will_topic="gone",
)


def test_an_exported_profile_comes_back_without_its_secrets(tmp_path: Path) -> None:
    """All options survive the way but the file of the password, and the sentence says so."""
    path = tmp_path / "lab.toml"
    said = export_profile(path, "lab", LAB)
    assert said == (
        f"'lab' is written to {path}, without the password and the name of the password file."
    )
    assert "secret" not in path.read_text()
    imported = import_profiles(path, frozenset(), TOPICS)
    assert imported.problems == ()
    assert imported.profiles == {"lab": replace(LAB, password_file=None)}


def test_a_signature_behind_a_websocket_path_is_left_out(tmp_path: Path) -> None:
    """What may let anybody in is not handed on."""
    path = tmp_path / "lab.toml"
    draft = Draft(host="h", websocket=True, websocket_path="/mqtt?X-Amz-Signature=abcdef")
    assert "the query of the WebSocket path" in export_profile(path, "lab", draft)
    assert "abcdef" not in path.read_text()
    assert import_profiles(path, frozenset(), TOPICS).profiles["lab"].websocket_path == "/mqtt"


def test_a_file_beside_the_export_is_named_relative_to_it(tmp_path: Path) -> None:
    """A folder with a profile and its CA can be handed on as a whole."""
    path = tmp_path / "lab.toml"
    export_profile(path, "lab", Draft(host="h", tls=True, ca_file=tmp_path / "ca.pem"))
    assert tomllib.loads(path.read_text())["profiles"]["lab"]["tls"] == {"cafile": "ca.pem"}
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    path.rename(moved / "lab.toml")
    found = import_profiles(moved / "lab.toml", frozenset(), TOPICS).profiles["lab"]
    assert found.ca_file == moved / "ca.pem"


def test_nothing_is_overwritten_unless_that_is_wanted(tmp_path: Path) -> None:
    """A file that is there stays as it is until somebody says otherwise."""
    path = tmp_path / "lab.toml"
    path.write_text("mine")
    with pytest.raises(SettingsError, match=r"lab\.toml is there already\."):
        export_profile(path, "lab", LAB)
    assert path.read_text() == "mine"
    export_profile(path, "lab", LAB, may_replace=True)
    assert "lab" in import_profiles(path, frozenset(), TOPICS).profiles


def test_a_folder_is_not_offered_to_be_replaced(tmp_path: Path) -> None:
    """What lies there is no file, so that asking whether it may go would be no use."""
    with pytest.raises(SettingsError, match=r"is a folder; name a file in it\.") as caught:
        export_profile(tmp_path, "lab", LAB)
    assert not isinstance(caught.value, FileIsThereError)


@pytest.mark.parametrize("name", ["missing/lab.toml", "."])
def test_a_place_where_nothing_can_be_written_is_a_sentence(tmp_path: Path, name: str) -> None:
    """A missing folder and a folder in place of a file are told, not raised."""
    with pytest.raises(SettingsError, match=r"\.$"):
        export_profile(tmp_path / name, "lab", LAB)


def test_import_says_what_is_wrong_by_file_line_and_key(tmp_path: Path) -> None:
    """The good profile is found, and the bad one is named with its place."""
    path = tmp_path / "class.toml"
    path.write_text('[profiles.good]\nhost = "h"\n[profiles.bad]\nhots = "h"\n')
    imported = import_profiles(path, frozenset(), TOPICS)
    assert list(imported.profiles) == ["good"]
    assert imported.problems == (
        f"{path}, line 4: profile 'bad': unknown key 'hots'; did you mean 'host'?",
    )


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    """A profile of one's own is never replaced by an import."""
    path = tmp_path / "lab.toml"
    export_profile(path, "lab", LAB)
    imported = import_profiles(path, frozenset({"lab", "lab 2"}), TOPICS)
    assert list(imported.profiles) == ["lab 3"]
    assert imported.renamed == {"lab": "lab 3"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "has no profiles"), ("[profiles.a\n", "is not valid TOML"), ("x = 1\n", "unknown key")],
)
def test_a_file_without_profiles_is_a_problem(tmp_path: Path, text: str, problem: str) -> None:
    """Whatever stands in the file, the user hears why nothing came of it."""
    path = tmp_path / "odd.toml"
    path.write_text(text)
    imported = import_profiles(path, frozenset(), TOPICS)
    assert imported.profiles == {}
    assert problem in imported.problems[0]
    with pytest.raises(SettingsError, match="There is no file"):
        import_profiles(tmp_path / "none.toml", frozenset(), TOPICS)
