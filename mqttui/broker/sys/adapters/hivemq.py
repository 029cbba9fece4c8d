"""HiveMQ with its `$SYS` extension: the old convention's names, every 60 s.

`load/bytes/*` are totals; the other `load/*` are mosquitto's averages per minute.
"""

from __future__ import annotations

from mqttui.broker.sys import metrics
from mqttui.broker.sys.adapter import Adapter, Root, Source, averages
from mqttui.broker.sys.adapters.convention import COMMON, TOTAL_BYTES

HIVEMQ = Adapter(
    "HiveMQ",
    Root.BROKER,
    {
        **COMMON,
        **TOTAL_BYTES,
        "messages/received": Source(metrics.PACKETS_IN),
        "messages/sent": Source(metrics.PACKETS_OUT),
        "messages/publish/received": Source(metrics.PUBLISH_IN),
        "messages/publish/sent": Source(metrics.PUBLISH_OUT),
        "messages/publish/dropped": Source(metrics.PUBLISH_DROPPED),
        "messages/retained/count": Source(metrics.RETAINED),
        "subscriptions/count": Source(metrics.SUBSCRIPTIONS),
        **averages(metrics.LOAD_PACKETS_IN, "load/messages/received"),
        **averages(metrics.LOAD_PACKETS_OUT, "load/messages/sent"),
        **averages(metrics.LOAD_PUBLISH_IN, "load/publish/received"),
        **averages(metrics.LOAD_PUBLISH_OUT, "load/publish/sent"),
        **averages(metrics.LOAD_DROPPED, "load/publish/dropped"),
        **averages(metrics.LOAD_CONNECTS, "load/connections"),
    },
    ignored=frozenset({"time"}),
    interval_s=60.0,
)
