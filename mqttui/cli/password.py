"""Finding the password of a connection, without leaving it where others see it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.cli.options import PASSWORD_VARIABLE
from mqttui.cli.terminal import read_line, warn
from mqttui.settings.rules import MAX_FIELD_BYTES
from mqttui.settings.secret import Secret
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mqttui.cli.options import Given

URL_WARNING = (
    "The password in the URL can be read by everyone on this machine in the process list and "
    "stays in the shell's history; use --user and answer the question, --password-file or "
    "--password-stdin."
)


@dataclass(frozen=True, slots=True)
class FoundPassword:
    """A password, None for none, and the lasting file in which it stands, if it does."""

    secret: Secret | None = None
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class PasswordPlaces:
    """Where a password may come from, strongest first.

    `variable` is the content of MQTTUI_PASSWORD, None when it is not set. `stored` looks into
    the secret store and is called only when nothing stronger has it.
    """

    url: Secret | None
    typed: Given
    environment: Given
    variable: Secret | None
    profile_file: Path | None
    stored: Callable[[], Secret | None]


def find_password(places: PasswordPlaces, user: str | None, broker: str) -> FoundPassword:
    """Return the password; none when there is no user or the user is to have none.

    Asks for it when there is a user, no place has one and standard input is a terminal. Raises
    `SettingsError` when a place cannot be used, and when there is nobody to ask.
    """
    found = _typed(places)
    if user is None:
        if found is not None:
            raise SettingsError("A password is given without a user name; add --user NAME.")
        if places.variable or places.environment.values:
            warn("A password stands in the environment, but no user name; it is not sent.")
        return FoundPassword()
    if found is not None:
        return found
    if places.variable is not None:
        # Set and empty says: this user has no password.
        is_set = bool(places.variable)
        return FoundPassword(_usable(places.variable, PASSWORD_VARIABLE) if is_set else None)
    found = _from_options(places.environment)
    if found is None and (path := places.profile_file) is not None:
        found = FoundPassword(password_in_file(path, "password_file"), path)
    if found is not None:
        return found
    return FoundPassword(places.stored() or _asked(user, broker))


def password_in_file(path: Path, name: str) -> Secret:
    """Return the first line of a file; warn when others can read it, raise `SettingsError`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise SettingsError(f"{name}: {path} cannot be read: {error.strerror}.") from None
    try:
        status = os.fstat(descriptor)
        mode = stat.S_IMODE(status.st_mode)
        # A pipe made by the shell has no lasting content to protect.
        if stat.S_ISREG(status.st_mode) and mode & 0o044:
            warn(f"{path} can be read by other users (mode {mode:04o}); run: chmod 600 {path}")
        return _usable(Secret(_line(descriptor)), f"{name}: the first line of {path}")
    except OSError as error:
        raise SettingsError(f"{name}: {path} cannot be read: {error.strerror}.") from None
    finally:
        os.close(descriptor)


def _typed(places: PasswordPlaces) -> FoundPassword | None:
    """Return the password of the command line; raise `SettingsError` when it comes twice."""
    ways = [places.typed.names[field] for field in places.typed.values]
    if places.url is not None:
        ways.insert(0, "the URL")
    if len(ways) > 1:
        raise SettingsError(f"The password is given twice: by {ways[0]} and by {ways[1]}.")
    if places.url is not None:
        return FoundPassword(places.url or None)
    return _from_options(places.typed)


def _from_options(given: Given) -> FoundPassword | None:
    """Return the password that `--password-stdin` or `--password-file` (or a variable) names."""
    if given.values.get("password_stdin"):
        name = given.names["password_stdin"]
        if os.isatty(0):
            # Nothing was piped in; typed openly it would stand on the screen.
            return FoundPassword(_question("Password: "))
        return FoundPassword(_usable(Secret(_line(0)), f"{name}: the first line of standard input"))
    if "password_file" in given.values:
        path: Path = given.values["password_file"]
        return FoundPassword(password_in_file(path, given.names["password_file"]), path)
    return None


def _line(descriptor: int) -> str:
    return read_line(descriptor, MAX_FIELD_BYTES).decode("utf-8", "surrogateescape")


def _usable(line: Secret, what: str) -> Secret:
    """Return a password as it is; raise `SettingsError` when it can be none."""
    problem = _problem(line)
    if problem:
        raise SettingsError(f"{what} {problem}.")
    return line


def _problem(secret: Secret) -> str | None:
    if not secret:
        return "is empty"
    try:
        size_bytes = len(secret.reveal().encode())
    except UnicodeEncodeError:
        return "is not UTF-8 text"
    return "is too long for a password" if size_bytes > MAX_FIELD_BYTES else None


def _asked(user: str, broker: str) -> Secret | None:
    """Return what the user answers, None for nothing; raise `SettingsError` without a terminal."""
    if not os.isatty(0):
        raise SettingsError(
            f"There is no password for user {user!r} and no terminal to ask for it; "
            "use --password-stdin, --password-file FILE or MQTTUI_PASSWORD."
        )
    return _question(f"Password of {user} at {broker} (empty for none): ")


def _question(prompt: str) -> Secret | None:
    import getpass

    try:
        return Secret(getpass.getpass(prompt)) or None
    except EOFError:
        raise SettingsError("No password was given.") from None
