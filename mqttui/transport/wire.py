"""What every client of the wire has in common: where messages go and what is counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mqttui.core.message import RawMessage

NAP_S = 0.01
"""How long the network thread sleeps after a busy read, so that more arrives per wake-up."""

PAYLOAD_LIMIT_BYTES = 1024 * 1024

PUBACK = 0x40
PUBREC = 0x50
PUBCOMP = 0x70
FINAL_ACK = 0
"""The kind of an acknowledgement of which only is known that it is the last."""

CONTROL_IDS = range(1, 1024)
"""The packet identifiers of SUBSCRIBE and UNSUBSCRIBE."""

PUBLISH_IDS = range(1024, 65_536)
"""The packet identifiers of PUBLISH: one may not be in use twice (MQTT 5.0 section 2.2.1)."""

DROPPED_INTERNAL = "internal error"
DROPPED_TOPIC = "topic is not valid UTF-8"


class Sink(Protocol):
    """Takes the messages of one read; called on the network thread, must not wait."""

    def __call__(self, messages: list[RawMessage], size_bytes: int) -> None:
        """Own `messages` from now on; `size_bytes` counts topics, payloads and properties."""


class OnAcknowledged(Protocol):
    """Is told of each PUBACK, PUBREC and PUBCOMP; called on the network thread."""

    def __call__(self, kind: int, packet_id: int, code: int, reason_text: str | None, /) -> None:
        """Take the first byte's upper half (or FINAL_ACK) and what the packet says."""


@dataclass(slots=True)
class WireState:
    """What a client met on the wire since it was made; written by the network thread only.

    `cut` counts payloads of which only the head was kept, `cut_bytes` what was left out of
    them. `malformed` counts faults in the byte stream, each of which ended a connection.
    `dropped` maps a cause in plain words to a number of messages. `pongs` counts PINGRESP, where
    the client `has_ping`. `problem` is a plain sentence
    about what ended the connection, where this side ended it, `error` what the socket raised, and
    `disconnect_code` the reason code of the broker's DISCONNECT; all are None again when a new
    connection is opened.
    """

    cut: int = 0
    cut_bytes: int = 0
    malformed: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    pongs: int = 0
    problem: str | None = None
    error: OSError | None = None
    disconnect_code: int | None = None

    def count_dropped(self, cause: str, count: int) -> None:
        """Add `count` messages to what was dropped for this cause."""
        # A new dict, because another thread may be copying the old one.
        self.dropped = {**self.dropped, cause: self.dropped.get(cause, 0) + count}
