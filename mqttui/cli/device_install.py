"""`mqttui device install`: the plan, the question, the progress, and the board's own word."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
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
from mqttui.cli.exit_codes import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK
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
from mqttui.deploy.ports import usb_ports
from mqttui.deploy.roster import merged_config, read_roster, row_of
from mqttui.deploy.serial_board import SerialBoard
from mqttui.payload.printable import printable
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from mqttui.cli.parser import Parser
    from mqttui.deploy.plan import InstallPlan
    from mqttui.deploy.roster import RosterRow

_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class InstallOrder:
    """What is wanted on each board; with a roster each has a configuration of its own."""

    bundle: Mapping[str, bytes]
    roster: Sequence[RosterRow]
    wait_s: float
    is_sure: bool

    def bundle_for(self, unique_id: str) -> Mapping[str, bytes]:
        """Return the files for a board; raise `DeployError` when the roster does not know it."""
        if not self.roster:
            return self.bundle
        row = row_of(self.roster, unique_id)
        if row is None:
            raise DeployError(
                f"Board {printable(unique_id)} is not in the roster; it is left alone."
            )
        config = merged_config(self.bundle.get(CONFIG_FILE, b"{}"), row.values)
        return {**self.bundle, CONFIG_FILE: config}


def run_install(words: Sequence[str]) -> int:
    """Install on one board after another; return the exit code."""
    arguments = install_parser().parse_all(words)
    order = InstallOrder(
        chosen_bundle(arguments),
        _chosen_roster(arguments.roster),
        _wait_s(arguments.wait),
        arguments.yes,
    )
    require_person(is_sure=order.is_sure)
    ports = _chosen_ports(arguments)
    try:
        if len(ports) == 1:
            _install_at(ports[0], order)
            return EXIT_OK
        return _install_at_all(ports, order)
    except KeyboardInterrupt:
        print(
            "\nmqttui: Interrupted. The board has all of its old files or all of the new ones; "
            "press EN to start it, install again to go on.",
            file=sys.stderr,
        )
        return EXIT_INTERRUPTED


def install_parser() -> Parser:
    """Return the parser of `mqttui device install`."""
    parser = device_parser("install", has_port=False)
    parser.add_argument(
        "--port", action="append", metavar="PORT", help="a serial port; can be repeated"
    )
    parser.add_argument("--all", action="store_true", help="all boards that are plugged in")
    parser.add_argument(
        "--roster", type=Path, metavar="FILE", help="a CSV file with values for each board"
    )
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


def install_on(board: SerialBoard, order: InstallOrder, port: str) -> None:
    """Show the plan, ask, carry it out, and follow the board until it is online."""
    try:
        plan = _shown_plan(board, order, port)
    except DeployError:
        # What ran on the board was interrupted for nothing.
        with contextlib.suppress(DeployError):
            board.restart()
        raise
    if not plan.is_up_to_date:
        if not order.is_sure and not is_confirmed(f"Install on {printable(port)}? [y/N]"):
            board.restart()
            say("Nothing was changed; the board was restarted.")
            return
        progress = Progress(plan)
        install(board, plan, progress.tell)
        progress.end()
        say("All files are on the board and verified.")
    set_clock(board)
    if not plan.has_main:
        board.restart()
        say("There is no main.py among the files, so none says ONLINE; the board was restarted.")
        return
    name = follow_until_online(board, lambda line: say(f"  | {printable(line)}"), order.wait_s)
    say(f"The board says that it is online{': ' + printable(name) if name else ''}.")


def _shown_plan(board: SerialBoard, order: InstallOrder, port: str) -> InstallPlan:
    """Return the plan for a board after showing it; raise `DeployError` when it cannot be."""
    facts = read_facts(board)
    say(f"{printable(facts.board)}, MicroPython {facts.release_text}, on {printable(port)}")
    bundle = order.bundle_for(facts.unique_id)
    finish_interrupted(board)
    plan = plan_install(bundle, read_files(board), facts.disk_free_bytes)
    for line in plan.lines():
        say(line)
    if plan.problem is not None:
        raise DeployError(plan.problem)
    return plan


def _install_at(port: str, order: InstallOrder) -> None:
    with SerialBoard(port) as board:
        install_on(board, order, port)


def _install_at_all(ports: Sequence[str], order: InstallOrder) -> int:
    """Install on every board, whatever happens to the others; return the exit code."""
    failed: list[str] = []
    for number, port in enumerate(ports, 1):
        say(f"[{number}/{len(ports)}] {printable(port)}")
        try:
            _install_at(port, order)
        except DeployError as problem:
            print(f"mqttui: {problem}", file=sys.stderr, flush=True)
            failed.append(port)
    say(f"{len(ports) - len(failed)} of {len(ports)} boards are done.")
    if failed:
        say(f"Failed: {', '.join(printable(port) for port in failed)}")
    return EXIT_FAILED if failed else EXIT_OK


def _chosen_ports(arguments: argparse.Namespace) -> list[str]:
    if arguments.all and arguments.port:
        raise SettingsError("--all and --port exclude each other.")
    if arguments.all:
        found = [port.device for port in usb_ports()]
        return found or [chosen_port(None)]
    return arguments.port or [chosen_port(None)]


def _chosen_roster(path: Path | None) -> Sequence[RosterRow]:
    if path is None:
        return ()
    try:
        return read_roster(path.read_text(encoding="utf-8-sig"), str(path))
    except OSError as error:
        raise DeployError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise DeployError(f"{path} is no UTF-8 text; save it as CSV UTF-8.") from None


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
