"""`mqttui device install`: the plan, the question, the progress, and the board's own word."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mqttui.cli.device import (
    chosen_port,
    device_parser,
    firmware_folder,
    is_confirmed,
    require_person,
    say,
)
from mqttui.cli.exit_codes import EXIT_INTERRUPTED, EXIT_OK
from mqttui.deploy.bundle import (
    AUTHORITY_FILE,
    CONFIG_FILE,
    read_authority,
    read_bundle,
    read_config,
)
from mqttui.deploy.facts import read_facts, read_files
from mqttui.deploy.failures import DeployError
from mqttui.deploy.install import finish_interrupted, follow_until_online, install, set_clock
from mqttui.deploy.plan import plan_install
from mqttui.deploy.serial_board import SerialBoard
from mqttui.payload.printable import printable
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from mqttui.cli.parser import Parser
    from mqttui.deploy.plan import InstallPlan

_WAIT_S = 60.0


def run_install(words: Sequence[str]) -> int:
    """Install on one board; return the exit code."""
    arguments = install_parser().parse_all(words)
    wait_s = _wait_s(arguments.wait)
    require_person(is_sure=arguments.yes)
    bundle = chosen_bundle(arguments)
    port = chosen_port(arguments.port)
    try:
        with SerialBoard(port) as board:
            return install_on(board, bundle, port, wait_s=wait_s, is_sure=arguments.yes)
    except KeyboardInterrupt:
        print(
            "\nmqttui: Interrupted. The board has all of its old files or all of the new ones; "
            "press EN to start it, install again to go on.",
            file=sys.stderr,
        )
        return EXIT_INTERRUPTED


def install_parser() -> Parser:
    """Return the parser of `mqttui device install`."""
    parser = device_parser("install")
    parser.add_argument(
        "--from", dest="folder", type=Path, metavar="FOLDER", help="other files than the firmware"
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="becomes /config.json on the board"
    )
    parser.add_argument(
        "--ca-file", type=Path, metavar="FILE", help="a CA (PEM or DER); becomes /ca.der"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--wait", metavar="SECONDS", help=f"how long to wait for ONLINE ({_WAIT_S:g})"
    )
    return parser


def chosen_bundle(arguments: argparse.Namespace) -> dict[str, bytes]:
    """Return the files that are to be on the board; raise `DeployError`."""
    folder = arguments.folder or firmware_folder()
    if not folder.is_dir():
        raise DeployError(f"There is no folder {folder}; --from FOLDER names one with files.")
    bundle = read_bundle(folder)
    if arguments.config is not None:
        bundle[CONFIG_FILE] = read_config(arguments.config)
    if arguments.ca_file is not None:
        bundle[AUTHORITY_FILE] = read_authority(arguments.ca_file)
    return bundle


def install_on(
    board: SerialBoard, bundle: Mapping[str, bytes], port: str, *, wait_s: float, is_sure: bool
) -> int:
    """Show the plan, ask, carry it out, and follow the board until it is online."""
    facts = read_facts(board)
    say(f"{printable(facts.board)}, MicroPython {facts.release_text}, on {printable(port)}")
    finish_interrupted(board)
    plan = plan_install(bundle, read_files(board), facts.disk_free_bytes)
    for line in plan.lines():
        say(line)
    if plan.problem is not None:
        board.restart()
        raise DeployError(plan.problem)
    if not plan.is_up_to_date:
        if not is_sure and not is_confirmed(f"Install on {printable(port)}? [y/N]"):
            board.restart()
            say("Nothing was changed; the board was restarted.")
            return EXIT_OK
        progress = Progress(plan)
        install(board, plan, progress.tell)
        progress.end()
        say("All files are on the board and verified.")
    set_clock(board)
    if not plan.runs_at_start:
        board.restart()
        say("There is no main.py among them, so nothing runs when the board starts.")
        return EXIT_OK
    name = follow_until_online(board, lambda line: say(f"  | {printable(line)}"), wait_s)
    say(f"The board says that it is online{': ' + printable(name) if name else ''}.")
    return EXIT_OK


class Progress:
    """How far the sending is: one line that is written over on a terminal, one per file else."""

    def __init__(self, plan: InstallPlan) -> None:
        self._sizes = {file.path: len(file.content) for file in plan.to_send}
        self._is_terminal = os.isatty(1)

    def tell(self, path: str, sent_bytes: int) -> None:
        """Show that so many bytes of a file have arrived."""
        size_bytes = self._sizes[path]
        is_done = sent_bytes >= size_bytes
        if self._is_terminal:
            percent = 100 * sent_bytes // max(1, size_bytes)
            print(f"\r\x1b[K  {printable(path)} {percent} %", end="", flush=True)
        elif is_done:
            say(f"  sent {printable(path)}")

    def end(self) -> None:
        """Leave the line for what follows."""
        if self._is_terminal:
            print("\r\x1b[K", end="", flush=True)


def _wait_s(text: str | None) -> float:
    if text is None:
        return _WAIT_S
    try:
        wait_s = float(text)
    except ValueError:
        wait_s = -1.0
    if not 1 <= wait_s <= 3600:
        raise SettingsError("--wait must be a number of seconds between 1 and 3600.")
    return wait_s
