"""The keys of the pinned topics."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

PIN_COMMANDS = CommandGroup(
    "pins",
    "Pinned topics",
    (
        Command(
            "enter",
            "choose",
            "Go to",
            "To the place of the topic in the tree",
            True,
            in_palette=False,
            key_display="enter",
        ),
        Command(
            "delete",
            "unpin",
            "Unpin",
            "Take the topic out of the pinned ones",
            True,
            in_palette=False,
            key_display="del",
        ),
    ),
)
