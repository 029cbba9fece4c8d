"""What the broker has counted since it started."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Packets are all MQTT packets, publishes application messages; bytes as on the wire,
    except for publish bytes, which are payloads.
    """

    packets_received: int = 0
    packets_sent: int = 0
    bytes_received: int = 0
    bytes_sent: int = 0
    publish_received: int = 0
    publish_sent: int = 0
    publish_bytes_received: int = 0
    publish_bytes_sent: int = 0
    dropped: int = 0
    sockets: int = 0
    connections: int = 0
    sessions_expired: int = 0
    protocol_violations: int = 0
