"""EMQX 4 and 5: `$SYS/brokers/<node>/`, once per minute, the uptime every 30 s in milliseconds.

`connections` are sessions, `live_connections` those that are connected. What was dropped because
nobody had subscribed is counted apart from what a client could not take.
"""

from __future__ import annotations

from mqttui.broker.sys import metrics
from mqttui.broker.sys.adapter import Adapter, Root, Source

EMQX = Adapter(
    "EMQX",
    Root.BROKERS_NODE,
    {
        "version": Source(metrics.VERSION),
        "uptime": Source(metrics.UPTIME, scale=0.001),
        "stats/live_connections/count": Source(metrics.CLIENTS_CONNECTED),
        "stats/connections/count": Source(metrics.CLIENTS_SESSIONS),
        "stats/connections/max": Source(metrics.CLIENTS_PEAK),
        "stats/subscriptions/count": Source(metrics.SUBSCRIPTIONS),
        "stats/subscriptions/shared/count": Source(metrics.SHARED_SUBSCRIPTIONS),
        "stats/topics/count": Source(metrics.TOPICS),
        "stats/retained/count": Source(metrics.RETAINED),
        "metrics/bytes/received": Source(metrics.BYTES_IN),
        "metrics/bytes/sent": Source(metrics.BYTES_OUT),
        "metrics/packets/received": Source(metrics.PACKETS_IN),
        "metrics/packets/sent": Source(metrics.PACKETS_OUT),
        "metrics/messages/received": Source(metrics.PUBLISH_IN),
        "metrics/messages/sent": Source(metrics.PUBLISH_OUT),
        "metrics/delivery/dropped": Source(metrics.PUBLISH_DROPPED),
        "metrics/messages/dropped/no_subscribers": Source(metrics.PUBLISH_UNROUTED),
        "metrics/client/connected": Source(metrics.CONNECTS),
        "metrics/client/disconnected": Source(metrics.DISCONNECTS),
        "metrics/authentication/failure": Source(metrics.AUTH_FAILURES),
        "metrics/authorization/deny": Source(metrics.ACL_DENIED),
    },
    ignored=frozenset({"datetime", "sysdescr"}),
    interval_s=60.0,
)
