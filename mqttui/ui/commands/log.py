"""The keys of the log pane."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

LOG_COMMANDS = CommandGroup(
    "log",
    "Log and packets",
    (
        Command(
            "t",
            "switch_view",
            "View",
            "From what happened to the control packets themselves, and back",
            True,
        ),
        Command(
            "R",
            "toggle_recording",
            "Record",
            "Begin or stop to record control packets",
            True,
            key_display="R",
        ),
        Command("1", "cycle(0)", "First filter", "Only warnings; only one kind of packet"),
        Command("2", "cycle(1)", "Second filter", "Only one subject; only one direction"),
        Command("h", "cycle(2)", "Hide $SYS", "Hide or show packets of the broker's own topics"),
        Command(
            "slash",
            "find",
            "Filter",
            "Only what contains a text; packets also by a topic filter like +/status",
            True,
            key_display="/",
        ),
        Command("space", "toggle_pause", "Hold", "Hold the list still; recording goes on", True),
        Command(
            "enter",
            "show_whole",
            "Whole",
            "Show the whole entry, however long it is",
            True,
            in_palette=False,
            key_display="enter",
        ),
        Command(
            "escape",
            "leave",
            "Back",
            "To the tree",
            True,
            in_palette=False,
            key_display="esc",
        ),
        Command("w", "save", "Save", "Write the packets that are listed into a file", True),
        Command("x", "clear", "Clear", "Forget the packets recorded so far"),
        Command(
            "end",
            "go_to_end",
            "Newest",
            "To the end of the list, which it follows from then on",
            in_palette=False,
        ),
    ),
)
