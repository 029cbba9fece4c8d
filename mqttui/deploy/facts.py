"""What a board says about itself, read from what its programs print; all of it may be nonsense."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mqttui.deploy import board_programs
from mqttui.deploy.failures import DeployError, unsuitable
from mqttui.deploy.flash import chip_of

if TYPE_CHECKING:
    from mqttui.deploy.board import Board


@dataclass(frozen=True, slots=True)
class BoardFile:
    """A file on a board; `sha256` in hexadecimal."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BoardFacts:
    """A board: its interpreter, chip and room; what is unknown is None."""

    release: tuple[int, ...]
    board: str
    unique_id: str
    flash_bytes: int | None
    memory_free_bytes: int | None
    disk_bytes: int | None
    disk_free_bytes: int | None

    @property
    def release_text(self) -> str:
        """The version of MicroPython, as `1.27.0`."""
        return ".".join(str(part) for part in self.release)

    @property
    def mac_address(self) -> str | None:
        """The MAC address, which is the unique id of an ESP32; None where it is something else."""
        if len(self.unique_id) != 12:
            return None
        return ":".join(self.unique_id[start : start + 2] for start in range(0, 12, 2))


def read_facts(board: Board) -> BoardFacts:
    """Ask a board who it is; raise `DeployError` when it cannot run the firmware."""
    try:
        implementation, release, *machine = json.loads(board.run(board_programs.WHO))
        release = tuple(int(part) for part in release)
    except (ValueError, TypeError):
        raise DeployError("The board does not say what it runs; press EN and try again.") from None
    chip = chip_of(str(machine[0])) if machine else None
    image = None if chip is None else chip.image_name
    problem = unsuitable(str(implementation), release, board.port, image)
    if problem is not None:
        raise DeployError(problem)
    said = _object(board.run(board_programs.FACTS))
    return BoardFacts(
        release=release,
        board=str(said.get("board", "")),
        unique_id=str(said.get("id", "")),
        flash_bytes=_size(said.get("flash_bytes")),
        memory_free_bytes=_size(said.get("memory_free_bytes")),
        disk_bytes=_size(said.get("disk_bytes")),
        disk_free_bytes=_size(said.get("disk_free_bytes")),
    )


def read_files(board: Board, folder: str = "") -> dict[str, BoardFile]:
    """Return the files of a board, or of a folder there, by path.

    Raises `DeployError` when the board prints something else.
    """
    files = {}
    for line in board.run(board_programs.files_below(folder)).splitlines():
        try:
            path, size_bytes, sha256 = json.loads(line)
            files[str(path)] = BoardFile(str(path), int(size_bytes), str(sha256))
        except (ValueError, TypeError):
            raise DeployError("The board lists its files in a way that cannot be read.") from None
    return files


def _object(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise DeployError("The board says about itself what cannot be read; try again.")
    return said


def _size(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
