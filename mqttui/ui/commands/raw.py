"""The keys of the raw bytes of a message."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

RAW_COMMANDS = CommandGroup(
    "raw",
    "Raw bytes of a message",
    (
        Command(
            "slash",
            "find",
            "Find bytes",
            "Find text, or bytes written like 0x1b5b or 1b 5b",
            True,
            key_display="/",
        ),
        Command("n", "step_hit(1)", "Next hit", "To the next place where they stand", True),
        Command("N", "step_hit(-1)", "Previous hit", "To the place before", True),
    ),
)
