"""Numbers in payloads: where they are, what counts as one, their units and their time."""

from __future__ import annotations

import gzip
import json
import math
from typing import Any

import cbor2
import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.payload.device_time import compile_time, time_of, time_path
from mqttui.payload.extraction import LONGEST_PAYLOAD_BYTES, compile_number
from mqttui.payload.numeric import first_number, numeric_paths
from mqttui.payload.registry import decode
from mqttui.payload.units import unit_after, unit_of_key
from mqttui.payload.value_path import PathError, parse_path, path_text

SOLAR = b'{"t": 1795252996123, "solar": {"v": 4.8, "tags": [1, 2.5, "7 V"]}, "on": true, "a.b": -3}'


@pytest.mark.parametrize(
    ("payload", "path", "number"),
    [
        (SOLAR, "solar.v", 4.8),
        (SOLAR, "$.solar.v", 4.8),
        (SOLAR, "solar.tags[1]", 2.5),
        (SOLAR, "solar.tags[-1]", 7.0),
        (SOLAR, "$['solar']['v']", 4.8),
        (SOLAR, '["a.b"]', -3.0),
        (SOLAR, "on", 1.0),
        (SOLAR, "solar", None),
        (SOLAR, "solar.tags[9]", None),
        (SOLAR, "solar.tags.v", None),
        (SOLAR, "t[0]", None),
        (SOLAR, "missing", None),
        (SOLAR, "", None),
        (b"[1, [2, 3]]", "[1][0]", 2.0),
        (b" [1, 2] \n", "[0]", 1.0),
        (b"[false, null]", "[0]", 0.0),
        (b"[false, null]", "[1]", None),
        (b'{"v": NaN}', "v", math.nan),
        (b'{"v": 1e999}', "v", math.inf),
        (b'{"v": ' + b"9" * 400 + b"}", "v", math.inf),
        (b'{"v": -' + b"9" * 5000 + b"}", "v", -math.inf),
        (b'{"v": "21.5 \xc2\xb0C"}', "v", 21.5),
        (b'{"v": "off"}', "v", 0.0),
        (b'{"v": "none"}', "v", None),
        (b'{"v": 1, "v": 2}', "v", 2.0),
        (b'{"v": 1,}', "v", None),
        (b'{"v": 1} more', "v", None),
        (b'\xef\xbb\xbf{"v": 1}', "v", 1.0),
        (b"21.5", "", 21.5),
        (b"21.5", "v", None),
        (b"  -4e2\n", "", -400.0),
        (b"21.5 \xc2\xb0C", "", 21.5),
        ("12,5 °C".encode(), "", 12.5),
        (b"1,234 boards", "", 1234.0),
        (b"1,2,3", "", 1.0),
        (b"t=21.5;h=40", "", 21.5),
        (b"ESP32 has 12 boards", "", 12.0),
        (b"v1.2.3", "", None),
        (b"true", "", 1.0),
        (b"OFF", "", 0.0),
        (b"online", "", None),
        (b"nan", "", None),
        (b"1_000", "", None),
        (b'"21.5"', "", 21.5),
        (b"", "", None),
        (b"\xff\xfe", "", None),
        (msgpack.packb({"v": 4.8, 5: [1]}), "v", 4.8),
        (msgpack.packb({"v": 4.8, 5: [1]}), "['5'][0]", 1.0),
        (cbor2.dumps({"v": {"w": 3}}), "v.w", 3.0),
        (gzip.compress(b'{"v": 1}', mtime=0), "v", 1.0),
    ],
)
def test_the_number_at_a_path(payload: bytes, path: str, number: float | None) -> None:
    """Every notation, format and oddity gives the number that a person would read, or none."""
    found = compile_number(path)(payload)
    if number is not None and math.isnan(number):
        assert found is not None
        assert math.isnan(found)
    else:
        assert found == number


@pytest.mark.parametrize(
    ("payload", "decoder", "path", "number"),
    [
        (b"\x41\xa8\x00\x00", "float32-be", "", 21.0),
        (b"\x01\x00\x02\x00", "int16-le", "[1]", 2.0),
        (b'["lux-1", 624, 284.5]', "thingflow", "value", 284.5),
        (b"21.5", "json", "", 21.5),
        (b"21.5", "hex", "", None),
        (b"21.5\xb0C", "latin-1", "", 21.5),
        (b'{"v": 1}', "text", "v", None),
    ],
)
def test_a_chosen_decoder_decides_what_is_read(
    payload: bytes, decoder: str, path: str, number: float | None
) -> None:
    """The number comes from the value that the user chose to see."""
    assert compile_number(path, decoder)(payload) == number


@given(st.binary(max_size=400), st.sampled_from(["", "v", "[0]", "a[1].b"]))
def test_any_payload_has_a_number_or_none(payload: bytes, path: str) -> None:
    """No payload makes an extractor raise."""
    for prefix in (b"", b'{"v":', b"[", b"12"):
        found = compile_number(path)(prefix + payload)
        assert found is None or isinstance(found, float)
        assert compile_time(path)(prefix + payload) is None or found is not None or path


def test_hostile_payloads_have_no_number() -> None:
    """Depth, length and digits without end cost little and give nothing."""
    for payload in (b"[" * 100_000, b'{"v":' * 20_000, b" " * (LONGEST_PAYLOAD_BYTES + 1) + b"1"):
        assert compile_number("")(payload) is None
        assert compile_number("v")(payload) is None
        assert compile_time("v")(payload) is None


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON_VALUES) | st.lists(JSON_VALUES))
def test_every_listed_path_leads_to_its_number(value: Any) -> None:
    """What the list offers, the compiled extractor finds again, whatever the keys are."""
    payload = json.dumps(value).encode()
    for each in numeric_paths(decode(payload)):
        found = compile_number(each.path)(payload)
        assert found is not None
        assert found == each.value or (math.isnan(found) and math.isnan(each.value))


@given(st.lists(st.text(st.characters(exclude_categories=())) | st.integers(-9, 10**8), max_size=6))
def test_a_path_can_be_written_and_read_back(steps: list[str | int]) -> None:
    """Any key has a path: quotes, dots, controls and lone surrogates included."""
    written = path_text(steps)
    assert written.isprintable()
    assert list(parse_path(written)) == steps
    assert parse_path(f"${'' if written[:1] in ('[', '') else '.'}{written}") == tuple(steps)


@pytest.mark.parametrize(
    "text", ["a..b", "[", "[x]", "a b", "a[1", "['a]", "[*]", "a.", "x" * 3000]
)
def test_what_is_no_path_is_refused(text: str) -> None:
    """A path that names more than one value or nothing is a sentence."""
    with pytest.raises(PathError):
        parse_path(text)


def test_the_list_of_numbers_has_values_and_units() -> None:
    """Keys, siblings and the text itself tell the unit; what nobody tells stays open."""
    payload = json.dumps(
        {
            "v": 4.8,
            "i": 0.1,
            "temperature_C": 21.5,
            "power_w": [1, 2],
            "count": 3,
            "ok": True,
            "name": "x",
            "flow": "12 l/min",
            "inner": {"value": 4, "unit": "hPa"},
        }
    ).encode()
    found = [(each.path, each.value, each.unit) for each in numeric_paths(decode(payload))]
    assert found == [
        ("v", 4.8, "V"),
        ("i", 0.1, "A"),
        ("temperature_C", 21.5, "°C"),
        ("power_w[0]", 1.0, "W"),
        ("power_w[1]", 2.0, "W"),
        ("count", 3.0, None),
        ("ok", 1.0, None),
        ("flow", 12.0, "l/min"),
        ("inner.value", 4.0, "hPa"),
    ]
    (single,) = numeric_paths(decode("21.5 °C".encode()))
    assert (single.path, single.value, single.unit) == ("", 21.5, "°C")
    assert numeric_paths(decode(b"no number")) == []
    assert numeric_paths(decode(b"\x00\x01\x02")) == []


def test_the_list_of_numbers_is_bounded() -> None:
    """An array of thousands offers its first items."""
    assert len(numeric_paths(decode(json.dumps(list(range(5000))).encode()), most=100)) == 100


@pytest.mark.parametrize(
    ("key", "siblings", "unit"),
    [
        ("temperature_C", (), "°C"),
        ("supplyVoltage_mV", (), "mV"),
        ("uptime_ms", (), "ms"),
        ("POWER_MW", (), None),
        ("size_MB", (), "MB"),
        ("humidity %", (), "%"),
        ("v", (), "V"),
        ("i", (), None),
        ("i", ("v", "i"), "A"),
        ("p", ("V",), "W"),
        ("temperature", (), None),
        ("min", (), None),
        ("c", (), None),
        ("", (), None),
        ("x_" * 5000 + "s", (), None),
    ],
)
def test_units_of_keys(key: str, siblings: tuple[str, ...], unit: str | None) -> None:
    """A unit is taken from the end of a key, and from a lone letter only where it is clear."""
    assert unit_of_key(key, siblings) == unit


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("12.3 °C", 12.3, "°C"),
        ("12.3°C", 12.3, "°C"),
        ("45%", 45.0, "%"),
        ("4.8V", 4.8, "V"),
        ("1013 hPa", 1013.0, "hPa"),
        ("3 m/s", 3.0, "m/s"),
        ("10 kΩ", 10.0, "kΩ"),
        ("12 boards", 12.0, None),
        ("at 12", 12.0, None),
        ("\u22123.5 A", -3.5, "A"),
    ],
)
def test_first_number_in_a_text(text: str, number: float, unit: str | None) -> None:
    """A number and its unit are read as a person reads them."""
    found = first_number(text)
    assert found is not None
    assert (found[0], unit_after(text, found[1])) == (number, unit)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1795252996, 1795252996.0),
        (1795252996.25, 1795252996.25),
        (1795252996123, 1795252996.123),
        (1795252996123456, 1795252996.123456),
        (1795252996123456789, 1795252996.1234567),
        ("2026-11-21T09:23:16Z", 1795252996.0),
        ("2026-11-21T10:23:16+01:00", 1795252996.0),
        ("2026-11-21 09:23:16.5", 1795252996.5),
        ("1795252996.5", 1795252996.5),
        (624, None),
        (-1, None),
        (True, None),
        (math.nan, None),
        (math.inf, None),
        ("12:19:30", None),
        ("yesterday at noon", None),
        (None, None),
        ("9999-12-31T23:59:59+00:00", None),
        ("0001-01-01T00:00:00+23:59", None),
    ],
)
def test_what_is_a_time_of_day(value: object, seconds: float | None) -> None:
    """The size of a number tells its unit; what cannot be placed is no time."""
    assert time_of(value) == seconds


@pytest.mark.parametrize(
    ("payload", "path", "seconds"),
    [
        (b'{"v": 1, "t": 1795252996123}', "t", 1795252996.123),
        (b'{"ts": 1795252996, "t": 3.5}', "ts", 1795252996.0),
        (b'["lux-1", 1795252996, 4]', "[1]", 1795252996.0),
        (b'{"Time": "2026-11-21T09:23:16"}', "Time", 1795252996.0),
        (b'{"t": 12.5}', None, None),
        (b"[1, 2, 3]", None, None),
        (b"1795252996", None, None),
        (msgpack.packb({"ts": msgpack.Timestamp(1795252996)}), "ts", 1795252996.0),
    ],
)
def test_the_time_of_a_device_is_found(
    payload: bytes, path: str | None, seconds: float | None
) -> None:
    """The usual keys are looked at, and only a plausible time is offered."""
    found = time_path(decode(payload))
    assert found == path
    if found is not None:
        assert compile_time(found)(payload) == seconds
