"""A store with boards in it, and a fleet that follows it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mqttui.core.message import RETAIN
from mqttui.core.store import TopicStore
from mqttui.devices.fleet import Fleet

if TYPE_CHECKING:
    from mqttui.devices.board import Board

START = 1_764_000_000.0
UID = "240ac4123456"
PATH = "iot49/anna-123456"
INFO = {
    "uid": UID,
    "fw": "1.0",
    "mpy": "1.27.0",
    "chip": "esp32",
    "sensor": "INA219",
    "ip": "192.0.2.7",
    "rate": 1,
    "averaging": 8,
    "bus_range": 16,
    "shunt_range": 0,
    "shunt": 0.1,
    "dropped": 0,
    "waiting": 0,
    "resets": 0,
}


class ClassRoom:
    """Messages go in at `now`; `look` lets the fleet read them."""

    def __init__(self) -> None:
        self.now = START
        self.store = TopicStore()
        self.fleet = Fleet(self.store)

    def publish(self, topic: str, content: object, *, retain: bool = False) -> None:
        """Let a message come: bytes or text as they are, everything else as JSON."""
        if isinstance(content, str):
            content = content.encode()
        payload = content if isinstance(content, bytes) else json.dumps(content).encode()
        flags = RETAIN if retain else 0
        self.store.apply_messages([(topic.encode(), payload, flags, None)], self.now)
        self.store.settle(self.now)

    def look(self) -> None:
        """Let the fleet read everything."""
        while True:
            self.fleet.update(self.now, 1.0)
            if not self.fleet.behind:
                break

    def board(self, **info: Any) -> Board:
        """Return a board with our firmware that is online."""
        self.publish(f"{PATH}/info", INFO | info, retain=True)
        self.publish(f"{PATH}/status", "online")
        self.look()
        (board,) = self.fleet.boards
        return board

    def samples(self, count: int, *, path: str = PATH, first: int = 1, **values: Any) -> None:
        """Let a sample come per second, with these members instead of the usual ones."""
        for number in range(first, first + count):
            self.now += 1.0
            usual = {"n": number, "up": 1000 * number, "t": int(self.now * 1000)}
            members = usual | {"v": 5.0, "i": 0.1, "p": 0.5} | values
            sample = {key: value for key, value in members.items() if value is not None}
            self.publish(f"{path}/data", sample)
        self.look()
