"""Who is on a real mosquitto that tells it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import paho.mqtt.client as paho
import pytest

from mqttui.broker.sys.alarms import AlarmKind
from mqttui.broker.sys.watch import BrokerWatch
from mqttui.core.store import TopicStore
from mqttui.settings.alarm_thresholds import Thresholds
from mqttui.settings.connection import ConnectionSettings, Subscription
from tests.support.mosquitto import MosquittoConfig
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from tests.integration.conftest import Listen, StartMosquitto
    from tests.support.listening import Listener

LOG = (
    "log_dest topic",
    "log_dest stderr",
    "log_type information",
    *(f"log_type {kind}" for kind in ("notice", "error", "subscribe", "unsubscribe")),
)


class Seen:
    """A watch on a real broker."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._store = TopicStore()
        self.watch = BrokerWatch(self._store, Thresholds(restart_within_s=None))

    def update(self) -> BrokerWatch:
        """Take in what has come."""
        for batch in self._listener.session.drain(10_000):
            self._store.apply(batch)
        now = time.time()
        self._store.settle(now)
        status = self._listener.status
        self.watch.update(now, status.connected_at_s, self._listener.session.counters.received)
        return self.watch

    def is_there(self, client_id: str) -> bool | None:
        """Return whether a client is connected, None if nothing is known of it."""
        roster = self.update().roster
        client = None if roster is None else roster.find(client_id)
        return None if client is None else client.is_connected

    def filters_of(self, client_id: str) -> tuple[tuple[str, int | None], ...]:
        """Return what a client has subscribed to, as far as is known."""
        roster = self.update().roster
        client = None if roster is None else roster.find(client_id)
        return () if client is None else client.topic_filters


def client(name: str, port: int, topic_filter: str | None = None) -> paho.Client:
    """Return a client that connects in the background, subscribes and stays."""
    made = paho.Client(paho.CallbackAPIVersion.VERSION2, name, protocol=paho.MQTTv311)
    if topic_filter is not None:
        made.on_connect = lambda one, *_: one.subscribe(topic_filter, 1)
    made.reconnect_delay_set(1, 1)
    made.connect_async("127.0.0.1", port)
    made.loop_start()
    return made


@pytest.mark.mosquitto
def test_clients_of_a_real_broker(start_mosquitto: StartMosquitto, listen: Listen) -> None:
    """Connect, subscribe, lose, take over: the roster follows, and a fight is an alarm."""
    broker = start_mosquitto(MosquittoConfig(extra=LOG))
    listener = listen(
        ConnectionSettings(broker.host, broker.port, subscriptions=(Subscription("$SYS/#", 0),))
    )
    listener.wait_subscribed()
    seen = Seen(listener)
    clients = [client("board a", broker.port, "x/y z/#"), client("board b", broker.port)]
    try:
        wait_until(lambda: seen.is_there("board b"), "board b")
        wait_until(lambda: seen.filters_of("board a"), "the subscription of board a")
        assert seen.filters_of("board a") == (("x/y z/#", 1),)
        clients[1].disconnect()
        wait_until(lambda: seen.is_there("board b") is False, "board b to go")
        assert seen.watch.roster is not None
        gone = seen.watch.roster.find("board b")
        assert gone is not None
        assert gone.reason == "said goodbye"
        there = seen.watch.roster.find("board a")
        assert there is not None
        assert (there.protocol, there.address) == ("3.1.1", "127.0.0.1")
        # Two that fight over one id: each connection puts an end to the other.
        rivals = [client("dup", broker.port) for _ in range(2)]
        clients += rivals
        wait_until(
            lambda: any(alarm.kind is AlarmKind.TAKEOVERS for alarm in seen.update().alarms.active),
            "the alarm",
            deadline_s=60,
        )
        dup = seen.watch.roster.find("dup")
        assert dup is not None
        assert dup.takeovers >= 3
    finally:
        for each in clients:
            each.disconnect()
            each.loop_stop()
