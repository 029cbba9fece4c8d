"""A message of a board as a sample, and what a board says it is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mqttui.devices.info import BoardInfo, told_by
from mqttui.devices.sample import sample_of


def read(payload: bytes | dict[str, object]):
    """Return the sample in a message that was received at second 100."""
    if isinstance(payload, dict):
        payload = json.dumps(payload).encode()
    return sample_of((100.0, payload, 0, None))


def test_a_sample_of_our_firmware() -> None:
    """Number, times, values and flags."""
    sample = read(
        b'{"n":7,"up":1400,"t":1764000000500,"v":4.848,"i":0.097000,"p":0.470260,"clip":1}'
    )
    assert (sample.number, sample.up_ms, sample.time_s) == (7, 1400, 1_764_000_000.5)
    assert (sample.volts, sample.amperes, sample.watts) == (4.848, 0.097, 0.47026)
    assert sample.is_clipped
    assert not sample.is_over_range
    assert sample.received_at == 100.0


def test_units_in_keys_count_where_our_keys_are_missing() -> None:
    """Milliamperes become amperes; the power is the product when it is not told."""
    sample = read({"voltage_V": 5, "current_mA": 97})
    assert (sample.volts, sample.amperes) == (5, pytest.approx(0.097))
    assert sample.watts is None
    assert sample.power_w == pytest.approx(0.485)


@pytest.mark.parametrize(
    "payload",
    [b"", b"5.1", b"[1,2]", b"{", b'{"hello": "world"}', b'{"v":"5"}', b'{"v":true}', b'{"v":NaN}'],
)
def test_what_is_no_sample_is_none(payload: bytes) -> None:
    """Texts, truth values and what is not finite are no measurement."""
    assert read(payload) is None


def test_an_error_is_a_sample_without_values_and_printable() -> None:
    """It has its number, and nothing that a terminal would obey."""
    sample = read({"n": 3, "err": "\x1b[31mENODEV"})
    assert (sample.number, sample.volts, sample.power_w) == (3, None, None)
    assert sample.error == "␛[31mENODEV"


def test_info_is_printable_bounded_and_merged() -> None:
    """Later messages add to earlier ones; what is of the wrong kind is unknown."""
    info = told_by(
        {"uid": "240ac4123456", "fw": "1.0\x07", "rate": 5, "chip": "x" * 500, "rssi": "loud"},
        BoardInfo(),
    )
    assert info.speaks_our_protocol
    assert info.firmware == "1.0␇"
    assert info.chip == "x" * 60
    assert info.rssi_dbm is None
    later = told_by({"rate": 10, "dropped": 3, "shunt": True, "resets": None}, info)
    assert (later.rate_hz, later.dropped, later.uid) == (10, 3, "240ac4123456")
    assert later.shunt_ohm is None
    assert told_by({}, later) is later
    assert not BoardInfo().speaks_our_protocol


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(("n", "up", "t", "v", "i", "p", "err", "uid", "rate")),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.sampled_from(("", "5", "\ud800")),
    )
)
def test_no_object_fails(value: dict[str, object]) -> None:
    """Members of any kind are read or left out."""
    read(value)
    told_by(value, BoardInfo())
