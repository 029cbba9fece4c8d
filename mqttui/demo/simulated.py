"""What a simulated client is: pure, driven by the time it is told, the same for the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum

# After a longer gap (the laptop slept) what was missed is not caught up.
_CATCH_UP_S = 2.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that a simulated client wants to publish.

    `content_type` and `user_properties` are for clients that speak MQTT 5.
    """

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    content_type: str | None = None
    user_properties: tuple[tuple[str, str], ...] = ()


class Presence(Enum):
    """Whether a client is connected, cut off so that its will is due, or gone with a farewell."""

    HERE = "here"
    CUT = "cut"
    LEFT = "left"


class Beat:
    """Equally spaced times in seconds since the demo began."""

    def __init__(self, interval_s: float, first_s: float = 0.0) -> None:
        self.interval_s = interval_s
        self._next_s = first_s

    def times_until(self, now_s: float) -> list[float]:
        """Return the times that have come since the last call, oldest first."""
        if now_s - self._next_s > _CATCH_UP_S:
            skipped = int((now_s - self._next_s) / self.interval_s)
            self._next_s += skipped * self.interval_s
        due: list[float] = []
        while self._next_s <= now_s:
            due.append(self._next_s)
            self._next_s += self.interval_s
        return due


class SimulatedClient:
    """One MQTT client of the simulated class; subclasses say what it publishes and when."""

    is_mqtt5 = False
    is_clean = True

    def __init__(self, client_id: str, seed: int, will: Outgoing | None = None) -> None:
        self.client_id = client_id
        self.will = will
        self.random = random.Random(f"{seed}/{client_id}")  # noqa: S311 (noise, not secrets)

    @property
    def topic_filters(self) -> tuple[str, ...]:
        """What the client has subscribed to with its greeting."""
        return ()

    def presence(self, now_s: float) -> Presence:
        """Return whether the client wants to be connected at that time."""
        return Presence.HERE

    def greeting(self, now_s: float) -> list[Outgoing]:
        """Return what the client publishes right after it connected."""
        return []

    def messages_due(self, now_s: float) -> list[Outgoing]:
        """Return what has come due since the last call, oldest first."""
        raise NotImplementedError

    def farewell(self) -> list[Outgoing]:
        """Return what the client publishes before it disconnects for good."""
        return []

    def received(
        self, topic: str, payload: bytes, is_retained: bool, now_s: float
    ) -> list[Outgoing]:
        """Return the answer to a message that it subscribed to."""
        return []

    def acknowledged(self) -> None:
        """Take note that the broker has acknowledged a message at QoS 1."""

    def lost(self) -> None:
        """Take note that the connection is gone."""
