"""A simulated board as an MQTT client: it runs the firmware, and faults happen to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.demo.simulated import Beat, Outgoing, Presence, SimulatedClient

if TYPE_CHECKING:
    from mqttui.demo.spells import Spells
    from mqttui.simulation.board import Published, SimulatedBoard


@dataclass(slots=True)
class Troubles:
    """What happens to a board: its Wi-Fi is away, its sensor unplugged, its program floods."""

    wifi: Spells | None = None
    sensor: Spells | None = None
    flood_hz: float = 0.0


class Board(SimulatedClient):
    """Runs the firmware, whose topics and commands are those of docs/firmware.md."""

    def __init__(
        self, board: SimulatedBoard, seed: int, address: str, troubles: Troubles | None = None
    ) -> None:
        super().__init__(board.client_id, seed, _outgoing(board.will))
        self.board = board
        self.prefix = board.topic
        # The broker keeps commands for a board that sleeps.
        self.is_clean = not board.sleeps
        self.troubles = troubles or Troubles()
        self._address = address
        self._signal_dbm = self.random.randint(-74, -48)
        flood_hz = self.troubles.flood_hz
        self._flood = Beat(1 / flood_hz) if flood_hz else None
        self._loops = 0

    @property
    def topic_filters(self) -> tuple[str, ...]:
        """What the firmware has subscribed to."""
        return self.board.topic_filters

    def presence(self, now_s: float) -> Presence:
        """Return whether it is there: not while it starts again, sleeps, or has no Wi-Fi."""
        if not self.board.is_on(_us(now_s)):
            return Presence.LEFT
        wifi = self.troubles.wifi
        return Presence.CUT if wifi is not None and wifi.is_on(now_s) else Presence.HERE

    def greeting(self, now_s: float) -> list[Outgoing]:
        """Return `info` and the birth message, both retained."""
        self.board.connected(_us(now_s), self._address, self._signal_dbm)
        return self._taken(now_s)

    def farewell(self) -> list[Outgoing]:
        """Return what the firmware says before it goes."""
        return [_outgoing(published) for published in self.board.farewell()]

    def lost(self) -> None:
        """Let the firmware keep its samples from now on."""
        self.board.lost()

    def acknowledged(self) -> None:
        """Let the firmware send more."""
        self.board.acknowledged()

    def messages_due(self, now_s: float) -> list[Outgoing]:
        """Return what the firmware has published since the last call."""
        sensor = self.troubles.sensor
        if sensor is not None:
            bus = self.board.bus
            bus.unplugged = set(bus.devices) if sensor.is_on(now_s) else set()
        due = self._taken(now_s)
        if self._flood is not None:
            for _ in self._flood.times_until(now_s):
                self._loops += 1
                due.append(Outgoing(f"{self.prefix}/debug", b"loop %d" % self._loops))
        return due

    def received(
        self, topic: str, payload: bytes, is_retained: bool, now_s: float
    ) -> list[Outgoing]:
        """Hand a message to the firmware and return what it says at once."""
        self.board.heard(topic, payload, is_retained, _us(now_s))
        return self._taken(now_s)

    def _taken(self, now_s: float) -> list[Outgoing]:
        return [_outgoing(published) for published in self.board.run_until(_us(now_s))]


def _outgoing(published: Published) -> Outgoing:
    return Outgoing(published.topic, published.payload, published.qos, published.retain)


def _us(now_s: float) -> int:
    return round(now_s * 1e6)
