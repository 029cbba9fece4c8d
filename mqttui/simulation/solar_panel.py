"""A small solar panel as a one-diode model with series and shunt resistance.

The current at the diode voltage `vd` is `I = Iph - I0 (exp(vd / a) - 1) - vd / Rsh` and the
terminal voltage `V = vd - I Rs`; `a` is ideality x cells in series x thermal voltage.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_THERMAL_VOLTAGE_V = 0.0257  # kT/q at 25 degrees Celsius
_BISECTIONS = 40


@dataclass(frozen=True, slots=True)
class Load:
    """What the panel feeds: `V = emf_v + ohm x I`. A resistor has no electromotive force."""

    ohm: float
    emf_v: float = 0.0


@dataclass(frozen=True, slots=True)
class SolarPanel:
    """A panel given by its data sheet at full sun: short circuit current, open circuit voltage."""

    short_circuit_a: float = 0.180
    open_circuit_v: float = 6.2
    cells: int = 10
    ideality: float = 1.2
    series_ohm: float = 1.2
    shunt_ohm: float = 1500.0

    def operating_point(self, light: float, load: Load) -> tuple[float, float]:
        """Return (volts, amperes) at the load under `light`, a fraction of full sun.

        A load with a higher voltage than the panel gets nothing: a diode blocks the way back.
        """
        total_ohm = self.series_ohm + load.ohm
        low_v, high_v = 0.0, self.open_circuit_v * 1.1
        for _ in range(_BISECTIONS):
            vd = (low_v + high_v) / 2
            if vd - self._current_a(vd, light) * total_ohm < load.emf_v:
                low_v = vd
            else:
                high_v = vd
        current_a = self._current_a(low_v, light)
        if current_a <= 0:
            return load.emf_v, 0.0
        return load.emf_v + load.ohm * current_a, current_a

    def _current_a(self, diode_v: float, light: float) -> float:
        """Return the current at a diode voltage."""
        spread_v = self.ideality * self.cells * _THERMAL_VOLTAGE_V
        full_a = self.short_circuit_a - self.open_circuit_v / self.shunt_ohm
        saturation_a = full_a / math.expm1(self.open_circuit_v / spread_v)
        return (
            self.short_circuit_a * light
            - saturation_a * math.expm1(diode_v / spread_v)
            - diode_v / self.shunt_ohm
        )
