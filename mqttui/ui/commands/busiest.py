"""The keys of the busiest view."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup
from mqttui.ui.glyphs import LEFT, RIGHT

BUSIEST_COMMANDS = CommandGroup(
    "busiest",
    "Busiest",
    (
        Command(
            "1",
            "show_window(0)",
            "10 s",
            "What came in the last 10 seconds",
            True,
            in_palette=False,
        ),
        Command(
            "2", "show_window(1)", "1 min", "What came in the last minute", True, in_palette=False
        ),
        Command(
            "3",
            "show_window(2)",
            "10 min",
            "What came in the last 10 minutes",
            True,
            in_palette=False,
        ),
        Command(
            "left",
            "step_window(-1)",
            "Shorter",
            "The next shorter time",
            in_palette=False,
            key_display=LEFT,
        ),
        Command(
            "right",
            "step_window(1)",
            "Longer",
            "The next longer time",
            in_palette=False,
            key_display=RIGHT,
        ),
        Command(
            "m", "toggle_measure", "Bytes", "Rank by messages or by bytes", True, in_palette=False
        ),
        Command(
            "d",
            "cycle_scope",
            "Level",
            "Rank everything, subtrees of the first, second or third level, or topics",
            True,
            in_palette=False,
        ),
        Command(
            "enter",
            "enter",
            "Go to",
            "To the place of the topic in the tree",
            True,
            in_palette=False,
            key_display="enter",
        ),
        Command(
            "escape,backspace,b",
            "leave",
            "Back",
            "Back to the tree",
            True,
            in_palette=False,
            key_display="esc",
        ),
    ),
)
