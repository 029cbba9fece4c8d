"""The INA219 with its registers, conversions and flags (TI data sheet SBOS448G).

Section numbers below are those of the data sheet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mqttui.simulation.circuit import Circuit
    from mqttui.simulation.clock import Clock

CONFIGURATION, SHUNT_VOLTAGE, BUS_VOLTAGE, POWER, CURRENT, CALIBRATION = range(6)

POWER_ON_CONFIGURATION = 0x399F
SHUNT_LSB_V = 10e-6
BUS_LSB_V = 4e-3

_RESET = 0x8000
_RANGE_32_V = 0x2000
_READY = 0x2
_OVERFLOW = 0x1
_UNUSED_BIT = 0x4000
_SUPPLY_MAX_V = 26.0

# Table 5: microseconds per conversion of one input. Below 8 only two bits count.
_ONE_SAMPLE_US = (84, 148, 276, 532)
_AVERAGED_US = (532, 1060, 2130, 4260, 8510, 17020, 34050, 68100)


def conversion_us(adc_bits: int) -> int:
    """Return how long one input converts with these four bits of the configuration (table 5)."""
    return _AVERAGED_US[adc_bits & 7] if adc_bits & 8 else _ONE_SAMPLE_US[adc_bits & 3]


class Ina219Chip:
    """The chip behind its shunt, fed by a `circuit`; an `I2CDevice`.

    A conversion looks at the circuit at the times at which the chip samples: first the shunt, then
    the bus, averaged over as many samples as configured. Nothing runs in the background: what
    should have been converted meanwhile is worked out when someone asks.

    With `clears_ready_on_trigger=False` the ready bit is cleared by reading the power register
    only; section 8.6.3.2 leaves open whether writing the same mode again is "a new mode".
    """

    def __init__(
        self,
        circuit: Circuit,
        clock: Clock,
        shunt_ohm: float = 0.1,
        *,
        clears_ready_on_trigger: bool = True,
    ) -> None:
        self.circuit = circuit
        self.conversions = 0
        self._clock = clock
        self._shunt_ohm = shunt_ohm
        self._clears_ready_on_trigger = clears_ready_on_trigger
        self._pointer = CONFIGURATION
        self.power_on_reset()

    def power_on_reset(self) -> None:
        """Start as after power-on or a brown-out: defaults, nothing calibrated (section 8.5)."""
        self._registers = [POWER_ON_CONFIGURATION, 0, 0, 0, 0, 0]
        self._is_ready = False
        self._has_overflow = False
        self._start_conversion()

    def write(self, data: bytes) -> None:
        """Set the register pointer and, with two more bytes, the register (section 8.5.5)."""
        if not data:
            return
        self._pointer = data[0]
        if len(data) < 3:
            return
        value = data[1] << 8 | data[2]
        if self._pointer == CONFIGURATION:
            self._configure(value)
        elif self._pointer == CALIBRATION:
            # Bit 0 is void: it always reads 0.
            self._registers[CALIBRATION] = value & 0xFFFE

    def read(self, size_bytes: int) -> bytes:
        """Return the register that the pointer stands on, high byte first."""
        self._catch_up()
        value = self._registers[self._pointer] if self._pointer <= CALIBRATION else 0
        if self._pointer == BUS_VOLTAGE:
            value = value << 3 | self._is_ready * _READY | self._has_overflow * _OVERFLOW
        elif self._pointer == POWER:
            self._is_ready = False
        word = (value & 0xFFFF).to_bytes(2, "big")
        return (word * (size_bytes // 2 + 1))[:size_bytes]

    def _configure(self, value: int) -> None:
        if value & _RESET:
            self.power_on_reset()
            return
        self._catch_up()
        self._registers[CONFIGURATION] = value & ~_UNUSED_BIT
        if value & 3 and self._clears_ready_on_trigger:
            self._is_ready = False
        self._start_conversion()

    def _start_conversion(self) -> None:
        self._started_us = self._clock.now_us()
        self._is_converting = bool(self._registers[CONFIGURATION] & 3)

    def _catch_up(self) -> None:
        """Do the conversion that ended since the last look; of several only the newest."""
        if not self._is_converting:
            return
        configuration = self._registers[CONFIGURATION]
        shunt_us = conversion_us(configuration >> 3 & 15) if configuration & 1 else 0
        bus_us = conversion_us(configuration >> 7 & 15) if configuration & 2 else 0
        duration_us = shunt_us + bus_us
        completed = (self._clock.now_us() - self._started_us) // duration_us
        if not completed:
            return
        is_continuous = bool(configuration & 4)
        if is_continuous:
            self._started_us += (completed - 1) * duration_us
        self._convert(shunt_us, bus_us)
        if is_continuous:
            self._started_us += duration_us
        else:
            self._is_converting = False

    def _convert(self, shunt_us: int, bus_us: int) -> None:
        configuration = self._registers[CONFIGURATION]
        self.conversions += 1
        if shunt_us:
            # Section 8.6.2.1: 40 mV to 320 mV of either sign; a count is 10 uV in every range.
            limit = 4000 << (configuration >> 11 & 3)
            volts = self._mean(configuration >> 3 & 15, self._started_us, shunt_us)[1]
            counts = _quantized(volts * self._shunt_ohm / SHUNT_LSB_V, configuration >> 3 & 15)
            self._registers[SHUNT_VOLTAGE] = max(-limit, min(limit, counts))
        if bus_us:
            limit = 8000 if configuration & _RANGE_32_V else 4000
            volts = self._mean(configuration >> 7 & 15, self._started_us + shunt_us, bus_us)[0]
            counts = _quantized(min(volts, _SUPPLY_MAX_V) / BUS_LSB_V, configuration >> 7 & 15)
            self._registers[BUS_VOLTAGE] = max(0, min(limit, counts))
        self._calculate()
        self._is_ready = True

    def _mean(self, adc_bits: int, start_us: int, duration_us: int) -> tuple[float, float]:
        """Return the mean (bus volts, amperes) over the samples of one input."""
        samples = 1 << (adc_bits & 7) if adc_bits & 8 else 1
        step_s = duration_us / samples / 1e6
        bus_v = current_a = 0.0
        for sample in range(samples):
            volts, amperes = self.circuit.at(start_us / 1e6 + (sample + 0.5) * step_s)
            bus_v += volts
            current_a += amperes
        return bus_v / samples, current_a / samples

    def _calculate(self) -> None:
        """Work out current and power (section 8.5.1, equations 4 and 5)."""
        current = int(self._registers[SHUNT_VOLTAGE] * self._registers[CALIBRATION] / 4096)
        power = abs(current) * self._registers[BUS_VOLTAGE] // 5000
        self._has_overflow = not -32768 <= current <= 32767 or power > 0xFFFF
        self._registers[CURRENT] = max(-32768, min(32767, current))
        self._registers[POWER] = min(0xFFFF, power)


def _quantized(counts: float, adc_bits: int) -> int:
    """Return whole counts; a converter with fewer than 12 bits takes larger steps."""
    step = 1 if adc_bits & 8 else 8 >> (adc_bits & 3)
    return round(counts / step) * step
