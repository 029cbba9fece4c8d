"""What the sensors of simulated boards are wired to."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from mqttui.simulation.circuit import DischargingBattery, StartingMotor
from mqttui.simulation.solar_panel import Load, SolarPanel

if TYPE_CHECKING:
    import random

    from mqttui.demo.sky import Sky
    from mqttui.simulation.circuit import Circuit

Profile: TypeAlias = Literal["solar", "battery", "motor", "mixed"]
PROFILES: tuple[Profile, ...] = ("solar", "battery", "motor", "mixed")

_TURN_S = 24.0
_TURN_FROM_OHM = 4.0
_TURN_TO_OHM = 2000.0
_LIGHT_STEPS_HZ = 50
# The load of a sweep: ohms at its middle, where such a panel has its knee, and when it is off.
_MIDDLE_OHM = 34.0
_OPEN_CIRCUIT_OHM = 1e6


@dataclass(slots=True)
class BenchPanel:
    """A panel on a bench under the sky.

    `load` is a `resistor`, a knob that somebody turns (`turned`: from short circuit to open, again
    and again), or a `battery` that is charged. `sweep_ohm` takes its place during a sweep.
    """

    panel: SolarPanel
    sky: Sky
    bench: int
    load: str = "resistor"
    ohm: float = 47.0
    sweep_ohm: float | None = None
    _last: tuple[int, float | None, tuple[float, float]] | None = field(default=None, init=False)

    def at(self, now_s: float) -> tuple[float, float]:
        """Return the operating point; light and load are taken to stand still for 20 ms."""
        step = int(now_s * _LIGHT_STEPS_HZ)
        if self._last is None or self._last[:2] != (step, self.sweep_ohm):
            at_s = step / _LIGHT_STEPS_HZ
            point = self.panel.operating_point(self.sky.light(at_s, self.bench), self._load(at_s))
            self._last = (step, self.sweep_ohm, point)
        return self._last[2]

    def set_load(self, fraction: float | None) -> None:
        """Open the load of a sweep from 0 to 1; None takes it away, and the usual one is back."""
        if fraction is None:
            self.sweep_ohm = None
        else:
            ohm = _MIDDLE_OHM * (1 - fraction) / max(fraction, 1e-9)
            self.sweep_ohm = min(ohm, _OPEN_CIRCUIT_OHM)

    def _load(self, at_s: float) -> Load:
        if self.sweep_ohm is not None:
            return Load(self.sweep_ohm)
        if self.load == "battery":
            # A lithium cell that charges: its voltage creeps up and falls back at the end.
            return Load(0.25, 3.7 + 0.4 * math.sin(math.pi * (at_s % 900) / 900))
        if self.load == "turned":
            part = at_s % _TURN_S / _TURN_S
            return Load(_TURN_FROM_OHM * (_TURN_TO_OHM / _TURN_FROM_OHM) ** part)
        return Load(self.ohm)


def panel_of(source: random.Random) -> SolarPanel:
    """Return a panel as they come from one box: alike within a few percent."""
    return SolarPanel(
        short_circuit_a=0.180 * source.uniform(0.94, 1.06),
        open_circuit_v=6.2 * source.uniform(0.98, 1.02),
    )


def circuit_of(profile: Profile, number: int, sky: Sky, source: random.Random) -> Circuit:
    """Return the circuit of a board; `mixed` takes turns. No two boards have the same."""
    if profile == "mixed":
        profile = PROFILES[number % (len(PROFILES) - 1)]
    if profile == "battery":
        # Small enough that a lesson sees it become empty.
        return DischargingBattery(
            capacity_ah=source.uniform(0.08, 0.3),
            inner_ohm=source.uniform(0.1, 0.3),
            load_ohm=source.uniform(8, 15),
        )
    if profile == "motor":
        return StartingMotor(running_a=source.uniform(0.15, 0.4), period_s=source.uniform(3, 8))
    return BenchPanel(panel_of(source), sky, number, ohm=source.choice((33.0, 47.0, 68.0, 100.0)))
