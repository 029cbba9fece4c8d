"""Asking for retained messages whose topics are known already, a few topics at a time.

It tells whether they are still there, and their QoS: a broker delivers a retained message at the
lower of two QoS, the publisher's and the subscription's (MQTT 5.0 section 3.8.4), so that a list
that was asked for at QoS 0 does not tell. At QoS 2 a broker queues no more than some hundred
messages for a client and drops the others: topics are therefore subscribed to in groups, the next
when everything of the last has come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paho.mqtt.subscribeoptions import SubscribeOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.transport.fast_client import FastClient
    from mqttui.transport.stock_client import StockClient

GROUP_TOPICS = 80
"""mosquitto has 20 messages in flight and queues 100 more, or 1,000 since version 2."""

GROUP_BYTES = 16_000
"""About the longest SUBSCRIBE packet: some brokers close the connection over a long one."""

QUIET_S = 0.3
"""How long the rest of a group is awaited after the broker has answered a PINGREQ."""

STALLED_S = 2.0
"""How long it is awaited otherwise."""


class RoundByName:
    """Subscribes to `topics` in groups; `took` is told which have come. One thread.

    What does not come again was cleared meanwhile: `unanswered`.
    """

    def __init__(self, topics: Sequence[bytes], *, is_mqtt5: bool) -> None:
        self._groups = _groups(topics)
        self._is_mqtt5 = is_mqtt5
        self._missing: set[bytes] = set()
        self._unanswered: set[bytes] = set()
        self._group: list[str] = []
        self._asked_at_s = 0.0
        self._pongs_before = 0
        self._is_fresh = False

    @property
    def unanswered(self) -> set[bytes]:
        """The topics of finished groups that have not come."""
        return self._unanswered

    def took(self, topic: bytes) -> None:
        """Note that the message of a topic has come."""
        self._missing.discard(topic)
        self._is_fresh = True

    def pursue(self, client: FastClient | StockClient, now_s: float) -> float | None:
        """Go on; return in how many seconds to be called again, None when all has been asked."""
        if self._is_fresh:
            self._is_fresh = False
            self._asked_at_s = now_s
        if self._missing:
            has_pong = client.has_ping and client.wire.pongs > self._pongs_before
            due_at_s = self._asked_at_s + (QUIET_S if has_pong else STALLED_S)
            if now_s < due_at_s:
                return due_at_s - now_s
            self._unanswered |= self._missing
            self._missing = set()
        if self._group:
            client.unsubscribe(self._group)
            self._group = []
        if not self._groups:
            return None
        self._ask(client, self._groups.pop(), now_s)
        return STALLED_S

    def _ask(self, client: FastClient | StockClient, group: list[bytes], now_s: float) -> None:
        self._missing = set(group)
        # Each group waits for the acknowledgements of the last.
        client.is_hurried = True
        self._group = [topic.decode() for topic in group]
        self._asked_at_s = now_s
        self._pongs_before = client.wire.pongs
        if self._is_mqtt5:
            client.subscribe([(topic, SubscribeOptions(2)) for topic in self._group])
        else:
            client.subscribe([(topic, 2) for topic in self._group])
        if client.has_ping:
            client.ping()


def _groups(topics: Sequence[bytes]) -> list[list[bytes]]:
    """Return the topics in groups that fit into one SUBSCRIBE; what is not UTF-8 is left out."""
    groups: list[list[bytes]] = []
    size_bytes = 0
    for topic in topics:
        try:
            topic.decode()
        except UnicodeDecodeError:
            continue
        size_bytes += len(topic)
        if not groups or len(groups[-1]) == GROUP_TOPICS or size_bytes > GROUP_BYTES:
            groups.append([])
            size_bytes = len(topic)
        groups[-1].append(topic)
    return groups
