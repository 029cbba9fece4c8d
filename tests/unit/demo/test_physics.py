"""Sun and sensor of the simulated boards behave as in the lab."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.demo.ina219 import BUS_LSB_V, Ina219
from mqttui.demo.sky import Sky


@given(st.floats(0, 15.9), st.floats(-0.39, 0.39))
def test_power_is_voltage_times_current_within_the_resolution(volts: float, amperes: float) -> None:
    """The registers round, but agree with each other and with the truth."""
    sensor = Ina219()
    reading = sensor.read(volts, amperes)
    assert not reading.is_clipped
    assert abs(reading.volts - volts) <= BUS_LSB_V / 2 + 1e-9
    assert abs(reading.amperes - amperes) <= 0.1e-3
    assert abs(reading.watts - reading.volts * abs(reading.amperes)) <= sensor.power_lsb_w
    assert round(reading.volts / BUS_LSB_V) * BUS_LSB_V == pytest.approx(reading.volts)
    lsb_a = sensor.current_lsb_a
    assert round(reading.amperes / lsb_a) * lsb_a == pytest.approx(reading.amperes, abs=1e-9)


def test_the_calibration_is_that_of_the_data_sheet() -> None:
    """0.04096 / (current LSB x shunt), the lowest bit is always 0."""
    assert Ina219(0.1, 50e-6).calibration == 8192
    assert Ina219(0.1, 100e-6).calibration == 4096
    assert Ina219(0.1, 0.4 / 32768).calibration % 2 == 0


def test_too_much_current_is_clipped_and_said() -> None:
    """Above 40 mV across the shunt the reading stays at 400 mA."""
    reading = Ina219().read(5.0, 0.6)
    assert reading.is_clipped
    assert reading.amperes == pytest.approx(0.4)


@given(st.floats(0, 1e6), st.integers(0, 12))
def test_the_light_stays_between_night_and_full_sun(now_s: float, bench: int) -> None:
    """A fraction of full sun at any time."""
    assert 0 < Sky(1).light(now_s, bench) <= 1


def test_clouds_pass_from_bench_to_bench() -> None:
    """What covers the first bench covers the fifth a few seconds later, and it does happen."""
    sky = Sky(3)
    bright = [sky.light(second) for second in range(600)]
    assert min(bright) < 0.6 * max(bright)
    # Over six seconds the sun itself hardly moves.
    for second in range(100, 500):
        assert sky.light(second + 6, 4) == pytest.approx(sky.light(second, 0), abs=0.02)
