"""Subscribing on one connection: asks for filters one at a time and takes the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paho.mqtt.subscribeoptions import SubscribeOptions

from mqttui.transport.task import reason_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from paho.mqtt.client import Client
    from paho.mqtt.properties import Properties
    from paho.mqtt.reasoncodes import ReasonCode

    from mqttui.transport.fast_client import FastClient
    from mqttui.transport.stock_client import StockClient
    from mqttui.transport.subscriptions import Subscriptions
    from mqttui.transport.task import Accepted


class Subscribing:
    """A `Task` that makes what the broker delivers what `subscriptions` wants.

    `on_change` is called when the state of a subscription changed; an answer is awaited for
    `patience_s`.
    """

    def __init__(
        self, subscriptions: Subscriptions, patience_s: float, on_change: Callable[[], None]
    ) -> None:
        self._subscriptions = subscriptions
        self._patience_s = patience_s
        self._on_change = on_change
        self._client: FastClient | StockClient | None = None
        self._is_mqtt5 = False
        self._packet_id: int | None = None
        self._due_at_s = 0.0

    def begin(self, client: FastClient | StockClient, accepted: Accepted) -> None:
        """Start on a connection that the broker has accepted."""
        self._client = client
        self._is_mqtt5 = accepted.is_mqtt5
        client.on_subscribe = self._subscribed
        client.on_unsubscribe = self._unsubscribed
        self._subscriptions.begin(
            is_session_present=accepted.is_session_present,
            is_mqtt5=accepted.is_mqtt5,
            limits=accepted.limits,
        )

    def pursue(self, now_s: float) -> float | None:
        """Ask for what is next; return how long the answer to the last question may still take."""
        subscriptions = self._subscriptions
        if self._client is None:
            return None
        if subscriptions.is_waiting:
            if now_s < self._due_at_s:
                return self._due_at_s - now_s
            self._packet_id = None
            subscriptions.unanswered()
            self._on_change()
        name = subscriptions.next_to_drop()
        if name is not None:
            _, self._packet_id = self._client.unsubscribe(name)
        else:
            entry = subscriptions.next_to_ask()
            if entry is None:
                return None
            if self._is_mqtt5:
                options = SubscribeOptions(
                    entry.requested_qos,
                    entry.no_local,
                    entry.retain_as_published,
                    entry.retain_handling,
                )
                _, self._packet_id = self._client.subscribe(entry.topic_filter, options=options)
            else:
                _, self._packet_id = self._client.subscribe(entry.topic_filter, entry.requested_qos)
        self._due_at_s = now_s + self._patience_s
        return self._patience_s

    def ended(self) -> None:
        """Forget the client: it outlives the connection and must not keep it alive."""
        client, self._client = self._client, None
        if client is not None:
            client.on_subscribe = None
            client.on_unsubscribe = None

    def _subscribed(
        self,
        _client: Client,
        _userdata: Any,
        packet_id: int,
        codes: list[ReasonCode],
        properties: Properties | None,
    ) -> None:
        if self._is_awaited(packet_id) and codes:
            self._subscriptions.answered(codes[0].value, reason_text(properties))
            self._on_change()

    def _unsubscribed(
        self,
        _client: Client,
        _userdata: Any,
        packet_id: int,
        codes: list[ReasonCode],
        properties: Properties | None,
    ) -> None:
        # An UNSUBACK of MQTT 3.1.1 has no codes (section 3.11 there).
        if self._is_awaited(packet_id):
            self._subscriptions.dropped(codes[0].value if codes else 0, reason_text(properties))
            self._on_change()

    def _is_awaited(self, packet_id: int) -> bool:
        """Return whether an answer is the one that is awaited, and await it no more.

        A late answer, after `unanswered`, must not be taken for that to another filter.
        """
        if packet_id != self._packet_id:
            return False
        self._packet_id = None
        return True
