"""The files that belong on a board, read from a folder of this machine."""

from __future__ import annotations

import hashlib
import json
import re
import ssl
from typing import TYPE_CHECKING

from mqttui.deploy.board_programs import BOOT_FILE
from mqttui.deploy.failures import DeployError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CONFIG_FILE = "/config.json"
# The firmware's own module that knows every key of the configuration.
CONFIG_RULES = "/config.py"
AUTHORITY_FILE = "/ca.der"
MAIN_FILE = "/main.py"
# Which files came with the firmware, so that a newer one can remove those that it no longer has.
INSTALLED_FILE = "/installed.json"

_SUFFIXES = {".py", ".mpy", ".json", ".der"}
_CERTIFICATE = re.compile(
    r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----", re.ASCII
)


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
    # A DER file is one ASN.1 sequence.
    if content.startswith(b"\x30"):
        return content
    found = _CERTIFICATE.findall(content.decode("ascii", "replace"))
    if len(found) > 1:
        raise DeployError(
            f"{path} has {len(found)} certificates and a board trusts one: leave only that of the "
            "CA that signed the broker's certificate."
        )
    try:
        return ssl.PEM_cert_to_DER_cert(found[0])
    except (IndexError, ValueError):
        raise DeployError(f"{path} is no certificate: PEM or DER is needed.") from None


def with_list(bundle: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the programs of a firmware and the list of them that stays on the board."""
    files = {path: hashlib.sha256(content).hexdigest() for path, content in bundle.items()}
    return {**bundle, INSTALLED_FILE: json.dumps(files, indent=0).encode() + b"\n"}


def read_list(content: bytes) -> dict[str, str]:
    """Return the files of a list by their SHA-256; nothing where it cannot be read."""
    try:
        files = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(files, dict):
        return {}
    return {path: digest for path, digest in files.items() if isinstance(digest, str)}
