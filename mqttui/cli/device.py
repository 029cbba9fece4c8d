"""`mqttui device`: the boards at this machine."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from mqttui.cli.exit_codes import EXIT_FAILED, EXIT_OK
from mqttui.cli.parser import Parser
from mqttui.cli.terminal import CannotRunError
from mqttui.settings.toml_file import SettingsError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ACTIONS = {
    "list": "the boards that are plugged in",
    "info": "what a board is, and the files on it",
    "install": "bring the firmware onto a board, safely",
    "config": "show and change the configuration of a board",
    "flash": "put MicroPython itself onto a board (esptool)",
    "logs": "show what a board prints, until ctrl+c",
    "repl": "talk to MicroPython on a board (mpremote)",
    "run": "run a file on a board without keeping it there",
    "mip": "bring packages onto a board from files, without a network",
    "backup": "save all files of a board in one file",
    "restore": "bring the files of a backup back onto a board",
    "wipe": "remove all files of a board, after a backup",
}

DESCRIPTION = "The ESP32 boards at this machine.\n\nactions:\n" + "\n".join(
    f"  {name:9} {text}" for name, text in ACTIONS.items()
)


def run(words: Sequence[str]) -> int:
    """Run an action on a board; return the exit code."""
    if not words or words[0].startswith("-"):
        parser = Parser(
            prog="mqttui device",
            usage="mqttui device ACTION [options]",
            description=f"{DESCRIPTION}\n\nmqttui device ACTION --help explains an action.",
        )
        parser.parse_all(words)
        parser.print_help()
        return EXIT_OK
    action, rest = words[0], words[1:]
    carry_out = _ACTIONS.get(action)
    if carry_out is None:
        close = nearest(action, ACTIONS)
        hint = f"did you mean {close}?" if close else "mqttui device --help lists them."
        raise SettingsError(f"There is no action {action[:40]!r} for devices; {hint}")
    from mqttui.deploy.failures import DeployError

    try:
        return carry_out(rest)
    except DeployError as problem:
        raise CannotRunError(str(problem)) from None


def device_parser(action: str, *, has_port: bool = True, takes: str | None = None) -> Parser:
    """Return the parser of an action.

    `takes` is the name of its argument: in brackets when that can be left out, with dots when
    there can be several.
    """
    words = " ".join(("mqttui device", action, "[options]", *([takes] if takes else [])))
    parser = Parser(prog=f"mqttui device {action}", usage=words, description=ACTIONS[action])
    if has_port:
        parser.add_argument(
            "--port", metavar="PORT", help="the serial port; not needed for an only board"
        )
    if takes is not None:
        counts = {"[": "?", ".": "+"}
        count = counts.get(takes[0]) or counts.get(takes[-1])
        parser.add_argument("file", metavar=takes.strip("[.]"), nargs=count)
    return parser


def chosen_port(port: str | None) -> str:
    """Return the port that was named, or that of the only board; raise `DeployError`."""
    from mqttui.deploy.ports import only_port, usb_ports

    return port or only_port(usb_ports())


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    print(text, flush=True)


def require_person(*, is_sure: bool) -> None:
    """Raise `CannotRunError` when a question would come and nobody is there to answer it."""
    if not is_sure and not os.isatty(0):
        raise CannotRunError(
            "This asks before it changes a board, and standard input is no terminal; "
            "--yes goes on without asking."
        )


def is_confirmed(question: str, *, answer: str = "y") -> bool:
    """Ask a question that only `answer` confirms."""
    print(question, end=" ", flush=True)
    return sys.stdin.readline().strip().lower() == answer.lower()


def _list(words: Sequence[str]) -> int:
    parser = device_parser("list", has_port=False)
    parser.add_argument(
        "--roster",
        action="store_true",
        help="ask each board for its id and print the begin of a roster (CSV); restarts them",
    )
    parser.add_argument(
        "--port", action="append", metavar="PORT", help="with --roster: this port; can be repeated"
    )
    arguments = parser.parse_all(words)
    from mqttui.deploy.ports import usb_ports
    from mqttui.payload.printable import printable

    ports = usb_ports()
    if arguments.roster:
        return _list_ids(arguments.port or [port.device for port in ports] or [chosen_port(None)])
    if not ports:
        print("mqttui: No board is plugged in (or its cable has no data lines).", file=sys.stderr)
        return EXIT_FAILED
    width = max(len(port.device) for port in ports)
    for port in ports:
        number = printable(port.serial_number or "-")
        say(f"{port.device:{width}}  {port.usb_id}  {printable(port.chip)}, serial number {number}")
    return EXIT_OK


def _list_ids(ports: Sequence[str]) -> int:
    """Print a roster with the ids of boards and nothing else filled in; return the exit code."""
    from mqttui.deploy.facts import read_facts
    from mqttui.deploy.failures import DeployError
    from mqttui.deploy.serial_board import SerialBoard
    from mqttui.payload.printable import printable

    has_failed = False
    say("id,name,user,password")
    for port in ports:
        try:
            with SerialBoard(port) as board:
                say(f"{printable(read_facts(board).unique_id)},,,")
                board.restart()
        except DeployError as problem:
            print(f"mqttui: {problem}", file=sys.stderr, flush=True)
            has_failed = True
    return EXIT_FAILED if has_failed else EXIT_OK


def _info(words: Sequence[str]) -> int:
    arguments = device_parser("info").parse_all(words)
    from mqttui.deploy.facts import read_facts, read_files
    from mqttui.deploy.serial_board import SerialBoard
    from mqttui.payload.printable import printable
    from mqttui.payload.quantities import size_text

    port = chosen_port(arguments.port)
    with SerialBoard(port) as board:
        facts = read_facts(board)
        files = read_files(board)
        # What ran before was interrupted by asking.
        board.restart()
    say(f"board        {printable(facts.board) or '-'}")
    say(f"port         {printable(port)}")
    say(f"MicroPython  {facts.release_text}")
    say(f"id           {printable(facts.unique_id) or '-'}")
    say(f"MAC address  {printable(facts.mac_address or '-')}")
    say(f"flash        {size_text(facts.flash_bytes)}")
    say(f"for files    {size_text(facts.disk_bytes)}, {size_text(facts.disk_free_bytes)} free")
    say(f"memory       {size_text(facts.memory_free_bytes)} free")
    say(f"files        {len(files)}")
    for path in sorted(files):
        say(f"  {size_text(files[path].size_bytes):>9}  {printable(path)}")
    say("The board was restarted.")
    return EXIT_OK


def _install(words: Sequence[str]) -> int:
    from mqttui.cli.device_install import run_install

    return run_install(words)


def _config(words: Sequence[str]) -> int:
    from mqttui.cli.device_config import run_config

    return run_config(words)


def _flash(words: Sequence[str]) -> int:
    from mqttui.cli.device_flash import run_flash

    return run_flash(words)


def _logs(words: Sequence[str]) -> int:
    from mqttui.cli.device_console import run_logs

    return run_logs(words)


def _repl(words: Sequence[str]) -> int:
    from mqttui.cli.device_console import run_repl

    return run_repl(words)


def _run(words: Sequence[str]) -> int:
    from mqttui.cli.device_console import run_file

    return run_file(words)


def _mip(words: Sequence[str]) -> int:
    from mqttui.cli.device_packages import run_mip

    return run_mip(words)


def _backup(words: Sequence[str]) -> int:
    from mqttui.cli.device_files import run_backup

    return run_backup(words)


def _restore(words: Sequence[str]) -> int:
    from mqttui.cli.device_files import run_restore

    return run_restore(words)


def _wipe(words: Sequence[str]) -> int:
    from mqttui.cli.device_files import run_wipe

    return run_wipe(words)


_ACTIONS: dict[str, Callable[[Sequence[str]], int]] = {
    "list": _list,
    "info": _info,
    "install": _install,
    "config": _config,
    "flash": _flash,
    "logs": _logs,
    "repl": _repl,
    "run": _run,
    "mip": _mip,
    "backup": _backup,
    "restore": _restore,
    "wipe": _wipe,
}
