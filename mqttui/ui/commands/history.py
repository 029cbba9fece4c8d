"""The keys of lists of messages, and of what one message is chosen from."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

MESSAGE_LIST_COMMANDS = CommandGroup(
    "messages",
    "List of messages",
    (
        Command("down,j", "move(1)", "Older message", "One message back", in_palette=False),
        Command("up,k", "move(-1)", "Newer message", "One message on", in_palette=False),
        Command("pagedown", "move_page(1)", "Page older", "One page back", in_palette=False),
        Command("pageup", "move_page(-1)", "Page newer", "One page on", in_palette=False),
        Command(
            "home", "newest", "Newest message", "To the newest message, live", in_palette=False
        ),
        Command("end", "oldest", "Oldest message", "To the oldest that is kept", in_palette=False),
    ),
)

PANE_COMMANDS = CommandGroup(
    "message",
    "Message",
    (
        Command(
            "escape",
            "live",
            "Back to live",
            "Show the last message again instead of the one that was chosen",
            in_palette=False,
            key_display="esc",
        ),
    ),
)

HISTORY_COMMANDS = CommandGroup(
    "history",
    "History of a topic",
    (
        Command(
            "enter",
            "show",
            "Show",
            "Show the value of the message under the cursor",
            True,
            in_palette=False,
            key_display="enter",
        ),
        Command(
            "m", "mark", "Mark", "Mark the message under the cursor to be compared (A, B)", True
        ),
        Command(
            "c",
            "compare",
            "Compare",
            "Compare the two marked messages; with one mark that and the one under the cursor;"
            " without any the one under the cursor and the one before it",
            True,
        ),
        Command("space", "hold", "Hold", "Hold the list still; counting goes on", True),
        Command(
            "slash",
            "find",
            "Filter",
            "List only messages that contain a text",
            True,
            key_display="/",
        ),
    ),
)
