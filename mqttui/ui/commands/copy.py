"""The keys of the list of what can be copied."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

COPY_COMMANDS = CommandGroup(
    "copy",
    "Copy",
    (
        Command(
            "enter",
            "copy_chosen",
            "Copy",
            "Copy what the cursor is on",
            True,
            in_palette=False,
            key_display="enter",
        ),
        Command("t", "copy_named('topic')", "Topic", "Copy the topic", True, in_palette=False),
        Command(
            "p",
            "copy_named('payload')",
            "Payload",
            "Copy the whole payload",
            True,
            in_palette=False,
        ),
        Command(
            "J",
            "copy_path",
            "JSON path",
            "Copy the path to the value instead of the value",
            True,
            in_palette=False,
        ),
        Command(
            "escape,Y",
            "leave",
            "Back",
            "Copy nothing",
            True,
            in_palette=False,
            key_display="esc",
        ),
    ),
)
