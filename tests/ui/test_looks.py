"""Terminals that show less: 16 colours, none at all, ASCII only; and themes that can be read."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from itertools import combinations
from math import sqrt

import pytest
from rich.color import ColorType
from textual.color import Color

from mqttui.settings.preferences import Preferences
from mqttui.ui.app import MqttuiApp
from mqttui.ui.looks import chosen_theme
from mqttui.ui.theme import DARK, HIGH_CONTRAST, LIGHT, SIXTEEN_COLOURS
from tests.ui.conftest import PREFERENCES

FULL_THEMES = (DARK, LIGHT, HIGH_CONTRAST)


@pytest.fixture
def class_at_work(source):
    """Let topics with every mark, and names that are not ASCII, wait in the source."""
    source.publish("house/attic/temperature", "21.5 °C", retain=True)
    source.publish("Küche/温度 🌡️", '{"v": "ä', retain=True)
    source.publish("Küche/data", '{"temp": 3, "list": [1, 2], "text": "…▾⚑"}')
    source.publish("a/b c/x", "x" * 300)
    return source


KEYS = {
    "explorer": ["E", "down", "down", "down"],
    "search": ["slash", "k", "ü"],
    "message": ["E", "end", "tab"],
    "help": ["question_mark"],
    "busiest": ["b"],
    "hygiene": ["y"],
    "copy": ["E", "end", "Y"],
    "publish": ["p"],
    "log": ["L"],
    "subscriptions": ["s"],
    "chart": ["E", "end", "full_stop", "full_stop", "full_stop"],
    "charts": ["2"],
    "columns": ["v"],
    "maximised": ["E", "end", "z"],
    "answer": ["E", "end", "i"],
    "clear": ["E", "end", "x"],
    "backups": ["X"],
    "decoders": ["E", "end", "d"],
    "palette": ["ctrl+p"],
    "jump": ["ctrl+o"],
}


@pytest.mark.parametrize("keys", KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_ascii_only_means_no_other_character_anywhere(
    explore, class_at_work, size, keys
) -> None:
    """Marks, frames, scroll bars and foreign text: everything on the screen is ASCII."""
    preferences = replace(PREFERENCES, is_ascii=True)
    async with explore(*size, preferences=preferences) as explorer:
        await explorer.press(*keys)
        for line in explorer.screen():
            assert line.isascii(), line


async def test_ascii_only_on_the_connection_screen() -> None:
    """The first screen of all."""
    app = MqttuiApp(None, replace(PREFERENCES, is_ascii=True))
    async with app.run_test(size=(80, 24)) as pilot:
        lines: list[str] = []
        ends_at = time.monotonic() + 10
        while not any(line.strip() for line in lines):
            assert time.monotonic() < ends_at, "nothing was painted"
            await pilot.pause(0.01)
            lines = [strip.text for strip in app.screen._compositor.render_strips()]
        assert all(line.isascii() for line in lines), lines


def colours_on(explorer) -> set[tuple[ColorType, int | None]]:
    """Return the kinds and numbers of the colours on the screen."""
    found = set()
    for strip in explorer.app.screen._compositor.render_strips():
        for _, style, _ in strip:
            for colour in (style.color, style.bgcolor) if style is not None else ():
                if colour is not None:
                    found.add((colour.type, colour.number))
    return found


# What the palette is made of, Textual mixes itself; the terminal takes the nearest of its colours.
@pytest.mark.parametrize("keys", [KEYS[name] for name in KEYS if name != "palette"])
async def test_sixteen_colours_are_those_of_the_terminal(explore, class_at_work, keys) -> None:
    """Nothing is painted in a colour that the terminal would have to mix."""
    preferences = replace(PREFERENCES, theme="16-colours")
    async with explore(100, 30, preferences=preferences) as explorer:
        await explorer.press(*keys)
        found = colours_on(explorer)
        assert len(found) > 1
        assert {kind for kind, _ in found} <= {ColorType.DEFAULT, ColorType.STANDARD}


@pytest.mark.parametrize("theme", ["auto", "dark"])
@pytest.mark.parametrize("keys", KEYS.values(), ids=KEYS)
async def test_no_color_is_honoured(explore, class_at_work, monkeypatch, keys, theme) -> None:
    """Without colour the cursor is turned over, whatever the theme."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with explore(100, 30, preferences=replace(PREFERENCES, theme=theme)) as explorer:
        await explorer.press(*keys)
        assert {kind for kind, _ in colours_on(explorer)} <= {ColorType.DEFAULT}


async def test_without_colour_the_cursor_and_the_age_still_tell(
    explore, class_at_work, monkeypatch
) -> None:
    """The row of the cursor has a mark and is turned over; freshness is the age."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with explore(100, 30, preferences=replace(PREFERENCES, theme="auto")) as explorer:
        await explorer.press("E", "home")
        y = explorer.line_of_cursor()
        assert y is not None
        rows = explorer.strips()
        assert all(style.reverse for text, style, _ in rows[y] if text.strip())
        assert not any(style.reverse for _, style, _ in rows[y + 1] if style is not None)
        assert re.search(r"(now|\d s)$", explorer.row_of("xxxx"))


def test_the_theme_is_the_users_then_the_brokers_then_the_terminals(monkeypatch) -> None:
    """What was typed counts most; what was chosen for a broker more than the file."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    automatic, light = Preferences(), Preferences(theme="light")
    typed = replace(light, overrides_remembered_theme=True)
    assert chosen_theme(automatic, None) == DARK.name
    assert chosen_theme(light, None) == LIGHT.name
    assert chosen_theme(light, HIGH_CONTRAST.name) == HIGH_CONTRAST.name
    assert chosen_theme(typed, HIGH_CONTRAST.name) == LIGHT.name
    assert chosen_theme(light, "nord") == "nord"
    assert chosen_theme(light, "unheard-of") == LIGHT.name
    monkeypatch.setenv("TERM", "screen-16color")
    monkeypatch.delenv("COLORTERM", raising=False)
    assert chosen_theme(automatic, None) == SIXTEEN_COLOURS.name
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    assert chosen_theme(automatic, None) == SIXTEEN_COLOURS.name


@pytest.mark.parametrize("theme", FULL_THEMES, ids=lambda theme: theme.name)
def test_text_can_be_read(theme) -> None:
    """Every colour of text has a contrast of 4.5 to 1 or more (WCAG 2.2, 1.4.3)."""
    variables = theme.to_color_system().generate() | theme.variables
    background = Color.parse(variables["background"])
    for name in ("success", "warning", "error", "accent", "secondary", "primary"):
        assert contrast(Color.parse(variables[f"text-{name}"]), background) >= 4.5, name
    for name in ("fresh", "recent", "fading"):
        assert contrast(Color.parse(variables[name]), background) >= 4.5, name


# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear light.
DEUTERANOPIA = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)
PROTANOPIA = (
    (0.152286, 1.052583, -0.204868),
    (0.114503, 0.786281, 0.099216),
    (-0.003882, -0.048116, 1.051998),
)


@pytest.mark.parametrize("theme", FULL_THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("eye", [DEUTERANOPIA, PROTANOPIA], ids=["deuteranopia", "protanopia"])
def test_good_and_bad_differ_for_who_sees_no_red_or_no_green(theme, eye) -> None:
    """Success, warning and error stay apart in the Lab colour space."""
    seen = [lab(as_seen(Color.parse(each), eye)) for each in (theme.success, theme.error)]
    for first, second in combinations(seen, 2):
        assert sqrt(sum((a - b) ** 2 for a, b in zip(first, second, strict=True))) > 20


def linear(colour: Color) -> list[float]:
    """Return linear light of an sRGB colour (IEC 61966-2-1)."""
    parts = [part / 255 for part in colour.rgb]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(first: Color, second: Color) -> float:
    """Return the contrast ratio of WCAG."""
    lights = [
        sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))
        for colour in (first, second)
    ]
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def as_seen(colour: Color, eye) -> list[float]:
    """Return linear light as it arrives in an eye that lacks a kind of cone."""
    light = linear(colour)
    return [
        min(1.0, max(0.0, sum(w * part for w, part in zip(row, light, strict=True)))) for row in eye
    ]


def lab(light: list[float]) -> tuple[float, float, float]:
    """Return CIE L*a*b* under D65."""
    red, green, blue = light
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)
