"""The simulated class at work: one thread drives the connections of everybody."""

from __future__ import annotations

import threading
import time

from mqttui.demo.classroom import classroom

_STEP_S = 0.02
_GOING_WITHIN_S = 1.0


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
        from mqttui.demo.crowd import Crowd
        from mqttui.demo.device import Access

        clients = classroom(self._seed, time.time_ns() // 1_000_000)
        with Crowd(clients, Access(self._host, self._port)) as crowd:
            while not self._ending.wait(_STEP_S):
                crowd.step()
            crowd.leave("offline", _GOING_WITHIN_S)
