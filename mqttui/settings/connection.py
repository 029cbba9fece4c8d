"""Everything that defines a connection to a broker, validated and without secrets in its repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

Protocol = Literal["3.1.1", "5", "auto"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A topic filter and the highest QoS at which its messages are wanted.

    The others need MQTT 5 (section 3.8.3.1): `no_local` leaves out what this client publishes,
    `retain_as_published` keeps the retain flag as the publisher set it, `retain_handling` says
    when retained messages are sent: 0 always, 1 only for a new subscription, 2 never.
    """

    topic_filter: str
    qos: int = 0
    no_local: bool = False
    retain_as_published: bool = False
    retain_handling: int = 0

    @property
    def needs_mqtt5(self) -> bool:
        """Whether something is asked for that MQTT 3.1.1 does not know."""
        return self.no_local or self.retain_as_published or self.retain_handling != 0


DEFAULT_SUBSCRIPTIONS = (Subscription("#"), Subscription("$SYS/#"))


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker publishes when this client vanishes (MQTT 5.0 section 3.1.2.5)."""

    topic: str
    payload: bytes = b""
    qos: int = 0
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Tls:
    """How the connection is encrypted.

    None for the files means the system's CA store and no client certificate.
    """

    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    is_insecure: bool = False
    alpn: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """One connection. `port` is resolved (1883, or 8883 with TLS, unless given).

    `websocket_path` is None for plain TCP. `client_id` is None when one is to be generated.
    `session_expiry_s` needs MQTT 5; `is_clean` asks for a clean session / clean start.
    `payload_limit_bytes` is the longest payload that is kept whole.
    """

    host: str
    port: int
    tls: Tls | None = None
    websocket_path: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    client_id: str | None = None
    keepalive_s: int = 60
    is_clean: bool = True
    session_expiry_s: int | None = None
    protocol: Protocol = "auto"
    will: Will | None = None
    subscriptions: tuple[Subscription, ...] = DEFAULT_SUBSCRIPTIONS
    profile: str | None = None
    payload_limit_bytes: int = 1024 * 1024

    @property
    def label(self) -> str:
        """`host:port` as shown to the user, IPv6 addresses in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"
