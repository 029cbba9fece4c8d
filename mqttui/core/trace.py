"""A record of control packets, for those who want to see MQTT at work."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Direction(Enum):
    """Which way a packet went."""

    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One packet, or a burst of packets of one kind.

    `number` counts entries from 1. `at` is wall-clock seconds since the epoch. `packet` is the
    name in the specification. `count` is more than 1 for a burst, whose `size_bytes` is the sum
    and whose `topic` is the first. `topic` is the head of the topic name or filter as UTF-8
    bytes, hostile as it came. `size_bytes` is that of the whole packet; None where it would
    tell the length of a password. `words` says what the packet says: reason codes, options.
    `after_s` is the time since the packet that this one answers, for a burst the longest; for
    PUBREC and PUBCOMP it is the time since the PUBLISH.
    """

    number: int
    at: float
    direction: Direction
    packet: str
    packet_id: int | None = None
    qos: int | None = None
    is_retained: bool = False
    is_dup: bool = False
    topic: bytes | None = None
    size_bytes: int | None = None
    count: int = 1
    words: str | None = None
    after_s: float | None = None


class PacketTrace(Protocol):
    """Bounded by count and bytes: the oldest entries give way. All methods from any thread."""

    @property
    def is_on(self) -> bool:
        """Whether packets are being recorded."""

    @property
    def evicted(self) -> int:
        """How many entries gave way to newer ones since the last `clear`."""

    def start(self) -> None:
        """Begin to record; what was recorded before stays."""

    def stop(self) -> None:
        """Record no more."""

    def clear(self) -> None:
        """Forget what was recorded."""

    def entries(self, after: int = 0) -> Sequence[TraceEntry]:
        """Return the entries with a `number` above `after`, oldest first."""
