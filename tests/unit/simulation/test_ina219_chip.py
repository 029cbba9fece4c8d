"""The simulated INA219 behaves as its data sheet (SBOS448G) says."""

from __future__ import annotations

import errno

import pytest

from mqttui.simulation.circuit import Steady
from mqttui.simulation.clock import VirtualClock
from mqttui.simulation.i2c_bus import I2CBus
from mqttui.simulation.ina219 import (
    BUS_VOLTAGE,
    CALIBRATION,
    CONFIGURATION,
    CURRENT,
    POWER,
    SHUNT_VOLTAGE,
    Ina219Chip,
    conversion_us,
)

TRIGGERED_12_BIT = 0x399B


class _Wired:
    """A chip on a bus whose registers are read and written as words."""

    def __init__(self, volts: float = 0.0, amperes: float = 0.0, shunt_ohm: float = 0.1) -> None:
        self.clock = VirtualClock()
        self.circuit = Steady(volts, amperes)
        self.chip = Ina219Chip(self.circuit, self.clock, shunt_ohm)
        self.bus = I2CBus({0x40: self.chip})

    def get(self, register: int) -> int:
        return int.from_bytes(self.bus.readfrom_mem(0x40, register, 2), "big")

    def put(self, register: int, value: int) -> None:
        self.bus.writeto_mem(0x40, register, value.to_bytes(2, "big"))

    @property
    def is_ready(self) -> bool:
        return bool(self.get(BUS_VOLTAGE) & 2)


def test_the_design_example_of_the_data_sheet() -> None:
    """Table 8: 10 A through 2 milliohms at 11.98 V, calibrated with 0x5000."""
    wired = _Wired(11.98, 10.0, 0.002)
    wired.put(CALIBRATION, 0x5000)
    wired.put(CONFIGURATION, 0x019F)
    wired.clock.sleep_us(2000)
    assert wired.get(SHUNT_VOLTAGE) == 0x07D0
    assert wired.get(BUS_VOLTAGE) == 0x5D98 | 2
    assert wired.get(CURRENT) == 0x2710
    assert wired.get(POWER) == 0x1766


def test_registers_after_power_on() -> None:
    """Continuous conversion in the widest ranges, and no current or power without calibration."""
    wired = _Wired(12.0, 1.0)
    assert wired.get(CONFIGURATION) == 0x399F
    assert not wired.is_ready
    wired.clock.sleep_us(2 * 532)
    assert wired.is_ready
    assert wired.get(SHUNT_VOLTAGE) == 10_000
    assert [wired.get(register) for register in (POWER, CURRENT, CALIBRATION)] == [0, 0, 0]


def test_a_reset_clears_everything() -> None:
    """Bit 15 does what power-on does and clears itself."""
    wired = _Wired()
    wired.put(CALIBRATION, 0x1000)
    wired.put(CONFIGURATION, 0x0001)
    wired.put(CONFIGURATION, 0x8000)
    assert wired.get(CONFIGURATION) == 0x399F
    assert wired.get(CALIBRATION) == 0


def test_the_lowest_bit_of_the_calibration_is_void() -> None:
    """The largest calibration is 0xFFFE."""
    wired = _Wired()
    wired.put(CALIBRATION, 0xFFFF)
    assert wired.get(CALIBRATION) == 0xFFFE


def test_the_pointer_stays_between_reads() -> None:
    """A register is read again without naming it."""
    wired = _Wired()
    wired.bus.writeto(0x40, bytes([CONFIGURATION]))
    assert wired.bus.readfrom(0x40, 2) == wired.bus.readfrom(0x40, 2) == b"\x39\x9f"


@pytest.mark.parametrize(("gain_bits", "limit"), [(0, 4000), (1, 8000), (2, 16_000), (3, 32_000)])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_shunt_voltage_clips_at_every_gain(gain_bits: int, limit: int, sign: int) -> None:
    """A count is 10 uV at every gain; negative values are two's complement."""
    wired = _Wired(5.0, sign * 4.0)
    wired.put(CONFIGURATION, TRIGGERED_12_BIT & ~0x1800 | gain_bits << 11)
    wired.clock.sleep_us(2000)
    assert wired.get(SHUNT_VOLTAGE) == sign * limit & 0xFFFF


def test_a_triggered_conversion_happens_once() -> None:
    """It is ready after both inputs were converted, and what changes later is not seen."""
    wired = _Wired(5.0, 0.1)
    wired.put(CONFIGURATION, TRIGGERED_12_BIT)
    wired.clock.sleep_us(2 * 532 - 1)
    assert not wired.is_ready
    wired.clock.sleep_us(1)
    assert wired.is_ready
    wired.circuit.current_a = 0.2
    wired.clock.sleep_us(10_000)
    assert wired.get(SHUNT_VOLTAGE) == 1000
    assert wired.chip.conversions == 1


def test_ready_is_cleared_by_a_trigger_and_by_reading_the_power() -> None:
    """And by nothing else (section 8.6.3.2)."""
    wired = _Wired(5.0, 0.1)
    wired.put(CONFIGURATION, TRIGGERED_12_BIT)
    wired.clock.sleep_us(2000)
    wired.get(CURRENT)
    wired.put(CONFIGURATION, TRIGGERED_12_BIT & ~7)
    assert wired.is_ready
    wired.get(POWER)
    assert not wired.is_ready
    wired.put(CONFIGURATION, TRIGGERED_12_BIT)
    wired.clock.sleep_us(2000)
    assert wired.is_ready
    wired.put(CONFIGURATION, TRIGGERED_12_BIT)
    assert not wired.is_ready


def test_power_down_keeps_the_last_values() -> None:
    """Registers are still read."""
    wired = _Wired(5.0, 0.1)
    wired.clock.sleep_us(2000)
    assert wired.get(SHUNT_VOLTAGE) == 1000
    wired.put(CONFIGURATION, 0x3998)
    wired.circuit.current_a = 0.3
    wired.clock.sleep_us(100_000)
    assert wired.get(SHUNT_VOLTAGE) == 1000


def test_overflow_says_that_current_or_power_do_not_fit() -> None:
    """The bus voltage stays right (section 8.6.3.2)."""
    wired = _Wired(5.0, 3.0)
    wired.put(CALIBRATION, 0xFFFE)
    wired.clock.sleep_us(2000)
    assert wired.get(BUS_VOLTAGE) & 1
    assert wired.get(BUS_VOLTAGE) >> 3 == 1250
    assert wired.get(CURRENT) == 0x7FFF


@pytest.mark.parametrize(("adc_bits", "step"), [(0, 8), (1, 4), (2, 2), (3, 1), (4, 8), (8, 1)])
def test_fewer_bits_take_larger_steps(adc_bits: int, step: int) -> None:
    """9 bits resolve eight counts."""
    wired = _Wired(5.0, 0.1013)
    wired.put(CONFIGURATION, 0x1803 | adc_bits << 3 | adc_bits << 7)
    wired.clock.sleep_us(2000)
    assert wired.get(SHUNT_VOLTAGE) == round(1013 / step) * step


def test_conversion_times_are_those_of_table_5() -> None:
    """From 84 us at 9 bits to 68.1 ms with 128 averages."""
    assert [conversion_us(bits) for bits in (0, 3, 7, 8, 9, 15)] == [84, 532, 532, 532, 1060, 68100]


def test_negative_bus_voltages_read_zero() -> None:
    """The bus input knows no sign."""
    wired = _Wired(-3.0, 0.0)
    wired.clock.sleep_us(2000)
    assert wired.get(BUS_VOLTAGE) >> 3 == 0


def test_faults_of_the_bus() -> None:
    """A missing device is ENODEV and not in a scan; a stuck line is ETIMEDOUT."""
    wired = _Wired()
    assert wired.bus.scan() == [0x40]
    with pytest.raises(OSError, match="no acknowledgement") as missing:
        wired.bus.readfrom_mem(0x41, 0, 2)
    assert missing.value.errno == errno.ENODEV
    wired.bus.unplugged.add(0x40)
    assert wired.bus.scan() == []
    wired.bus.is_stuck = True
    with pytest.raises(OSError, match="stuck") as stuck:
        wired.get(CONFIGURATION)
    assert stuck.value.errno == errno.ETIMEDOUT
