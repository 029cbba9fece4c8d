"""The twelve ESP32 boards of the demo, as the class builds them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mqttui.demo.board import Board, Troubles
from mqttui.demo.circuits import BenchPanel, panel_of
from mqttui.demo.spells import Pattern, Spells
from mqttui.simulation.board import SimulatedBoard
from mqttui.simulation.circuit import Noisy, StartingMotor

if TYPE_CHECKING:
    from pathlib import Path

    from mqttui.demo.sky import Sky
    from mqttui.simulation.circuit import Circuit

_ESPRESSIF = "240ac4"
WIRE_NOISE_V = 0.002
WIRE_NOISE_A = 0.00008

WIFI_GAPS = Pattern(first_s=(20.0, 20.0), lasts_s=(14.0, 14.0), pause_s=(56.0, 56.0))
LOOSE_CONTACTS = Pattern(first_s=(4.0, 12.0), lasts_s=(0.2, 0.4), pause_s=(10.0, 30.0))


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
        _board(number, habits, firmware, sky, seed, started_at_ms)
        for number, habits in enumerate(HABITS, start=1)
    ]


def _board(
    number: int, habits: Habits, firmware: Path, sky: Sky, seed: int, started_at_ms: int
) -> Board:
    name = f"bench{number:02d}"
    source = random.Random(f"{seed}/{name}")  # noqa: S311 (noise, not secrets)
    uid = f"{_ESPRESSIF}{source.getrandbits(24):06x}"
    bench = BenchPanel(panel_of(source), sky, number, habits.load, habits.ohm)
    is_motor = habits.load == "motor"
    circuit: Circuit = StartingMotor() if is_motor else bench
    board = SimulatedBoard(
        firmware,
        {"name": name, **habits.settings},
        uid,
        Noisy(circuit, number, WIRE_NOISE_V, WIRE_NOISE_A),
        epoch_us=started_at_ms * 1000,
        set_load=None if is_motor else bench.set_load,
    )
    troubles = Troubles(
        wifi=Spells(source, WIFI_GAPS) if habits.drops_off else None,
        sensor=Spells(source, LOOSE_CONTACTS) if habits.has_loose_wire else None,
    )
    return Board(board, seed, f"192.168.49.{20 + number}", troubles)
