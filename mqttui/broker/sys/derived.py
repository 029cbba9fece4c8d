"""What follows from the metrics of a broker; None where something it needs is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.broker.sys import metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.broker.sys.snapshot import Snapshot


def fan_out(snapshot: Snapshot, own_per_s: float) -> float | None:
    """Return to how many subscribers a message goes on average, without what we received.

    `own_per_s` are the messages per second that this program received, `$SYS` included.
    """
    messages_in = snapshot.rates.get(metrics.PUBLISH_IN)
    messages_out = snapshot.rates.get(metrics.PUBLISH_OUT)
    if not messages_in or messages_out is None:
        return None
    return max(0.0, messages_out - own_per_s) / messages_in


def dropped_share(snapshot: Snapshot) -> float | None:
    """Return which part of what was to be delivered was dropped, from 0 to 1."""
    dropped = snapshot.rates.get(metrics.PUBLISH_DROPPED)
    delivered = snapshot.rates.get(metrics.PUBLISH_OUT)
    if dropped is None or delivered is None:
        return None
    return dropped / (dropped + delivered) if dropped else 0.0


def backlog(snapshot: Snapshot) -> float | None:
    """Return how many messages wait for clients: stored ones that are not retained."""
    stored, retained = snapshot.fresh(metrics.STORED), snapshot.fresh(metrics.RETAINED)
    return None if stored is None or retained is None else max(0.0, stored - retained)


def average_payload_bytes(snapshot: Snapshot) -> float | None:
    """Return the mean size of what is published."""
    messages_in = snapshot.rates.get(metrics.PUBLISH_IN)
    bytes_in = snapshot.rates.get(metrics.PUBLISH_BYTES_IN)
    return bytes_in / messages_in if messages_in and bytes_in is not None else None


def connects_per_s(snapshot: Snapshot) -> float | None:
    """Return how often clients connect: counted if the broker counts it, else its average."""
    for counter in (metrics.CONNECTS, metrics.SOCKETS_OPENED):
        if counter in snapshot.rates:
            return snapshot.rates[counter]
    return snapshot.average_per_s(metrics.LOAD_CONNECTS, 1)


def slope_per_s(points: Sequence[tuple[float, float]], span_s: float) -> float | None:
    """Return the growth per second of the last `span_s`: a line through the points.

    None when there are less than three, or when they span less than half of that time.
    """
    if not points:
        return None
    since = points[-1][0] - span_s
    recent = [point for point in points if point[0] >= since]
    if len(recent) < 3 or recent[-1][0] - recent[0][0] < span_s / 2:
        return None
    mean_at = sum(at for at, _ in recent) / len(recent)
    mean = sum(value for _, value in recent) / len(recent)
    spread = sum((at - mean_at) ** 2 for at, _ in recent)
    return sum((at - mean_at) * (value - mean) for at, value in recent) / spread
