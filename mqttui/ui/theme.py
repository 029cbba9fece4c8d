"""Our themes: dark, light, high contrast, and one of the terminal's own 16 colours.

Colour is never the only sign: whatever is coloured has a word or a mark as well. Good and bad are
a bluish green and a vermilion, which look different also to who does not tell red from green.
"""

from __future__ import annotations

from textual.color import Color
from textual.theme import Theme


def _fading(fresh: str, value: str) -> dict[str, str]:
    """Return the shades of a value while it grows old."""
    first, last = Color.parse(fresh), Color.parse(value)
    return {
        "fresh": fresh,
        "recent": first.blend(last, 0.4).hex,
        "fading": first.blend(last, 0.75).hex,
    }


DARK = Theme(
    name="mqttui-dark",
    primary="#5fafd7",
    secondary="#87afaf",
    accent="#ffaf5f",
    foreground="#d7dade",
    background="#14171a",
    surface="#14171a",
    panel="#23282d",
    success="#5fd7af",
    warning="#ffd75f",
    error="#ff7a5c",
    dark=True,
    variables=_fading("#5fffaf", "#a3bfc0"),
)

LIGHT = Theme(
    name="mqttui-light",
    primary="#005f87",
    secondary="#3a6363",
    accent="#8a3a86",
    foreground="#1c2024",
    background="#fbfbf8",
    surface="#fbfbf8",
    panel="#e8e8e2",
    success="#006b52",
    warning="#7a5a00",
    error="#b03000",
    dark=False,
    variables=_fading("#007a3d", "#2e4b4c"),
)

HIGH_CONTRAST = Theme(
    name="mqttui-high-contrast",
    primary="#00ffff",
    secondary="#ffffff",
    accent="#ffff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    success="#5cffc8",
    warning="#ffff00",
    error="#ff8c70",
    dark=True,
    variables=_fading("#00ff9c", "#ffffff"),
)

SIXTEEN_COLOURS = Theme(
    name="mqttui-16-colours",
    ansi=True,
    primary="ansi_blue",
    secondary="ansi_cyan",
    accent="ansi_magenta",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    dark=True,
    variables={
        "fresh": "ansi_green",
        "recent": "ansi_green",
        "fading": "ansi_cyan",
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "block-cursor-text-style": "bold reverse",
        "block-cursor-background": "ansi_default",
        # Text of the same colour stands on these.
        "warning-muted": "ansi_default",
        "error-muted": "ansi_default",
        "success-muted": "ansi_default",
        "primary-muted": "ansi_default",
        "border-blurred": "ansi_default",
    },
)

THEMES = (DARK, LIGHT, HIGH_CONTRAST, SIXTEEN_COLOURS)

OWN_VARIABLES = DARK.variables
"""What our styles use of a theme that is not ours."""


def theme_name(word: str) -> str:
    """Return the name of the theme that a preference calls `word`."""
    return f"mqttui-{word}"


_FILTER_COLOURS: dict[bool, tuple[str, ...]] = {
    True: ("#5fafff", "#ffaf5f", "#87d787", "#d787d7", "#d7d75f", "#5fd7d7", "#ff87af", "#afafff"),
    False: ("#0057ae", "#9a4b00", "#1f6f2d", "#8b008b", "#6b6b00", "#006f6f", "#b0004f", "#4b3fae"),
}
_SIXTEEN = (
    *("ansi_blue", "ansi_yellow", "ansi_green", "ansi_magenta"),
    *("ansi_cyan", "ansi_red", "ansi_bright_blue", "ansi_bright_magenta"),
)


def filter_variables(theme: Theme) -> dict[str, str]:
    """Return the colours of topic filters, which stand out from the ground of a theme."""
    colours = _SIXTEEN if theme.ansi else _FILTER_COLOURS[theme.dark]
    return {f"filter-{number}": colour for number, colour in enumerate(colours)}
