"""Charts as they are remembered."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.charts.spec import ChartSpec, SeriesSpec, chart_of_json

SERIES = st.builds(
    SeriesSpec,
    topic=st.text(min_size=1),
    path=st.text(),
    unit=st.none() | st.text(),
    axis=st.sampled_from(["left", "right"]),
)
RANGES = st.tuples(st.floats(-1e9, 0), st.floats(1, 1e9))
CHARTS = st.builds(
    ChartSpec,
    series=st.lists(SERIES, min_size=1, max_size=8).map(tuple),
    window_s=st.none() | st.floats(0.1, 1e6),
    y_range=st.none() | RANGES,
    right_range=st.none() | RANGES,
    is_log=st.booleans(),
    is_xy=st.booleans(),
    time=st.sampled_from(["arrival", "device"]),
)


@given(CHARTS)
def test_a_chart_comes_back_as_it_was(chart) -> None:
    """Through JSON text nothing changes."""
    assert chart_of_json(json.loads(json.dumps(chart.to_json()))) == chart


GOOD = ChartSpec((SeriesSpec("a", "v"),)).to_json()


@pytest.mark.parametrize(
    "damage",
    [
        {"series": []},
        {"series": None},
        {"series": [1]},
        {"series": [{"topic": "a"}]},
        {"series": [{"topic": "", "path": "v"}]},
        {"series": [{"topic": "a", "path": "v", "axis": "top"}]},
        {"series": [{"topic": "a", "path": "v"}] * 9},
        {"window_s": -1},
        {"window_s": "60"},
        {"window_s": True},
        {"y_range": [1]},
        {"y_range": [2, 1]},
        {"y_range": ["a", "b"]},
        {"y_range": [0, float("inf")]},
        {"right_range": [2, 2]},
        {"time": "noon"},
    ],
)
def test_what_is_no_chart_is_none(damage) -> None:
    """A damaged entry of a file raises nothing."""
    assert chart_of_json(GOOD) is not None
    assert chart_of_json({**GOOD, **damage}) is None


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_anything_can_be_asked(value) -> None:
    """Whatever a file says, the answer is a chart or None."""
    assert chart_of_json(value) is None
