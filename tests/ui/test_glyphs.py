"""What stands for characters that a plain terminal cannot show."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mqttui.ui import glyphs
from mqttui.ui.glyphs import ascii_text, curve


@given(st.text() | st.text(st.sampled_from("▸▾⚑…温🌡️👩‍👩‍👧\u0301é─█")))
def test_any_text_becomes_ascii_of_the_same_width(text: str) -> None:
    """Whatever a broker sends, a line stays as long as it was."""
    plain = ascii_text(text)
    assert plain.isascii()
    assert cell_len(plain) == cell_len(text) or not text.isprintable()


def test_marks_of_a_row_stay_different() -> None:
    """No two marks that stand in one place become the same."""
    for marks in (
        (glyphs.OPENED, glyphs.CLOSED),
        (glyphs.NEW, glyphs.SILENT),
        (glyphs.WARNING, glyphs.CARELESS),
        (glyphs.CONNECTED, glyphs.CONNECTING, glyphs.DISCONNECTED),
        tuple(glyphs.LEVELS),
    ):
        plain = [ascii_text(mark) for mark in marks]
        assert len(set(plain)) == len(marks)
        assert glyphs.UNKNOWN not in plain


def test_everything_that_the_interface_says_has_a_likeness() -> None:
    """No source of the interface has a character for which the table knows nothing."""
    folder = Path(glyphs.__file__).parent
    unknown = {
        (path.name, character)
        for path in folder.rglob("*.py")
        for character in path.read_text(encoding="utf-8")
        if not character.isascii() and character not in glyphs.ASCII_OF
    }
    assert not unknown


@pytest.mark.parametrize(
    ("levels", "from_zero", "text"),
    [
        ([1.0, 2.0, 8.0], False, "▁▂█"),
        ([30.0, 31.0, 29.0, 4.0], True, "▆▆▆▂"),
        ([4.0, 4.0], False, "▄▄"),
        ([4.0, 4.0], True, "▆▆"),
        ([None, 0.0, 0.0], True, " ▁▁"),
        ([None, None], False, "  "),
        ([-5.0, 0.0, 5.0], False, "▁▅█"),
    ],
)
def test_curves(levels, from_zero: bool, text: str) -> None:
    """Rates are compared with zero, values with each other; unknown is a blank."""
    assert curve(levels, from_zero=from_zero) == text
