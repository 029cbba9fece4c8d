"""The keys of the connection screen and of what it opens."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

CONNECTION_COMMANDS = CommandGroup(
    "connection",
    "Connection screen",
    (
        Command(
            "ctrl+s",
            "connect",
            "Connect",
            "Connect with what the form says",
            True,
            takes_the_keyboard=True,
        ),
        Command(
            "ctrl+t",
            "test",
            "Test",
            "Examine the connection step by step: name, TCP, TLS, MQTT, subscriptions",
            True,
            takes_the_keyboard=True,
        ),
        Command("s", "save", "Save", "Save as a profile without connecting", True),
        Command(
            "delete,d",
            "remove",
            "Remove",
            "Remove the recent broker or, pressed twice, the profile",
            True,
            key_display="d",
        ),
        Command("i", "import", "Import", "Read profiles from a file that somebody gave you", True),
        Command("n", "rename", "Rename", "Give the profile another name"),
        Command("x", "export", "Export", "Write the profile to a file, without its secrets", True),
        Command(
            "escape",
            "back",
            "Back",
            "Cancel what is under way, leave the form, go back",
            True,
            in_palette=False,
            key_display="esc",
        ),
    ),
)

CHECKUP_COMMANDS = CommandGroup(
    "test",
    "Test of a connection",
    (
        Command("r", "again", "Again", "Examine the connection once more", True, in_palette=False),
        Command(
            "ctrl+s,enter",
            "connect",
            "Connect",
            "Connect to this broker",
            True,
            in_palette=False,
            key_display="enter",
        ),
        Command(
            "escape",
            "back",
            "Back",
            "Cancel the test; after that, back to the form",
            True,
            in_palette=False,
            key_display="esc",
        ),
    ),
)
