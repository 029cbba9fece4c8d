"""Making sessions: stored passwords, remembered versions, and nothing printed meanwhile."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest

from mqttui.cli.session import SessionMaker, stored_password, with_password
from mqttui.settings.connection import ConnectionSettings
from mqttui.settings.draft import Draft
from mqttui.settings.paths import recent_file
from mqttui.settings.preferences import Preferences
from mqttui.settings.recent import load_recent
from mqttui.settings.secret import Secret
from mqttui.settings.secrets import FileSecretStore

if TYPE_CHECKING:
    from pathlib import Path

LAB = ConnectionSettings("h", 1883, user="ada", profile="lab")


class Recorded:
    """Stands in for a session and keeps what it was made with."""

    def __init__(self, settings: ConnectionSettings, **keywords: Any) -> None:
        self.settings = settings
        self.keywords = keywords


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return an environment with folders of its own, with the password of a profile."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr("mqttui.transport.session.Session", Recorded)
    FileSecretStore(tmp_path / "secrets.toml").write("lab", Secret("hunter2"))
    return {"MQTTUI_CONFIG_DIR": str(tmp_path), "MQTTUI_STATE_DIR": str(tmp_path / "state")}


def made(session: Any) -> Recorded:
    """Return what a session was made with."""
    assert isinstance(session, Recorded)
    return session


def test_the_inbox_is_as_large_as_preferred(environ: dict[str, str]) -> None:
    """Preferences of the inbox arrive at the session."""
    preferences = Preferences(inbox_max_messages=7000, inbox_max_bytes=9_000_000)
    keywords = made(SessionMaker(preferences, environ).make(LAB)).keywords
    assert (keywords["max_messages"], keywords["max_bytes"]) == (7000, 9_000_000)


def test_what_a_broker_taught_is_known_next_time(environ: dict[str, str]) -> None:
    """The version that worked is tried first by the next process."""
    first = made(SessionMaker(Preferences(), environ).make(LAB)).keywords
    assert first["known_protocol"] is None
    first["on_protocol_learnt"]("3.1.1")
    assert (
        made(SessionMaker(Preferences(), environ).make(LAB)).keywords["known_protocol"] == "3.1.1"
    )


def test_a_lesson_that_cannot_be_kept_is_told_late(
    environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The network thread goes on, the screen stays clean, and the sentence comes at the end."""
    (tmp_path / "state").write_text("in the way")
    sessions = SessionMaker(Preferences(), environ)
    sessions.late_notices.clear()
    made(sessions.make(LAB)).keywords["on_protocol_learnt"]("3.1.1")
    assert capsys.readouterr().err == ""
    sessions.tell_late_notices()
    assert "remembered.json cannot be " in capsys.readouterr().err


def test_a_fixed_version_teaches_nothing(environ: dict[str, str]) -> None:
    """Only `auto` finds out which version works."""
    fixed = ConnectionSettings("h", 1883, protocol="5")
    keywords = made(SessionMaker(Preferences(), environ).make(fixed)).keywords
    assert keywords["on_protocol_learnt"] is None


def test_a_stored_password_is_found(environ: dict[str, str]) -> None:
    """The store of the configuration folder has the password of the profile."""
    assert stored_password("lab", environ) == Secret("hunter2")
    assert stored_password("other", environ) is None
    assert with_password(LAB, None) is LAB


def test_a_failure_on_the_way_shows_no_password(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A traceback through the making of a session has no password, local variables included."""

    def failing(settings: ConnectionSettings, **_keywords: Any) -> None:
        raise RuntimeError(f"cannot make {settings}")

    monkeypatch.setattr("mqttui.transport.session.Session", failing)
    settings = with_password(LAB, stored_password("lab", environ))
    with pytest.raises(RuntimeError) as raised:
        SessionMaker(Preferences(), environ).make(settings)
    shown = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    text = "".join(shown.format())
    assert "settings = " in text
    assert "hunter2" not in text


def test_an_accepted_broker_is_among_the_recent_ones(environ: dict[str, str]) -> None:
    """What was connected to comes back without its password; the demo's broker does not."""
    sessions = SessionMaker(Preferences(), environ)
    note = made(sessions.make(with_password(LAB, Secret("hunter2")))).keywords["on_first_accepted"]
    path = recent_file(environ)
    assert not path.exists()
    note()
    assert [broker.draft for broker in load_recent(path).brokers] == [Draft(host="h", user="ada")]
    assert "hunter2" not in path.read_text()
    keywords = made(sessions.make(LAB, is_remembered=False)).keywords
    assert keywords["on_first_accepted"] is None
