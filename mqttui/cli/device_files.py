"""`mqttui device backup`, `restore` and `wipe`: all files of a board at once."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import TYPE_CHECKING

from mqttui.cli.device import chosen_port, device_parser, is_confirmed, require_person, say
from mqttui.cli.exit_codes import EXIT_OK
from mqttui.deploy import board_programs
from mqttui.deploy.backup import packed, read_board, unpacked
from mqttui.deploy.board_programs import BOOT, BOOT_FILE
from mqttui.deploy.facts import read_facts, read_files
from mqttui.deploy.failures import DeployError
from mqttui.deploy.install import finish_interrupted, install, replace_boot
from mqttui.deploy.plan import plan_install
from mqttui.deploy.serial_board import SerialBoard
from mqttui.payload.printable import printable
from mqttui.payload.quantities import count_text, size_text
from mqttui.settings.new_file import write_new_bytes
from mqttui.settings.paths import boards_dir

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.deploy.facts import BoardFacts


def run_backup(words: Sequence[str]) -> int:
    """Save all files of a board."""
    arguments = device_parser("backup", takes="[FILE]").parse_all(words)
    with SerialBoard(chosen_port(arguments.port)) as board:
        facts = read_facts(board)
        target = Path(arguments.file) if arguments.file else _proposed_file(facts)
        _save(board, target)
        board.restart()
    say("The board was restarted.")
    return EXIT_OK


def run_restore(words: Sequence[str]) -> int:
    """Bring the files of a backup back; files that are not in it stay."""
    parser = device_parser("restore", takes="FILE")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    arguments = parser.parse_all(words)
    require_person(is_sure=arguments.yes)
    files = unpacked(Path(arguments.file))
    boot = files.pop(BOOT_FILE, BOOT.encode())
    port = chosen_port(arguments.port)
    with SerialBoard(port) as board:
        facts = read_facts(board)
        finish_interrupted(board)
        on_board = read_files(board)
        plan = plan_install(files, on_board, facts.disk_free_bytes)
        for line in plan.lines():
            say(line)
        others = set(on_board) - set(files) - {BOOT_FILE}
        if others:
            say(f"  {count_text(len(others))} files that are not in the backup stay.")
        if plan.problem is not None:
            board.restart()
            raise DeployError(plan.problem)
        if not arguments.yes and not is_confirmed(f"Restore on {printable(port)}? [y/N]"):
            board.restart()
            say("Nothing was changed; the board was restarted.")
            return EXIT_OK
        install(board, plan)
        if boot != BOOT.encode():
            replace_boot(board, boot)
        board.run(board_programs.REMOVE_STAGING)
        board.restart()
    say("All files of the backup are on the board and verified; it was restarted.")
    return EXIT_OK


def run_wipe(words: Sequence[str]) -> int:
    """Remove all files of a board, after a backup and the board's name."""
    parser = device_parser("wipe")
    parser.add_argument("--yes", action="store_true", help="do not ask; the backup is made anyway")
    arguments = parser.parse_all(words)
    require_person(is_sure=arguments.yes)
    port = chosen_port(arguments.port)
    with SerialBoard(port) as board:
        facts = read_facts(board)
        files = read_files(board)
        size_bytes = sum(file.size_bytes for file in files.values())
        name = printable(facts.unique_id[-6:])
        say(
            f"{count_text(len(files))} files ({size_text(size_bytes)}) on board {name} at "
            f"{printable(port)} would be removed; a backup is made first."
        )
        if not arguments.yes and not is_confirmed(f"Type {name} to remove them:", answer=name):
            board.restart()
            say("Nothing was removed; the board was restarted.")
            return EXIT_OK
        target = _proposed_file(facts)
        _save(board, target)
        board.run(board_programs.WIPE)
        left = read_files(board)
        board.restart()
    if left:
        raise DeployError(f"{count_text(len(left))} files could not be removed.")
    say(f"The board is empty. mqttui device restore {target} brings the files back.")
    return EXIT_OK


def _save(board: SerialBoard, target: Path) -> None:
    """Write all files of a board into a new file; the board has to be restarted afterwards."""
    board.run(board_programs.STRETCH_WATCHDOG)
    files = read_board(board, lambda path, size: say(f"  {size_text(size):>9}  {printable(path)}"))
    write_new_bytes(target, [packed(files)])
    say(f"{count_text(len(files))} files are in {target}; passwords among them are readable there.")


def _proposed_file(facts: BoardFacts) -> Path:
    now = datetime.datetime.now().astimezone()
    # What a board says about itself is no path.
    name = "".join(letter for letter in facts.unique_id if letter.isalnum())[:32] or "board"
    return boards_dir(os.environ) / f"{name}-{now:%Y%m%d-%H%M%S}.zip"
