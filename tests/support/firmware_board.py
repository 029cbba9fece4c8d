"""A board: the firmware's own files on CPython, with a simulated sensor and a real connection."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from mqttui.simulation.circuit import LitPanel
from mqttui.simulation.clock import RealClock
from mqttui.simulation.i2c_bus import I2CBus
from mqttui.simulation.ina219 import Ina219Chip
from mqttui.simulation.micropython import Interpreter, time_module
from mqttui.simulation.solar_panel import Load
from tests.firmware.bench import FIRMWARE
from tests.firmware.sockets import network_modules

if TYPE_CHECKING:
    from types import TracebackType

UID = "240ac4123456"


class FirmwareBoard:
    """Does on a thread what main.py does, in front of a solar panel in full sun.

    `kill` takes the power away: the broker has to notice by itself.
    """

    def __init__(self, host: str, port: int, name: str) -> None:
        self.topic = f"iot49/{name}-{UID[-6:]}"
        self.failure: BaseException | None = None
        self._is_killed = threading.Event()
        clock = RealClock()
        self._circuit = LitPanel(load=Load(47.0))
        firmware = Interpreter(FIRMWARE, {"time": time_module(clock), **network_modules()})
        values = {"name": name, "ssid": "s", "host": host, "rate": 10}
        bus = I2CBus({0x40: Ina219Chip(self._circuit, clock, 0.1)})
        self._client = firmware.load("mqtt").MQTTClient(f"mqttui-{UID}", host, port=port)
        self._board = firmware.load("board").Board(
            firmware.load("config").checked(values),
            UID,
            self._client,
            firmware.load("ina219").INA219(bus),
            "",
            None,
            self._set_load,
        )
        self._thread = threading.Thread(target=self._run, name=f"board {name}", daemon=True)

    def __enter__(self) -> FirmwareBoard:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()

    def kill(self) -> None:
        """Close the connection without a word."""
        self._is_killed.set()
        self._thread.join(timeout=15)
        assert not self._thread.is_alive()
        if self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        try:
            self._client.connect()
            self._board.connected("192.0.2.7")
            while not self._is_killed.is_set():
                self._board.sample()
                self._board.serve()
        except BaseException as failure:
            self.failure = failure
        finally:
            self._client.close()

    def _set_load(self, fraction: float) -> None:
        # A transistor that conducts: from an open circuit to a short one.
        self._circuit.load = Load(1e6 if fraction == 0 else 2 / fraction**4)
