"""Passwords stay where they belong."""

from __future__ import annotations

import os
import pickle
import stat
import sys
import traceback
import types
from typing import TYPE_CHECKING, Any

import pytest

from mqttui.settings.connection import ConnectionSettings
from mqttui.settings.secret import Secret
from mqttui.settings.secrets import (
    FileSecretStore,
    KeyringSecretStore,
    LayeredSecretStore,
    open_secret_store,
)
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = 'hunter2 "ü\\'


class FakeKeyringError(Exception):
    """What the backend raises."""


class FakeKeyring(types.ModuleType):
    """The part of the package `keyring` that is used, kept in memory."""

    def __init__(self, priority: float = 5) -> None:
        super().__init__("keyring")
        self.passwords: dict[tuple[str, str], str] = {}
        self.is_locked = False
        self.backend = types.SimpleNamespace(priority=priority, name="memory")

    def get_keyring(self) -> Any:
        """Return the backend."""
        return self.backend

    def get_password(self, service: str, name: str) -> str | None:
        """Return a password."""
        self._refuse_when_locked("")
        return self.passwords.get((service, name))

    def set_password(self, service: str, name: str, password: str) -> None:
        """Keep a password."""
        self._refuse_when_locked(password)
        self.passwords[service, name] = password

    def delete_password(self, service: str, name: str) -> None:
        """Forget a password."""
        del self.passwords[service, name]

    def _refuse_when_locked(self, password: str) -> None:
        if self.is_locked:
            raise FakeKeyringError(f"locked while keeping {password}")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the secrets are."""
    return tmp_path / "config" / "secrets.toml"


@pytest.fixture
def store(path: Path) -> FileSecretStore:
    """Return a store in a file that is not there yet."""
    return FileSecretStore(path)


def test_a_secret_shows_itself_only_when_asked() -> None:
    """No representation, text or format has the password in it, and it cannot be pickled."""
    secret = Secret(PASSWORD)
    assert secret.reveal() == PASSWORD
    for text in (repr(secret), str(secret), f"{secret}", f"{[secret]!r}", "%s" % secret):  # noqa: UP031
        assert "hunter2" not in text
    with pytest.raises(TypeError, match="not to be pickled"):
        pickle.dumps(secret)


def test_secrets_compare_by_their_text() -> None:
    """Equal text is an equal secret, other text is not, and a plain text never is."""
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert not Secret("")


def test_settings_do_not_show_their_password() -> None:
    """The representation of a connection is free of its password."""
    assert "hunter2" not in repr(ConnectionSettings("h", 1, user="u", password=PASSWORD))


def test_a_file_keeps_passwords(store: FileSecretStore, path: Path) -> None:
    """What is written comes back to a new store; what is deleted is gone; others stay."""
    store.write("lab", Secret(PASSWORD))
    store.write("a.b", Secret("x"))
    assert FileSecretStore(path).read("lab") == Secret(PASSWORD)
    store.delete("lab")
    store.delete("never there")
    assert store.read("lab") is None
    assert store.read("a.b") == Secret("x")


def test_a_store_without_a_file_is_empty(store: FileSecretStore, path: Path) -> None:
    """Reading makes no file."""
    assert store.read("lab") is None
    store.delete("lab")
    assert not path.exists()


def test_the_file_is_for_its_owner_alone_whatever_the_umask(
    store: FileSecretStore, path: Path
) -> None:
    """Mode 0600 for the file, before and after a change, and 0700 for the folder made."""
    old = os.umask(0)
    try:
        store.write("lab", Secret(PASSWORD))
        store.write("lab", Secret("other"))
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["secrets.toml"]


def test_the_file_is_never_open_to_others_for_a_moment(
    store: FileSecretStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file that is opened for writing is made with mode 0600, exclusively."""
    made: list[tuple[int, int]] = []
    real_open = os.open

    def watched(name: Any, flags: int, mode: int = 0o777, **keywords: Any) -> int:
        if flags & os.O_WRONLY:
            made.append((flags & os.O_EXCL, mode))
        return real_open(name, flags, mode, **keywords)

    monkeypatch.setattr(os, "open", watched)
    store.write("lab", Secret(PASSWORD))
    assert made == [(os.O_EXCL, 0o600)]
    assert path.exists()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_can_open_is_refused(
    store: FileSecretStore, path: Path, mode: int
) -> None:
    """The sentence says how to mend it, for reading and for writing."""
    store.write("lab", Secret(PASSWORD))
    path.chmod(mode)
    for act in (lambda: store.read("lab"), lambda: store.write("lab", Secret("x"))):
        with pytest.raises(SettingsError, match=f"run: chmod 600 {path}") as raised:
            act()
        assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        f"passwords = {PASSWORD}",
        '[passwords]\nlab = "hunter2"\nlab = "hunter2"',
        '[passwords]\nlab = ["hunter2"]',
        'passwords = "hunter2"',
        '[passwords]\nlab = "hunter2',
    ],
)
def test_a_damaged_file_is_told_without_its_content(
    store: FileSecretStore, path: Path, text: str
) -> None:
    """Neither the sentence nor a traceback, local variables included, shows a password."""
    path.parent.mkdir()
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(SettingsError) as raised:
        store.read("lab")
    assert str(path) in str(raised.value)
    assert "hunter2" not in shown_traceback(raised.value)


def test_a_full_disk_shows_no_password(
    store: FileSecretStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When writing fails, the traceback has no password, local variables included."""
    store.write("lab", Secret(PASSWORD))

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsError, match="cannot be written: No space left") as raised:
        store.write("other", Secret("hunter2 too"))
    assert "hunter2" not in shown_traceback(raised.value)
    monkeypatch.undo()
    assert store.read("lab") == Secret(PASSWORD)


def test_a_keyring_keeps_passwords() -> None:
    """Passwords are kept under the name of the program and the profile."""
    keyring = FakeKeyring()
    store = KeyringSecretStore(keyring)
    store.write("lab", Secret(PASSWORD))
    assert keyring.passwords == {("mqttui", "lab"): PASSWORD}
    assert store.read("lab") == Secret(PASSWORD)
    store.delete("lab")
    store.delete("lab")
    assert store.read("lab") is None


def test_a_failing_keyring_says_what_kind_of_failure() -> None:
    """The backend's own words, which may have the password in them, are not repeated."""
    keyring = FakeKeyring()
    keyring.is_locked = True
    with pytest.raises(SettingsError, match="FakeKeyringError") as raised:
        KeyringSecretStore(keyring).write("lab", Secret(PASSWORD))
    formatted = "".join(traceback.format_exception(raised.value))
    assert "hunter2" not in formatted


def test_a_working_keyring_is_preferred(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """New passwords go to the keyring; those that stand in the file are still found."""
    keyring = FakeKeyring()
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    FileSecretStore(path).write("old", Secret("from the file"))
    store = open_secret_store(path)
    assert isinstance(store, LayeredSecretStore)
    assert store.place == "the keyring (memory)"
    assert store.read("old") == Secret("from the file")
    store.write("old", Secret("new"))
    assert keyring.passwords == {("mqttui", "old"): "new"}
    assert FileSecretStore(path).read("old") is None


@pytest.mark.parametrize("keyring", [None, FakeKeyring(priority=0), types.ModuleType("keyring")])
def test_without_a_working_keyring_it_is_the_file(
    keyring: Any, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A keyring that is missing, has no backend or is broken leaves the file."""
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    store = open_secret_store(path)
    store.write("lab", Secret(PASSWORD))
    assert store.place == str(path)
    assert FileSecretStore(path).read("lab") == Secret(PASSWORD)


def shown_traceback(error: BaseException) -> str:
    """Return a traceback with the local variables of the frames inside mqttui."""
    summary = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [frame for frame in summary.stack if "mqttui/settings" in frame.filename]
    assert ours
    return "".join(traceback.format_list(ours)) + "".join(summary.format_exception_only())
