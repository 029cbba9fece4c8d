"""The keys of the chart tab, beside those of its chart."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

CHART_TAB_COMMANDS = CommandGroup(
    "chart-tab",
    "Chart of a topic",
    (
        Command(
            "P",
            "pin",
            "Pin chart",
            "Keep this chart on the screen of charts, or add its lines to one that is there",
            True,
        ),
    ),
)
