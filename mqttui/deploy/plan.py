"""What an installation would change on a board, decided before anything is written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from mqttui.deploy.board_programs import BOOT, BOOT_FILE
from mqttui.deploy.bundle import CONFIG_FILE, CONFIG_RULES, INSTALLED_FILE, MAIN_FILE
from mqttui.payload.printable import printable
from mqttui.payload.quantities import count_text, size_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mqttui.deploy.facts import BoardFile

# A file takes whole blocks, and the file system some for itself.
_BLOCK_BYTES = 4096
_RESERVE_BLOCKS = 2


class Fate(Enum):
    """What happens to a file."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file of the bundle; `size_before_bytes` is None for a new one."""

    path: str
    content: bytes
    fate: Fate
    size_before_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class InstallPlan:
    """Files in the order in which they get into place, main.py last.

    `boot` is the boot.py that finishes interrupted installations; `disk_free_bytes` may be unknown.
    `lacks_config` tells that the firmware needs a configuration and neither side has one. `stale`
    are files of an older firmware that are to go, `changed_there` those that stay because somebody
    has changed them on the board.
    """

    boot: PlannedFile
    files: tuple[PlannedFile, ...]
    disk_free_bytes: int | None
    lacks_config: bool = False
    stale: tuple[str, ...] = ()
    changed_there: tuple[str, ...] = ()

    @property
    def to_send(self) -> tuple[PlannedFile, ...]:
        """The files that have to be sent, without boot.py."""
        return tuple(file for file in self.files if file.fate is not Fate.SAME)

    @property
    def is_up_to_date(self) -> bool:
        """Whether there is nothing to do."""
        return not self.to_send and not self.stale and self.boot.fate is Fate.SAME

    @property
    def has_main(self) -> bool:
        """Whether main.py is among the files."""
        return any(file.path == MAIN_FILE for file in self.files)

    @property
    def problem(self) -> str | None:
        """A sentence about why this plan cannot be carried out, None when it can."""
        if self.lacks_config:
            return (
                "The board has no configuration yet: --config FILE gives it one "
                "(firmware/config.example.json is an example)."
            )
        needed_bytes = self._needed_bytes()
        if self.disk_free_bytes is None or needed_bytes <= self.disk_free_bytes:
            return None
        return (
            f"The flash of the board has {size_text(self.disk_free_bytes)} free and "
            f"{size_text(needed_bytes)} are needed, because the old files stay until the new ones "
            "are complete. mqttui device info shows what is on it."
        )

    def lines(self) -> list[str]:
        """Return the plan as a person reads it."""
        changes = [file for file in (self.boot, *self.files) if file.fate is not Fate.SAME]
        same = 1 + len(self.files) - len(changes)
        if not changes and not self.stale:
            return [f"All {count_text(same)} files are on the board already."]
        new = sum(file.fate is Fate.NEW for file in changes)
        size_bytes = sum(len(file.content) for file in changes)
        width = max(
            len(printable(path)) for path in (*self.stale, *(file.path for file in changes))
        )
        lines = [
            f"{count_text(new)} new, {count_text(len(changes) - new)} changed, "
            f"{count_text(same)} as they are; {size_text(size_bytes)} to send, "
            f"{size_text(self.disk_free_bytes)} free"
        ]
        for file in changes:
            before = file.size_before_bytes
            was = "" if before is None else f" (was {size_text(before)})"
            path = printable(file.path).ljust(width)
            lines.append(f"  {file.fate.value:8} {path}  {size_text(len(file.content))}{was}")
        lines += [f"  {'remove':8} {printable(path)}  of an older firmware" for path in self.stale]
        lines += [
            f"  {'keep':8} {printable(path)}  of an older firmware, but changed since"
            for path in self.changed_there
        ]
        if self.boot.fate is Fate.CHANGED:
            lines.append("  The boot.py that is there is replaced; mqttui needs its own.")
        return lines

    def _needed_bytes(self) -> int:
        files = [*self.to_send, *([self.boot] if self.boot.fate is not Fate.SAME else [])]
        blocks = sum(1 + -(-len(file.content) // _BLOCK_BYTES) for file in files)
        return (blocks + _RESERVE_BLOCKS) * _BLOCK_BYTES if files else 0


def plan_install(
    bundle: Mapping[str, bytes],
    on_board: Mapping[str, BoardFile],
    disk_free_bytes: int | None,
    installed: Mapping[str, str] | None = None,
) -> InstallPlan:
    """Compare a bundle with what is on a board, by SHA-256.

    `installed` are the files that the last firmware brought, with their SHA-256 at that time: what
    is not in the bundle and still the same is stale.
    """
    order = sorted(bundle, key=lambda path: (path == MAIN_FILE, path))
    files = tuple(_planned(path, bundle[path], on_board) for path in order)
    boot = _planned(BOOT_FILE, BOOT.encode(), on_board)
    has_config = CONFIG_FILE in bundle or CONFIG_FILE in on_board
    lacks_config = CONFIG_RULES in bundle and not has_config
    own = {*bundle, BOOT_FILE, CONFIG_FILE, INSTALLED_FILE}
    left = {path: on_board[path] for path in sorted(installed or {}) if path in on_board}
    former = {path: file.sha256 == (installed or {})[path] for path, file in left.items()}
    return InstallPlan(
        boot,
        files,
        disk_free_bytes,
        lacks_config,
        stale=tuple(path for path, is_same in former.items() if is_same and path not in own),
        changed_there=tuple(
            path for path, is_same in former.items() if not is_same and path not in own
        ),
    )


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _planned(path: str, content: bytes, on_board: Mapping[str, BoardFile]) -> PlannedFile:
    there = on_board.get(path)
    if there is None:
        return PlannedFile(path, content, Fate.NEW)
    fate = Fate.SAME if there.sha256 == sha256_of(content) else Fate.CHANGED
    return PlannedFile(path, content, fate, there.size_bytes)
