"""Files that are written once and never overwrite another."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def write_new_file(path: Path, lines: Iterable[str]) -> None:
    """Write lines into a file, as `write_new_bytes` does."""
    write_new_bytes(path, (f"{line}\n".encode() for line in lines))


def write_new_bytes(path: Path, chunks: Iterable[bytes]) -> None:
    """Write bytes into a file that only its owner can read, and that must not be there yet.

    Folders are made, readable by their owner alone. What cannot be written whole is not left
    behind. Raises `SettingsError`.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be written: {_reason(error)}.") from None
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileExistsError:
        raise SettingsError(f"{path} is there already and is not overwritten.") from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be written: {_reason(error)}.") from None
    try:
        with os.fdopen(descriptor, "wb") as stream:
            for chunk in chunks:
                stream.write(chunk)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        with contextlib.suppress(OSError):
            path.unlink()
        raise SettingsError(f"{path} cannot be written: {_reason(error)}.") from None


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
