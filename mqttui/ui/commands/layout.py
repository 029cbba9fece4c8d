"""The keys that arrange the panes of the explorer."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup
from mqttui.ui.glyphs import DOWN, LEFT, RIGHT, UP

LAYOUT_COMMANDS = CommandGroup(
    "layout",
    "Panes",
    (
        Command(
            "tab",
            "step_pane(1)",
            "Next pane",
            "Move to the next pane, or to the next tab where panes are tabs",
            in_palette=False,
            key_display="tab",
        ),
        Command(
            "shift+tab",
            "step_pane(-1)",
            "Previous pane",
            "Move to the pane before",
            in_palette=False,
            key_display="shift+tab",
        ),
        Command("z", "toggle_maximised", "Maximise", "Give all room to this pane, or take it back"),
        Command(
            "ctrl+left",
            "move_edge(-1, 0)",
            "Line left",
            "Move the line between tree and message to the left",
            key_display=f"ctrl+{LEFT}",
        ),
        Command(
            "ctrl+right",
            "move_edge(1, 0)",
            "Line right",
            "Move it to the right",
            key_display=f"ctrl+{RIGHT}",
        ),
        Command(
            "ctrl+up",
            "move_edge(0, -1)",
            "Line up",
            "Move the line above the panel, or between panes, up",
            key_display=f"ctrl+{UP}",
        ),
        Command(
            "ctrl+down",
            "move_edge(0, 1)",
            "Line down",
            "Move it down",
            key_display=f"ctrl+{DOWN}",
        ),
        Command(
            "equals_sign",
            "reset_edges",
            "Even panes",
            "Put all lines back where they were",
            key_display="=",
        ),
    ),
)
