"""Limits and ticks of axes."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mqttui.core.charts.axis import limits_of, number_label, round_step, ticks_of, time_ticks


@pytest.fixture
def zone(monkeypatch):
    """Return a function that sets the local time zone."""

    def set_zone(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_zone
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("least", "step"),
    [(1, 1), (1.1, 2), (2.1, 5), (5.1, 10), (0.03, 0.05), (1e-7, 1e-7), (700, 1000)],
)
def test_steps_are_round(least, step) -> None:
    """One, two or five of a power of ten."""
    assert round_step(least) == pytest.approx(step)


def test_ticks_are_where_people_expect_them() -> None:
    """A voltage around 4.8 is divided at hundredths."""
    assert [tick.label for tick in ticks_of(4.79, 4.91, 4)] == ["4.80", "4.85", "4.90"]
    assert [tick.label for tick in ticks_of(-3000, 3000, 4)] == ["-2,000", "0", "2,000"]
    assert [tick.label for tick in ticks_of(2e6, 4e6, 3)] == ["2e+06", "3e+06", "4e+06"]


def test_one_tick_alone_is_not_enough() -> None:
    """Of a low picture, too, the scale can be told."""
    assert [tick.label for tick in ticks_of(2.29, 2.49, 2)] == ["2.3", "2.4"]


def test_a_constant_stands_in_the_middle() -> None:
    """Zero, a number and a tiny number have limits on both sides."""
    for value in (0.0, 7.0, -7.0, 1e-300, 1e300):
        low, high = limits_of([value])
        assert low < value < high
    assert limits_of([]) is None


def test_what_is_never_negative_begins_at_zero_rather_than_below() -> None:
    """The room below does not invent negative currents."""
    assert limits_of([0.0, 10.0])[0] == 0.0


def test_a_logarithmic_axis_has_powers_of_ten() -> None:
    """What is not above 0 does not count; a narrow range still has its ends."""
    assert limits_of([-5, 0, 1, 1000], is_log=True) == (1, 1000)
    assert [tick.label for tick in ticks_of(1, 1000, 5, is_log=True)] == ["1", "10", "100", "1,000"]
    labels = [tick.label for tick in ticks_of(6.9, 7.4998, 4, is_log=True)]
    assert labels == ["7.0", "7.2", "7.4"]
    assert limits_of([0.0], is_log=True) is None


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5),
    st.integers(1, 20),
)
@example([0.0, 5e-324], 2)
def test_any_numbers_have_few_ticks_within_their_limits(values, count) -> None:
    """Whatever a board sends, an axis can be drawn."""
    low, high = limits_of(values)
    assert low <= min(values)
    assert max(values) <= high
    ticks = ticks_of(low, high, count)
    is_divisible = 1e-290 < high - low < 1e290
    assert (2 if is_divisible else 1) <= len(ticks) <= 4 * count + 2
    assert all(low - abs(low) * 1e-9 <= tick.value <= high + abs(high) * 1e-9 for tick in ticks)
    assert [tick.value for tick in ticks] == sorted(tick.value for tick in ticks)


@pytest.mark.parametrize(
    ("span_s", "labels"),
    [
        (60, ["10:23:30", "10:23:45", "10:24:00", "10:24:15"]),
        (600, ["10:25", "10:30"]),
        (4 * 24 * 3600, ["03 Mar", "04 Mar", "05 Mar", "06 Mar"]),
    ],
)
def test_time_is_divided_at_full_minutes_hours_and_days(zone, span_s, labels) -> None:
    """Ticks are the same for every window that contains them."""
    zone("UTC")
    began_s = 1_772_447_000.0
    assert [tick.label for tick in time_ticks(began_s, began_s + span_s, 4)] == labels


def test_ticks_are_full_hours_of_local_time(zone) -> None:
    """Half hours beside UTC do not shift them."""
    zone("Asia/Kolkata")
    labels = [tick.label for tick in time_ticks(1_772_447_000, 1_772_447_000 + 6 * 3600, 6)]
    assert all(label.endswith(":00") for label in labels)
    assert len(labels) == 6


@pytest.mark.parametrize("start_s", [1e18, -1e18, 1e300, math.inf])
def test_a_time_that_is_none_has_no_ticks(start_s) -> None:
    """A device may claim any time."""
    assert time_ticks(start_s, start_s + 1e6, 4) == []


def test_numbers_have_as_many_digits_as_are_needed() -> None:
    """Neither 4.8000000001 nor the same label twice."""
    assert number_label(4.8000000001, 0.01) == "4.80"
    assert number_label(1234567, 1) == "1.23e+06"
    assert number_label(0.00001, 1) == "1e-05"
