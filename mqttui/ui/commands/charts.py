"""The keys of the screen with the pinned charts."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

CHARTS_COMMANDS = CommandGroup(
    "charts",
    "Pinned charts",
    (
        Command(
            "a",
            "add_selected",
            "Add line",
            "Add numbers of the topic that is selected in the tree to this chart",
            True,
        ),
        Command(
            "n",
            "new_chart",
            "New chart",
            "Pin a chart with numbers of the topic that is selected in the tree",
            True,
        ),
        Command("d", "drop_line", "Drop line", "Take the last line out of this chart"),
        Command("delete", "unpin", "Unpin", "Remove this chart", True, key_display="del"),
        Command(
            "enter",
            "go_to_topic",
            "Go to",
            "To the topic of this chart in the tree",
            True,
            key_display="enter",
        ),
        Command("z", "toggle_alone", "Alone", "This chart alone on the screen, or all", True),
        Command(
            "escape,backspace,1",
            "leave",
            "Back",
            "Back to the tree",
            True,
            in_palette=False,
            key_display="esc",
        ),
    ),
)
