"""The files that belong on a board, read from a folder of this machine."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from mqttui.deploy.board_programs import BOOT_FILE
from mqttui.deploy.failures import DeployError

if TYPE_CHECKING:
    from pathlib import Path

CONFIG_FILE = "/config.json"
# The firmware's own module that knows every key of the configuration.
CONFIG_RULES = "/config.py"
AUTHORITY_FILE = "/ca.der"
MAIN_FILE = "/main.py"

_SUFFIXES = {".py", ".mpy", ".json", ".der"}


def read_bundle(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by their path on the board.

    Programs, JSON and DER files are taken; what is hidden, `__pycache__` and examples
    (`config.example.json`) are not. Raises `DeployError`.
    """
    files = {}
    try:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            is_wanted = path.suffix in _SUFFIXES and ".example." not in path.name
            is_hidden = any(part.startswith((".", "__")) for part in inside.parts)
            if is_wanted and not is_hidden and path.is_file():
                files[f"/{inside.as_posix()}"] = path.read_bytes()
    except OSError as error:
        raise DeployError(f"{folder} cannot be read: {error.strerror}.") from None
    if not files:
        raise DeployError(f"{folder} has no files for a board (.py, .mpy, .json, .der).")
    if BOOT_FILE in files:
        raise DeployError(
            f"{folder} has a boot.py; that name belongs to mqttui, which finishes interrupted "
            "installations there. What runs at start belongs into main.py."
        )
    return files


def read_config(path: Path) -> bytes:
    """Return a configuration file; raise `DeployError`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DeployError(f"{path} cannot be read: {error.strerror}.") from None


def read_authority(path: Path) -> bytes:
    """Return a certificate as DER, which is what boards read; raise `DeployError`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DeployError(f"{path} cannot be read: {error.strerror}.") from None
    if content.startswith(b"\x30"):
        return content
    try:
        return ssl.PEM_cert_to_DER_cert(content.decode("ascii").strip())
    except ValueError:
        raise DeployError(f"{path} is no certificate: PEM or DER is needed.") from None
