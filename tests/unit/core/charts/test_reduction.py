"""What is drawn of a series."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.charts.reduction import Curve, reduced
from mqttui.core.charts.series import Series


def series_of(points, max_points=1_000_000) -> Series:
    """Return a series of (time, value)."""
    series = Series(max_points)
    for time_s, value in points:
        series.append(time_s, value)
    return series


ALWAYS = (-math.inf, math.inf)


def test_nothing_and_one_point() -> None:
    """An empty window draws nothing, a single point draws itself."""
    assert reduced(Series(), *ALWAYS, 10) == Curve()
    one = reduced(series_of([(5.0, 2.0)]), *ALWAYS, 10)
    assert one.pieces == (([5.0], [2.0]),)
    assert reduced(series_of([(5.0, 2.0)]), 6.0, 9.0, 10) == Curve()


def test_few_points_are_all_drawn() -> None:
    """Nothing is left out where there is room."""
    points = [(float(place), float(place * place)) for place in range(20)]
    curve = reduced(series_of(points), *ALWAYS, 10)
    assert curve.pieces == (([p[0] for p in points], [p[1] for p in points]),)
    assert (curve.points, curve.gaps, curve.interval_s) == (20, (), 1.0)


def test_a_constant_is_a_line() -> None:
    """The lowest and the highest are the same point of each column."""
    curve = reduced(series_of([(float(place), 7.0) for place in range(1000)]), *ALWAYS, 10)
    ((_, values),) = curve.pieces
    assert values == [7.0] * 10


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400), st.integers(1, 40))
def test_no_peak_is_lost_and_little_is_drawn(values, columns) -> None:
    """At most two points per column, in order, among them the extremes of the whole."""
    series = series_of((float(place), value) for place, value in enumerate(values))
    curve = reduced(series, *ALWAYS, columns)
    times = [time_s for piece in curve.pieces for time_s in piece[0]]
    drawn = [value for piece in curve.pieces for value in piece[1]]
    assert len(drawn) <= max(2 * columns, 1)
    assert times == sorted(times)
    assert (min(drawn), max(drawn)) == (min(values), max(values))
    assert all(values[int(time_s)] == value for time_s, value in zip(times, drawn, strict=True))
    assert curve.points == len(values)


def test_a_pause_is_a_gap() -> None:
    """The line ends before it and begins anew after it."""
    points = [(float(second), 1.0) for second in (*range(10), *range(30, 40))]
    curve = reduced(series_of(points), *ALWAYS, 80)
    assert curve.gaps == ((9.0, 30.0),)
    assert [len(piece[0]) for piece in curve.pieces] == [10, 10]
    curve = reduced(series_of([(t / 100, v) for t, v in points * 1]), *ALWAYS, 2)
    assert len(curve.gaps) == 1


def test_two_missing_of_a_regular_series_are_no_gap() -> None:
    """A little jitter does not cut the line to pieces."""
    curve = reduced(series_of([(t, 1.0) for t in (0.0, 1.0, 2.0, 5.0, 6.0, 7.0)]), *ALWAYS, 80)
    assert curve.gaps == ()


def test_points_that_were_read_together_are_no_gaps() -> None:
    """Bursts of a hundred points at one time, one per second, are one line."""
    series = series_of((float(second), 1.0) for second in range(20) for _ in range(100))
    curve = reduced(series, *ALWAYS, 80)
    assert (curve.gaps, len(curve.pieces)) == ((), 1)


def test_pauses_between_bursts_that_cannot_be_seen_are_no_gaps() -> None:
    """Ten points in 10 ms and a pause of half a second are one line where a column is a second."""
    series = series_of(
        (burst / 2 + place / 1000, 1.0) for burst in range(80) for place in range(10)
    )
    curve = reduced(series, 0.0, 40.0, 40)
    assert (curve.gaps, len(curve.pieces)) == ((), 1)
    assert len(reduced(series, 10.0, 12.0, 40).gaps) == 4


def test_a_broken_line_is_drawn_in_pieces() -> None:
    """What was no number stands between the pieces."""
    series = series_of([(0.0, 1.0), (1.0, 1.0), (2.0, math.nan), (3.0, 1.0), (4.0, 1.0)])
    assert [piece[0] for piece in reduced(series, *ALWAYS, 80).pieces] == [[0.0, 1.0], [3.0, 4.0]]


def test_a_logarithmic_axis_shows_what_is_above_zero() -> None:
    """Zero and below are counted, not drawn, however many points share a column."""
    values = [0.0, -1.0, 10.0, 100.0]
    few = reduced(series_of(enumerate(values)), *ALWAYS, 80, is_log=True)
    assert (few.pieces, few.hidden) == ((([2.0, 3.0], [10.0, 100.0]),), 2)
    many = reduced(series_of(enumerate(values * 100)), *ALWAYS, 4, is_log=True)
    assert many.hidden == 200
    assert {value for piece in many.pieces for value in piece[1]} == {10.0, 100.0}


def test_time_that_goes_backwards_is_drawn_in_order() -> None:
    """A board whose clock was set draws no loops."""
    curve = reduced(series_of([(5.0, 1.0), (1.0, 2.0), (3.0, 3.0)]), *ALWAYS, 80)
    assert curve.pieces == (([1.0, 3.0, 5.0], [2.0, 3.0, 1.0]),)


def test_points_at_the_same_time_are_drawn() -> None:
    """A window without length is no division by zero."""
    curve = reduced(series_of([(5.0, float(value)) for value in range(100)]), *ALWAYS, 4)
    assert {0.0, 99.0} <= {value for piece in curve.pieces for value in piece[1]}
