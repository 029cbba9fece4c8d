"""What is to be known of colours and characters before the first style is read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.console import Console
from rich.segment import Segment
from textual.constants import COLOR_SYSTEM
from textual.filter import LineFilter
from textual.theme import BUILTIN_THEMES

from mqttui.settings.preferences import AUTOMATIC
from mqttui.ui.glyphs import ascii_text
from mqttui.ui.theme import DARK, SIXTEEN_COLOURS, THEMES, theme_name

if TYPE_CHECKING:
    from textual.color import Color

    from mqttui.settings.preferences import Preferences

KNOWN_THEMES = frozenset((*BUILTIN_THEMES, *(theme.name for theme in THEMES)))


class AsciiFilter(LineFilter):
    """Replaces whatever is not ASCII in lines that are painted."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in ASCII, as wide as before."""
        return [
            segment
            if segment.text.isascii()
            else Segment(ascii_text(segment.text), segment.style, segment.control)
            for segment in segments
        ]


def is_without_colour() -> bool:
    """Return whether the user wants no colour at all (no-color.org)."""
    return "NO_COLOR" in os.environ


def has_few_colours() -> bool:
    """Return whether the terminal has its own 16 colours and no others, or must not have any."""
    if is_without_colour():
        return True
    # Textual's console will find out the same.
    console = Console(color_system=COLOR_SYSTEM, force_terminal=True)  # type: ignore[arg-type]
    return console.color_system in (None, "standard")


def chosen_theme(preferences: Preferences, remembered: str | None) -> str:
    """Return the name of the theme to begin with.

    `remembered` is the name of the theme that was chosen for the broker, if any was.
    """
    if remembered in KNOWN_THEMES and not preferences.overrides_remembered_theme:
        return remembered
    if preferences.theme != AUTOMATIC:
        return theme_name(preferences.theme)
    return SIXTEEN_COLOURS.name if has_few_colours() else DARK.name
