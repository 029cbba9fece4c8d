"""The simulated class at work: one thread drives the connections of everybody."""

from __future__ import annotations

import selectors
import threading
import time
from typing import TYPE_CHECKING

from mqttui.demo.classroom import classroom

if TYPE_CHECKING:
    from mqttui.demo.device import Device

_STEP_S = 0.02
_CONNECTS_PER_STEP = 3


class Performance:
    """Begins in the background: `start` neither waits for connections nor loads paho."""

    def __init__(self, host: str, port: int, seed: int) -> None:
        self.problems: list[str] = []
        self._host = host
        self._port = port
        self._seed = seed
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulated-class", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Disconnect everybody politely and end the thread."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            self._perform()
        except Exception as error:  # the edge of the thread: named in the summary of the demo
            self.problems.append(f"The simulated class ended early: {error!r}.")

    def _perform(self) -> None:
        from mqttui.demo.device import Device

        started_at_ms = time.time_ns() // 1_000_000
        started_s = time.monotonic()
        with selectors.DefaultSelector() as selector:
            waiting = [
                Device(simulated, self._host, self._port, selector)
                for simulated in classroom(self._seed, started_at_ms)
            ]
            devices: list[Device] = []
            while not self._ending.wait(_STEP_S):
                # A few at a time, so that the interface that starts meanwhile is not held up.
                devices += waiting[:_CONNECTS_PER_STEP]
                del waiting[:_CONNECTS_PER_STEP]
                now_s = time.monotonic() - started_s
                for key, _ in selector.select(0):
                    key.data.read(now_s)
                for device in devices:
                    device.step(now_s)
            for device in devices:
                device.leave()
