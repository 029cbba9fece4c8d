"""The keys of the screen with the boards that are plugged into this machine."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

PLUGGED_COMMANDS = CommandGroup(
    "plugged",
    "Boards at this machine",
    (
        Command(
            "enter",
            "look",
            "Look",
            "Ask the board what it is and what is on it; that restarts it",
            True,
            key_display="enter",
        ),
        Command(
            "c",
            "configure",
            "Configure",
            "Type name, Wi-Fi and broker of the board; nothing is written yet",
            True,
        ),
        Command(
            "i",
            "install",
            "Install",
            "Write what the plan says onto the board, after a question",
            True,
        ),
        Command(
            "l",
            "listen",
            "Lines",
            "Follow what the board prints; its program runs on",
            True,
        ),
        Command("r", "find_ports", "Again", "Look again which boards are plugged in", True),
        Command("p", "name_port", "Port", "Name a serial port that is not in the list", True),
        Command(
            "escape,backspace",
            "back",
            "Back",
            "Cancel what is going on where that is safe, then back",
            True,
            in_palette=False,
            key_display="esc",
        ),
    ),
)
