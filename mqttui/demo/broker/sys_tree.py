"""The `$SYS/broker/...` topics, named and counted as mosquitto does."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mqttui import __version__
from mqttui.demo.broker.packets import Message

if TYPE_CHECKING:
    from mqttui.demo.broker.hub import Hub

_ROOT = "$SYS/broker/"
_MINUTES = (1, 5, 15)


class SysTree:
    """Publishes what the broker knows of itself as retained messages, the changed ones only."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._published: dict[str, str] = {}
        self._started_at_s = self._last_at_s = hub.clock()
        self._last_totals: dict[str, int] = {}
        self._loads: dict[str, float] = {}
        self._most_clients = 0

    def publish(self) -> None:
        """Publish every value that changed since the last call."""
        now_s = self._hub.clock()
        self._update_loads(now_s)
        for name, value in {**self._values(now_s), **self._load_values()}.items():
            if self._published.get(name) != value:
                self._published[name] = value
                topic = (_ROOT + name).encode()
                self._hub.publish(Message(topic, value.encode(), 0, is_retained=True), None)

    def _values(self, now_s: float) -> dict[str, str]:
        hub = self._hub
        counters = hub.counters
        sessions = hub.sessions.values()
        connected = sum(session.link is not None for session in sessions)
        stored = sum(session.stored_messages for session in sessions) + len(hub.retained)
        stored_bytes = sum(session.stored_bytes for session in sessions) + hub.retained.size_bytes
        self._most_clients = max(self._most_clients, len(sessions))
        numbers = {
            "clients/connected": connected,
            "clients/active": connected,
            "clients/disconnected": len(sessions) - connected,
            "clients/inactive": len(sessions) - connected,
            "clients/total": len(sessions),
            "clients/maximum": self._most_clients,
            "clients/expired": counters.sessions_expired,
            "messages/received": counters.packets_received,
            "messages/sent": counters.packets_sent,
            "messages/stored": stored,
            "store/messages/count": stored,
            "store/messages/bytes": stored_bytes,
            "bytes/received": counters.bytes_received,
            "bytes/sent": counters.bytes_sent,
            "publish/messages/received": counters.publish_received,
            "publish/messages/sent": counters.publish_sent,
            "publish/messages/dropped": counters.dropped,
            "publish/bytes/received": counters.publish_bytes_received,
            "publish/bytes/sent": counters.publish_bytes_sent,
            "retained messages/count": len(hub.retained),
            "subscriptions/count": hub.routes.subscriptions,
            "shared_subscriptions/count": hub.routes.shared_subscriptions,
        }
        values = {name: str(number) for name, number in numbers.items()}
        values["uptime"] = f"{int(now_s - self._started_at_s)} seconds"
        values["version"] = f"mqttui embedded broker {__version__}"
        return values

    def _update_loads(self, now_s: float) -> None:
        """Move the averages per minute towards what happened since the last call."""
        counters = self._hub.counters
        totals = {
            "messages/received": counters.packets_received,
            "messages/sent": counters.packets_sent,
            "publish/received": counters.publish_received,
            "publish/sent": counters.publish_sent,
            "publish/dropped": counters.dropped,
            "bytes/received": counters.bytes_received,
            "bytes/sent": counters.bytes_sent,
            "sockets": counters.sockets,
            "connections": counters.connections,
        }
        passed_s = now_s - self._last_at_s
        if passed_s <= 0:
            return
        for name, total in totals.items():
            per_minute = (total - self._last_totals.get(name, 0)) * 60 / passed_s
            for minutes in _MINUTES:
                fading = math.exp(-passed_s / (60 * minutes))
                key = f"load/{name}/{minutes}min"
                before = self._loads.get(key, 0.0)
                self._loads[key] = per_minute + fading * (before - per_minute)
        self._last_totals = totals
        self._last_at_s = now_s

    def _load_values(self) -> dict[str, str]:
        return {name: f"{load:.2f}" for name, load in self._loads.items()}
