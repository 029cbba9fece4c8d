"""mochi-mqtt, a broker inside of other programs: `$SYS/broker/`, every second, all retained."""

from __future__ import annotations

from mqttui.broker.sys import metrics
from mqttui.broker.sys.adapter import Adapter, Root, Source
from mqttui.broker.sys.adapters.convention import COMMON, TOTAL_BYTES

MOCHI = Adapter(
    "mochi",
    Root.BROKER,
    {
        **COMMON,
        **TOTAL_BYTES,
        "packets/received": Source(metrics.PACKETS_IN),
        "packets/sent": Source(metrics.PACKETS_OUT),
        "messages/received": Source(metrics.PUBLISH_IN),
        "messages/sent": Source(metrics.PUBLISH_OUT),
        "messages/dropped": Source(metrics.PUBLISH_DROPPED),
        "messages/inflight": Source(metrics.INFLIGHT),
        "retained": Source(metrics.RETAINED),
        "subscriptions": Source(metrics.SUBSCRIPTIONS),
        "system/memory": Source(metrics.MEMORY),
        "system/threads": Source(metrics.THREADS),
    },
    ignored=frozenset({"time", "started"}),
    interval_s=1.0,
)
