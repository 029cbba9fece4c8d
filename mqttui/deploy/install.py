"""Carrying out an installation so that it can be interrupted anywhere.

First a boot.py that changes nothing but can finish. Then every new file is written beside the old
ones, in a folder of its own, and its SHA-256 checked on the board. Then one rename makes the list
of moves valid: before it the board has its old files, after it the new ones, because boot.py
finishes the moves whenever the board starts.
"""

from __future__ import annotations

import datetime
import json
import time
from typing import TYPE_CHECKING

from mqttui.deploy import board_programs
from mqttui.deploy.board_programs import BOOT_FILE, MOVES_FILE, STAGING_FOLDER
from mqttui.deploy.bundle import CONFIG_FILE, CONFIG_RULES
from mqttui.deploy.facts import read_files
from mqttui.deploy.failures import DeployError
from mqttui.deploy.plan import Fate, sha256_of
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mqttui.deploy.board import Board
    from mqttui.deploy.plan import InstallPlan

_ONLINE = "ONLINE"
# What the firmware says when it goes no further by itself.
_ENDS = ("CONFIG", "SAFE")


def finish_interrupted(board: Board) -> None:
    """Finish an installation that was interrupted while files were moved, if there is one.

    What is left of one that was interrupted before that is removed.
    """
    board.run(board_programs.BOOT)
    board.run(board_programs.CLEAR_LEFTOVERS)


def install(
    board: Board, plan: InstallPlan, on_progress: Callable[[str, int], None] | None = None
) -> None:
    """Bring the files of a plan onto the board; raise `DeployError` when that fails.

    `on_progress` is told the path and how many of its bytes have arrived.
    """
    board.run(board_programs.STRETCH_WATCHDOG)
    finish_interrupted(board)
    board.run(board_programs.EMPTY_STAGING)
    if plan.boot.fate is not Fate.SAME:
        replace_boot(board, plan.boot.content)
    if plan.to_send or plan.stale:
        moves = [(f"{STAGING_FOLDER}/{number}", file) for number, file in enumerate(plan.to_send)]
        for staged, file in moves:
            _write(board, staged, file.content, file.path, on_progress)
        draft = f"{MOVES_FILE}.new"
        removals = [(None, path) for path in plan.stale]
        paths = json.dumps([*((staged, file.path) for staged, file in moves), *removals])
        _write(board, draft, paths.encode(), draft, None)
        _verify_staged(board, {staged: file.content for staged, file in moves})
        _check_config(board, plan, {file.path: staged for staged, file in moves})
        board.run(board_programs.rename(draft, MOVES_FILE))
        finish_interrupted(board)
    else:
        board.run(board_programs.REMOVE_STAGING)
    _verify(board, plan)


def replace_boot(board: Board, content: bytes) -> None:
    """Write another boot.py beside the one that is there and rename it over that."""
    draft = f"{STAGING_FOLDER}{BOOT_FILE}"
    board.run(board_programs.EMPTY_STAGING)
    _write(board, draft, content, BOOT_FILE, None)
    _verify_staged(board, {draft: content})
    board.run(board_programs.rename(draft, BOOT_FILE))


def set_clock(board: Board) -> None:
    """Set the clock of a board to this machine's, in UTC; TLS needs it."""
    now = datetime.datetime.now(datetime.UTC)
    moment = (now.year, now.month, now.day, now.hour, now.minute, now.second)
    board.run(board_programs.set_clock(*moment))


def follow_until_online(board: Board, on_line: Callable[[str], None], wait_s: float) -> str:
    """Restart a board and pass on its lines until it says ONLINE; return the rest of that line.

    Raises `DeployError` when it says that it stopped, or nothing of the kind within `wait_s`.
    """
    board.restart()
    deadline_s = time.monotonic() + wait_s
    while (line := board.next_line(deadline_s)) is not None:
        on_line(line)
        word, _, rest = line.strip().partition(" ")
        if word == _ONLINE:
            return rest
        if word in _ENDS:
            said = printable(rest)
            raise DeployError(f"The files are installed, but the board stopped: {said}.")
    raise DeployError(
        f"The files are installed, but the board did not say ONLINE within {wait_s:g} s. "
        "mqttui device logs shows what it does; is the Wi-Fi in reach, and config.json right?"
    )


def _write(
    board: Board,
    path: str,
    content: bytes,
    shown: str,
    on_progress: Callable[[str, int], None] | None,
) -> None:
    if on_progress is None:
        board.write_file(path, content)
    else:
        board.write_file(path, content, lambda sent_bytes: on_progress(shown, sent_bytes))


def _verify_staged(board: Board, contents: Mapping[str, bytes]) -> None:
    """Check that what the board has in its staging folder is what was sent."""
    files = read_files(board, STAGING_FOLDER)
    for path, content in contents.items():
        if path not in files or files[path].sha256 != sha256_of(content):
            raise DeployError(
                "A file did not arrive as it was sent; the old files are untouched. Try a shorter "
                "cable or another USB port, then install again."
            )


def _check_config(board: Board, plan: InstallPlan, staged: Mapping[str, str]) -> None:
    """Let the firmware that is about to be valid judge the configuration, on the board.

    Raises `DeployError` with its sentence; the old files are still in their places then.
    """
    paths = {file.path for file in plan.files}
    if not {CONFIG_FILE, CONFIG_RULES} <= paths:
        return
    rules, config = (staged.get(path, path) for path in (CONFIG_RULES, CONFIG_FILE))
    sentence = board.run(board_programs.check_config(rules, config)).strip()
    if sentence:
        said = printable(sentence)
        raise DeployError(f"The configuration is wrong, nothing was changed: {said}.")


def _verify(board: Board, plan: InstallPlan) -> None:
    files = read_files(board)
    for file in (plan.boot, *plan.files):
        if file.path not in files or files[file.path].sha256 != sha256_of(file.content):
            raise DeployError(f"{file.path} is not on the board as it was sent; install again.")
    left = [path for path in plan.stale if path in files]
    if left:
        raise DeployError(f"{printable(left[0])} could not be removed; install again.")
