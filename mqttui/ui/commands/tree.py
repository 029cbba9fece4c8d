"""The keys of the topic tree."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup
from mqttui.ui.glyphs import DOWN, LEFT, RIGHT, UP

TREE_COMMANDS = CommandGroup(
    "tree",
    "Topics",
    (
        Command(
            "up,k", "move_cursor(-1)", "Up", "One row up", in_palette=False, key_display=f"{UP} k"
        ),
        Command(
            "down,j",
            "move_cursor(1)",
            "Down",
            "One row down",
            in_palette=False,
            key_display=f"{DOWN} j",
        ),
        Command(
            "pageup",
            "move_page(-1)",
            "Page up",
            "One page up",
            in_palette=False,
            key_display="page up",
        ),
        Command(
            "pagedown",
            "move_page(1)",
            "Page down",
            "One page down",
            in_palette=False,
            key_display="page down",
        ),
        Command(
            "home,g",
            "move_to_start",
            "First row",
            "To the first row",
            in_palette=False,
            key_display="home g",
        ),
        Command(
            "end,G",
            "move_to_end",
            "Last row",
            "To the last row",
            in_palette=False,
            key_display="end G",
        ),
        Command(
            "right,l",
            "open",
            "Open",
            "Open the branch; once open, to its first row",
            in_palette=False,
            key_display=f"{RIGHT} l",
        ),
        Command(
            "left,h",
            "close",
            "Close",
            "Close the branch; once closed, to its parent",
            in_palette=False,
            key_display=f"{LEFT} h",
        ),
        Command(
            "enter",
            "toggle_branch",
            "Open/close",
            "Open or close the branch",
            True,
            in_palette=False,
            key_display="enter",
        ),
        Command("e", "expand_branch", "Open branch", "Open the branch and everything below it"),
        Command("c", "collapse_branch", "Close branch", "Close the branch and everything below it"),
        Command("E", "expand_all", "Open all", "Open every branch", key_display="E"),
        Command("C", "collapse_all", "Close all", "Close every branch", key_display="C"),
    ),
)
