"""`mqttui device mip`: packages onto a board, from files, with no network there."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from mqttui.cli.device import chosen_port, device_parser, is_confirmed, require_person, say
from mqttui.cli.device_install import carry_out
from mqttui.cli.exit_codes import EXIT_OK
from mqttui.cli.terminal import warn
from mqttui.deploy.facts import read_facts, read_files
from mqttui.deploy.failures import DeployError
from mqttui.deploy.install import finish_interrupted
from mqttui.deploy.packages import TARGET, read_packages
from mqttui.deploy.plan import plan_install
from mqttui.deploy.serial_board import SerialBoard
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence


def run_mip(words: Sequence[str]) -> int:
    """Install packages on a board; return the exit code."""
    parser = device_parser("mip", takes="PACKAGE...")
    parser.add_argument(
        "--target", default=TARGET, metavar="FOLDER", help=f"where on the board ({TARGET})"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    arguments = parser.parse_all(words)
    require_person(is_sure=arguments.yes)
    packages = read_packages([Path(each) for each in arguments.file], arguments.target)
    port = chosen_port(arguments.port)
    with SerialBoard(port) as board:
        try:
            facts = read_facts(board)
            finish_interrupted(board)
            plan = plan_install(packages.files, read_files(board), facts.disk_free_bytes)
            for line in plan.lines():
                say(line)
            for name in packages.missing:
                warn(
                    f"{printable(name)} is needed, too, and is not among these files; if the "
                    "board has it not built in, give its folder as well."
                )
            if plan.problem is not None:
                raise DeployError(plan.problem)
            is_wanted = not plan.is_up_to_date and (
                arguments.yes or is_confirmed(f"Install on {printable(port)}? [y/N]")
            )
            if is_wanted:
                carry_out(board, plan)
        finally:
            # Its program was interrupted.
            with contextlib.suppress(DeployError):
                board.restart()
    say(f"{'Done' if is_wanted else 'Nothing was changed'}; the board was restarted.")
    return EXIT_OK
