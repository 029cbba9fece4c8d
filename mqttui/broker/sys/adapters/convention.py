"""Names of the old convention for `$SYS` with the meaning that most products give them."""

from __future__ import annotations

from mqttui.broker.sys import metrics
from mqttui.broker.sys.adapter import Source

COMMON = {
    "version": Source(metrics.VERSION),
    "uptime": Source(metrics.UPTIME),
    "clients/connected": Source(metrics.CLIENTS_CONNECTED),
    "clients/disconnected": Source(metrics.CLIENTS_OFFLINE),
    "clients/total": Source(metrics.CLIENTS_SESSIONS),
    "clients/maximum": Source(metrics.CLIENTS_PEAK),
}

TOTAL_BYTES = {
    "load/bytes/received": Source(metrics.BYTES_IN),
    "load/bytes/sent": Source(metrics.BYTES_OUT),
}
"""Totals, though they are called a load."""
