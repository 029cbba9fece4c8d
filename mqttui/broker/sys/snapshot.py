"""What is known of a broker at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mqttui.broker.sys.metrics import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mqttui.broker.sys.metrics import Metric


@dataclass(frozen=True, slots=True)
class Reading:
    """A number that the broker said, in the unit of its metric.

    `seen_at` is when it came (seconds since the epoch). `is_stale`: it may have changed since
    without our hearing of it.
    """

    value: float
    seen_at: float
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a broker says now; what is absent from the mappings is unknown.

    `readings` are the newest values, `rates` the growth of counters per second over the last tick,
    `averages` what the broker has averaged itself, per second, by metric and minutes.
    `interval_s` is the time between two ticks as observed, `ticked_at` the time of the last
    one, `restarted_at` when the uptime was seen to fall. `ticks` counts ticks with rates.
    """

    product: str | None = None
    version: str | None = None
    readings: Mapping[Metric, Reading] = field(default_factory=dict)
    rates: Mapping[Metric, float] = field(default_factory=dict)
    averages: Mapping[tuple[Metric, int], Reading] = field(default_factory=dict)
    interval_s: float | None = None
    ticked_at: float | None = None
    restarted_at: float | None = None
    ticks: int = 0

    def value(self, metric: Metric) -> float | None:
        """Return the newest value, None when it is unknown."""
        reading = self.readings.get(metric)
        return None if reading is None else reading.value

    def fresh(self, metric: Metric) -> float | None:
        """Return the newest value, None when it is unknown or stale."""
        reading = self.readings.get(metric)
        return None if reading is None or reading.is_stale else reading.value

    def level(self, metric: Metric) -> float | None:
        """Return what to draw over time: the rate of a counter, the value of anything else."""
        return self.rates.get(metric) if metric.kind is Kind.COUNTER else self.fresh(metric)

    def average_per_s(self, metric: Metric, minutes: int) -> float | None:
        """Return the broker's own average per second over 1, 5 or 15 minutes."""
        reading = self.averages.get((metric, minutes))
        return None if reading is None else reading.value

    def tick_age_s(self, now: float) -> float | None:
        """Return how long ago the broker was heard last, None when it never was."""
        return None if self.ticked_at is None else max(0.0, now - self.ticked_at)
