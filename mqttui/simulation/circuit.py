"""What a sensor can be wired to: a circuit is a voltage and a current as functions of time."""

from __future__ import annotations

import functools
import math
import random
from dataclasses import dataclass, field
from typing import Protocol

from mqttui.simulation.solar_panel import Load, SolarPanel

# A prime, so that equal steps in time do not come back to the same numbers.
_GAUSSIANS = 4093


class Circuit(Protocol):
    """The world at the terminals of the sensor.

    The voltage is that of the load (IN- to ground); a current towards the load is positive.
    """

    def at(self, now_s: float) -> tuple[float, float]:
        """Return (volts, amperes) at a time; the same for the same time."""


@dataclass(slots=True)
class Steady:
    """A laboratory supply and a load that never changes. Without current it is an open circuit."""

    bus_v: float = 5.0
    current_a: float = 0.0

    def at(self, now_s: float) -> tuple[float, float]:
        """Return the same at any time."""
        return self.bus_v, self.current_a


@dataclass(slots=True)
class LitPanel:
    """A solar panel in some light with a load; both may be changed while it is measured."""

    panel: SolarPanel = field(default_factory=SolarPanel)
    light: float = 1.0
    load: Load = field(default_factory=lambda: Load(47.0))

    def at(self, now_s: float) -> tuple[float, float]:
        """Return the operating point of the panel."""
        return self.panel.operating_point(self.light, self.load)


@dataclass(frozen=True, slots=True)
class DischargingBattery:
    """A lithium cell that a resistor empties.

    The voltage without load falls from 4.2 V: quickly, then on a long plateau, then off a knee to
    3.0 V, where a protection circuit disconnects the cell.
    """

    capacity_ah: float = 2.0
    inner_ohm: float = 0.15
    load_ohm: float = 10.0

    def at(self, now_s: float) -> tuple[float, float]:
        """Return the operating point after `now_s` seconds of discharge."""
        # The charge is followed at the mean current, which keeps the state a function of time.
        mean_a = 3.7 / (self.load_ohm + self.inner_ohm)
        used = max(0.0, now_s) * mean_a / (self.capacity_ah * 3600)
        if used >= 1:
            return 0.0, 0.0
        open_v = 3.9 - 0.35 * used + 0.3 * math.exp(-20 * used) - 0.55 * math.exp(-20 * (1 - used))
        current_a = open_v / (self.load_ohm + self.inner_ohm)
        return current_a * self.load_ohm, current_a


@dataclass(frozen=True, slots=True)
class StartingMotor:
    """A DC motor that is switched on every `period_s`, and off for the second half of it.

    It draws the current of its winding at first and less the faster it turns; the supply sags
    under the peak. What it feeds back when it is switched off is a negative current.
    """

    supply_v: float = 6.0
    supply_ohm: float = 0.2
    winding_ohm: float = 2.5
    running_a: float = 0.25
    spin_up_s: float = 0.08
    period_s: float = 4.0

    def at(self, now_s: float) -> tuple[float, float]:
        """Return the operating point; the motor starts at every whole period."""
        since_s = now_s % self.period_s
        peak_a = self.supply_v / (self.winding_ohm + self.supply_ohm)
        on_s = self.period_s / 2
        if since_s < on_s:
            current_a = self.running_a + (peak_a - self.running_a) * _decay(since_s, self.spin_up_s)
        else:
            current_a = -0.2 * self.running_a * _decay(since_s - on_s, self.spin_up_s)
        return self.supply_v - self.supply_ohm * current_a, current_a


@dataclass(frozen=True, slots=True)
class Noisy:
    """A circuit with Gaussian noise on both values, the same for the same seed and time."""

    circuit: Circuit
    seed: int = 1
    noise_v: float = 0.004
    noise_a: float = 0.0002

    def at(self, now_s: float) -> tuple[float, float]:
        """Return the disturbed operating point."""
        volts, amperes = self.circuit.at(now_s)
        numbers = _gaussians()
        place = hash((self.seed, round(now_s * 1e6)))
        return (
            volts + self.noise_v * numbers[place % _GAUSSIANS],
            amperes + self.noise_a * numbers[(place >> 16) % _GAUSSIANS],
        )


@functools.cache
def _gaussians() -> list[float]:
    """Return numbers of a standard normal distribution to choose from: a chip asks often."""
    source = random.Random(219)  # noqa: S311 (noise, not secrets)
    return [source.gauss(0, 1) for _ in range(_GAUSSIANS)]


def _decay(since_s: float, time_constant_s: float) -> float:
    return math.exp(-since_s / time_constant_s)
