"""The `$SYS` topics of the embedded broker."""

from __future__ import annotations

import mqttui
from mqttui.demo.broker.sys_tree import SysTree
from tests.support.wire_client import Bench, WireClient, publish_packet


def _values(client: WireClient) -> dict[str, str]:
    return {topic.decode()[12:]: payload.decode() for _, topic, payload in client.publishes()}


def test_the_numbers_are_those_of_the_broker() -> None:
    """Clients, subscriptions, messages, drops and retained messages as they were counted."""
    bench = Bench()
    tree = SysTree(bench.hub)
    watcher, slow = bench.connected("watcher"), bench.connected("slow")
    watcher.subscribe("$SYS/#")
    slow.subscribe("a")
    slow.connection.pause_writing()
    bench.connected("sleeper", is_clean=False).vanish()
    slow.send(publish_packet(b"a", b"12345") + publish_packet(b"kept", b"123", flags=1))
    bench.clock.now_s += 7.5
    tree.publish()
    bench.flush()
    values = _values(watcher)
    assert values["version"] == f"mqttui embedded broker {mqttui.__version__}"
    assert values["uptime"] == "7 seconds"
    assert values["clients/connected"] == values["clients/active"] == "2"
    assert values["clients/disconnected"] == values["clients/inactive"] == "1"
    assert values["clients/total"] == values["clients/maximum"] == "3"
    assert values["subscriptions/count"] == "2"
    assert values["shared_subscriptions/count"] == "0"
    assert values["publish/messages/received"] == "2"
    assert values["publish/bytes/received"] == "8"
    assert values["publish/messages/dropped"] == "1"
    assert values["messages/received"] == "7"
    assert values["retained messages/count"] == "1"
    # Two publishes in 7.5 s are 16 per minute; the average moves towards that.
    assert 0 < float(values["load/publish/received/1min"]) < 16


def test_only_what_changed_is_published_again() -> None:
    """A tick later only time and the counts of the last tick have moved."""
    bench = Bench()
    tree = SysTree(bench.hub)
    watcher = bench.connected("watcher")
    watcher.subscribe("$SYS/#")
    tree.publish()
    bench.flush()
    assert len(_values(watcher)) > 20
    bench.clock.now_s += 1
    tree.publish()
    bench.flush()
    values = _values(watcher)
    assert values["uptime"] == "1 seconds"
    assert "version" not in values
    assert "clients/connected" not in values


def test_later_subscribers_get_the_tree_and_others_do_not() -> None:
    """The values are retained, and `#` does not match them."""
    bench = Bench()
    SysTree(bench.hub).publish()
    late = bench.connected("late")
    assert late.subscribe("#") == []
    assert len(late.subscribe("$SYS/broker/uptime")) == 1
