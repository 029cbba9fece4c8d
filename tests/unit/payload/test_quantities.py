"""Numbers keep their meaning when they become short text."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.payload.quantities import (
    age_text,
    ago_text,
    brief_count_text,
    calm_age_s,
    count_text,
    duration_text,
    measured_text,
    rate_text,
    size_text,
)


@pytest.mark.parametrize(
    ("count", "text"),
    [(None, "-"), (0, "0"), (999, "999"), (1284, "1.3k"), (9950, "10k"), (999_500, "1.0M")],
)
def test_brief_counts(count: int | None, text: str) -> None:
    """A brief count has two digits or more and at most four characters."""
    assert brief_count_text(count) == text


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (None, "-"),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1234, "1.2 kB"),
        (9949, "9.9 kB"),
        (9950, "10 kB"),
        (64_000, "64 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (3_100_000, "3.1 MB"),
        (256_000_000, "256 MB"),
        (5_000_000_000_000_000, "5,000 TB"),
    ],
)
def test_sizes(size_bytes: int | None, text: str) -> None:
    """A size changes its unit where it would otherwise need four digits."""
    assert size_text(size_bytes) == text


@pytest.mark.parametrize(
    ("age_s", "text", "ago"),
    [
        (None, "-", "-"),
        (math.nan, "-", "-"),
        (-5.0, "now", "now"),
        (0.9, "now", "now"),
        (1.0, "1 s", "1 s ago"),
        (59.9, "59 s", "59 s ago"),
        (60.0, "1 min", "1 min ago"),
        (3599.0, "59 min", "59 min ago"),
        (3600.0, "1 h", "1 h ago"),
        (172_799.0, "47 h", "47 h ago"),
        (172_800.0, "2 d", "2 d ago"),
    ],
)
def test_ages(age_s: float | None, text: str, ago: str) -> None:
    """An age is rounded down, so that it never says more than has passed."""
    assert age_text(age_s) == text
    assert ago_text(age_s) == ago


def test_a_calm_age_changes_in_tens() -> None:
    """Between ten seconds and a minute there are five texts."""
    texts = [age_text(calm_age_s(age_s / 2)) for age_s in range(130)]
    assert sorted(set(texts[20:120])) == ["10 s", "20 s", "30 s", "40 s", "50 s"]
    assert (texts[19], texts[120]) == ("9 s", "1 min")


@pytest.mark.parametrize(
    ("per_second", "text"),
    [
        (None, "-"),
        (math.inf, "-"),
        (0.0, "0/s"),
        (0.0001, "< 1/h"),
        (3 / 3600, "3/h"),
        (0.2, "12/min"),
        (0.4, "0.4/s"),
        (5.0, "5.0/s"),
        (42.4, "42/s"),
        (1284.0, "1,284/s"),
    ],
)
def test_rates(per_second: float | None, text: str) -> None:
    """A rate is given per the unit of time in which it is a number to remember."""
    assert rate_text(per_second) == text


@pytest.mark.parametrize(
    ("duration_s", "text"),
    [
        (None, "-"),
        (0.0, "< 1 ms"),
        (0.08, "80 ms"),
        (0.9999, "1.0 s"),
        (2.5, "2.5 s"),
        (30.0, "30 s"),
        (90.0, "1 min"),
    ],
)
def test_durations(duration_s: float | None, text: str) -> None:
    """A duration uses the unit that fits."""
    assert duration_text(duration_s) == text


def test_counts() -> None:
    """A count has separators, and an unknown one is not 0."""
    assert (count_text(1207), count_text(0), count_text(None)) == ("1,207", "0", "-")


@given(st.floats(min_value=0, allow_nan=False, allow_infinity=False), st.integers(0, 10**18))
def test_quantities_stay_short(value: float, size_bytes: int) -> None:
    """No ordinary quantity needs more than a column of fifteen characters."""
    assert len(size_text(size_bytes)) <= 15
    for text in (age_text(min(value, 1e9)), rate_text(min(value, 1e9))):
        assert 1 <= len(text) <= 15


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (float("nan"), "-"),
        (0.0, "0 V"),
        (4.848, "4.848 V"),
        (9.9996, "10.00 V"),
        (12.3456, "12.35 V"),
        (0.097, "97.00 mV"),
        (0.99996, "1.000 V"),
        (-0.0499, "-49.90 mV"),
        (2.5e-5, "25.00 µV"),
        (1e-7, "0 V"),
        (5023.0, "5.023 kV"),
        (3.2e12, "3.2e+06 MV"),
    ],
)
def test_measured_values(value: float | None, text: str) -> None:
    """Four digits and a prefix; unknown is no number."""
    assert measured_text(value, "V") == text
