"""Many simulated clients with their connections, driven from one thread."""

from __future__ import annotations

import selectors
import time
from typing import TYPE_CHECKING

from mqttui.demo.device import Device, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from mqttui.demo.device import Access, Ending
    from mqttui.demo.simulated import SimulatedClient

_CONNECTS_PER_STEP = 3
_GOING_WITHIN_S = 7.0


class Crowd:
    """Usable as a context manager, which drops the connections that `leave` has left.

    `tally` is what all of them have done.
    """

    def __init__(self, clients: Iterable[SimulatedClient], access: Access) -> None:
        self.tally = Tally()
        self._selector = selectors.DefaultSelector()
        self._waiting = [Device(each, access, self._selector, self.tally) for each in clients]
        self._devices: list[Device] = []
        self._began_s = time.monotonic()

    @property
    def now_s(self) -> float:
        """Seconds since the class began."""
        return time.monotonic() - self._began_s

    @property
    def connected(self) -> int:
        """How many are connected."""
        return sum(device.is_connected for device in self._devices)

    @property
    def in_flight(self) -> int:
        """How many messages at QoS 1 were not acknowledged."""
        return sum(device.in_flight for device in self._devices)

    def step(self, wait_s: float = 0.0) -> None:
        """Wait at most so long for messages, then do what is due."""
        # A few at a time, so that neither broker nor interface is held up at the start.
        self._devices += self._waiting[:_CONNECTS_PER_STEP]
        del self._waiting[:_CONNECTS_PER_STEP]
        for key, _ in self._selector.select(wait_s):
            key.data.read(self.now_s)
        now_s = self.now_s
        for device in self._devices:
            device.step(now_s)

    def leave(self, ending: Ending, within_s: float = _GOING_WITHIN_S) -> None:
        """Let everybody go; return when they have, or after a while."""
        self._waiting.clear()
        for device in self._devices:
            device.leave(ending)
        until_s = self.now_s + within_s
        while self.now_s < until_s and not all(device.is_gone for device in self._devices):
            self.step(0.02)

    def __enter__(self) -> Crowd:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for device in self._devices:
            device.close()
        self._selector.close()
