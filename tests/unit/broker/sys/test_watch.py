"""A broker is watched over connections, silences and runs."""

from __future__ import annotations

import json

from mqttui.broker.sys import metrics
from mqttui.broker.sys.alarms import AlarmKind
from mqttui.broker.sys.model import QUIET_S
from mqttui.broker.sys.watch import LOOK_INTERVAL_S, BrokerWatch, readings_of_json
from mqttui.core.store import TopicStore
from mqttui.settings.alarm_thresholds import Thresholds

START = 1_795_000_000.0


class Watched:
    """A watch on a broker that a test lets speak."""

    def __init__(self, remembered: object = None) -> None:
        self.store = TopicStore()
        self.watch = BrokerWatch(self.store, Thresholds(), remembered)
        self.now = START
        self.connected_at_s: float | None = 1.0
        self.received = 0

    def tick(self, uptime: int, **values: int) -> list[AlarmKind]:
        """Let a second pass, the broker speak, and return the alarms that were raised."""
        self.now += 1
        said = {"version": "mosquitto version 2.0.11", "uptime": f"{uptime} seconds"}
        said |= {name.replace("__", "/"): str(value) for name, value in values.items()}
        self.received += len(said)
        self.store.apply_messages(
            [
                (f"$SYS/broker/{name}".encode(), text.encode(), 0, None)
                for name, text in said.items()
            ],
            self.now,
        )
        self.store.settle(self.now)
        return [*self.look(), *self.look(QUIET_S)]

    def look(self, later_s: float = 0.0) -> list[AlarmKind]:
        """Look, without that anything new came."""
        raised = self.watch.update(self.now + later_s, self.connected_at_s, self.received)
        return [alarm.kind for alarm in raised]

    def listen(self, seconds: int) -> list[AlarmKind]:
        """Look once a second, while nothing comes."""
        raised = []
        for _ in range(seconds):
            self.now += 1
            raised += self.look()
        return raised


def test_what_is_wrong_is_told_once() -> None:
    """A restart is raised with the tick that shows it and stays active while it is told."""
    watched = Watched()
    watched.tick(100)
    assert watched.tick(101) == []
    assert watched.tick(1) == [AlarmKind.RESTARTED]
    assert watched.tick(2) == []
    assert [alarm.kind for alarm in watched.watch.alarms.active] == [AlarmKind.RESTARTED]


def test_silence_is_noticed_without_a_tick_and_ends_with_one() -> None:
    """Nothing comes, so time alone must raise it; other alarms stay as they are."""
    watched = Watched()
    for uptime in (100, 101, 102, 1):
        watched.tick(uptime)
    assert watched.listen(4) == []
    assert watched.listen(2) == [AlarmKind.SILENT]
    version = watched.watch.version
    assert watched.look(LOOK_INTERVAL_S / 2) == []
    assert watched.watch.version == version
    assert len(watched.watch.alarms.active) == 2
    watched.tick(9)
    assert AlarmKind.SILENT not in [alarm.kind for alarm in watched.watch.alarms.active]


def test_a_broker_that_is_not_connected_is_not_silent() -> None:
    """While the connection is lost nobody listens; after it the broker gets its time."""
    watched = Watched()
    for uptime in (100, 101, 102):
        watched.tick(uptime)
    watched.connected_at_s = None
    watched.now += 100
    assert watched.look() == []
    watched.connected_at_s = 101.0
    assert watched.look() == []
    assert watched.watch.snapshot.readings[metrics.UPTIME].is_stale
    assert watched.listen(4) == []
    assert watched.listen(3) == [AlarmKind.SILENT]


def test_a_broker_to_which_nobody_listened_is_not_silent() -> None:
    """While an editor has the terminal no frame is drawn; what came is looked at afterwards."""
    watched = Watched()
    for uptime in (100, 101, 102):
        watched.tick(uptime)
    watched.now += 60
    assert watched.look() == []
    assert watched.listen(4) == []
    assert watched.listen(3) == [AlarmKind.SILENT]


def test_our_own_share_is_measured_per_tick() -> None:
    """What this program receives is counted between ticks, for the fan-out without it."""
    watched = Watched()
    watched.tick(100)
    watched.received += 98
    watched.tick(101)
    assert watched.watch.own_per_s == 100


def test_what_was_seen_last_outlives_the_run() -> None:
    """The memory goes through JSON and comes back as old values; nonsense is left out."""
    watched = Watched()
    watched.tick(100, clients__connected=7)
    remembered = json.loads(json.dumps(watched.watch.to_remember()))
    again = Watched(remembered).watch.snapshot
    assert again.value(metrics.CLIENTS_CONNECTED) == 7
    assert again.fresh(metrics.CLIENTS_CONNECTED) is None
    for nonsense in (None, 7, [], {"a": 1}, {"a": [1]}, {"a": [1, "x"]}, {"a": [True, 1]}):
        assert readings_of_json(nonsense) == {}
