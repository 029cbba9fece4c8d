"""What a person types about a chart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.charts.typed import LONGEST_UNIT, range_of_texts, texts_of_range, unit_of_text

NUMBERS = st.floats(-1e9, 1e9)


@given(st.tuples(NUMBERS, NUMBERS))
def test_limits_can_be_typed_as_they_are_shown(pair) -> None:
    """What the dialog shows is what it takes, to twelve digits."""
    low, high = min(pair), max(pair)
    texts = texts_of_range((low, high))
    if texts[0] == texts[1]:
        return
    assert range_of_texts(*texts) == pytest.approx((low, high))


def test_a_comma_is_a_decimal_point_and_nothing_follows_the_values() -> None:
    """Blanks around do no harm."""
    assert range_of_texts(" -0,5 ", "1e3") == (-0.5, 1000.0)
    assert range_of_texts("", "  ") is None
    assert texts_of_range(None) == ("", "")


@pytest.mark.parametrize(
    ("low", "high", "is_log", "words"),
    [
        ("1", "", False, "needs both limits"),
        ("", "1", False, "needs both limits"),
        ("2", "2", False, "must be below"),
        ("3", "2", False, "must be below"),
        ("a\x1b", "2", False, "“a␛” is not a number"),
        ("0", "nan", False, "no limit"),
        ("-inf", "0", False, "no limit"),
        ("1.2.3", "4", False, "is not a number"),
        ("0", "1", True, "above 0"),
    ],
)
def test_what_cannot_be_a_range_is_told(low, high, is_log, words) -> None:
    """A sentence names what was typed."""
    with pytest.raises(ValueError, match=words):
        range_of_texts(low, high, is_log=is_log)


def test_a_unit_is_short_and_can_be_shown() -> None:
    """Nothing that is typed or pasted steers the terminal."""
    assert unit_of_text(" °C ") == "°C"
    assert unit_of_text(" ") is None
    assert unit_of_text("a\x1b[31m") == "a␛[31m"
    with pytest.raises(ValueError, match="no more than"):
        unit_of_text("x" * (LONGEST_UNIT + 1))


@given(st.text(), st.text(), st.booleans())
def test_anything_can_be_typed(low, high, is_log) -> None:
    """The answer is a range, none, or a sentence."""
    try:
        found = range_of_texts(low, high, is_log=is_log)
    except ValueError:
        return
    assert found is None or found[0] < found[1]
