"""VerneMQ: `$SYS/<node>/`, the names of its metrics with slashes for underscores, every 20 s.

Labels are left out: the counts of MQTT 3.1.1 and of MQTT 5 come on the same topic, one after the
other, and belong together.
"""

from __future__ import annotations

from mqttui.broker.sys import metrics
from mqttui.broker.sys.adapter import Adapter, Root, Source

VERNEMQ = Adapter(
    "VerneMQ",
    Root.NODE,
    {
        "system/wallclock": Source(metrics.UPTIME, scale=0.001),
        "total/active/connections": Source(metrics.CLIENTS_CONNECTED),
        "queue/processes": Source(metrics.CLIENTS_SESSIONS),
        "socket/open": Source(metrics.SOCKETS_OPENED),
        "socket/close": Source(metrics.DISCONNECTS),
        "bytes/received": Source(metrics.BYTES_IN),
        "bytes/sent": Source(metrics.BYTES_OUT),
        "mqtt/publish/received": Source(metrics.PUBLISH_IN, is_summed=True),
        "mqtt/publish/sent": Source(metrics.PUBLISH_OUT, is_summed=True),
        "mqtt/publish/auth/error": Source(metrics.ACL_DENIED, is_summed=True),
        "queue/message/drop": Source(metrics.PUBLISH_DROPPED),
        "queue/message/unhandled": Source(metrics.PUBLISH_UNROUTED),
        "retain/messages": Source(metrics.RETAINED),
        "retain/memory": Source(metrics.STORED_BYTES),
        "router/subscriptions": Source(metrics.SUBSCRIPTIONS),
        "vm/memory/total": Source(metrics.MEMORY),
        "system/utilization": Source(metrics.CPU),
    },
    interval_s=20.0,
)
