"""A message as it travels from the wire to the store.

On the hot path a message is a plain tuple: a class instance costs more than parsing the packet
it came from. Everything that is rare (MQTT 5 properties, a payload that was cut) sits in
`MessageDetail`, so that the common message allocates one tuple and two byte strings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

# The low nibble of a PUBLISH fixed header (MQTT 5.0 section 3.3.1), kept as it came.
RETAIN = 0x01
QOS_MASK = 0x06
DUP = 0x08


@dataclass(frozen=True, slots=True)
class MessageDetail:
    """What only some messages carry.

    `properties` is the MQTT 5 property block as it came, without its length prefix (MQTT 5.0
    section 2.2.2); it is decoded only where someone looks. `full_size_bytes` is the size of the
    payload that was published when only its head was kept, else None.
    """

    properties: bytes = b""
    full_size_bytes: int | None = None


RawMessage: TypeAlias = tuple[bytes, bytes, int, MessageDetail | None]
"""(topic name as UTF-8 bytes, payload, PUBLISH flags, detail or None)."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages that were read together.

    `received_at` is wall-clock seconds since the epoch and is shared by the whole batch.
    `size_bytes` is the sum of topic, payload and property sizes.
    """

    received_at: float
    messages: list[RawMessage]
    size_bytes: int


def qos_of(flags: int) -> int:
    """Return the QoS (0, 1 or 2) in PUBLISH flags."""
    return (flags & QOS_MASK) >> 1
