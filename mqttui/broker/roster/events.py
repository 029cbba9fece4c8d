"""What a broker tells of its clients: they come, go, are refused, subscribe."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class EventKind(Enum):
    """What happened."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    TAKEN_OVER = "taken over"
    REFUSED = "refused"
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class ClientEvent:
    """One thing that happened to a client; texts come from strangers and are not yet printable.

    `client_id` is empty where the broker does not say it (a refused login). None is unknown.
    `reason` says why it left, in plain words.
    """

    kind: EventKind
    client_id: str = ""
    address: str | None = None
    user: str | None = None
    protocol: str | None = None
    keepalive_s: int | None = None
    is_clean: bool | None = None
    reason: str | None = None
    topic_filters: tuple[str, ...] = ()
    qos: int | None = None
