"""All files of a board in one file: a ZIP archive that every computer can look into."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mqttui.deploy.facts import read_files
from mqttui.deploy.failures import DeployError
from mqttui.deploy.plan import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mqttui.deploy.board import Board

# More than the flash of any board; an archive that says less can unpack to anything.
_MOST_BYTES = 64 * 1024 * 1024
# The same files make the same archive.
_DATE = (1980, 1, 1, 0, 0, 0)


def read_board(board: Board, on_file: Callable[[str, int], None] | None = None) -> dict[str, bytes]:
    """Return all files of a board by path, each checked by its SHA-256; raise `DeployError`.

    `on_file` is told the path and size of a file before it is read.
    """
    contents = {}
    for path, file in sorted(read_files(board).items()):
        if on_file is not None:
            on_file(path, file.size_bytes)
        contents[path] = board.read_file(path)
        if sha256_of(contents[path]) != file.sha256:
            raise DeployError(f"{path} changed on its way from the board; try again.")
    return contents


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return files of a board as a ZIP archive."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as entries:
        for path in sorted(files):
            entries.writestr(zipfile.ZipInfo(path.lstrip("/"), _DATE), files[path])
    return archive.getvalue()


def unpacked(path: Path) -> dict[str, bytes]:
    """Return the files of a backup by their path on the board; raise `DeployError`."""
    files = {}
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES:
                raise DeployError(f"{path} unpacks to more than any board holds.")
            for entry in archive.infolist():
                if entry.is_dir():
                    continue
                parts = PurePosixPath(entry.filename).parts
                if not parts or parts[0] == "/" or ".." in parts:
                    raise DeployError(f"{path} is no backup of a board: {entry.filename!r}.")
                files["/" + "/".join(parts)] = archive.read(entry)
    except OSError as error:
        raise DeployError(f"{path} cannot be read: {error.strerror}.") from None
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise DeployError(f"{path} is no backup of a board, or is damaged.") from None
    return files
