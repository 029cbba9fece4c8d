"""`mqttui device install`: the plan, the question, the progress, and the board's own word."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mqttui.cli.device import (
    chosen_port,
    device_parser,
    is_confirmed,
    require_person,
    say,
)
from mqttui.cli.device_settings import BoardSettings, broker_choice
from mqttui.cli.exit_codes import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK
from mqttui.cli.terminal import warn
from mqttui.deploy.board_setup import BoardSetup, BrokerChoice, rules_for, setup_lines
from mqttui.deploy.broker_access import connection_of
from mqttui.deploy.bundle import (
    CONFIG_FILE,
    read_authority,
    read_bundle,
    read_config,
    with_list,
)
from mqttui.deploy.facts import read_facts
from mqttui.deploy.failures import DeployError
from mqttui.deploy.install import finish_interrupted, follow_until_online, install, set_clock
from mqttui.deploy.ports import usb_ports
from mqttui.deploy.roster import read_roster
from mqttui.deploy.serial_board import SerialBoard
from mqttui.deploy.survey import plan_for, read_survey
from mqttui.payload.printable import printable
from mqttui.settings.paths import firmware_folder
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from mqttui.cli.parser import Parser
    from mqttui.deploy.plan import InstallPlan
    from mqttui.deploy.roster import RosterRow

_WAIT_S = 60.0
_BROKER_WAIT_S = 15.0


@dataclass(frozen=True, slots=True)
class InstallOrder:
    """What is wanted on each board. `broker` is who is asked whether a board is online, where it is
    not the one that the board itself was told."""

    bundle: Mapping[str, bytes]
    settings: BoardSettings
    wait_s: float
    is_sure: bool
    broker: BrokerChoice | None = None


def run_install(words: Sequence[str]) -> int:
    """Install on one board after another; return the exit code."""
    arguments = install_parser().parse_all(words)
    require_person(is_sure=arguments.yes)
    order = chosen_order(arguments)
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
    parser.add_argument("--profile", metavar="NAME", help="the broker and account of a profile")
    parser.add_argument("--broker", metavar="HOST", help="the broker: a host name or a URL")
    parser.add_argument("--user", metavar="NAME", help="the account there; its password is asked")
    parser.add_argument(
        "--password-file", metavar="FILE", help="read the password from the first line of a file"
    )
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        default=None,
        help="read the password from the first line of standard input",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--wait", metavar="SECONDS", help=f"how long to wait for ONLINE ({_WAIT_S:g})"
    )
    return parser


def chosen_order(arguments: argparse.Namespace) -> InstallOrder:
    """Return what is wanted on the boards; raise `DeployError` or `SettingsError`."""
    folder = arguments.folder or firmware_folder()
    if not folder.is_dir():
        raise DeployError(f"There is no folder {folder}; --from FOLDER names one with files.")
    bundle = read_bundle(folder)
    # A configuration among the files is one for all boards.
    file, file_name = bundle.pop(CONFIG_FILE, None), str(folder / "config.json")
    if arguments.config is not None:
        file, file_name = read_config(arguments.config), str(arguments.config)
    authority = None if arguments.ca_file is None else read_authority(arguments.ca_file)
    broker = _chosen_broker(arguments, authority)
    settings = BoardSettings(
        rules_for(bundle),
        file=file,
        file_name=file_name,
        broker=broker,
        authority=authority,
        roster=_chosen_roster(arguments.roster),
        may_ask=os.isatty(0),
    )
    # Other files are added to what a board has; a firmware takes the place of the one before.
    if arguments.folder is None:
        bundle = with_list(bundle)
    return InstallOrder(bundle, settings, wait_s_of(arguments.wait), arguments.yes, broker)


def _chosen_broker(arguments: argparse.Namespace, authority: bytes | None) -> BrokerChoice | None:
    account = ("user", "password_file", "password_stdin")
    if arguments.profile is None and arguments.broker is None:
        for name in account:
            if getattr(arguments, name) is not None:
                flag = name.replace("_", "-")
                raise SettingsError(f"--{flag} needs --broker HOST or --profile NAME.")
        return None
    given: dict[str, Any] = {name: getattr(arguments, name) for name in account}
    given |= {"host": arguments.broker, "profile": arguments.profile}
    return broker_choice(given, authority)


def install_on(board: SerialBoard, order: InstallOrder, port: str) -> None:
    """Show the plan, ask, carry it out, and follow the board until it is online."""
    try:
        plan, setup = _shown_plan(board, order, port)
    except BaseException:
        # What ran on the board was interrupted for nothing.
        with contextlib.suppress(DeployError):
            board.restart()
        raise
    if not plan.is_up_to_date:
        if not order.is_sure and not is_confirmed(f"Install on {printable(port)}? [y/N]"):
            board.restart()
            say("Nothing was changed; the board was restarted.")
            return
        carry_out(board, plan)
    set_clock(board)
    if not plan.has_main:
        board.restart()
        say("There is no main.py among the files, so none says ONLINE; the board was restarted.")
        return
    follow(board, setup, order.wait_s, order.broker)


def carry_out(board: SerialBoard, plan: InstallPlan) -> None:
    """Bring the files of a plan onto a board and say so."""
    progress = Progress(plan)
    install(board, plan, progress.tell)
    progress.end()
    say("All files are on the board and verified.")


def follow(
    board: SerialBoard, setup: BoardSetup, wait_s: float, broker: BrokerChoice | None = None
) -> None:
    """Restart a board, show its lines until it says ONLINE, and ask its broker too."""
    name = follow_until_online(board, lambda line: say(f"  | {printable(line)}".rstrip()), wait_s)
    say(f"The board says that it is online{': ' + printable(name) if name else ''}.")
    settings = broker.settings if broker else connection_of(setup.values or {}, None)
    if settings is None:
        return
    from mqttui.cli.device_confirm import confirm_online

    reason = confirm_online(name, settings, setup.authority, _BROKER_WAIT_S)
    if reason is None:
        say(f"The broker {printable(settings.label)} has it as online, too.")
    else:
        warn(f"Whether the broker has it as online cannot be told: {reason}.")


def _shown_plan(
    board: SerialBoard, order: InstallOrder, port: str
) -> tuple[InstallPlan, BoardSetup]:
    """Return the plan for a board after showing it; raise `DeployError` when it cannot be."""
    facts = read_facts(board)
    say(f"{printable(facts.board)}, MicroPython {facts.release_text}, on {printable(port)}")
    finish_interrupted(board)
    # What was left of an interrupted installation took room.
    survey = read_survey(board)
    setup = order.settings.setup_of(facts.unique_id, port, survey.own)
    plan = plan_for(survey, order.bundle, setup.files)
    for line in plan.lines():
        say(line)
    if CONFIG_FILE in setup.files and setup.values:
        for line in setup_lines(setup):
            say(line)
    if plan.problem is not None:
        raise DeployError(plan.problem)
    return plan, setup


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


def wait_s_of(text: str | None) -> float:
    """Return how long to wait for ONLINE; raise `SettingsError`."""
    if text is None:
        return _WAIT_S
    try:
        wait_s = float(text)
    except ValueError:
        wait_s = -1.0
    if not 1 <= wait_s <= 3600:
        raise SettingsError("--wait must be a number of seconds between 1 and 3600.")
    return wait_s
