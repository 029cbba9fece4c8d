"""The keys of the search bar."""

from __future__ import annotations

from mqttui.ui.commands.command import Command, CommandGroup
from mqttui.ui.glyphs import DOWN

SEARCH_COMMANDS = CommandGroup(
    "search",
    "Search",
    (
        Command(
            "enter,down",
            "screen.leave_search",
            "Topics",
            "Keep the search and go to the topics; to the first hit if all topics are shown",
            True,
            in_palette=False,
            key_display=f"enter {DOWN}",
            takes_the_keyboard=True,
        ),
        Command(
            "ctrl+r",
            "cycle_mode",
            "Meaning",
            "Auto, text, fuzzy, regular expression or MQTT filter",
            True,
            in_palette=False,
            key_display="ctrl+r",
        ),
        Command(
            "ctrl+t",
            "cycle_place",
            "Where",
            "Look in topics, in their last payloads, or in both",
            True,
            in_palette=False,
            key_display="ctrl+t",
        ),
        Command(
            "ctrl+f",
            "toggle_filter",
            "Show",
            "Show only the hits, or mark them among all topics",
            True,
            in_palette=False,
            key_display="ctrl+f",
        ),
        Command(
            "escape",
            "screen.back",
            "End",
            "End the search",
            True,
            in_palette=False,
            key_display="esc",
            takes_the_keyboard=True,
        ),
    ),
)
