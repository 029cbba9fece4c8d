"""What is done on a connection beside receiving."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from mqttui.broker.limits import BrokerLimits

if TYPE_CHECKING:
    from paho.mqtt.properties import Properties

    from mqttui.transport.fast_client import FastClient
    from mqttui.transport.stock_client import StockClient


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the broker said when it accepted a connection."""

    is_mqtt5: bool
    is_session_present: bool = False
    limits: BrokerLimits = field(default_factory=BrokerLimits)


class Task(Protocol):
    """Called on the network thread only, in this order: `begin`, `pursue` often, `ended`."""

    def begin(self, client: FastClient | StockClient, accepted: Accepted) -> None:
        """Start on a connection; called within a callback of paho, so nothing is sent yet."""

    def pursue(self, now_s: float) -> float | None:
        """Do what is due; return in how many seconds to be called again, traffic or not.

        None means: only when something has arrived, could be written, or the wakeup fired.
        """

    def ended(self) -> None:
        """Note that the connection has ended; also called when it was never accepted."""


def limits_of(properties: Properties | None) -> BrokerLimits:
    """Return what a CONNACK of MQTT 5 says (section 3.2.2.3)."""

    def said(name: str, default: int) -> int:
        value = getattr(properties, name, default)
        return value if isinstance(value, int) else default

    return BrokerLimits(
        maximum_qos=said("MaximumQoS", 2),
        is_retain_available=said("RetainAvailable", 1) != 0,
        maximum_packet_bytes=said("MaximumPacketSize", 0) or None,
        receive_maximum=said("ReceiveMaximum", 0) or 65_535,
        has_shared_subscriptions=said("SharedSubscriptionAvailable", 1) != 0,
        has_wildcards=said("WildcardSubscriptionAvailable", 1) != 0,
        keepalive_s=getattr(properties, "ServerKeepAlive", None),
    )


def reason_text(properties: Properties | None) -> str | None:
    """Return the Reason String (MQTT 5.0 section 3.2.2.3.9) if there is one."""
    text = getattr(properties, "ReasonString", None)
    return text if isinstance(text, str) else None
