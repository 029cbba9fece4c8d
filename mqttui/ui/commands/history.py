"""The keys of the history of a topic."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

HISTORY_COMMANDS = CommandGroup(
    "history",
    "History of a topic",
    (
        Command(
            "enter",
            "show",
            "Show",
            "Show the value of the message under the cursor",
            True,
            in_palette=False,
            key_display="enter",
        ),
        Command(
            "m", "mark", "Mark", "Mark the message under the cursor to be compared (A, B)", True
        ),
        Command(
            "equals_sign",
            "compare",
            "Compare",
            "Compare the two marked messages; with one mark that and the one under the cursor;"
            " without any the one under the cursor and the one before it",
            True,
            key_display="=",
        ),
        Command("space", "hold", "Hold", "Hold the list still; counting goes on", True),
        Command(
            "slash",
            "find",
            "Filter",
            "List only messages that contain a text",
            True,
            key_display="/",
        ),
    ),
)
