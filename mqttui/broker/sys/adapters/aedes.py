"""aedes with aedes-stats: `$SYS/<id of the broker>/`.

`clients/total` are the connected ones; `messages/publish/sent` counts what clients have sent to
the broker. `memory/heap/maximum` is the size of the heap of node.
"""

from __future__ import annotations

from mqttui.broker.sys import metrics
from mqttui.broker.sys.adapter import Adapter, Root, Source

AEDES = Adapter(
    "aedes",
    Root.NODE,
    {
        "uptime": Source(metrics.UPTIME),
        "clients/total": Source(metrics.CLIENTS_CONNECTED),
        "clients/maximum": Source(metrics.CLIENTS_PEAK),
        "messages/publish/sent": Source(metrics.PUBLISH_IN),
        "memory/heap/current": Source(metrics.MEMORY),
        "memory/heap/maximum": Source(metrics.MEMORY_PEAK),
        "cpu/usage": Source(metrics.CPU),
    },
    ignored=frozenset(
        {
            "time",
            "heartbeat",
            "birth",
            "new/clients",
            "disconnect/clients",
            "new/subscribes",
            "new/unsubscribes",
            # The load of the machine, not of the broker.
            "cpu/avg/last/1",
            "cpu/avg/last/5",
            "cpu/avg/last/15",
        }
    ),
    interval_s=1.0,
)
