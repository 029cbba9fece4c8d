"""The keys of the hygiene screen."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

HYGIENE_COMMANDS = CommandGroup(
    "hygiene",
    "Topic hygiene",
    (
        Command(
            "enter",
            "enter",
            "Go to",
            "To the topics that break a rule; to a topic in the tree",
            True,
            in_palette=False,
            key_display="enter",
        ),
        Command(
            "escape,backspace",
            "back",
            "Back",
            "From the topics to the rules, from there to the tree",
            True,
            in_palette=False,
            key_display="esc",
        ),
        Command("y", "leave", "Leave", "Back to the tree at once", in_palette=False),
    ),
)
