"""The keys of a value that has the keyboard."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup
from mqttui.ui.glyphs import DOWN, LEFT, RIGHT, UP

VALUE_COMMANDS = CommandGroup(
    "value",
    "Value of a message",
    (
        Command("up,k", "move(-1)", "Up", "One line up", in_palette=False, key_display=f"{UP} k"),
        Command(
            "down,j", "move(1)", "Down", "One line down", in_palette=False, key_display=f"{DOWN} j"
        ),
        Command("pageup", "move_page(-1)", "Page up", "One page up", in_palette=False),
        Command("pagedown", "move_page(1)", "Page down", "One page down", in_palette=False),
        Command("home,g", "move_to(0)", "Beginning", "To the first line", in_palette=False),
        Command("end,G", "move_to(-1)", "End", "To the last line", in_palette=False),
        Command(
            "enter",
            "toggle_fold",
            "Fold/open",
            "Fold or open the object or array under the cursor",
            True,
            in_palette=False,
            key_display="enter",
        ),
        Command(
            "right,l",
            "open",
            "Open",
            "Open the object or array; once open, to its first member",
            in_palette=False,
            key_display=f"{RIGHT} l",
        ),
        Command(
            "left,h",
            "fold",
            "Fold",
            "Fold the object or array; once folded, to what is around it",
            in_palette=False,
            key_display=f"{LEFT} h",
        ),
        Command("E", "open_all", "Open value", "Open every object and array", key_display="E"),
        Command("C", "fold_all", "Fold value", "Fold every object and array", key_display="C"),
    ),
)
