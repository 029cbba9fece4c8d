"""The keys of the properties of a message."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

PROPERTIES_COMMANDS = CommandGroup(
    "properties",
    "Properties of a message",
    (
        Command(
            "enter",
            "show_whole",
            "Show whole",
            "Show the property under the cursor in full, however long it is",
            True,
            in_palette=False,
            key_display="enter",
        ),
    ),
)
