"""The firmware's driver reads what the world is, within the resolution of the data sheet."""

from __future__ import annotations

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.simulation.circuit import LitPanel, Noisy, StartingMotor, Steady
from mqttui.simulation.i2c_bus import I2CBus
from mqttui.simulation.ina219 import BUS_VOLTAGE, Ina219Chip
from mqttui.simulation.solar_panel import Load
from tests.firmware.bench import Bench

AVERAGES = (1, 2, 4, 8, 16, 32, 64, 128)
ROUNDING = 1e-9


class _NotAnIna219:
    """Another chip at the same address, which answers every read with the same bytes."""

    def write(self, data: bytes) -> None:
        pass

    def read(self, size_bytes: int) -> bytes:
        return bytes([0x41, 0x27][:size_bytes])


class _NeverReady:
    """A sensor whose ready flag is broken."""

    def __init__(self, chip: Ina219Chip) -> None:
        self._chip = chip
        self._register = 0

    def write(self, data: bytes) -> None:
        self._register = data[0]
        self._chip.write(data)

    def read(self, size_bytes: int) -> bytes:
        high, low = self._chip.read(2)
        return bytes([high, low & ~2 if self._register == BUS_VOLTAGE else low])


@given(
    bus_v=st.floats(0, 15.99),
    shunt_v=st.floats(-0.3199, 0.3199),
    shunt_ohm=st.sampled_from([0.0005, 0.002, 0.01, 0.0998, 0.1, 1.0, 10.0]),
    averaging=st.sampled_from(AVERAGES),
)
def test_a_reading_is_the_world_within_the_resolution(
    bus_v: float, shunt_v: float, shunt_ohm: float, averaging: int
) -> None:
    """Half a count of 4 mV and of 10 uV, for any shunt, sign and averaging, in any range."""
    current_a = shunt_v / shunt_ohm
    bench = Bench(Steady(bus_v, current_a), shunt_ohm=shunt_ohm)
    sensor = bench.sensor(averaging=averaging)
    for _ in range(2):
        sensor.measure()
        assert abs(sensor.bus_v - bus_v) <= 0.002 + ROUNDING
        assert abs(sensor.shunt_v - shunt_v) <= 5e-6 + ROUNDING
        assert abs(sensor.current_a - current_a) <= (5e-6 + ROUNDING) / shunt_ohm
        assert sensor.power_w == pytest.approx(sensor.bus_v * sensor.current_a)
        assert not sensor.is_clipped
        assert not sensor.is_over_range
    assert sensor.resets == 0


@pytest.mark.parametrize("range_mv", [40, 80, 160, 320])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_fixed_range_clips_where_the_data_sheet_says(range_mv: int, sign: int) -> None:
    """Below full scale nothing is flagged; at full scale the value stays there and is flagged."""
    circuit = Steady(5.0, sign * (range_mv - 0.02) / 100)
    sensor = Bench(circuit).sensor(shunt_range_mv=range_mv)
    sensor.measure()
    assert not sensor.is_clipped
    assert sensor.current_a == pytest.approx(circuit.current_a)
    circuit.current_a = sign * (range_mv + 50) / 100
    sensor.measure()
    assert sensor.is_clipped
    assert sensor.current_a == pytest.approx(sign * range_mv / 100)
    assert sensor.shunt_range_mv == range_mv


def test_the_range_follows_the_current_in_both_directions() -> None:
    """A jump of the current never clips a reading; when it is small again the range narrows."""
    circuit = Steady(5.0, 0.01)
    sensor = Bench(circuit).sensor()
    ranges = []
    for amperes in (0.01, 0.01, 3.0, 0.5, 0.5, -1.5, -0.3, -0.3, 0.35, 0.45, 0.45):
        circuit.current_a = amperes
        sensor.measure()
        assert sensor.current_a == pytest.approx(amperes)
        assert not sensor.is_clipped
        ranges.append(sensor.shunt_range_mv)
    assert ranges == [320, 40, 320, 320, 80, 320, 320, 40, 40, 320, 80]


def test_noise_at_the_edge_of_a_range_does_not_switch_it_to_and_fro() -> None:
    """At 38 mV with 0.3 mV of noise the sensor stays in the range of 80 mV."""
    bench = Bench(Noisy(Steady(5.0, 0.38), noise_a=0.003))
    sensor = bench.sensor(averaging=1)
    seen = set()
    sensor.measure()
    for _ in range(100):
        sensor.measure()
        seen.add(sensor.shunt_range_mv)
    assert seen == {80}


def test_the_widest_range_can_still_clip() -> None:
    """More than 320 mV across the shunt is flagged, whatever the range."""
    sensor = Bench(Steady(5.0, -3.5)).sensor()
    sensor.measure()
    assert sensor.is_clipped
    assert sensor.current_a == pytest.approx(-3.2)


@pytest.mark.parametrize("clears_ready_on_trigger", [True, False])
@pytest.mark.parametrize("averaging", AVERAGES)
def test_no_reading_is_stale(averaging: int, clears_ready_on_trigger: bool) -> None:
    """Also when the range changes, and if the chip keeps its ready flag over a trigger."""
    circuit = Steady(1.0, 0.001)
    bench = Bench(circuit, clears_ready_on_trigger=clears_ready_on_trigger)
    sensor = bench.sensor(averaging=averaging)
    for volts, amperes in ((1.0, 0.001), (2.0, 2.0), (3.0, 0.1), (4.0, -2.5), (5.0, 0.02)):
        circuit.bus_v, circuit.current_a = volts, amperes
        sensor.measure()
        assert sensor.bus_v == pytest.approx(volts)
        assert sensor.current_a == pytest.approx(amperes)


@pytest.mark.parametrize("averaging", AVERAGES)
def test_a_measurement_takes_one_conversion_of_the_wanted_averaging(averaging: int) -> None:
    """Time passes as the data sheet says for both inputs, and little more."""
    bench = Bench(Steady(5.0, 0.01))
    sensor = bench.sensor(averaging=averaging)
    sensor.measure()
    started_us, conversions = bench.clock.now_us(), bench.chip.conversions
    sensor.measure()
    took_us = bench.clock.now_us() - started_us
    assert bench.chip.conversions == conversions + 1
    assert 2 * 532 * averaging * 0.99 <= took_us <= 2 * 532 * averaging * 1.01 + 200


def test_averaging_calms_noise() -> None:
    """The spread of 128 averages is less than a fifth of that of single samples."""

    def spread_a(averaging: int) -> float:
        sensor = Bench(Noisy(Steady(5.0, 0.1), noise_a=0.005)).sensor(averaging=averaging)
        readings = []
        for _ in range(20):
            sensor.measure()
            readings.append(sensor.current_a)
        return float(max(readings) - min(readings))

    assert spread_a(128) < spread_a(1) / 5


def test_the_bus_range_is_16_or_32_volts() -> None:
    """Above 16 V the narrow range stops and says so; the wide one reads on."""
    circuit = Steady(20.0, 0.1)
    bench = Bench(circuit)
    sensor = bench.sensor(bus_range_v=16)
    sensor.measure()
    assert sensor.is_over_range
    assert sensor.bus_v == pytest.approx(16.0)
    sensor.configure(bus_range_v=32)
    sensor.measure()
    assert not sensor.is_over_range
    assert sensor.bus_v == pytest.approx(20.0)


def test_an_open_circuit_reads_zero_and_not_nothing() -> None:
    """No current is a value like any other, in the narrowest range."""
    sensor = Bench(Steady(6.2, 0.0)).sensor()
    sensor.measure()
    sensor.measure()
    assert (sensor.current_a, sensor.power_w, sensor.shunt_range_mv) == (0, 0, 40)
    assert sensor.bus_v == pytest.approx(6.2)


@pytest.mark.parametrize("address", range(0x40, 0x50))
def test_every_address_of_the_chip_works(address: int) -> None:
    """A0 and A1 choose sixteen addresses."""
    sensor = Bench(Steady(5.0, 0.25), address=address).sensor()
    sensor.measure()
    assert sensor.current_a == pytest.approx(0.25)


def test_a_brown_out_between_measurements_is_noticed_and_harmless() -> None:
    """The values are right, the reset is counted, and the calibration is written again."""
    bench = Bench(Steady(5.0, 0.8))
    sensor = bench.sensor()
    sensor.calibrate(2.0)
    sensor.measure()
    bench.chip.power_on_reset()
    sensor.measure()
    assert sensor.resets == 1
    assert sensor.current_a == pytest.approx(0.8)
    assert sensor.chip_current_a() == pytest.approx(0.8, rel=0.001)
    sensor.measure()
    assert sensor.resets == 1


@given(after_us=st.integers(0, 9000), averaging=st.sampled_from([1, 8]))
def test_a_brown_out_during_a_conversion_never_gives_a_wrong_value(
    after_us: int, averaging: int
) -> None:
    """Whenever it happens the measurement is repeated."""
    bench = Bench(Steady(5.0, 0.02))
    sensor = bench.sensor(averaging=averaging)
    sensor.measure()
    bench.clock.call_at(bench.clock.now_us() + after_us, bench.chip.power_on_reset)
    for _ in range(10):
        sensor.measure()
        assert sensor.bus_v == pytest.approx(5.0)
        assert sensor.current_a == pytest.approx(0.02)
    assert sensor.resets == 1


def test_a_chip_that_is_always_reset_is_an_error() -> None:
    """After three attempts the driver says where to look and leaves it at that."""
    bench = Bench(Steady(5.0, 0.02))
    sensor = bench.sensor()
    sensor.measure()
    for step in range(1, 4000):
        bench.clock.call_at(bench.clock.now_us() + step * 100, bench.chip.power_on_reset)
    with pytest.raises(bench.driver.SensorError, match="check its supply"):
        sensor.measure()


def test_a_missing_sensor_is_named_with_its_address() -> None:
    """At the start and later, with the errno of the board; plugged in again it just works."""
    bench = Bench(Steady(5.0, 0.5))
    bench.bus.unplugged.add(0x40)
    with pytest.raises(bench.driver.SensorError, match="no INA219 at 0x40") as missing:
        bench.sensor()
    assert missing.value.args[0] == errno.ENODEV
    bench.bus.unplugged.clear()
    sensor = bench.sensor()
    sensor.measure()
    bench.bus.unplugged.add(0x40)
    with pytest.raises(bench.driver.SensorError, match="check wires"):
        sensor.measure()
    bench.bus.unplugged.clear()
    bench.chip.power_on_reset()
    sensor.measure()
    assert sensor.current_a == pytest.approx(0.5)
    assert sensor.resets == 1


def test_a_stuck_bus_is_told_from_a_missing_sensor() -> None:
    """A line that hangs low points at the wires, not at the address."""
    bench = Bench()
    sensor = bench.sensor()
    bench.bus.is_stuck = True
    with pytest.raises(bench.driver.SensorError, match="pull-ups") as stuck:
        sensor.measure()
    assert stuck.value.args[0] == errno.ETIMEDOUT


def test_another_chip_is_not_taken_for_the_sensor() -> None:
    """An INA226 answers at the same addresses."""
    bench = Bench()
    with pytest.raises(bench.driver.SensorError, match="is not an INA219"):
        bench.driver.INA219(I2CBus({0x40: _NotAnIna219()}))


def test_a_conversion_that_never_ends_is_an_error() -> None:
    """The wait has a deadline."""
    bench = Bench()
    bench.bus.devices[0x40] = _NeverReady(bench.chip)
    sensor = bench.sensor()
    with pytest.raises(bench.driver.SensorError, match="does not finish") as slow:
        sensor.measure()
    assert slow.value.args[0] == errno.ETIMEDOUT


@pytest.mark.parametrize(
    "options",
    [
        {"address": 0x3F},
        {"address": 0x50},
        {"averaging": 3},
        {"averaging": 256},
        {"bus_range_v": 26},
        {"shunt_range_mv": 100},
        {"shunt_ohm": 0},
        {"shunt_ohm": -0.1},
    ],
)
def test_what_the_chip_cannot_do_is_refused(options: dict[str, float]) -> None:
    """With a sentence that says what is possible, before anything is written."""
    bench = Bench()
    with pytest.raises(ValueError, match=r"\b(is|has)\b"):
        bench.sensor(**options)
    assert bench.bus.transactions == 0


def test_a_refused_configuration_changes_nothing() -> None:
    """The good half of a bad request is not taken either."""
    sensor = Bench(Steady(20.0, 0.1)).sensor()
    with pytest.raises(ValueError, match="averaging"):
        sensor.configure(bus_range_v=32, averaging=5)
    sensor.measure()
    assert sensor.is_over_range


def test_the_chip_agrees_with_the_driver_once_it_is_calibrated() -> None:
    """Current with its sign and power without, within one count; overflow is flagged."""
    circuit = Steady(10.0, -1.25)
    sensor = Bench(circuit).sensor()
    lsb_a = sensor.calibrate(1.6)
    sensor.measure()
    assert sensor.chip_current_a() == pytest.approx(-1.25, abs=lsb_a)
    assert sensor.chip_power_w() == pytest.approx(12.5, abs=20 * lsb_a)
    assert not sensor.is_overflow
    circuit.current_a = 2.0
    sensor.measure()
    assert sensor.is_overflow
    assert sensor.current_a == pytest.approx(2.0)


def test_power_down_stops_converting_and_the_next_measurement_wakes_it() -> None:
    """A sleeping sensor converts nothing."""
    bench = Bench(Steady(5.0, 0.1))
    sensor = bench.sensor()
    sensor.measure()
    sensor.power_down()
    conversions = bench.chip.conversions
    bench.clock.sleep_us(10_000_000)
    assert bench.bus.readfrom_mem(0x40, 0, 2)[1] & 7 == 0
    assert bench.chip.conversions == conversions
    sensor.measure()
    assert sensor.current_a == pytest.approx(0.1)
    assert sensor.resets == 0


def test_ticks_may_wrap_around_during_a_measurement() -> None:
    """The millisecond counter of a board starts again after twelve days."""
    bench = Bench(Steady(5.0, 0.1))
    sensor = bench.sensor(averaging=128)
    bench.clock.sleep_us((1 << 30) * 1000 - 70_000)
    sensor.measure()
    assert sensor.current_a == pytest.approx(0.1)


def test_the_peak_of_a_motor_is_seen() -> None:
    """At full speed single samples follow the start: more than 2 A at first, then 0.25 A."""
    motor = StartingMotor()
    bench = Bench(motor)
    sensor = bench.sensor(averaging=1)
    # Until just before the next start, and over it.
    bench.clock.sleep_us(3_999_000)
    readings = []
    while bench.clock.now_us() < 5_500_000:
        sensor.measure()
        assert not sensor.is_clipped
        readings.append(sensor.current_a)
    assert max(readings) > 2.0
    assert readings[-1] == pytest.approx(0.25, abs=0.001)


def test_a_sweep_of_a_panel_finds_its_maximum_power_point() -> None:
    """What the sensor reads along a sweep of loads has its best point where the panel has."""
    circuit = LitPanel()
    sensor = Bench(circuit).sensor()
    measured, true = [], []
    for step in range(60):
        circuit.load = Load(4.0 * 1.1**step)
        sensor.measure()
        measured.append(sensor.power_w)
        volts, amperes = circuit.at(0)
        true.append(volts * amperes)
    assert measured.index(max(measured)) == pytest.approx(true.index(max(true)), abs=1)
    assert max(measured) == pytest.approx(max(true), rel=0.005)
