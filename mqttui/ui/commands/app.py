"""The keys that work everywhere."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

APP_COMMANDS = CommandGroup(
    "app",
    "Everywhere",
    (
        Command("question_mark,f1", "help", "Help", "Show every key", True, key_display="? F1"),
        Command(
            "ctrl+o",
            "jump",
            "Jump",
            "Show a letter on everything that can take the keyboard, and go there",
            key_display="ctrl+o",
            takes_the_keyboard=True,
        ),
        Command("B", "choose_broker", "Connect", "Connect to one more broker; this one stays open"),
        Command(
            "greater_than_sign",
            "switch_connection(1)",
            "Next connection",
            "Show the next of the open connections",
            key_display=">",
        ),
        Command(
            "less_than_sign",
            "switch_connection(-1)",
            "Previous connection",
            "Show the previous of the open connections",
            key_display="<",
        ),
        Command("W", "close_connection", "Close connection", "Leave this broker"),
        Command(
            "tab",
            "app.focus_next",
            "Next pane",
            "Move to the next pane",
            in_palette=False,
            key_display="tab",
        ),
        Command(
            "ctrl+p",
            "command_palette",
            "Commands",
            "Search every command by name",
            in_palette=False,
            key_display="ctrl+p",
        ),
        Command(
            "q,ctrl+q",
            "quit",
            "Quit",
            "Leave; one line says what was seen",
            True,
            key_display="q ^q",
        ),
    ),
)
