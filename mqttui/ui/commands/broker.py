"""The keys of the broker screen."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup
from mqttui.ui.glyphs import LEFT, RIGHT

BROKER_COMMANDS = CommandGroup(
    "broker",
    "Broker",
    (
        Command("1", "show_view(0)", "Figures", "What the broker counts", in_palette=False),
        Command("2", "show_view(1)", "Load", "The broker's own averages", in_palette=False),
        Command("3", "show_view(2)", "Clients", "Who is connected", in_palette=False),
        Command("5", "show_view(3)", "Alarms", "What is and what was wrong", in_palette=False),
        Command(
            "full_stop,right",
            "step_view(1)",
            "Next view",
            "Figures, load averages, clients, alarms",
            True,
            in_palette=False,
            key_display=f". {RIGHT}",
        ),
        Command(
            "comma,left",
            "step_view(-1)",
            "Previous view",
            "The view before",
            in_palette=False,
            key_display=f", {LEFT}",
        ),
        Command(
            "w",
            "cycle_window",
            "Window",
            "How much time the chart shows: 1 min, 10 min, all",
            True,
            in_palette=False,
        ),
        Command(
            "a",
            "acknowledge",
            "Acknowledge",
            "Note that the alarms were seen",
            True,
            in_palette=False,
        ),
        Command(
            "S",
            "subscribe",
            "Subscribe",
            "Subscribe to $SYS/# at QoS 0",
            in_palette=False,
            key_display="S",
        ),
        Command(
            "t",
            "go_to_topics",
            "Topics",
            "To the topics below $SYS in the tree",
            True,
            in_palette=False,
        ),
        Command(
            "escape,backspace,4",
            "leave",
            "Back",
            "Back to the tree",
            True,
            in_palette=False,
            key_display="esc",
        ),
    ),
)
