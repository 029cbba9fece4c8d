"""A source for the projector: secrets and client addresses are hidden before anything is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mqttui.core.message import Batch
from mqttui.core.passing_source import PassingSource
from mqttui.payload.veil import veiled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.core.message import MessageDetail, RawMessage
    from mqttui.core.retained.fetching import RetainedFetch, RetainedMessage, RetainedStatus


class VeiledSource(PassingSource):
    """Hands on what another source delivers, veiled.

    What is not kept cannot be shown by accident, whichever view is opened later. Sizes and counts
    are those of the messages as they were published.
    """

    def drain(self, max_messages: int) -> list[Batch]:
        """Hand over waiting batches."""
        return [
            Batch(
                batch.received_at,
                [_veiled_message(message) for message in batch.messages],
                batch.size_bytes,
            )
            for batch in super().drain(max_messages)
        ]

    def fetch_retained(
        self, topic_filter: str, timeout_s: float = 30.0, *, with_qos: bool = False
    ) -> RetainedFetch:
        """Ask the broker what is retained now."""
        return _VeiledFetch(super().fetch_retained(topic_filter, timeout_s, with_qos=with_qos))


class _VeiledFetch:
    """A fetch whose messages are veiled when they are looked at."""

    def __init__(self, fetch: RetainedFetch) -> None:
        self._fetch = fetch
        self._veiled: tuple[Sequence[RetainedMessage], list[RetainedMessage]] | None = None

    @property
    def topic_filter(self) -> str:
        return self._fetch.topic_filter

    @property
    def status(self) -> RetainedStatus:
        return self._fetch.status

    @property
    def messages(self) -> Sequence[RetainedMessage]:
        messages = self._fetch.messages
        if self._veiled is None or self._veiled[0] is not messages:
            self._veiled = messages, [_veiled_retained(message) for message in messages]
        return self._veiled[1]

    def cancel(self) -> None:
        self._fetch.cancel()


def _veiled_message(message: RawMessage) -> RawMessage:
    topic, payload, flags, detail = message
    shown = veiled(payload)
    if detail is not None and detail.properties:
        return topic, shown, flags, _veiled_detail(detail)
    return message if shown is payload else (topic, shown, flags, detail)


def _veiled_detail(detail: MessageDetail) -> MessageDetail:
    """Return the detail without properties in which there is something to hide."""
    properties = detail.properties
    return detail if veiled(properties) is properties else replace(detail, properties=b"")


def _veiled_retained(message: RetainedMessage) -> RetainedMessage:
    properties = message.properties
    return replace(
        message,
        payload=veiled(message.payload),
        properties=properties if veiled(properties) is properties else b"",
    )
