"""The command `mqttui`: finds the subcommand and turns problems into sentences and exit codes."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from mqttui import __version__
from mqttui.cli.exit_codes import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.cli.parser import Parser

COMMANDS = {
    "connect": "connect to a broker and explore its topics",
    "demo": "explore a simulated class on a broker of its own; needs nothing else",
    "check": "is a broker well? one line and an exit code, for cron and monitoring",
    "simulate": "put a class of simulated boards on a broker, for load and teaching",
    "device": "ESP32 boards at this machine: list, info, install and more",
}

DESCRIPTION = f"""\
The MQTT explorer for the terminal.

commands:
  (none)    open the connection screen
  connect   {COMMANDS["connect"]}
  demo      {COMMANDS["demo"]}
  check     {COMMANDS["check"]}
  simulate  {COMMANDS["simulate"]}
  device    {COMMANDS["device"]}

mqttui COMMAND --help explains a command."""

EPILOG = """\
exit codes:
  0    left by the user
  1    it cannot run here (no terminal, for example)
  2    an option, variable or profile cannot be used; a sentence says which
  130  interrupted before the screen opened"""


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    words = sys.argv[1:] if words is None else list(words)
    if words == ["--version"]:
        print(f"mqttui {__version__}")
        return EXIT_OK
    # Imports make tens of thousands of objects and next to no garbage; looking for it again and
    # again is a tenth of the time to the first paint. The interface collects at its own pace.
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        return _run_or_explain(words)
    finally:
        if was_collecting:
            gc.enable()


def _run_or_explain(words: Sequence[str]) -> int:
    """Run the subcommand; what it cannot do becomes a sentence and an exit code."""
    from mqttui.cli.terminal import CannotRunError
    from mqttui.settings.toml_file import SettingsError

    try:
        return _run(words)
    except SettingsError as problem:
        print(f"mqttui: {problem}", file=sys.stderr)
        return EXIT_USAGE
    except CannotRunError as problem:
        print(f"mqttui: {problem}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return EXIT_INTERRUPTED
    except SystemExit as exit_request:
        # argparse leaves this way after --help.
        return exit_request.code if isinstance(exit_request.code, int) else EXIT_FAILED


def _run(words: Sequence[str]) -> int:
    """Run the subcommand; raise `SettingsError` or `CannotRunError` with a sentence."""
    command, rest = (words[0], words[1:]) if words else ("", [])
    if command == "connect":
        from mqttui.cli import connect

        return connect.run(rest)
    if command == "demo":
        from mqttui.cli import demo

        return demo.run(rest)
    if command == "check":
        from mqttui.cli import check

        return check.run(rest)
    if command == "simulate":
        from mqttui.cli import simulate

        return simulate.run(rest)
    if command == "device":
        from mqttui.cli import device

        return device.run(rest)
    if not command:
        from mqttui.cli import start

        return start.run()
    parser = main_parser()
    if not command.startswith("-"):
        from mqttui.settings.toml_file import SettingsError, nearest

        close = nearest(command, COMMANDS)
        hint = f"did you mean mqttui {close}?" if close else "mqttui connect HOST connects."
        raise SettingsError(f"There is no command {_shortened(command)}; {hint}")
    parser.parse_all(words)
    # Options that are known leave by themselves.
    return EXIT_OK


def main_parser() -> Parser:
    """Return the parser of what stands before a subcommand."""
    from mqttui.cli.parser import Parser

    parser = Parser(
        prog="mqttui", usage="mqttui [COMMAND] [options]", description=DESCRIPTION, epilog=EPILOG
    )
    parser.add_argument("--version", action="version", version=f"mqttui {__version__}")
    return parser


def _shortened(word: str) -> str:
    # A URL may have a password in it.
    return "with that name" if "://" in word or "@" in word else repr(word[:40])
