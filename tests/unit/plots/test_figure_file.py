"""Figures for paper."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from mqttui.plots.figure_file import Figure, FigureLine, write_figure
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

LINE = FigureLine("solar v (V)", [([1e9, 1e9 + 1], [1.0, 2.0]), ([1e9 + 5], [3.0])])
STARTS = {".pdf": b"%PDF", ".png": b"\x89PNG", ".svg": b"<?xml"}


@pytest.mark.parametrize("ending", STARTS)
def test_the_ending_says_the_format(tmp_path: Path, ending: str) -> None:
    """Each format is what it says."""
    pytest.importorskip("matplotlib")
    right = FigureLine("i (A)", [([1e9], [0.1])], is_on_right=True)
    write_figure(Figure("solar", [LINE, right], is_log=True), tmp_path / f"a{ending}")
    assert (tmp_path / f"a{ending}").read_bytes().startswith(STARTS[ending])


def test_names_from_strangers_are_no_formulas(tmp_path: Path) -> None:
    """Dollar signs and backslashes are drawn as they are."""
    pytest.importorskip("matplotlib")
    figure = Figure(r"$\frac{", [FigureLine(r"\$ $x^{", [([1.0], [2.0])])], x_name="$$ _^")
    write_figure(figure, tmp_path / "a.svg")
    assert (tmp_path / "a.svg").stat().st_size > 1000


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A file that is there stays as it is, and the sentence names it."""
    pytest.importorskip("matplotlib")
    path = tmp_path / "a.png"
    path.write_text("mine")
    with pytest.raises(SettingsError, match=r"a\.png exists already"):
        write_figure(Figure("", [LINE]), path)
    assert path.read_text() == "mine"


def test_an_unknown_ending_is_told(tmp_path: Path) -> None:
    """The sentence says which there are."""
    with pytest.raises(SettingsError, match=r"\.pdf, \.png, \.svg"):
        write_figure(Figure("", [LINE]), tmp_path / "a.gif")


def test_without_matplotlib_the_command_that_installs_it_is_told(tmp_path, monkeypatch) -> None:
    """The extra has a name."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(SettingsError, match=r"mqttui\[plot\]"):
        write_figure(Figure("", [LINE]), tmp_path / "a.png")
