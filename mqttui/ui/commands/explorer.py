"""The keys of the explorer, whatever has the focus."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

EXPLORER_COMMANDS = CommandGroup(
    "explorer",
    "Explorer",
    (
        Command(
            "slash",
            "find",
            "Find",
            "Search topics and payloads: text, fuzzy, regular expression or MQTT filter",
            True,
            key_display="/",
            takes_the_keyboard=True,
        ),
        Command("n", "step_hit(1)", "Next hit", "To the next hit of the search"),
        Command("N", "step_hit(-1)", "Previous hit", "To the hit before"),
        Command(
            "asterisk",
            "toggle_pin",
            "Pin",
            "Keep the topic or branch in sight above the tree, or no longer",
            key_display="*",
        ),
        Command("Y", "copy", "Copy", "Copy the topic, its payload, a value or a path to it"),
        Command("space", "toggle_pause", "Pause", "Hold the screen still; counting goes on", True),
        Command(
            "f",
            "toggle_follow",
            "Follow",
            "Jump to the topic that changed last, until you move",
            True,
        ),
        Command(
            "o",
            "cycle_order",
            "Order",
            "Order by name, last change, rate or number of messages",
            True,
        ),
        Command(
            "b",
            "show_busiest",
            "Busiest",
            "Who floods the broker: topics and subtrees by messages and bytes per second",
            True,
        ),
        Command(
            "y",
            "show_hygiene",
            "Hygiene",
            "Which topics are hard to share or to read, and why",
            True,
        ),
        Command(
            "s",
            "show_panel('subscriptions')",
            "Subscriptions",
            "Topic filters: add, remove, pause; what the broker granted and what each brings",
            True,
        ),
        Command(
            "p",
            "publish('form')",
            "Publish",
            "Open the form to publish a message, or go to it",
            True,
        ),
        Command(
            "P",
            "publish('topic')",
            "Publish here",
            "Publish to the topic under the cursor",
            key_display="P",
        ),
        Command(
            "a",
            "publish('answer')",
            "Answer",
            "Answer the last message: to its response topic, or from …/cmd to …/reply",
        ),
        Command(
            "i",
            "ask_retained",
            "Retained?",
            "Ask the broker whether it retains the selected topic, or how much below a branch",
        ),
        Command(
            "x",
            "clear_retained",
            "Clear retained",
            "Clear what is retained on the selected topic or branch; lists it first",
            changes_broker=True,
            needs_payloads=True,
        ),
        Command(
            "X",
            "show_backups",
            "Retained backups",
            "Put back what was cleared earlier, from a backup file",
            key_display="X",
            changes_broker=True,
            needs_payloads=True,
        ),
        Command(
            "full_stop",
            "step_tab(1)",
            "Next view",
            "The next view of the topic: its value, a chart of its numbers",
            key_display=".",
        ),
        Command(
            "comma",
            "step_tab(-1)",
            "Previous view",
            "The view of the topic before",
            key_display=",",
        ),
        Command("2", "show_charts", "Charts", "The charts that are pinned, side by side", True),
        Command(
            "r", "retry_now", "Retry", "Reconnect at once instead of waiting for the count-down"
        ),
        Command(
            "L",
            "show_panel('log')",
            "Log",
            "What happened: connection, subscriptions, drops, errors; and the control packets",
            True,
            key_display="L",
        ),
        Command(
            "escape",
            "back",
            "Back",
            "End the search, go to the tree, close what is open",
            in_palette=False,
            key_display="esc",
        ),
    ),
)
