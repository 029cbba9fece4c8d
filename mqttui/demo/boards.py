"""Twelve ESP32 boards with an INA219, as the class builds them; they run the real firmware."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mqttui.demo.simulated import Outgoing, Presence, SimulatedClient
from mqttui.demo.spells import Pattern, Spells
from mqttui.simulation.board import SimulatedBoard
from mqttui.simulation.circuit import Noisy, StartingMotor
from mqttui.simulation.solar_panel import Load, SolarPanel

if TYPE_CHECKING:
    from pathlib import Path

    from mqttui.demo.sky import Sky
    from mqttui.simulation.board import Published
    from mqttui.simulation.circuit import Circuit

_TURN_S = 24.0
_TURN_FROM_OHM = 4.0
_TURN_TO_OHM = 2000.0
_LIGHT_STEPS_HZ = 50
_ESPRESSIF = "240ac4"
_WIRE_NOISE_V = 0.002
_WIRE_NOISE_A = 0.00008
# The load of a sweep: ohms at its middle, where such a panel has its knee, and when it is off.
_MIDDLE_OHM = 34.0
_OPEN_CIRCUIT_OHM = 1e6

WIFI_GAPS = Pattern(first_s=(20.0, 20.0), lasts_s=(14.0, 14.0), pause_s=(56.0, 56.0))
LOOSE_CONTACTS = Pattern(first_s=(4.0, 12.0), lasts_s=(0.2, 0.4), pause_s=(10.0, 30.0))


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


@dataclass(frozen=True, slots=True)
class Habits:
    """What is special about a board; `load` is one of `BenchPanel`, or a `motor` without a panel.

    `settings` are keys of its config.json.
    """

    load: str = "resistor"
    ohm: float = 47.0
    drops_off: bool = False
    has_loose_wire: bool = False
    settings: dict[str, Any] = field(default_factory=dict)


class Board(SimulatedClient):
    """Runs the firmware, whose topics and commands are those of docs/firmware.md."""

    def __init__(
        self, number: int, habits: Habits, firmware: Path, sky: Sky, seed: int, started_at_ms: int
    ) -> None:
        name = f"bench{number:02d}"
        super().__init__(name, seed)
        uid = _ESPRESSIF + f"{self.random.getrandbits(24):06x}"
        panel = SolarPanel(
            short_circuit_a=0.180 * self.random.uniform(0.94, 1.06),
            open_circuit_v=6.2 * self.random.uniform(0.98, 1.02),
        )
        bench = BenchPanel(panel, sky, number, habits.load, habits.ohm)
        is_motor = habits.load == "motor"
        circuit: Circuit = StartingMotor() if is_motor else bench
        self.board = SimulatedBoard(
            firmware,
            {"name": name, **habits.settings},
            uid,
            Noisy(circuit, number, _WIRE_NOISE_V, _WIRE_NOISE_A),
            epoch_us=started_at_ms * 1000,
            set_load=None if is_motor else bench.set_load,
        )
        self.client_id = self.board.client_id
        self.prefix = self.board.topic
        self.will = _outgoing(self.board.will)
        self._wifi_gaps = Spells(self.random, WIFI_GAPS) if habits.drops_off else None
        self._contacts = Spells(self.random, LOOSE_CONTACTS) if habits.has_loose_wire else None
        self._address = f"192.168.49.{20 + number}"
        self._signal_dbm = self.random.randint(-74, -48)

    @property
    def topic_filters(self) -> tuple[str, ...]:
        """What the firmware has subscribed to."""
        return self.board.topic_filters

    def presence(self, now_s: float) -> Presence:
        """One board loses its WiFi now and then; each is gone while it starts again or sleeps."""
        if not self.board.is_on(_us(now_s)):
            return Presence.LEFT
        is_cut = self._wifi_gaps is not None and self._wifi_gaps.is_on(now_s)
        return Presence.CUT if is_cut else Presence.HERE

    def greeting(self, now_s: float) -> list[Outgoing]:
        """Return `info` and the birth message, both retained."""
        self.board.connected(_us(now_s), self._address, self._signal_dbm)
        return self.messages_due(now_s)

    def lost(self) -> None:
        """Let the firmware keep its samples from now on."""
        self.board.lost()

    def acknowledged(self) -> None:
        """Let the firmware send more."""
        self.board.acknowledged()

    def messages_due(self, now_s: float) -> list[Outgoing]:
        """Return what the firmware has published since the last call."""
        if self._contacts is not None:
            unplugged = self.board.bus.unplugged
            (unplugged.update if self._contacts.is_on(now_s) else unplugged.difference_update)(
                self.board.bus.devices
            )
        return [_outgoing(published) for published in self.board.run_until(_us(now_s))]

    def received(
        self, topic: str, payload: bytes, is_retained: bool, now_s: float
    ) -> list[Outgoing]:
        """Hand a command to the firmware and return what it says at once."""
        self.board.heard(topic, payload, is_retained, _us(now_s))
        return self.messages_due(now_s)


HABITS = (
    Habits(ohm=47, settings={"home_assistant": True}),
    Habits(ohm=33, settings={"home_assistant": True}),
    Habits(load="turned", settings={"home_assistant": True}),
    Habits(ohm=68),
    Habits(ohm=47, drops_off=True),
    Habits(load="battery"),
    Habits(ohm=100),
    Habits(ohm=39, has_loose_wire=True),
    Habits(ohm=47, settings={"sleep": 20}),
    Habits(load="turned"),
    Habits(ohm=56),
    Habits(load="motor", settings={"rate": 10, "averaging": 1}),
)


def boards(firmware: Path, sky: Sky, seed: int, started_at_ms: int) -> list[Board]:
    """Return the twelve boards; `started_at_ms` is the epoch time of second 0."""
    return [
        Board(number, habits, firmware, sky, seed, started_at_ms)
        for number, habits in enumerate(HABITS, start=1)
    ]


def _outgoing(published: Published) -> Outgoing:
    return Outgoing(published.topic, published.payload, published.qos, published.retain)


def _us(now_s: float) -> int:
    return round(now_s * 1e6)
