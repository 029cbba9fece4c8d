"""Figures for paper."""

from __future__ import annotations

import sys

import pytest

from mqttui.plots.figure_file import Figure, FigureLine, figure_bytes
from mqttui.settings.toml_file import SettingsError

LINE = FigureLine("solar v (V)", [([1e9, 1e9 + 1], [1.0, 2.0]), ([1e9 + 5], [3.0])])
STARTS = {".pdf": b"%PDF", ".png": b"\x89PNG", ".svg": b"<?xml"}


@pytest.mark.parametrize("ending", STARTS)
def test_the_ending_says_the_format(ending: str) -> None:
    """Each format is what it says."""
    pytest.importorskip("matplotlib")
    right = FigureLine("i (A)", [([1e9], [0.1])], is_on_right=True)
    figure = Figure("solar", [LINE, right], is_log=True, x_range=(1e9, 1e9 + 5))
    assert figure_bytes(figure, ending).startswith(STARTS[ending])


def test_axes_end_where_they_do_on_the_screen() -> None:
    """Time, left and right limits are those of the picture that was seen, ticks included."""
    pytest.importorskip("matplotlib")
    right = FigureLine("i (A)", [([1e9], [0.1])], is_on_right=True)
    plain = figure_bytes(Figure("", [LINE, right]), ".svg").decode()
    ranges = {"x_range": (1e9 - 600, 1e9 + 600), "left_range": (0, 700), "right_range": (0, 900)}
    fixed = figure_bytes(Figure("", [LINE, right], **ranges), ".svg").decode()
    for label in ("<!-- 600 -->", "<!-- 800 -->"):
        assert label in fixed
        assert label not in plain


def test_names_from_strangers_are_no_formulas() -> None:
    """Dollar signs and backslashes are drawn as they are."""
    pytest.importorskip("matplotlib")
    figure = Figure(r"$\frac{", [FigureLine(r"\$ $x^{", [([1.0], [2.0])])], x_name="$$ _^")
    assert b"$$ _^" in figure_bytes(figure, ".svg")


def test_times_that_are_no_dates_are_told() -> None:
    """A device may claim any time; the sentence says that its figure cannot be drawn."""
    pytest.importorskip("matplotlib")
    figure = Figure("", [FigureLine("v", [([-9e15, 9e15], [1.0, 2.0])])], x_range=(-9e15, 9e15))
    with pytest.raises(SettingsError, match="cannot be drawn"):
        figure_bytes(figure, ".png")


def test_without_matplotlib_the_command_that_installs_it_is_told(monkeypatch) -> None:
    """The extra has a name."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(SettingsError, match=r"mqttui\[plot\]"):
        figure_bytes(Figure("", [LINE]), ".png")
