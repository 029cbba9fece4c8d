"""The keys of the dialog about units and limits of a chart."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup

CHART_SETTINGS_COMMANDS = CommandGroup(
    "chart-settings",
    "Units and limits of a chart",
    (
        Command(
            "ctrl+s",
            "take_over",
            "Take over",
            "Draw the chart like this; enter in a field does the same",
            True,
            in_palette=False,
        ),
        Command(
            "escape",
            "leave",
            "Back",
            "Leave the chart as it was",
            True,
            in_palette=False,
            key_display="esc",
        ),
    ),
)
