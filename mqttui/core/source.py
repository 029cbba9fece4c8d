"""Where messages come from: a live broker, the demo, later a recording; the UI cannot tell.

A source works on its own thread. The UI polls: `drain` once per frame for messages, `status`
and `counters` for everything else. Both are immutable snapshots, so that no lock is held and
no call crosses the threads per message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mqttui.core.message import Batch
    from mqttui.core.publishing import PublishRequest, Receipt
    from mqttui.core.retained.fetching import RetainedFetch
    from mqttui.core.trace import PacketTrace
    from mqttui.settings.connection import Subscription


class Phase(Enum):
    """Where a connection stands."""

    IDLE = "idle"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting to reconnect"
    STOPPED = "stopped"


class Security(Enum):
    """What protects the connection."""

    PLAIN = "not encrypted"
    VERIFIED = "encrypted, certificate checked"
    INSECURE = "encrypted, certificate not checked"


@dataclass(frozen=True, slots=True)
class SubscriptionStatus:
    """One topic filter and what the broker said about it.

    `granted_qos` is None until the broker answers and when it refuses; `problem` is a plain
    sentence when it refused or granted less than was asked, else None; `advice` says what to try.
    A paused filter is remembered and not subscribed. The options are those of MQTT 5.0 section
    3.8.3.1. `answers` counts the SUBACKs for it, so that the same answer again can be told.
    """

    topic_filter: str
    requested_qos: int
    granted_qos: int | None = None
    problem: str | None = None
    is_paused: bool = False
    no_local: bool = False
    retain_as_published: bool = False
    retain_handling: int = 0
    advice: str | None = None
    answers: int = field(default=0, compare=False)

    @property
    def is_pending(self) -> bool:
        """Whether the broker is still to answer."""
        return self.granted_qos is None and self.problem is None and not self.is_paused


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A snapshot of a source's connection.

    `problem` says in one plain sentence why the source is not connected and `advice` what to
    try, both None while all is well. `retry_at_s` and `connected_at_s` are `time.monotonic()`
    seconds. `retries_by_itself` is False when only the user can mend it (bad password, say).
    `warnings` are sentences that stay true while connected (certificate not checked, say).
    """

    label: str
    phase: Phase
    security: Security = Security.PLAIN
    protocol: str | None = None
    client_id: str | None = None
    problem: str | None = None
    advice: str | None = None
    attempt: int = 0
    retry_at_s: float | None = None
    retries_by_itself: bool = True
    connected_at_s: float | None = None
    subscriptions: tuple[SubscriptionStatus, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceCounters:
    """What a source received and what it could not hand on.

    `dropped` maps a cause in plain words ("inbox full", "malformed packet", ...) to a number of
    messages; causes that never happened are absent. `cut` counts payloads of which only the
    head was kept, `cut_bytes` what was left out of them. `reconnects` counts connections
    after the first. `waiting` is the number of messages in the inbox now.
    """

    received: int = 0
    received_bytes: int = 0
    waiting: int = 0
    cut: int = 0
    cut_bytes: int = 0
    reconnects: int = 0
    dropped: dict[str, int] = field(default_factory=dict)


class MessageSource(Protocol):
    """The contract between whatever delivers messages and the UI."""

    def start(self) -> None:
        """Begin to deliver; returns at once."""

    def stop(self) -> None:
        """Disconnect politely and end the source's thread; returns when it has ended."""

    def retry_now(self) -> None:
        """Reconnect without waiting for the count-down; does nothing while connected."""

    def drain(self, max_messages: int) -> list[Batch]:
        """Hand over waiting batches, oldest first, until `max_messages` are exceeded.

        At least one batch is returned when any waits. Never blocks.
        """

    def publish(self, request: PublishRequest) -> Receipt:
        """Publish a message; returns at once, what becomes of it is told by the receipt.

        Raises nothing: a request that cannot be sent has a receipt that is refused.
        """

    def subscribe(self, subscription: Subscription) -> None:
        """Add a topic filter, or ask again for one that is there, with these options.

        What the broker says shows in `status.subscriptions`; a filter against the rules has its
        problem there at once. It stays subscribed over reconnects.
        """

    def unsubscribe(self, topic_filter: str) -> None:
        """Remove a topic filter; does nothing when it is not there."""

    def set_paused(self, topic_filter: str, *, is_paused: bool) -> None:
        """Unsubscribe from a filter but keep it in the list, or subscribe to it again."""

    def fetch_retained(
        self, topic_filter: str, timeout_s: float = 30.0, *, with_qos: bool = False
    ) -> RetainedFetch:
        """Ask the broker what is retained now; returns at once with what is to be polled.

        `with_qos` asks for the QoS of each message too, which takes longer.
        """

    @property
    def trace(self) -> PacketTrace:
        """The record of control packets, off until it is started."""

    @property
    def status(self) -> SourceStatus:
        """The newest snapshot; the same object as long as nothing changed."""

    @property
    def counters(self) -> SourceCounters:
        """A snapshot of the counters."""
