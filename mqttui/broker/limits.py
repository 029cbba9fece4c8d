"""What a broker said of itself when it accepted a connection (MQTT 5.0 section 3.2.2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mqttui.core.publishing import PublishRequest

_UNLIMITED = 65_535


@dataclass(frozen=True, slots=True)
class BrokerLimits:
    """What the broker supports; the defaults are what holds when it says nothing.

    `receive_maximum` is how many messages of QoS 1 and 2 may wait for an acknowledgement at a
    time. `maximum_packet_bytes` is None when there is no limit, `keepalive_s` when the broker
    leaves the keep alive to the client.
    """

    maximum_qos: int = 2
    is_retain_available: bool = True
    maximum_packet_bytes: int | None = None
    receive_maximum: int = _UNLIMITED
    has_shared_subscriptions: bool = True
    has_wildcards: bool = True
    keepalive_s: int | None = None

    def words(self) -> list[str]:
        """Return in a few words each what is limited; nothing when nothing is."""
        words = []
        if self.maximum_qos < 2:
            words.append(f"QoS {self.maximum_qos} at most")
        if not self.is_retain_available:
            words.append("nothing is retained")
        if self.maximum_packet_bytes is not None:
            words.append(f"packets of {self.maximum_packet_bytes:,} bytes at most")
        if self.receive_maximum < _UNLIMITED:
            words.append(f"{self.receive_maximum:,} unacknowledged messages at most")
        if not self.has_shared_subscriptions:
            words.append("no shared subscriptions")
        if not self.has_wildcards:
            words.append("no wildcards in subscriptions")
        if self.keepalive_s is not None:
            words.append(f"keep alive of {self.keepalive_s:,} s")
        return words

    def request_problem(self, request: PublishRequest) -> str | None:
        """Return in words why this broker would not take a message, None when it would."""
        if request.qos > self.maximum_qos:
            return f"the broker takes at most QoS {self.maximum_qos}, not QoS {request.qos}"
        if request.retain and not self.is_retain_available:
            return "the broker does not retain messages"
        return None

    def size_problem(self, packet_bytes: int) -> str | None:
        """Return in words that a packet is too large for this broker, None when it is not."""
        limit = self.maximum_packet_bytes
        if limit is None or packet_bytes <= limit:
            return None
        return f"packet too large: {packet_bytes:,} bytes, the broker takes {limit:,} at most"

    def filter_problem(self, topic_filter: str) -> str | None:
        """Return in words why this broker has no such subscription, None when it may have."""
        if topic_filter.startswith("$share/") and not self.has_shared_subscriptions:
            return "the broker has no shared subscriptions"
        if not self.has_wildcards and ("+" in topic_filter or "#" in topic_filter):
            return "the broker has no wildcard subscriptions"
        return None
