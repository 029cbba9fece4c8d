"""`mqttui demo`: the explorer on a simulated class."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from mqttui.cli.exit_codes import EXIT_OK
from mqttui.cli.launch import explore
from mqttui.cli.options import PREFERENCE_OPTIONS
from mqttui.cli.parser import Parser
from mqttui.cli.preferences import chosen_preferences
from mqttui.cli.session import SessionMaker
from mqttui.cli.terminal import CannotRunError, require_terminal, warn

if TYPE_CHECKING:
    from collections.abc import Sequence

DESCRIPTION = """\
Explore a simulated class: twelve boards with sensors and a few other devices publish to a
broker that runs for this demo alone, on this machine alone. Nothing is left running."""


def run(words: Sequence[str]) -> int:
    """Run the demo until the user leaves; return the exit code."""
    arguments = vars(demo_parser().parse_all(words))
    preferences, notices = chosen_preferences(os.environ, arguments)
    require_terminal()
    from mqttui.demo.run import Demo, DemoUnavailable

    demo = Demo(arguments["broker"])
    try:
        try:
            connection = demo.start()
        except DemoUnavailable as unavailable:
            raise CannotRunError(str(unavailable)) from None
        connection = replace(connection, payload_limit_bytes=preferences.payload_limit_bytes)
        sessions = SessionMaker(preferences)
        session = sessions.make(connection, is_remembered=False)
        session.start()
        explore(session, preferences, sessions, [*notices, *demo.problems])
    finally:
        demo.stop()
    for problem in demo.problems:
        warn(problem)
    return EXIT_OK


def demo_parser() -> Parser:
    """Return the parser of `mqttui demo`."""
    parser = Parser(prog="mqttui demo", usage="mqttui demo [options]", description=DESCRIPTION)
    group = parser.add_argument_group("Demo")
    group.add_argument(
        "--broker",
        choices=("auto", "mosquitto", "embedded"),
        default="auto",
        metavar="{auto,mosquitto,embedded}",
        help="which broker runs; auto is mosquitto where it is installed, else the embedded one",
    )
    parser.add_options(PREFERENCE_OPTIONS)
    return parser
