"""A board that runs the files of `firmware/` in a time that it is told, without a network.

What `main.py` does with the chip, the Wi-Fi and a client is done here by whoever drives the board:
it says when a connection stands and what came over it, and takes what the firmware publishes.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from mqttui.simulation.clock import ToldClock
from mqttui.simulation.i2c_bus import I2CBus
from mqttui.simulation.ina219 import Ina219Chip
from mqttui.simulation.micropython import Interpreter, module, time_module

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import ModuleType

    from mqttui.simulation.circuit import Circuit

MICROPYTHON = (1, 27, 0)

_MOST_CATCHING_UP_US = 2_000_000
# What passes between a reset and the connection: the window for Ctrl-C and joining the Wi-Fi.
_BOOT_US = 2_500_000


@dataclass(frozen=True, slots=True)
class Published:
    """A message that the firmware has handed to its client."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


class Link:
    """What the firmware takes for its MQTT client; it keeps what is said.

    `in_flight` is how many messages at QoS 1 were said and not acknowledged. `rest_ms` is how long
    the firmware wanted to wait for messages.
    """

    max_in_flight = 8

    def __init__(self, outbox: list[Published]) -> None:
        self.is_connected = False
        self.in_flight = 0
        self.rest_ms = 0
        self.outbox = outbox
        self.topic_filters: list[str] = []
        self.will: Published | None = None
        self.hear: Callable[[bytes, bytes, bool], None] = _ignore

    def set_callback(self, callback: Callable[[bytes, bytes, bool], None]) -> None:
        """Hand messages to `callback(topic, message, is_retained)`."""
        self.hear = callback

    def set_last_will(self, topic: str, msg: str, retain: bool = False, qos: int = 0) -> None:
        """Keep the will."""
        self.will = Published(topic, msg.encode(), qos, retain)

    def subscribe(self, topic: str, qos: int = 0) -> None:
        """Keep the topic filter; OSError without a connection."""
        self._require_connection()
        if topic not in self.topic_filters:
            self.topic_filters.append(topic)

    def publish(self, topic: str, msg: str, retain: bool = False, qos: int = 0) -> None:
        """Keep the message; OSError without a connection."""
        self._require_connection()
        self.outbox.append(Published(topic, msg.encode(), qos, retain))
        self.in_flight += qos

    def loop(self, duration_ms: int = 0) -> None:
        """Note how long there is nothing to do."""
        self._require_connection()
        self.rest_ms = duration_ms

    def flush(self) -> None:
        """Nothing to do: whoever drives the board waits for what is in flight."""

    def disconnect(self) -> None:
        """Say farewell."""
        self.is_connected = False

    def take(self) -> list[Published]:
        """Return what was said since the last time."""
        outbox, self.outbox = self.outbox, []
        return outbox

    def _require_connection(self) -> None:
        if not self.is_connected:
            raise OSError(errno.ENOTCONN, "not connected")


class SimulatedBoard:
    """A board with an INA219 in front of a circuit.

    `settings` is the content of its config.json; a value that the firmware refuses is a
    ValueError. `set_load(fraction)` is the load of a sweep, and `set_load(None)` its end.
    `epoch_us` is what the board takes second 0 for. `bus` and `chip` are there for faults,
    `lights` counts changes of the LED, `restarts` those of the firmware.
    """

    def __init__(
        self,
        firmware: Path,
        settings: Mapping[str, object],
        uid: str,
        circuit: Circuit,
        epoch_us: int,
        set_load: Callable[[float | None], None] | None = None,
    ) -> None:
        self.restarts = -1
        self.lights = 0
        self.clock = ToldClock(epoch_us)
        self._firmware = firmware
        self._uid = uid
        self._set_load = set_load
        self._modules: dict[str, ModuleType] = {
            "time": time_module(self.clock),
            "sys": module(
                "sys", platform="esp32", implementation=SimpleNamespace(version=MICROPYTHON)
            ),
        }
        values = {"ssid": "simulated", "host": "simulated", **settings}
        self._settings = Interpreter(firmware, self._modules).load("config").checked(values)
        address = self._settings["address"]
        self.chip = Ina219Chip(circuit, self.clock, self._settings["shunt"])
        self.bus = I2CBus({address: self.chip})
        self._link = Link([])
        self._start(0)

    @property
    def topic(self) -> str:
        """The branch of the board."""
        return str(self._board.topic)

    @property
    def client_id(self) -> str:
        """What main.py calls itself at the broker."""
        return f"{self._settings['name']}-{self._uid}"

    @property
    def will(self) -> Published:
        """The last will."""
        assert self._link.will is not None
        return self._link.will

    @property
    def topic_filters(self) -> tuple[str, ...]:
        """What the board has subscribed to."""
        return tuple(self._link.topic_filters)

    @property
    def sleeps(self) -> bool:
        """Whether the board sleeps between its measurements."""
        return bool(self._settings["sleep"])

    @property
    def dropped(self) -> int:
        """How many samples did not fit into the buffer since the last start."""
        return int(self._board.dropped)

    def is_on(self, now_us: int) -> bool:
        """Tell whether the board runs and wants a connection; it does not during a reset."""
        return now_us >= self._on_from_us

    def connected(self, now_us: int, address: str, signal_dbm: int) -> None:
        """Let the board know that it is connected to its broker."""
        self._wake(now_us)
        self._link.is_connected = True
        self._link.topic_filters.clear()
        if self._board.sensor is None:
            self._board.sensor, _ = self._sensor()
        self._board.connected(address, signal_dbm)

    def lost(self) -> None:
        """Let the board know that the connection is gone."""
        if self._link.is_connected:
            self._link.is_connected = False
            self._board.lost()
            if self._set_load:
                self._set_load(None)

    def acknowledged(self, count: int = 1) -> None:
        """Count acknowledgements of the broker."""
        self._link.in_flight = max(0, self._link.in_flight - count)

    def heard(self, topic: str, message: bytes, is_retained: bool, now_us: int) -> None:
        """Hand a message to the board, which looks at it at once."""
        if self._link.is_connected:
            self._link.hear(topic.encode(), message, is_retained)
            self._wake(now_us)

    def farewell(self) -> list[Published]:
        """Let the board say that it goes; return what it says, nothing without a connection."""
        if self._link.is_connected:
            self._board.farewell()
        return self._link.take()

    def run_until(self, now_us: int) -> list[Published]:
        """Let the board do what it does until then; return what it published meanwhile."""
        if now_us - self.clock.now_us() > _MOST_CATCHING_UP_US:
            # The machine slept, and the board with it.
            self._wake(now_us)
        while self._due_us <= now_us and self._on_from_us <= now_us:
            self.clock.move_to(max(self._due_us, self._on_from_us))
            self._step()
        return self._link.take()

    def _wake(self, now_us: int) -> None:
        self.clock.move_to(now_us)
        self._due_us = self.clock.now_us()

    def _step(self) -> None:
        """One turn of the loop in main.py."""
        board, link = self._board, self._link
        was_sweeping = board.is_sweeping
        board.sample()
        if link.is_connected:
            board.serve()
            rest_ms = link.rest_ms
            if was_sweeping and not board.is_sweeping and self._set_load:
                self._set_load(None)
            if board.wants_reset:
                board.farewell()
                self._start(_BOOT_US)
                return
            if board.is_tired():
                board.farewell(True)
                memory = board.memory()
                self._start(self._settings["sleep"] * 1_000_000)
                self._board.recall(memory)
                return
        else:
            rest_ms = board.wait_ms()
        self._due_us = self.clock.now_us() + max(1, rest_ms) * 1000

    def _start(self, after_us: int) -> None:
        """Start the firmware that much later, with nothing in its memory."""
        self.restarts += 1
        self._link = Link(self._link.outbox)
        self._on_from_us = self._due_us = self.clock.now_us() + after_us
        self.clock.move_to(self._on_from_us)
        self._interpreter = Interpreter(self._firmware, self._modules)
        sensor, why = self._sensor()
        self._board = self._interpreter.load("board").Board(
            dict(self._settings), self._uid, self._link, sensor, why, self._light, self._set_load
        )

    def _sensor(self) -> tuple[Any, str]:
        """Return (driver, "") or (None, why there is none), as main.py does."""
        settings = self._settings
        try:
            sensor = self._interpreter.load("ina219").INA219(
                self.bus,
                settings["address"],
                settings["shunt"],
                settings["averaging"],
                settings["bus_range"],
                settings["shunt_range"],
            )
        except OSError as error:
            return None, str(error.args[-1])
        return sensor, ""

    def _light(self, is_on: int) -> None:
        self.lights += 1


def _ignore(topic: bytes, message: bytes, is_retained: bool) -> None:
    """Take messages while nobody listens."""
