"""What an INA219 makes of a voltage and a current (data sheet SBOS448G, section 8.5)."""

from __future__ import annotations

from dataclasses import dataclass

BUS_LSB_V = 0.004
_SHUNT_LSB_V = 10e-6
_BUS_FULL_SCALE_V = 16.0
# Programmable gain 1: +-40 mV across the shunt.
_SHUNT_FULL_SCALE = 4000


@dataclass(frozen=True, slots=True)
class Reading:
    """Volts, amperes and watts as firmware reads them from the registers."""

    volts: float
    amperes: float
    watts: float
    is_clipped: bool


@dataclass(frozen=True, slots=True)
class Ina219:
    """The sensor with its shunt and calibration; the range is 16 V and 40 mV across the shunt."""

    shunt_ohm: float = 0.1
    current_lsb_a: float = 50e-6

    @property
    def calibration(self) -> int:
        """The calibration register; its lowest bit is always 0."""
        return int(0.04096 / (self.current_lsb_a * self.shunt_ohm)) & 0xFFFE

    @property
    def power_lsb_w(self) -> float:
        """Twenty times the resolution of the current register."""
        return 20 * self.current_lsb_a

    def read(self, volts: float, amperes: float) -> Reading:
        """Return what the registers hold after a conversion."""
        shunt = round(amperes * self.shunt_ohm / _SHUNT_LSB_V)
        bus = round(min(max(volts, 0.0), _BUS_FULL_SCALE_V) / BUS_LSB_V)
        is_clipped = abs(shunt) > _SHUNT_FULL_SCALE
        shunt = max(-_SHUNT_FULL_SCALE, min(_SHUNT_FULL_SCALE, shunt))
        current = int(shunt * self.calibration / 4096)
        power = abs(current) * bus // 5000
        return Reading(
            round(bus * BUS_LSB_V, 3),
            round(current * self.current_lsb_a, 6),
            round(power * self.power_lsb_w, 6),
            is_clipped,
        )
