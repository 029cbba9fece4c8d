"""Our themes, and the roles of colour that the row of a topic uses.

Colour is never the only sign: whatever is coloured has a word or a mark as well.
"""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="mqttui-dark",
    primary="#5fafd7",
    secondary="#87afaf",
    accent="#ffaf5f",
    foreground="#d7dade",
    background="#14171a",
    surface="#14171a",
    panel="#23282d",
    success="#87d787",
    warning="#ffd75f",
    error="#ff6b6b",
    dark=True,
)

LIGHT = Theme(
    name="mqttui-light",
    primary="#005f87",
    secondary="#3a6363",
    accent="#9a4b00",
    foreground="#1c2024",
    background="#fbfbf8",
    surface="#fbfbf8",
    panel="#e8e8e2",
    success="#1f6f2d",
    warning="#7a5a00",
    error="#b00020",
    dark=False,
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
    success="#00ff00",
    warning="#ffff00",
    error="#ff8080",
    dark=True,
)

THEMES = (DARK, LIGHT, HIGH_CONTRAST)
