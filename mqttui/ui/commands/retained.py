"""The keys of the screens that clear retained messages and put them back."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

RETAINED_COMMANDS = CommandGroup(
    "retained",
    "Retained messages",
    (
        Command(
            "enter",
            "confirm",
            "Confirm",
            "Type the name that confirms it",
            True,
            in_palette=False,
            key_display="enter",
            changes_broker=True,
        ),
        Command(
            "u",
            "undo",
            "Undo",
            "Put back what was cleared, as it was",
            True,
            changes_broker=True,
        ),
        Command(
            "c",
            "go_on",
            "Go on",
            "Do the rest after a cancel or a lost connection",
            True,
            changes_broker=True,
        ),
        Command(
            "t",
            "toggle_branch",
            "Branch",
            "Only the topic, or everything below it too",
            True,
        ),
        Command(
            "i",
            "toggle_insists",
            "Insist",
            "Also what cannot be backed up; replace newer values",
            True,
        ),
        Command("p", "cycle_pace", "Pace", "How fast it goes"),
        Command("r", "ask_again", "Ask again", "Ask the broker anew", True),
        Command(
            "o",
            "show_backups",
            "Backups",
            "Choose an older backup to put back",
            True,
        ),
        Command(
            "escape",
            "back",
            "Back",
            "Cancel what is going on, then back to the tree",
            True,
            in_palette=False,
            key_display="esc",
        ),
    ),
)

BACKUPS_COMMANDS = CommandGroup(
    "backups",
    "Backups of retained messages",
    (
        Command(
            "enter",
            "choose",
            "Open",
            "Look at the backup; nothing is changed yet",
            True,
            in_palette=False,
            key_display="enter",
        ),
        Command("escape", "leave", "Back", "Back", True, in_palette=False, key_display="esc"),
    ),
)
