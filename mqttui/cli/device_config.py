"""`mqttui device config`: what config.json of a board says, and changing it, by cable only."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mqttui.cli.device import (
    chosen_port,
    is_confirmed,
    require_person,
    say,
)
from mqttui.cli.device_install import carry_out, follow, wait_s_of
from mqttui.cli.device_questions import ask, ask_secret
from mqttui.cli.exit_codes import EXIT_OK
from mqttui.cli.parser import Parser
from mqttui.cli.terminal import read_line
from mqttui.deploy.board_setup import WRONG, BoardSetup, rules_for
from mqttui.deploy.bundle import (
    AUTHORITY_FILE,
    CONFIG_FILE,
    CONFIG_RULES,
    MAIN_FILE,
    read_config,
)
from mqttui.deploy.config import (
    ConfigRules,
    changes,
    file_content,
    is_secret,
    read_values,
    shown_value,
)
from mqttui.deploy.facts import read_facts, read_files
from mqttui.deploy.failures import DeployError
from mqttui.deploy.install import finish_interrupted
from mqttui.deploy.plan import plan_install
from mqttui.deploy.serial_board import SerialBoard
from mqttui.deploy.survey import own_files
from mqttui.payload.printable import printable
from mqttui.settings.rules import MAX_FIELD_BYTES
from mqttui.settings.toml_file import SettingsError, nearest

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

_VERBS = ("get", "set", "unset")

DESCRIPTION = """\
The configuration of a board, /config.json: get shows it, set changes a key or the whole, unset
takes a key out so that its default holds. Secrets are never shown and never typed on the command
line: leave the value out and you are asked, or pipe it in with --stdin.

  mqttui device config                       all values
  mqttui device config get rate
  mqttui device config set rate 2
  mqttui device config set password          asks, and shows nothing
  mqttui device config set --file anna.json  the whole
  mqttui device config unset led"""


def run_config(words: Sequence[str]) -> int:
    """Show or change the configuration of a board; return the exit code."""
    arguments = _parser().parse_all(words)
    _require_sense(arguments)
    if arguments.verb == "get":
        return _show(arguments)
    return _change(arguments)


def _parser() -> Parser:
    parser = Parser(
        prog="mqttui device config",
        usage="mqttui device config [get|set|unset] [KEY] [VALUE] [options]",
        description=DESCRIPTION,
    )
    parser.add_argument("verb", nargs="?", default="get", metavar="get|set|unset")
    parser.add_argument("key", nargs="?", metavar="KEY")
    parser.add_argument("value", nargs="?", metavar="VALUE")
    parser.add_argument(
        "--port", metavar="PORT", help="the serial port; not needed for an only board"
    )
    parser.add_argument("--file", type=Path, metavar="FILE", help="set: take all values from it")
    parser.add_argument(
        "--stdin", action="store_true", help="set: the value is the first line of standard input"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask before the whole changes")
    parser.add_argument("--wait", metavar="SECONDS", help="how long to wait for ONLINE (60)")
    return parser


def _require_sense(arguments: argparse.Namespace) -> None:
    """Raise `SettingsError` for words that do not belong together."""
    verb, key, value = arguments.verb, arguments.key, arguments.value
    if verb not in _VERBS:
        close = nearest(verb, _VERBS)
        hint = f"did you mean {close}?" if close else "there are get, set and unset."
        raise SettingsError(f"config cannot {verb[:40]!r}; {hint}")
    if verb != "set" and (value is not None or arguments.file or arguments.stdin):
        raise SettingsError(f"config {verb} takes a KEY and no value.")
    if verb == "unset" and key is None:
        raise SettingsError("config unset needs the KEY.")
    if verb == "set" and (key is None) == (arguments.file is None):
        raise SettingsError("config set needs a KEY, or --file FILE for the whole.")
    if value is not None and arguments.stdin:
        raise SettingsError("The value is given twice: by a word and by --stdin.")
    if value is not None and is_secret(key):
        raise SettingsError(
            f"The value of {key} would stand in the process list and in the history of the shell; "
            "leave it out to be asked, or use --stdin."
        )


def _show(arguments: argparse.Namespace) -> int:
    with SerialBoard(chosen_port(arguments.port)) as board:
        try:
            read_facts(board)
            files = read_files(board)
            own = own_files(board, files)
            rules = _rules_of(board, files)
        finally:
            with contextlib.suppress(DeployError):
                board.restart()
    if CONFIG_FILE not in own:
        raise DeployError("The board has no configuration; mqttui device install gives it one.")
    values = read_values(own[CONFIG_FILE], CONFIG_FILE)
    problem = rules.problem(values) if rules is not None else None
    every = values if rules is None or problem is not None else rules.complete(values)
    if arguments.key is not None:
        if arguments.key not in every:
            close = nearest(arguments.key, every)
            hint = f"did you mean {close}?" if close else "it is not set."
            raise DeployError(f"The configuration has no {printable(arguments.key)!r}; {hint}")
        say(shown_value(arguments.key, every[arguments.key]))
        return EXIT_OK
    width = max(len(printable(key)) for key in every) if every else 0
    for key in sorted(every):
        mark = "" if key in values else "  (default)"
        say(f"{printable(key):{width}}  {shown_value(key, every[key])}{mark}")
    if problem is not None:
        raise DeployError(f"The board does not run with this configuration: {problem}.")
    return EXIT_OK


def _change(arguments: argparse.Namespace) -> int:
    if arguments.file is not None:
        require_person(is_sure=arguments.yes)
    wait_s = wait_s_of(arguments.wait)
    # Asked for before the program of the board is stopped.
    text = _typed(arguments) if arguments.verb == "set" and arguments.key else None
    whole = read_config(arguments.file) if arguments.file is not None else None
    port = chosen_port(arguments.port)
    with SerialBoard(port) as board:
        is_changed = False
        try:
            facts = read_facts(board)
            finish_interrupted(board)
            files = read_files(board)
            own = own_files(board, files)
            before = read_values(own.get(CONFIG_FILE, b"{}"), CONFIG_FILE)
            board_rules = _rules_of(board, files)
            after = _changed(arguments, before, text, whole, board_rules)
            problem = board_rules.problem(after) if board_rules is not None else None
            if problem is not None:
                raise DeployError(f"{WRONG}: {problem}.")
            lines = changes(*_with_defaults(board_rules, before, after))
            for line in lines or ["  Nothing differs."]:
                say(line)
            is_changed = bool(lines) and (
                whole is None
                or arguments.yes
                or is_confirmed(f"Change the configuration at {printable(port)}? [y/N]")
            )
            if is_changed:
                # The rules that are on the board judge it there, before it is valid.
                bundle = {CONFIG_FILE: file_content(after) if whole is None else whole}
                if CONFIG_RULES in files:
                    bundle[CONFIG_RULES] = board.read_file(CONFIG_RULES)
                plan = plan_install(bundle, files, facts.disk_free_bytes)
                if plan.problem is not None:
                    raise DeployError(plan.problem)
                carry_out(board, plan)
        except BaseException:
            with contextlib.suppress(DeployError):
                board.restart()
            raise
        if not is_changed or MAIN_FILE not in files:
            board.restart()
            say(f"{'Changed' if is_changed else 'Nothing was changed'}; the board was restarted.")
            return EXIT_OK
        known = after if board_rules is not None else None
        follow(board, BoardSetup({}, known, own.get(AUTHORITY_FILE)), wait_s)
    return EXIT_OK


def _with_defaults(
    rules: ConfigRules | None, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return both with their defaults where the rules allow that."""
    if rules is None or rules.problem(before) is not None:
        return before, after
    return rules.complete(before), rules.complete(after)


def _rules_of(board: SerialBoard, files: Mapping[str, object]) -> ConfigRules | None:
    """Return the rules when the board has those of our own firmware, else None."""
    if CONFIG_RULES not in files:
        return None
    return rules_for({CONFIG_RULES: board.read_file(CONFIG_RULES)})


def _typed(arguments: argparse.Namespace) -> str:
    """Return the text of the new value from the command line, standard input, or an answer."""
    key: str = arguments.key
    if arguments.value is not None:
        return str(arguments.value)
    if arguments.stdin:
        try:
            return read_line(0, MAX_FIELD_BYTES).decode()
        except UnicodeDecodeError:
            raise SettingsError("The first line of standard input is not UTF-8 text.") from None
    if not os.isatty(0):
        raise SettingsError(f"config set {key} needs a VALUE, or --stdin with a line that has it.")
    return (ask_secret if is_secret(key) else ask)(f"New value of {key}", "", lambda _text: None)


def _changed(
    arguments: argparse.Namespace,
    before: Mapping[str, Any],
    text: str | None,
    whole: bytes | None,
    rules: ConfigRules | None,
) -> dict[str, Any]:
    """Return the configuration as it is to be; raise `DeployError` naming a key that is wrong."""
    if whole is not None:
        return read_values(whole, str(arguments.file))
    key: str = arguments.key
    after = dict(before)
    if text is None:
        if key not in after:
            raise DeployError(f"The configuration does not set {printable(key)!r}.")
        del after[key]
        return after
    if rules is not None:
        after[key] = rules.value_of(key, text)
    else:
        after[key] = _like(before.get(key), text)
    return after


def _like(before: object, text: str) -> object:
    """Return a value for a firmware whose rules are unknown: as text where it was text before."""
    if isinstance(before, str):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
