"""Finding the numbers of a topic."""

from __future__ import annotations

import pytest

from mqttui.core.charts.reading import NumberReader, likely_path, numbers_in
from mqttui.core.charts.spec import SeriesSpec


def entry(payload: bytes, at: float = 5.0):
    """Return a message."""
    return (at, payload, 0, None)


@pytest.mark.parametrize(
    ("payload", "path", "value", "unit"),
    [
        (b'{"solar": {"v": 4.8}}', "solar.v", 4.8, "V"),
        (b"[1, 2.5]", "[1]", 2.5, None),
        (b"12.3 \xc2\xb0C", "", 12.3, "°C"),
        (b'{"on": true}', "on", 1.0, None),
        (b'{"value": 3, "unit": "kPa"}', "value", 3.0, "kPa"),
        (b"nothing", "", None, None),
        (b'{"v": 1}', "w", None, None),
        (b'{"v": 1}', "][", None, None),
    ],
)
def test_a_value_is_found_by_its_path(payload, path, value, unit) -> None:
    """JSON, arrays, text and booleans have numbers; a path that is none has not."""
    series = SeriesSpec("t", path)
    assert NumberReader().number(series)(entry(payload)) == value
    assert NumberReader().unit(series, entry(payload)) == unit


def test_the_time_of_the_device_is_found_by_itself() -> None:
    """The first message that tells one says where it stands."""
    read = NumberReader().device_time(SeriesSpec("t", "v"))
    assert read(entry(b'{"v": 1}')) is None
    assert read(entry(b'{"v": 1, "t": 1772447000500}')) == 1772447000.5
    assert read(entry(b'{"v": 1}')) is None


def test_the_first_number_to_be_drawn_is_a_measurement() -> None:
    """Times and counters are drawn when somebody asks for them."""
    numbers = numbers_in(entry(b'{"n": 7, "t": 1772447000000, "solar": {"v": 4.8}}'))
    assert [found.path for found in numbers] == ["n", "t", "solar.v"]
    assert likely_path(numbers) == "solar.v"
    assert likely_path(numbers[:1]) == "n"
    assert likely_path([]) is None
