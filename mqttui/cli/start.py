"""`mqttui` alone: the connection screen."""

from __future__ import annotations

import os

from mqttui.cli.exit_codes import EXIT_OK
from mqttui.cli.launch import explore
from mqttui.cli.preferences import chosen_preferences
from mqttui.cli.session import SessionMaker
from mqttui.cli.terminal import require_terminal
from mqttui.cli.topics import topic_rules
from mqttui.settings.paths import profiles_file
from mqttui.settings.profiles import load_profiles


def run() -> int:
    """Open the connection screen with what is wrong in the user's files; return the exit code."""
    preferences, problems = chosen_preferences(os.environ)
    profiles = load_profiles(profiles_file(), topic_rules())
    require_terminal()
    explore(None, preferences, SessionMaker(preferences), [*problems, *profiles.problems])
    return EXIT_OK
