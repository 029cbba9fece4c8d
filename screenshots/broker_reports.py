"""What a mosquitto says of itself while the simulated class publishes."""

from __future__ import annotations

import math

INTERVAL_S = 2.0


def reports(number: int) -> dict[str, str]:
    """Return the values of one report by the rest of their topic below `$SYS/broker/`."""
    at_s = INTERVAL_S * number
    busy = 1 + 0.3 * math.sin(at_s / 9)
    received = 184_200 + round(96 * at_s + 260 * math.sin(at_s / 9))
    values: dict[str, object] = {
        "version": "mosquitto version 2.0.11",
        "uptime": f"{1_036_800 + round(at_s)} seconds",
        "clients/connected": 21 + (at_s > 20) + (at_s > 44),
        "clients/total": 25,
        "clients/maximum": 31,
        "publish/messages/received": received,
        "publish/messages/sent": 4 * received + 512,
        "publish/bytes/received": 92 * received,
        "bytes/received": 131 * received,
        "bytes/sent": 540 * received,
        "heap/current": 1_840_000 + round(9_000 * busy),
        "heap/maximum": 2_310_000,
        "retained messages/count": 118,
        "store/messages/count": 131,
        "subscriptions/count": 64,
        "load/publish/received/1min": f"{5_760 * busy:.2f}",
        "load/publish/received/5min": "5710.20",
        "load/publish/received/15min": "5544.91",
    }
    if not number:
        values["publish/messages/dropped"] = 17
    return {name: str(value) for name, value in values.items()}
