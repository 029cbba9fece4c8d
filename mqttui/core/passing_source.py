"""A source that hands everything on to another one, to be changed in one point."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mqttui.core.message import Batch
    from mqttui.core.publishing import PublishRequest, Receipt
    from mqttui.core.retained.fetching import RetainedFetch
    from mqttui.core.source import MessageSource, SourceCounters, SourceStatus
    from mqttui.core.trace import PacketTrace
    from mqttui.settings.connection import Subscription


class PassingSource:
    """A `MessageSource` that is another one."""

    def __init__(self, source: MessageSource) -> None:
        self._source = source

    def start(self) -> None:
        """Begin to deliver."""
        self._source.start()

    def stop(self) -> None:
        """Disconnect."""
        self._source.stop()

    def retry_now(self) -> None:
        """Reconnect without waiting."""
        self._source.retry_now()

    def drain(self, max_messages: int) -> list[Batch]:
        """Hand over waiting batches."""
        return self._source.drain(max_messages)

    def publish(self, request: PublishRequest) -> Receipt:
        """Publish a message."""
        return self._source.publish(request)

    def subscribe(self, subscription: Subscription) -> None:
        """Add a topic filter."""
        self._source.subscribe(subscription)

    def unsubscribe(self, topic_filter: str) -> None:
        """Remove a topic filter."""
        self._source.unsubscribe(topic_filter)

    def set_paused(self, topic_filter: str, *, is_paused: bool) -> None:
        """Unsubscribe from a filter but keep it in the list, or subscribe to it again."""
        self._source.set_paused(topic_filter, is_paused=is_paused)

    def fetch_retained(
        self, topic_filter: str, timeout_s: float = 30.0, *, with_qos: bool = False
    ) -> RetainedFetch:
        """Ask the broker what is retained now."""
        return self._source.fetch_retained(topic_filter, timeout_s, with_qos=with_qos)

    @property
    def trace(self) -> PacketTrace:
        """The record of control packets."""
        return self._source.trace

    @property
    def status(self) -> SourceStatus:
        """The newest snapshot of the connection."""
        return self._source.status

    @property
    def counters(self) -> SourceCounters:
        """A snapshot of the counters."""
        return self._source.counters
