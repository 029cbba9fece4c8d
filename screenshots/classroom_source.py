"""The simulated class of the demo as a source, on a clock that is moved by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mqttui.core.message import RETAIN, Batch
from mqttui.core.publishing import Outcome, ReceiptStatus
from mqttui.core.retained.fetching import RetainedMessage, RetainedStatus
from mqttui.core.source import Phase, SourceCounters, SourceStatus, SubscriptionStatus
from mqttui.core.trace import Direction, TraceEntry
from mqttui.demo.classroom import classroom
from mqttui.demo.simulated import Outgoing, Presence
from screenshots.broker_reports import INTERVAL_S, reports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.core.message import RawMessage
    from mqttui.core.publishing import PublishRequest
    from mqttui.demo.simulated import SimulatedClient
    from mqttui.settings.connection import Subscription

BEGAN_S = 1_772_447_000.0
"""2026-03-02 10:23:20 UTC, a Monday morning."""

STEP_S = 0.1
SEED = 49
LATENCY_S = 0.012


@dataclass(frozen=True, slots=True)
class Answered:
    """A receipt that the broker has given already."""

    request: PublishRequest
    status: ReceiptStatus


@dataclass(frozen=True, slots=True)
class Fetched:
    """A question about retained messages that is answered already."""

    topic_filter: str
    messages: Sequence[RetainedMessage]

    @property
    def status(self) -> RetainedStatus:
        """All of them, at once."""
        size_bytes = sum(len(each.topic) + len(each.payload) for each in self.messages)
        return RetainedStatus(len(self.messages), size_bytes, is_done=True, took_s=LATENCY_S)

    def cancel(self) -> None:
        """Nothing to do."""


class RecordedTrace:
    """A trace with a few packets in it."""

    def __init__(self) -> None:
        self.is_on = False
        self.evicted = 0

    def start(self) -> None:
        """Show the packets."""
        self.is_on = True

    def stop(self) -> None:
        """Record no more."""
        self.is_on = False

    def clear(self) -> None:
        """Nothing to do."""

    def entries(self, after: int = 0) -> list[TraceEntry]:
        """Return the packets of a short conversation."""
        sent, received = Direction.SENT, Direction.RECEIVED
        topic = b"iot49/bench02-53d9b6/cmd"
        data = b"iot49/bench02-53d9b6/data"
        entries = [
            TraceEntry(1, BEGAN_S + 60.10, received, "PUBLISH", qos=0, topic=data, size_bytes=112),
            TraceEntry(2, BEGAN_S + 60.31, sent, "PUBLISH", 7, 1, topic=topic, size_bytes=64),
            TraceEntry(3, BEGAN_S + 60.32, received, "PUBACK", 7, size_bytes=4, after_s=LATENCY_S),
            TraceEntry(4, BEGAN_S + 60.90, sent, "PINGREQ", size_bytes=2),
            TraceEntry(5, BEGAN_S + 60.91, received, "PINGRESP", size_bytes=2, after_s=0.011),
        ]
        return [entry for entry in entries if self.is_on and entry.number > after]


class ClassroomSource:
    """A `MessageSource` that plays the simulated class on a clock of its own."""

    def __init__(self, status: SourceStatus) -> None:
        self.status = status
        self.counters = SourceCounters()
        self.trace = RecordedTrace()
        self.now_s = 0.0
        self.broker_reports = False
        self._reports = 0
        self._retained: dict[bytes, bytes] = {}
        is_connected = status.phase is Phase.CONNECTED
        self._clients = classroom(SEED, round(BEGAN_S * 1000)) if is_connected else []
        self._waiting: list[Batch] = []
        self._present: set[SimulatedClient] = set()
        self._deliver(self._said())

    def start(self) -> None:
        """Nothing to do: the clock is moved by `play`."""

    def stop(self) -> None:
        """Nothing to do."""

    def retry_now(self) -> None:
        """Nothing to do."""

    def drain(self, max_messages: int) -> list[Batch]:
        """Hand over everything that waits."""
        batches, self._waiting = self._waiting, []
        return batches

    def play(self) -> None:
        """Move the clock by one step and let everybody publish."""
        self.now_s += STEP_S
        self._deliver(self._said())
        if self.broker_reports and self.now_s >= self._reports * INTERVAL_S:
            self._deliver(
                [
                    Outgoing(f"$SYS/broker/{name}", value.encode())
                    for name, value in reports(self._reports).items()
                ]
            )
            self._reports += 1

    def _said(self) -> list[Outgoing]:
        """Return what everybody publishes now; the broker acknowledges it at once."""
        said: list[Outgoing] = []
        for client in self._clients:
            due = client.messages_due(self.now_s)
            is_present = client.presence(self.now_s) is Presence.HERE
            if is_present and client not in self._present:
                self._present.add(client)
                due += client.greeting(self.now_s)
            elif not is_present and client in self._present:
                self._present.discard(client)
                client.lost()
            for each in due:
                if each.qos:
                    client.acknowledged()
            said += due
        return said

    def _deliver(self, outgoing: list[Outgoing]) -> None:
        messages: list[RawMessage] = [
            (each.topic.encode(), each.payload, each.retain * RETAIN if not self.now_s else 0, None)
            for each in outgoing
        ]
        for each in outgoing:
            if each.retain:
                self._retained[each.topic.encode()] = each.payload
        size_bytes = sum(len(message[0]) + len(message[1]) for message in messages)
        self._waiting.append(Batch(BEGAN_S + self.now_s, messages, size_bytes))
        self.counters = SourceCounters(
            received=self.counters.received + len(messages),
            received_bytes=self.counters.received_bytes + size_bytes,
        )

    def publish(self, request: PublishRequest) -> Answered:
        """Say what a broker says most of the time."""
        if request.qos == 0:
            return Answered(request, ReceiptStatus(Outcome.SENT, "sent", is_final=True))
        words = f"acknowledged in {LATENCY_S * 1000:.0f} ms"
        status = ReceiptStatus(Outcome.ACKNOWLEDGED, words, is_final=True, latency_s=LATENCY_S)
        return Answered(request, status)

    def subscribe(self, subscription: Subscription) -> None:
        """Grant what is asked for."""
        self.unsubscribe(subscription.topic_filter)
        entry = SubscriptionStatus(subscription.topic_filter, subscription.qos, subscription.qos)
        self.status = replace(self.status, subscriptions=(*self.status.subscriptions, entry))

    def unsubscribe(self, topic_filter: str) -> None:
        """Forget a filter."""
        kept = [each for each in self.status.subscriptions if each.topic_filter != topic_filter]
        self.status = replace(self.status, subscriptions=tuple(kept))

    def set_paused(self, topic_filter: str, *, is_paused: bool) -> None:
        """Nothing to do."""

    def fetch_retained(
        self, topic_filter: str, timeout_s: float = 30.0, *, with_qos: bool = False
    ) -> Fetched:
        """Return what the class has retained below a branch."""
        beginning = topic_filter.removesuffix("/#").removesuffix("#").encode()
        messages = [
            RetainedMessage(topic, payload, 1)
            for topic, payload in sorted(self._retained.items())
            if topic.startswith(beginning)
        ]
        return Fetched(topic_filter, messages)
