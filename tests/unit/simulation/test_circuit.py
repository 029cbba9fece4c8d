"""Circuits behave as in the lab."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.simulation.circuit import DischargingBattery, LitPanel, Noisy, StartingMotor, Steady
from mqttui.simulation.solar_panel import Load, SolarPanel

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


def test_a_lit_panel_follows_light_and_load() -> None:
    """Both may change while it is measured."""
    circuit = LitPanel()
    bright_v, bright_a = circuit.at(0)
    circuit.light = 0.2
    assert circuit.at(0)[1] < 0.3 * bright_a
    circuit.light, circuit.load = 1.0, Load(1e6)
    assert circuit.at(0)[0] > bright_v


def test_a_battery_empties_over_its_capacity() -> None:
    """The voltage never rises, has a plateau, and the cell is cut off when it is empty."""
    battery = DischargingBattery(capacity_ah=0.5, load_ohm=10.0)
    volts = [battery.at(second)[0] for second in range(0, 6000, 10)]
    assert volts == sorted(volts, reverse=True)
    assert 4.0 < volts[0] < 4.2
    assert volts[150] - volts[300] < 0.2
    assert volts[-1] == 0
    in_use = [battery.at(second) for second in range(6000)]
    used_ah = sum(amperes for _, amperes in in_use) / 3600
    assert used_ah == pytest.approx(0.5, rel=0.1)


def test_a_motor_draws_most_at_the_start_and_feeds_back_at_the_end() -> None:
    """The supply sags under the peak."""
    motor = StartingMotor()
    start_v, start_a = motor.at(8.0)
    running_v, running_a = motor.at(9.9)
    assert start_a > 8 * running_a
    assert running_a == pytest.approx(0.25, rel=0.01)
    assert start_v < running_v
    assert motor.at(10.0)[1] < 0


@given(st.floats(0, 1e6))
def test_noise_depends_on_seed_and_time_only(now_s: float) -> None:
    """A test that fails can be run again."""
    one = Noisy(Steady(5.0, 0.1), seed=1)
    assert one.at(now_s) == Noisy(Steady(5.0, 0.1), seed=1).at(now_s)
    assert one.at(now_s) != Noisy(Steady(5.0, 0.1), seed=2).at(now_s)
