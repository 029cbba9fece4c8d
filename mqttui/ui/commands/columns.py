"""The keys of the list of columns."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

COLUMN_COMMANDS = CommandGroup(
    "columns",
    "Columns",
    (
        Command(
            "space,enter",
            "switch_column",
            "Show/hide",
            "Show the column under the cursor, or hide it",
            True,
            in_palette=False,
            key_display="space",
        ),
        Command(
            "a",
            "choose_by_width",
            "Automatic",
            "Show what the width has room for",
            True,
            in_palette=False,
        ),
        Command(
            "escape,v",
            "leave",
            "Back",
            "Back to the tree",
            True,
            in_palette=False,
            key_display="esc",
        ),
    ),
)
