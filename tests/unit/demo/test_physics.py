"""Sun, panel and sensor of the simulated boards behave as in the lab."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.demo.ina219 import BUS_LSB_V, Ina219
from mqttui.demo.sky import Sky
from mqttui.demo.solar import Load, SolarPanel

LIGHTS = st.floats(0, 1)
RESISTANCES = st.floats(0.5, 5000)


def test_the_panel_keeps_its_data_sheet() -> None:
    """Short circuit and open circuit at full sun are what the data sheet says."""
    panel = SolarPanel(short_circuit_a=0.18, open_circuit_v=6.2)
    _, short_a = panel.operating_point(1.0, Load(0.0))
    open_v, open_a = panel.operating_point(1.0, Load(1e7))
    assert short_a == pytest.approx(0.18, rel=0.01)
    assert open_v == pytest.approx(6.2, rel=0.001)
    assert open_a < 1e-6


@given(LIGHTS, RESISTANCES)
def test_a_resistor_obeys_ohm(light: float, ohm: float) -> None:
    """V = R I, nothing is negative, nothing exceeds the data sheet."""
    volts, amperes = SolarPanel().operating_point(light, Load(ohm))
    assert volts == pytest.approx(ohm * amperes)
    assert 0 <= volts <= 6.2 * 1.001
    assert 0 <= amperes <= 0.18


@given(LIGHTS, LIGHTS, RESISTANCES)
def test_more_light_never_gives_less_power(one: float, other: float, ohm: float) -> None:
    """Voltage at a fixed resistor grows with the light."""
    dim, bright = sorted((one, other))
    panel = SolarPanel()
    assert (
        panel.operating_point(dim, Load(ohm))[0]
        <= panel.operating_point(bright, Load(ohm))[0] + 1e-9
    )


def test_the_curve_has_one_knee() -> None:
    """Along a sweep the current falls, the power rises to one maximum inside and falls."""
    panel = SolarPanel()
    points = [panel.operating_point(0.8, Load(2.0 * 1.2**step)) for step in range(40)]
    currents = [amperes for _, amperes in points]
    powers = [volts * amperes for volts, amperes in points]
    assert currents == sorted(currents, reverse=True)
    best = powers.index(max(powers))
    assert 5 < best < 35
    assert powers[: best + 1] == sorted(powers[: best + 1])
    assert powers[best:] == sorted(powers[best:], reverse=True)
    fill_factor = max(powers) / (0.8 * 0.18 * points[-1][0])
    assert 0.55 < fill_factor < 0.85


def test_a_battery_takes_no_current_in_the_dark() -> None:
    """A diode keeps the battery from feeding the panel; the sensor sees its voltage."""
    assert SolarPanel().operating_point(0.0, Load(0.2, emf_v=3.8)) == (3.8, 0.0)
    volts, amperes = SolarPanel().operating_point(0.9, Load(0.2, emf_v=3.8))
    assert amperes > 0.1
    assert volts == pytest.approx(3.8 + 0.2 * amperes)


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
