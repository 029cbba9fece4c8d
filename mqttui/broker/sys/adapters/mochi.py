"""mochi-mqtt, a broker inside of other programs: `$SYS/broker/`, every second, all retained."""

from __future__ import annotations

from mqttui.broker.sys import metrics
from mqttui.broker.sys.adapter import Adapter, Root, Source

MOCHI = Adapter(
    "mochi",
    Root.BROKER,
    {
        "version": Source(metrics.VERSION),
        "uptime": Source(metrics.UPTIME),
        "clients/connected": Source(metrics.CLIENTS_CONNECTED),
        "clients/disconnected": Source(metrics.CLIENTS_OFFLINE),
        "clients/total": Source(metrics.CLIENTS_SESSIONS),
        "clients/maximum": Source(metrics.CLIENTS_PEAK),
        "load/bytes/received": Source(metrics.BYTES_IN),
        "load/bytes/sent": Source(metrics.BYTES_OUT),
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
