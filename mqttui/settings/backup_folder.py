"""The folder of backups: files that are written once, whole, for the user alone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_MOST_OF_A_NAME = 99
_HEAD_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class BackupFolder:
    """Files of one kind in a folder; `suffix` ends their names."""

    path: Path
    suffix: str

    def save(self, name: str, lines: Iterable[str]) -> Path:
        """Write a new file, readable by its owner alone, and return its path.

        An older file of the name is kept; the new one has a number then. The file is on the disk
        and whole when this returns. Raises `SettingsError`.
        """
        draft = self.path / f".{name}.{os.getpid()}.new"
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.unlink(missing_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
            descriptor = os.open(draft, flags, 0o600)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
                    stream.writelines(lines)
                    stream.flush()
                    os.fsync(stream.fileno())
                return self._take_name(draft, name)
            finally:
                draft.unlink(missing_ok=True)
        except OSError as error:
            raise SettingsError(
                f"{self.path / (name + self.suffix)} cannot be written: {error.strerror}."
            ) from None

    def _take_name(self, draft: Path, name: str) -> Path:
        """Give a draft the first name that is free."""
        for number in range(1, _MOST_OF_A_NAME + 1):
            path = self.path / f"{name}{'' if number == 1 else f'-{number}'}{self.suffix}"
            try:
                # Taken first, so that no other process can have it too.
                path.touch(mode=0o600, exist_ok=False)
            except FileExistsError:
                continue
            return draft.replace(path)
        raise SettingsError(f"{self.path} has {_MOST_OF_A_NAME} files called {name} already.")

    def files(self) -> list[Path]:
        """Return the backups, the newest name first; raises `SettingsError`."""
        try:
            found = [
                path
                for path in self.path.iterdir()
                if path.name.endswith(self.suffix) and not path.name.startswith(".")
            ]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise SettingsError(f"{self.path} cannot be read: {error.strerror}.") from None
        return sorted(found, reverse=True)


def first_line(path: Path) -> str:
    """Return the first line of a file without reading on; raises `SettingsError`."""
    return next(iter(_lines(path, _HEAD_BYTES)), "")


def lines_of(path: Path) -> Iterator[str]:
    """Yield the lines of a file; bytes that are not UTF-8 are replaced. Raises `SettingsError`."""
    return _lines(path, None)


def _lines(path: Path, most_bytes: int | None) -> Iterator[str]:
    try:
        with path.open("rb") as stream:
            while line := stream.readline(-1 if most_bytes is None else most_bytes):
                yield line.decode("utf-8", "replace")
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from None
