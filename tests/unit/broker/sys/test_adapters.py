"""Every topic of the recorded and documented brokers has a meaning, and the right one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mqttui.broker.sys import metrics
from mqttui.broker.sys.adapters.aedes import AEDES
from mqttui.broker.sys.adapters.amqtt import AMQTT
from mqttui.broker.sys.adapters.emqx import EMQX
from mqttui.broker.sys.adapters.hivemq import HIVEMQ
from mqttui.broker.sys.adapters.mochi import MOCHI
from mqttui.broker.sys.adapters.mosquitto import MOSQUITTO
from mqttui.broker.sys.adapters.nanomq import NANOMQ
from mqttui.broker.sys.adapters.vernemq import VERNEMQ
from mqttui.broker.sys.detection import ADAPTERS, adapter_by_topic, adapter_by_version

if TYPE_CHECKING:
    from mqttui.broker.sys.adapter import Adapter

DUMPS = Path(__file__).parents[3] / "data" / "sys"


def topics_of(dump: Path) -> list[str]:
    """Return the topics of a recorded dump: lines of `topic | first | last | …`."""
    lines = dump.read_text().splitlines()
    return [line.split(" | ")[0] for line in lines if line.startswith("$SYS/")]


@pytest.mark.parametrize("dump", sorted(DUMPS.iterdir()), ids=lambda dump: dump.stem)
def test_every_recorded_topic_of_mosquitto_has_a_meaning(dump: Path) -> None:
    """Nothing that mosquitto 1.4, 2.0 or 2.1 says is unknown, but for its log."""
    topics = [topic for topic in topics_of(dump) if "/log/" not in topic]
    assert len(topics) > 50
    for topic in topics:
        place = MOSQUITTO.place(topic)
        assert place is not None
        assert MOSQUITTO.source(topic) or place[1] in MOSQUITTO.ignored, topic
    found = [source for topic in topics if (source := MOSQUITTO.source(topic))]
    names = {source.metric.name for _, source in found}
    assert {"publish.in", "publish.dropped", "clients.connected", "mem.used"} <= names


@pytest.mark.parametrize(
    ("topic", "adapter", "node", "metric"),
    [
        ("$SYS/broker/retained messages/count", MOSQUITTO, "", metrics.RETAINED),
        ("$SYS/broker/load/publish/dropped/15min", MOSQUITTO, "", metrics.LOAD_DROPPED),
        ("$SYS/broker/load/bytes/received", AMQTT, "", metrics.BYTES_IN),
        ("$SYS/broker/load/bytes/received/1min", MOSQUITTO, "", metrics.LOAD_BYTES_IN),
        ("$SYS/ab1/messages/publish/sent", AEDES, "ab1", metrics.PUBLISH_IN),
        (
            "$SYS/brokers/emqx@10.0.0.1/metrics/messages/dropped/no_subscribers",
            EMQX,
            "emqx@10.0.0.1",
            metrics.PUBLISH_UNROUTED,
        ),
        (
            "$SYS/VerneMQ@127.0.0.1/queue/message/drop",
            VERNEMQ,
            "VerneMQ@127.0.0.1",
            metrics.PUBLISH_DROPPED,
        ),
        ("$SYS/broker/messages/publish/dropped", HIVEMQ, "", metrics.PUBLISH_DROPPED),
        ("$SYS/broker/messages/received", MOCHI, "", metrics.PUBLISH_IN),
        ("$SYS/broker/messages/received", MOSQUITTO, "", metrics.PACKETS_IN),
    ],
)
def test_equal_names_mean_what_the_product_means(
    topic: str, adapter: Adapter, node: str, metric: metrics.Metric
) -> None:
    """The same topic is another metric on another broker."""
    found = adapter.source(topic)
    assert found is not None
    assert (found[0], found[1].metric) == (node, metric)


@pytest.mark.parametrize(
    ("version", "adapter"),
    [
        ("mosquitto version 2.0.11", MOSQUITTO),
        ("aMQTT version 0.12.1", AMQTT),
        ("HBMQTT version 0.9", AMQTT),
        ("HiveMQ 4.9", HIVEMQ),
        ("2.7.9", MOCHI),
        ("something else", None),
        ("", None),
    ],
)
def test_a_version_names_the_product(version: str, adapter: Adapter | None) -> None:
    """mochi is the one that says a number only; what nobody knows stays unknown."""
    assert adapter_by_version(version) is adapter


@pytest.mark.parametrize(
    ("topic", "adapter"),
    [
        ("$SYS/broker/heap/current", MOSQUITTO),
        ("$SYS/broker/log/N", MOSQUITTO),
        ("$SYS/brokers", EMQX),
        ("$SYS/brokers/emqx@127.0.0.1/version", EMQX),
        ("$SYS/brokers/connected", NANOMQ),
        ("$SYS/brokers/disconnected", NANOMQ),
        ("$SYS/VerneMQ@127.0.0.1/mqtt/publish/received", VERNEMQ),
        ("$SYS/c0ffee-12/memory/heap/current", AEDES),
        ("$SYS/c0ffee-12/new/clients", AEDES),
        ("$SYS/broker/packets/received", MOCHI),
        ("$SYS/broker/cpu/percent", AMQTT),
        # Everybody has it.
        ("$SYS/broker/uptime", None),
        ("$SYS/broker/new/clients", None),
    ],
)
def test_a_topic_that_only_one_product_has_names_it(topic: str, adapter: Adapter | None) -> None:
    """Without a version the shape of the topics tells."""
    assert adapter_by_topic(topic) is adapter


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.product)
def test_no_adapter_takes_what_is_not_its_own(adapter: Adapter) -> None:
    """Topics outside of `$SYS`, too short ones and hostile ones carry no metric."""
    for topic in (
        "",
        "$SYS",
        "$SYS/",
        "$SYS/broker",
        "broker/uptime",
        "$SYSX/broker/uptime",
        "$SYS/broker/",
        "$SYS//uptime/x",
    ):
        assert adapter.source(topic) is None, topic
