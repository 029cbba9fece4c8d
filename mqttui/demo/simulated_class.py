"""A class of boards for any broker: `mqttui simulate`."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mqttui.demo.board import Board, Troubles
from mqttui.demo.circuits import BenchPanel, Profile, circuit_of
from mqttui.demo.faults import (
    CLOCK_ERROR_MS,
    FLOOD_HZ,
    SENSOR_PATTERN,
    WIFI_PATTERN,
    Fault,
    planned_faults,
)
from mqttui.demo.sky import Sky
from mqttui.demo.spells import Spells
from mqttui.simulation.board import SimulatedBoard
from mqttui.simulation.circuit import Noisy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WIRE_NOISE_V = 0.002
WIRE_NOISE_A = 0.00008
# The bit for locally administered addresses: no board that was sold has such an id.
_LOCAL_ID = 0x02


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """What a class is: `settings` are keys of every board's config.json."""

    boards: int
    profile: Profile
    seed: int
    faults: Mapping[Fault, int] = field(default_factory=dict)
    random_faults: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SimulatedClass:
    """The boards and the faults of each."""

    boards: list[Board]
    faults: list[frozenset[Fault]]

    @property
    def dropped(self) -> int:
        """How many samples did not fit into buffers."""
        return sum(board.board.dropped for board in self.boards)

    def fault_counts(self) -> dict[Fault, tuple[int, int]]:
        """Return (boards, times) for each fault that was planned."""
        counts: dict[Fault, tuple[int, int]] = {}
        for board, faults in zip(self.boards, self.faults, strict=True):
            for fault in faults:
                boards, times = counts.get(fault, (0, 0))
                spells = {Fault.WIFI: board.troubles.wifi, Fault.SENSOR: board.troubles.sensor}
                spell = spells.get(fault)
                counts[fault] = (boards + 1, times + (1 if spell is None else spell.count))
        return {fault: counts[fault] for fault in Fault if fault in counts}


def simulated_class(plan: ClassPlan, firmware: Path, started_at_ms: int) -> SimulatedClass:
    """Return a class; the same for the same plan and start.

    Raises TooManyFaultsError, and ValueError for settings that the firmware refuses.
    """
    source = random.Random(f"class/{plan.seed}")  # noqa: S311 (noise, not secrets)
    faults = planned_faults(plan.faults, plan.random_faults, plan.boards, source)
    sky = Sky(plan.seed)
    identities = [
        (f"board{number + 1:02d}", f"{_LOCAL_ID:02x}{source.getrandbits(40):010x}")
        for number in range(plan.boards)
    ]
    originals = [n for n, each in enumerate(faults) if Fault.DUPLICATE not in each]
    boards = []
    for number, each in enumerate(faults):
        identity = number
        if Fault.DUPLICATE in each:
            identity = source.choice(originals)
        name, uid = identities[identity]
        own = random.Random(f"{plan.seed}/{number}")  # noqa: S311 (noise, not secrets)
        circuit = circuit_of(plan.profile, number, sky, own)
        is_clock_off = Fault.CLOCK in each
        board = SimulatedBoard(
            firmware,
            {**plan.settings, "name": name},
            uid,
            Noisy(circuit, number, WIRE_NOISE_V, WIRE_NOISE_A),
            epoch_us=(started_at_ms + (CLOCK_ERROR_MS if is_clock_off else 0)) * 1000,
            set_load=circuit.set_load if isinstance(circuit, BenchPanel) else None,
        )
        troubles = Troubles(
            wifi=Spells(own, WIFI_PATTERN) if Fault.WIFI in each else None,
            sensor=Spells(own, SENSOR_PATTERN) if Fault.SENSOR in each else None,
            flood_hz=FLOOD_HZ if Fault.FLOOD in each else 0.0,
        )
        address = f"192.0.2.{number % 250 + 1}"
        boards.append(Board(board, plan.seed, address, troubles))
    return SimulatedClass(boards, faults)
