"""The metrics that brokers have in common, whatever they call them.

`$SYS` is a convention and no standard: equal names mean different things on different products.
What is here is the meaning; `adapters` say which topic of which product carries it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How a metric behaves over time."""

    FACT = "fact"
    GAUGE = "gauge"
    PEAK = "peak"
    """The highest value so far."""
    COUNTER = "counter"
    """Grows from the start of the broker; its growth per second is what matters."""
    AVERAGE = "average"
    """Per minute, smoothed by the broker over 1, 5 or 15 minutes."""


@dataclass(frozen=True, slots=True)
class Metric:
    """`name` is stable (JSON, Prometheus, memory); `label` is for people; `unit` may be empty."""

    name: str
    label: str
    unit: str
    kind: Kind


VERSION = Metric("broker.version", "version", "", Kind.FACT)
UPTIME = Metric("broker.uptime", "uptime", "s", Kind.GAUGE)

CLIENTS_CONNECTED = Metric("clients.connected", "clients connected", "", Kind.GAUGE)
CLIENTS_OFFLINE = Metric("clients.offline", "sessions offline", "", Kind.GAUGE)
CLIENTS_SESSIONS = Metric("clients.sessions", "sessions", "", Kind.GAUGE)
CLIENTS_PEAK = Metric("clients.peak", "sessions at most", "", Kind.PEAK)
CLIENTS_EXPIRED = Metric("clients.expired", "sessions expired", "", Kind.COUNTER)
CONNECTS = Metric("clients.connects", "connects", "", Kind.COUNTER)
DISCONNECTS = Metric("clients.disconnects", "disconnects", "", Kind.COUNTER)
SOCKETS_OPENED = Metric("net.sockets_opened", "TCP connections opened", "", Kind.COUNTER)

PUBLISH_IN = Metric("publish.in", "messages in", "", Kind.COUNTER)
PUBLISH_OUT = Metric("publish.out", "messages out", "", Kind.COUNTER)
PUBLISH_DROPPED = Metric("publish.dropped", "messages dropped", "", Kind.COUNTER)
PUBLISH_UNROUTED = Metric("publish.unrouted", "messages without subscriber", "", Kind.COUNTER)
PUBLISH_BYTES_IN = Metric("publish.bytes_in", "payload in", "B", Kind.COUNTER)
PUBLISH_BYTES_OUT = Metric("publish.bytes_out", "payload out", "B", Kind.COUNTER)
PACKETS_IN = Metric("packets.in", "packets in", "", Kind.COUNTER)
PACKETS_OUT = Metric("packets.out", "packets out", "", Kind.COUNTER)
BYTES_IN = Metric("net.bytes_in", "bytes in", "B", Kind.COUNTER)
BYTES_OUT = Metric("net.bytes_out", "bytes out", "B", Kind.COUNTER)
AUTH_FAILURES = Metric("auth.failures", "logins refused", "", Kind.COUNTER)
ACL_DENIED = Metric("acl.denied", "actions refused", "", Kind.COUNTER)

RETAINED = Metric("retained.count", "retained messages", "", Kind.GAUGE)
STORED = Metric("store.count", "messages stored", "", Kind.GAUGE)
STORED_BYTES = Metric("store.bytes", "payload stored", "B", Kind.GAUGE)
INFLIGHT = Metric("inflight.count", "messages in flight", "", Kind.GAUGE)
QUEUED_PACKETS = Metric("outqueue.packets", "packets waiting", "", Kind.GAUGE)
QUEUED_BYTES = Metric("outqueue.bytes", "bytes waiting", "B", Kind.GAUGE)
SUBSCRIPTIONS = Metric("subs.count", "subscriptions", "", Kind.GAUGE)
SHARED_SUBSCRIPTIONS = Metric("subs.shared", "shared subscriptions", "", Kind.GAUGE)
TOPICS = Metric("topics.count", "topics", "", Kind.GAUGE)

MEMORY = Metric("mem.used", "memory", "B", Kind.GAUGE)
MEMORY_PEAK = Metric("mem.peak", "memory at most", "B", Kind.PEAK)
CPU = Metric("cpu.percent", "CPU", "%", Kind.GAUGE)
CPU_PEAK = Metric("cpu.peak", "CPU at most", "%", Kind.PEAK)
THREADS = Metric("proc.threads", "threads", "", Kind.GAUGE)

LOAD_PUBLISH_IN = Metric("load.publish_in", "messages in", "", Kind.AVERAGE)
LOAD_PUBLISH_OUT = Metric("load.publish_out", "messages out", "", Kind.AVERAGE)
LOAD_DROPPED = Metric("load.publish_dropped", "messages dropped", "", Kind.AVERAGE)
LOAD_PACKETS_IN = Metric("load.packets_in", "packets in", "", Kind.AVERAGE)
LOAD_PACKETS_OUT = Metric("load.packets_out", "packets out", "", Kind.AVERAGE)
LOAD_BYTES_IN = Metric("load.bytes_in", "bytes in", "B", Kind.AVERAGE)
LOAD_BYTES_OUT = Metric("load.bytes_out", "bytes out", "B", Kind.AVERAGE)
LOAD_CONNECTS = Metric("load.connects", "connects", "", Kind.AVERAGE)
LOAD_SOCKETS = Metric("load.sockets", "TCP connections", "", Kind.AVERAGE)

METRICS = tuple(each for each in list(globals().values()) if isinstance(each, Metric))
"""Every metric, in the order in which they are listed."""

BY_NAME = {metric.name: metric for metric in METRICS}
