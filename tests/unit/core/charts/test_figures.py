"""Sums over a window, against the standard library."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.charts.figures import Figures, figures_of
from mqttui.core.charts.pairing import MAX_PAIRS, paired
from mqttui.core.charts.series import Series


def series_of(values, step_s=1.0) -> Series:
    """Return a series with one value per step."""
    series = Series()
    for place, value in enumerate(values):
        series.append(place * step_s, value)
    return series


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=100))
def test_figures_agree_with_the_reference(values) -> None:
    """Mean and deviation are those of `statistics`, extremes and last those of the list."""
    found = figures_of(series_of(values), -math.inf, math.inf)
    assert (found.count, found.minimum, found.maximum, found.last) == (
        len(values),
        min(values),
        max(values),
        values[-1],
    )
    scale = max(1e-9, *map(abs, values))
    assert found.mean == pytest.approx(statistics.fmean(values), rel=1e-12, abs=1e-12 * scale)
    assert found.sigma == pytest.approx(statistics.pstdev(values), rel=1e-6, abs=1e-9 * scale)
    assert found.minimum <= found.mean <= found.maximum


def test_the_rate_is_that_between_the_points() -> None:
    """Eleven points in five seconds are two per second."""
    assert figures_of(series_of([1.0] * 11, 0.5), 0.0, 5.0).rate_per_s == pytest.approx(2.0)


def test_what_is_not_known_is_none() -> None:
    """An empty window has no mean, one point has no rate, huge numbers no deviation."""
    assert figures_of(Series(), 0, 1) == Figures()
    assert figures_of(series_of([3.0]), -1, 1).rate_per_s is None
    huge = figures_of(series_of([-1.7e308, 1.7e308]), -1, 9)
    assert (huge.sigma, huge.mean) == (None, 0.0)


def test_only_the_window_counts() -> None:
    """Both ends are included."""
    found = figures_of(series_of(range(10)), 2.0, 4.0)
    assert (found.count, found.minimum, found.maximum) == (3, 2.0, 4.0)


def test_points_of_the_same_message_make_pairs() -> None:
    """Voltage and current of one message have one time."""
    pairs = paired(series_of([1.0, 2.0, 3.0]), series_of([10.0, 20.0, 30.0]), 0, 9, 0.0)
    assert (pairs.x, pairs.y, pairs.left_out) == ([1.0, 2.0, 3.0], [10.0, 20.0, 30.0], 0)


def test_the_nearest_in_time_is_taken_if_it_is_near() -> None:
    """What has no partner within the tolerance is counted."""
    x, y = Series(), Series()
    for time_s, value in ((0.0, 0.0), (1.0, 1.0), (2.0, 2.0)):
        x.append(time_s, value)
    for time_s in (0.1, 0.9, 5.0):
        y.append(time_s, time_s)
    pairs = paired(x, y, -math.inf, math.inf, 0.2)
    assert (pairs.x, pairs.y, pairs.left_out) == ([0.0, 1.0], [0.1, 0.9], 1)
    assert paired(Series(), y, 0, 9, 1.0).left_out == 3


def test_many_pairs_are_thinned() -> None:
    """The cost of a picture does not grow with the series."""
    values = [float(each) for each in range(3 * MAX_PAIRS)]
    assert len(paired(series_of(values), series_of(values), 0, 1e9, 0.1).x) == MAX_PAIRS
