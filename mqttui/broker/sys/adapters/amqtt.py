"""amqtt 0.11 and later (and hbmqtt): mosquitto's names, in part with other meanings.

`clients/disconnected` counts disconnects since the start, `load/bytes/*` are totals and no
averages, `clients/maximum` is the present number, `heap/*` is in MiB.
"""

from __future__ import annotations

from mqttui.broker.sys import metrics
from mqttui.broker.sys.adapter import Adapter, Root, Source

_MIB = 2.0**20

AMQTT = Adapter(
    "aMQTT",
    Root.BROKER,
    {
        "version": Source(metrics.VERSION),
        "uptime": Source(metrics.UPTIME),
        "clients/connected": Source(metrics.CLIENTS_CONNECTED),
        "clients/disconnected": Source(metrics.DISCONNECTS),
        "load/bytes/received": Source(metrics.BYTES_IN),
        "load/bytes/sent": Source(metrics.BYTES_OUT),
        "messages/received": Source(metrics.PACKETS_IN),
        "messages/sent": Source(metrics.PACKETS_OUT),
        "messages/publish/received": Source(metrics.PUBLISH_IN),
        "messages/publish/sent": Source(metrics.PUBLISH_OUT),
        "messages/inflight": Source(metrics.INFLIGHT),
        "messages/inflight/stored": Source(metrics.STORED),
        "messages/retained/count": Source(metrics.RETAINED),
        "messages/subscriptions/count": Source(metrics.SUBSCRIPTIONS),
        "heap/size": Source(metrics.MEMORY, scale=_MIB),
        "heap/maximum": Source(metrics.MEMORY_PEAK, scale=_MIB),
        "cpu/percent": Source(metrics.CPU),
        "cpu/maximum": Source(metrics.CPU_PEAK),
    },
    ignored=frozenset(
        {
            "uptime/formatted",
            "time",
            # Connected clients and all disconnects together say nothing.
            "clients/total",
            "clients/maximum",
            "messages/inflight/in",
            "messages/inflight/out",
        }
    ),
    interval_s=20.0,
)
