"""Pinned charts."""

from __future__ import annotations

import pytest

from mqttui.core.charts.pinned import PinnedCharts, pinned_of_json
from mqttui.core.charts.spec import MAX_CHARTS, ChartSpec, SeriesSpec


def chart(*paths: str) -> ChartSpec:
    """Return a chart of numbers of topic t."""
    return ChartSpec(tuple(SeriesSpec("t", path) for path in paths))


def test_charts_come_back_from_the_memory_and_damage_is_counted() -> None:
    """One bad entry harms no other."""
    pinned = PinnedCharts((chart("a"), chart("b", "c")))
    assert pinned_of_json(pinned.to_json()) == pinned
    assert pinned_of_json([*pinned.to_json(), 1]).damaged == 1
    assert pinned_of_json("x") == PinnedCharts(damaged=1)
    assert pinned_of_json(None) == PinnedCharts()
    assert pinned_of_json([chart("a").to_json()] * 70) == PinnedCharts((chart("a"),) * 64, 6)


def test_a_chart_is_pinned_once_and_there_is_an_end() -> None:
    """The sentences say why not."""
    with pytest.raises(ValueError, match="pinned already"):
        PinnedCharts((chart("a"),)).with_chart(chart("a"))
    full = PinnedCharts(tuple(chart(str(number)) for number in range(MAX_CHARTS)))
    with pytest.raises(ValueError, match="remove one first"):
        full.with_chart(chart("a"))


def test_lines_are_added_and_taken_out() -> None:
    """A line is in a chart once, and eight are enough."""
    pinned = PinnedCharts((chart("a"),)).with_series(0, chart("a", "b").series)
    assert pinned.charts == (chart("a", "b"),)
    with pytest.raises(ValueError, match="already"):
        pinned.with_series(0, chart("b").series)
    with pytest.raises(ValueError, match="already"):
        pinned.with_series(0, (SeriesSpec("t", "b", unit="mV", axis="right"),))
    with pytest.raises(ValueError, match="room for 8"):
        pinned.with_series(0, chart(*"cdefghij").series)
    assert pinned.without(0).charts == ()
