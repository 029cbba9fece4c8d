"""mosquitto 1.1 to 2.1: values are sent when they change, with the uptime once per tick.

From 1.6 to 2.0.15 an unchanged value is forgotten after 60 s and is missing for whoever subscribes
later. `load/*` are exponential averages per minute. `messages/*` count packets of every kind.
"""

from __future__ import annotations

from mqttui.broker.sys import metrics
from mqttui.broker.sys.adapter import Adapter, Root, Source, averages
from mqttui.broker.sys.adapters.convention import COMMON

LOAD = (
    averages(metrics.LOAD_PACKETS_IN, "load/messages/received")
    | averages(metrics.LOAD_PACKETS_OUT, "load/messages/sent")
    | averages(metrics.LOAD_PUBLISH_IN, "load/publish/received")
    | averages(metrics.LOAD_PUBLISH_OUT, "load/publish/sent")
    | averages(metrics.LOAD_DROPPED, "load/publish/dropped")
    | averages(metrics.LOAD_BYTES_IN, "load/bytes/received")
    | averages(metrics.LOAD_BYTES_OUT, "load/bytes/sent")
    | averages(metrics.LOAD_CONNECTS, "load/connections")
    | averages(metrics.LOAD_SOCKETS, "load/sockets")
)

MOSQUITTO = Adapter(
    "mosquitto",
    Root.BROKER,
    {
        **COMMON,
        "clients/expired": Source(metrics.CLIENTS_EXPIRED),
        "connections/socket/count": Source(metrics.SOCKETS_OPENED),
        "bytes/received": Source(metrics.BYTES_IN),
        "bytes/sent": Source(metrics.BYTES_OUT),
        "messages/received": Source(metrics.PACKETS_IN),
        "messages/sent": Source(metrics.PACKETS_OUT),
        "publish/messages/received": Source(metrics.PUBLISH_IN),
        "publish/messages/sent": Source(metrics.PUBLISH_OUT),
        "publish/messages/dropped": Source(metrics.PUBLISH_DROPPED),
        # Up to version 1.1.
        "messages/dropped": Source(metrics.PUBLISH_DROPPED),
        "publish/bytes/received": Source(metrics.PUBLISH_BYTES_IN),
        "publish/bytes/sent": Source(metrics.PUBLISH_BYTES_OUT),
        "retained messages/count": Source(metrics.RETAINED),
        "store/messages/count": Source(metrics.STORED),
        # The name of store/messages/count up to 1.4.
        "messages/stored": Source(metrics.STORED),
        "store/messages/bytes": Source(metrics.STORED_BYTES),
        "packet/out/count": Source(metrics.QUEUED_PACKETS),
        "packet/out/bytes": Source(metrics.QUEUED_BYTES),
        "subscriptions/count": Source(metrics.SUBSCRIPTIONS),
        "shared_subscriptions/count": Source(metrics.SHARED_SUBSCRIPTIONS),
        "heap/current": Source(metrics.MEMORY),
        "heap/current size": Source(metrics.MEMORY),
        "heap/maximum": Source(metrics.MEMORY_PEAK),
        "heap/maximum size": Source(metrics.MEMORY_PEAK),
        **LOAD,
    },
    # Old names of clients/connected and clients/disconnected, and when it was compiled.
    ignored=frozenset({"clients/active", "clients/inactive", "timestamp"}),
    reports_changes_only=True,
)
