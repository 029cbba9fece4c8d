"""The keys of the comparison of two messages."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

DIFF_COMMANDS = CommandGroup(
    "diff",
    "Difference of two messages",
    (
        Command(
            "u",
            "toggle_unchanged",
            "Unchanged",
            "Show what stayed the same as well, or only how much it is",
            True,
        ),
        Command(
            "w",
            "toggle_beside",
            "Side by side",
            "The two messages side by side, or what changed one below the other",
            True,
        ),
        Command(
            "left_square_bracket",
            "step_old(-1)",
            "Older",
            "Compare with the message before",
            True,
            key_display="[",
        ),
        Command(
            "right_square_bracket",
            "step_old(1)",
            "Newer",
            "Compare with the message after",
            key_display="]",
        ),
        Command("space", "hold", "Hold", "Hold the comparison still, or follow the topic", True),
    ),
)
