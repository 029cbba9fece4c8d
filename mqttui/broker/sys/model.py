"""Follows the `$SYS` topics in a store and knows what the broker says of itself.

Values of one tick come as separate messages in no promised order: a tick ends when nothing has
come for a moment. How fast a counter grows is measured from tick to tick. Where a broker sends
only what changed (mosquitto) the clock is its uptime, which changes with every tick: a counter
that did not come has not grown. Elsewhere each counter is its own clock.
"""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import TYPE_CHECKING

from mqttui.broker.sys import metrics
from mqttui.broker.sys.cell import Cell, number
from mqttui.broker.sys.detection import adapter_by_topic, adapter_by_version
from mqttui.broker.sys.following import SysTopics
from mqttui.broker.sys.metrics import Kind
from mqttui.broker.sys.snapshot import Reading, Snapshot
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from mqttui.broker.sys.adapter import Adapter, Source
    from mqttui.broker.sys.metrics import Metric
    from mqttui.core.node import TopicNode
    from mqttui.core.store import TopicStore

QUIET_S = 0.25
"""A tick has ended when no value has come for so long."""

SAME_TICK_S = 1.0
"""Messages on one topic that are closer than this belong to one tick."""

HOLE_S = 60.0
"""For so long mosquitto before 2.0.16 remembers a value that does not change."""

POINTS = 900
"""How many ticks are kept for charts, per metric."""

_VERSION_CHARACTERS = 80
_STALE_TICKS = 3
_LEAST_STALE_S = 5.0

Points = deque[tuple[float, float]]


class SysModel:
    """What one broker says. `look` is called often and costs little when nothing came."""

    def __init__(self, store: TopicStore) -> None:
        self._topics = SysTopics(store, self._meaning_of)
        self._adapter: Adapter | None = None
        self._version: str | None = None
        self._cells: dict[tuple[Metric, int], dict[str, Cell]] = {}
        self._points: dict[Metric, Points] = {}
        self._gaps_s: deque[float] = deque(maxlen=15)
        self._changed_at: float | None = None
        self._uptime_s: float | None = None
        self._ticked_at: float | None = None
        self._restarted_at: float | None = None
        self._ticks = 0
        self.snapshot = Snapshot()

    @property
    def unread(self) -> int:
        """How many topics with metrics are not read, because there are too many."""
        return self._topics.unread

    @property
    def adapter(self) -> Adapter | None:
        """The product's table, None while the product is not recognised."""
        return self._adapter

    def points(self, metric: Metric) -> Points:
        """Return (seconds since the epoch, value or rate) per tick, the oldest first."""
        return self._points.get(metric, deque())

    def look(self, now: float) -> bool:
        """Read what has come; return whether a tick has ended. `now` is since the epoch."""
        knew_product = self._adapter is not None
        has_news = self._read_news()
        if self._adapter is not None and not knew_product:
            has_news |= self._read_anew()
        if has_news:
            self._changed_at = now
        changed_at = self._changed_at
        if changed_at is None or now - changed_at < QUIET_S:
            return False
        self._changed_at = None
        self._end_tick(changed_at)
        return True

    def next_look_s(self, now: float) -> float | None:
        """Return in how many seconds a tick may end, None when none has begun."""
        return None if self._changed_at is None else max(0.0, self._changed_at + QUIET_S - now)

    def note_gap(self, gap_s: float) -> None:
        """Take into account that nothing was heard for `gap_s`: the connection was lost.

        A value that changed within a longer time than the broker remembers may have been missed.
        """
        for cells in self._cells.values():
            for cell in cells.values():
                cell.forget_growth()
                cell.is_stale = cell.is_stale or gap_s > HOLE_S
        self._uptime_before_gap()
        self._refresh()

    def recall(self, values: dict[str, tuple[float, float]]) -> None:
        """Take over (value, seconds since the epoch) by metric from an earlier run, as stale."""
        for name, (value, seen_at) in values.items():
            metric = metrics.BY_NAME.get(name)
            if metric is not None and metric.kind not in (Kind.AVERAGE, Kind.FACT):
                nodes = self._cells.setdefault((metric, 0), {})
                if not nodes:
                    nodes[""] = Cell(value, seen_at, is_stale=True)
        self._refresh()

    def to_remember(self) -> dict[str, tuple[float, float]]:
        """Return what `recall` takes."""
        return {
            metric.name: (reading.value, reading.seen_at)
            for metric, reading in self.snapshot.readings.items()
        }

    # Reading

    def _meaning_of(self, node: TopicNode) -> tuple[str, Source] | None:
        """Return node of the broker and source of a topic; recognise the product by the way."""
        if self._adapter is None:
            if node.path == "$SYS/broker/version" and node.last is not None:
                self._adapter = adapter_by_version(_text(node.last[1]))
            else:
                self._adapter = adapter_by_topic(node.path)
        return None if self._adapter is None else self._adapter.source(node.path)

    def _read_anew(self) -> bool:
        """Read also what came before the product was recognised."""
        self._topics.judge_anew()
        return self._read_news()

    def _read_news(self) -> bool:
        """Read the topics that have new messages; return whether there were any."""
        has_news = False
        for news in self._topics.look():
            self._read(news.node, *news.meaning)
            has_news = True
        return has_news

    def _read(self, node: TopicNode, node_name: str, source: Source) -> None:
        assert node.last is not None
        received_at, payload, _, _ = node.last
        if source.metric is metrics.VERSION:
            self._version = _version_number(payload)
            return
        value = number(payload)
        if value is None:
            return
        if source.is_summed:
            value += _sum_of_same_tick(node, received_at)
        value *= source.scale
        nodes = self._cells.setdefault((source.metric, source.window_min), {})
        if node_name and "" in nodes:
            # What was recalled from an earlier run is of the broker as a whole.
            del nodes[""]
        cell = nodes.get(node_name)
        if cell is None:
            nodes[node_name] = Cell(value, received_at)
        else:
            cell.take(value, received_at)

    # Ticks

    def _end_tick(self, at: float) -> None:
        if self._ticked_at is not None and at > self._ticked_at:
            self._gaps_s.append(at - self._ticked_at)
        self._ticked_at = at
        uptimes = self._cells.get((metrics.UPTIME, 0), {})
        uptime_s = min((cell.value for cell in uptimes.values()), default=None)
        if uptime_s is not None and self._uptime_s is not None and uptime_s < self._uptime_s:
            self._restarted(at)
        self._uptime_s = uptime_s
        is_silent = self._adapter is not None and self._adapter.reports_changes_only
        has_rates = False
        for (metric, _), nodes in self._cells.items():
            if metric.kind is not Kind.COUNTER:
                continue
            for cell in nodes.values():
                if not is_silent:
                    cell.tick(cell.seen_at)
                elif uptime_s is not None:
                    cell.tick(uptime_s)
                has_rates = has_rates or cell.rate is not None
        self._ticks += has_rates
        if not is_silent:
            self._age(at)
        self._refresh()
        for metric, value in self._levels():
            self._points.setdefault(metric, deque(maxlen=POINTS)).append((at, value))

    def _age(self, at: float) -> None:
        """Mark what a broker that repeats everything has not repeated for long."""
        before = at - self.stale_after_s()
        for nodes in self._cells.values():
            for cell in nodes.values():
                if cell.seen_at < before:
                    cell.is_stale = True
                    cell.rate = None

    def _levels(self) -> list[tuple[Metric, float]]:
        found = []
        for metric in {metric for metric, _ in self._cells}:
            value = self.snapshot.level(metric)
            if value is not None:
                found.append((metric, value))
        return found

    def _restarted(self, at: float) -> None:
        """Forget what belongs to the life of the broker that has ended."""
        self._restarted_at = at
        for key in list(self._cells):
            metric, nodes = key[0], self._cells[key]
            for cell in nodes.values():
                cell.forget_growth()
                if cell.seen_at < at - SAME_TICK_S:
                    cell.is_stale = True
            # Smoothed values and peaks are not said again before they change.
            if metric.kind in (Kind.AVERAGE, Kind.PEAK) and any(
                cell.is_stale for cell in nodes.values()
            ):
                del self._cells[key]

    def _uptime_before_gap(self) -> None:
        """A tick that had begun when the connection was lost does not end."""
        self._changed_at = None

    @property
    def _interval_s(self) -> float | None:
        return median(self._gaps_s) if len(self._gaps_s) >= 2 else None

    def stale_after_s(self) -> float:
        """Return after how many seconds without a tick the broker is taken to be silent."""
        interval_s = self._interval_s
        if interval_s is None:
            interval_s = self._adapter.interval_s if self._adapter is not None else HOLE_S
        return max(_LEAST_STALE_S, _STALE_TICKS * interval_s)

    def _refresh(self) -> None:
        readings: dict[Metric, Reading] = {}
        rates: dict[Metric, float] = {}
        averages: dict[tuple[Metric, int], Reading] = {}
        for (metric, window_min), nodes in self._cells.items():
            cells = list(nodes.values())
            seen_at = min(cell.seen_at for cell in cells)
            is_stale = any(cell.is_stale for cell in cells)
            values = [cell.value for cell in cells]
            if metric is metrics.UPTIME:
                readings[metric] = Reading(min(values), seen_at, is_stale)
            elif window_min:
                averages[metric, window_min] = Reading(sum(values) / 60, seen_at, is_stale)
            else:
                readings[metric] = Reading(sum(values), seen_at, is_stale)
                found = [cell.rate for cell in cells if cell.rate is not None]
                # A sum without one of the nodes would be too small.
                if metric.kind is Kind.COUNTER and len(found) == len(cells):
                    rates[metric] = sum(found)
        self.snapshot = Snapshot(
            product=None if self._adapter is None else self._adapter.product,
            version=self._version,
            readings=readings,
            rates=rates,
            averages=averages,
            interval_s=self._interval_s,
            ticked_at=self._ticked_at,
            restarted_at=self._restarted_at,
            ticks=self._ticks,
        )


def _sum_of_same_tick(node: TopicNode, received_at: float) -> float:
    """Return the sum of what came just before the last message of a topic."""
    entries = node.entries()
    total = 0.0
    for index in range(len(entries) - 2, -1, -1):
        seen_at, payload, _, _ = entries[index]
        if received_at - seen_at > SAME_TICK_S:
            break
        total += number(payload) or 0.0
    return total


def _text(payload: bytes) -> str:
    return printable(payload[:_VERSION_CHARACTERS].decode("utf-8", "backslashreplace").strip())


def _version_number(payload: bytes) -> str | None:
    text = _text(payload)
    return next((word for word in text.split() if word[:1].isdigit()), text) or None
