"""Where passwords are kept: the keyring of the operating system, else a file with mode 0600."""

from __future__ import annotations

import importlib
import os
import stat
import tomllib
from typing import TYPE_CHECKING, Any, Protocol

from mqttui.settings.secret import Secret
from mqttui.settings.toml_file import SettingsError, replace_file

if TYPE_CHECKING:
    from pathlib import Path

_SERVICE = "mqttui"
_HEADER = "# Passwords of mqttui's profiles. Only you may read this file (mode 0600).\n\n"


class SecretStore(Protocol):
    """Keeps one password per profile. All methods raise `SettingsError` when it fails."""

    @property
    def place(self) -> str:
        """Where the passwords are, for a sentence."""

    def read(self, profile: str) -> Secret | None:
        """Return the password of a profile, None when there is none."""

    def write(self, profile: str, secret: Secret) -> None:
        """Keep the password of a profile in place of an older one."""

    def delete(self, profile: str) -> None:
        """Forget the password of a profile, if there is one."""


class FileSecretStore:
    """Passwords in a TOML file that only its owner can read.

    A file that others can read or that belongs to someone else is refused.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def place(self) -> str:
        """The path of the file."""
        return str(self._path)

    def read(self, profile: str) -> Secret | None:
        """Return the password of a profile, None when there is none."""
        return self._passwords(self._text()).get(profile)

    def write(self, profile: str, secret: Secret) -> None:
        """Keep a password; the file is replaced in one step and has mode 0600 from the start."""
        self._edit(profile, secret)

    def delete(self, profile: str) -> None:
        """Forget a password."""
        if self.read(profile) is not None:
            self._edit(profile, None)

    def _edit(self, profile: str, secret: Secret | None) -> None:
        replace_file(self._path, self._edited(self._text(), profile, secret), mode=0o600)

    def _edited(self, text: Secret, profile: str, secret: Secret | None) -> Secret:
        """Return the text of the file with one password set, or taken out for None."""
        import tomlkit

        self._passwords(text)
        document = tomlkit.parse(text.reveal() or _HEADER)
        if "passwords" not in document:
            document["passwords"] = tomlkit.table()
        table: Any = document["passwords"]
        if secret is None:
            del table[profile]
        else:
            table[profile] = secret.reveal()
        return Secret(document.as_string())

    def _text(self) -> Secret:
        """Return the text of the file, empty when there is none."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return Secret("")
        except OSError as error:
            raise SettingsError(f"{self._path} cannot be read: {error.strerror}.") from None
        with os.fdopen(descriptor, "rb") as stream:
            # Asked of the open file, so that nobody can exchange it in between.
            status = os.fstat(descriptor)
            mode = stat.S_IMODE(status.st_mode)
            if mode & 0o077:
                raise SettingsError(
                    f"{self._path} is not used because other users may open it (mode {mode:04o}); "
                    f"run: chmod 600 {self._path}"
                )
            if status.st_uid != os.geteuid():
                raise SettingsError(f"{self._path} is not used because it belongs to another user.")
            try:
                return Secret(stream.read().decode())
            except (OSError, UnicodeDecodeError):
                raise SettingsError(f"{self._path} is not UTF-8 text.") from None

    def _passwords(self, text: Secret) -> dict[str, Secret]:
        """Return the passwords by profile; a complaint never shows a part of the file."""
        try:
            table = tomllib.loads(text.reveal()).get("passwords", {})
        except (tomllib.TOMLDecodeError, RecursionError):
            raise SettingsError(f"{self._path} is not valid TOML.") from None
        passwords = {
            profile: Secret(password) if isinstance(password, str) else None
            for profile, password in (table.items() if isinstance(table, dict) else ())
        }
        usable = {profile: each for profile, each in passwords.items() if each is not None}
        is_usable = isinstance(table, dict) and len(usable) == len(passwords)
        # Tracebacks may print local variables.
        del table
        if not is_usable:
            raise SettingsError(f"{self._path} must have texts in a [passwords] table.")
        return usable


class KeyringSecretStore:
    """Passwords in the keyring of the operating system, through the package `keyring`."""

    def __init__(self, keyring: Any) -> None:
        self._keyring = keyring

    @property
    def place(self) -> str:
        """The keyring by its own name."""
        return f"the keyring ({self._keyring.get_keyring().name})"

    def read(self, profile: str) -> Secret | None:
        """Return the password of a profile, None when there is none."""
        try:
            password = self._keyring.get_password(_SERVICE, profile)
        except Exception as error:
            raise _keyring_failure(error) from None
        return None if password is None else Secret(password)

    def write(self, profile: str, secret: Secret) -> None:
        """Keep the password of a profile."""
        try:
            self._keyring.set_password(_SERVICE, profile, secret.reveal())
        except Exception as error:
            raise _keyring_failure(error) from None

    def delete(self, profile: str) -> None:
        """Forget the password of a profile, if there is one."""
        try:
            if self._keyring.get_password(_SERVICE, profile) is not None:
                self._keyring.delete_password(_SERVICE, profile)
        except Exception as error:
            raise _keyring_failure(error) from None


def _keyring_failure(error: Exception) -> SettingsError:
    """Return what to say when a backend raised; they raise whatever their libraries do.

    Only the kind of error is named: its text comes from a backend that had the password.
    """
    return SettingsError(f"The keyring of the system refused ({type(error).__name__}).")


class LayeredSecretStore:
    """Writes to the first store; reads from the first that has the password."""

    def __init__(self, first: SecretStore, second: SecretStore) -> None:
        self._first = first
        self._second = second

    @property
    def place(self) -> str:
        """Where passwords are written."""
        return self._first.place

    def read(self, profile: str) -> Secret | None:
        """Return the password of a profile, None when neither store has it."""
        found = self._first.read(profile)
        return self._second.read(profile) if found is None else found

    def write(self, profile: str, secret: Secret) -> None:
        """Keep the password in the first store and nowhere else."""
        self._first.write(profile, secret)
        self._second.delete(profile)

    def delete(self, profile: str) -> None:
        """Forget the password in both stores."""
        self._first.delete(profile)
        self._second.delete(profile)


def open_secret_store(path: Path) -> SecretStore:
    """Return the keyring where it is installed and works, with the file as second; else the file.

    Importing `keyring` is slow, so call this only where a password is looked for.
    """
    file_store = FileSecretStore(path)
    try:
        keyring: Any = importlib.import_module("keyring")
        # A backend that only raises, or forgets everything, has a priority of 0 or less.
        is_working = keyring.get_keyring().priority > 0
    except ImportError:
        return file_store
    except Exception:
        # Backends fail with whatever their libraries raise (D-Bus, ctypes, configuration).
        return file_store
    return LayeredSecretStore(KeyringSecretStore(keyring), file_store) if is_working else file_store
