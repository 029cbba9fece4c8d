"""Who sends most: counted traffic as a ranking whose rows keep their places."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from mqttui.core.order import exact_rate_step, rate_step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mqttui.core.node import TopicNode
    from mqttui.core.traffic_meter import Traffic, TrafficMeter
    from mqttui.core.traffic_window import Window

SHORTEST_SPAN_S = 1.0
"""A rate over less than this is not known."""

HELD_STEPS = 0.8
"""How far a rate may leave its step before its row moves; half a step would be no hold at all."""

_PATH_CHARACTERS = 200


class Measure(Enum):
    """What makes a topic busy."""

    MESSAGES = "messages"
    BYTES = "bytes"


class Scope(Enum):
    """What is ranked.

    A subtree of level 2 is `iot49/finn/#`. Topics that end above the level stand for themselves,
    so that the shares of a level add up to all there is.
    """

    ALL = 0
    LEVEL_1 = 1
    LEVEL_2 = 2
    LEVEL_3 = 3
    TOPICS = -1

    def includes(self, traffic: Traffic) -> bool:
        """Return whether `traffic` is one of what is ranked."""
        if self is Scope.ALL:
            return True
        if self is Scope.TOPICS:
            return not traffic.is_subtree
        level = traffic.node.depth + 1
        if level != self.value:
            return level < self.value and not traffic.is_subtree
        # The subtree to which a part belongs is there already.
        return not traffic.is_part


class Rank(NamedTuple):
    """One row: rates are None while too little time is known, shares lie between 0 and 1."""

    node: TopicNode
    is_subtree: bool
    messages_per_s: float | None
    bytes_per_s: float | None
    messages_share: float
    bytes_share: float
    is_complete: bool

    @property
    def key(self) -> tuple[TopicNode, bool]:
        """What makes a row the same as before."""
        return self.node, self.is_subtree


class Ranking(NamedTuple):
    """The busiest, busiest first, and the whole of which they have a share.

    `span_s` is over how much time that is, None if nothing is known yet; `is_window_full` tells
    that it is as much as was asked for.
    """

    rows: list[Rank]
    span_s: float | None
    is_window_full: bool
    messages_per_s: float | None
    bytes_per_s: float | None
    messages: int


class Busiest:
    """Ranks what a meter has counted.

    What sends at nearly the same pace, within some 20 %, stands in the order of its names; a row
    leaves its place only when its rate has clearly changed.
    """

    def __init__(self, meter: TrafficMeter) -> None:
        self._meter = meter
        self._steps: dict[tuple[TopicNode, bool], int] = {}
        self._view: tuple[Window, Measure] | None = None

    def ranking(self, window: Window, measure: Measure, scope: Scope) -> Ranking:
        """Return who was busiest within the window."""
        if self._view != (window, measure):
            self._view = (window, measure)
            self._steps = {}
        meter = self._meter
        span_s = meter.span_s(window)
        messages, size_bytes = meter.whole(window)
        is_known = span_s is not None and span_s >= SHORTEST_SPAN_S
        rows = [
            Rank(
                node=each.node,
                is_subtree=each.is_subtree,
                messages_per_s=each.messages / span_s if is_known and span_s else None,
                bytes_per_s=each.size_bytes / span_s if is_known and span_s else None,
                messages_share=each.messages / messages if messages else 0.0,
                bytes_share=each.size_bytes / size_bytes if size_bytes else 0.0,
                is_complete=each.is_complete,
            )
            for each in meter.traffic(window)
            if scope.includes(each)
        ]
        return Ranking(
            rows=self._in_order(rows, measure),
            span_s=span_s,
            is_window_full=span_s is not None and span_s >= window.span_s,
            messages_per_s=messages / span_s if is_known and span_s else None,
            bytes_per_s=size_bytes / span_s if is_known and span_s else None,
            messages=messages,
        )

    def _in_order(self, rows: Iterable[Rank], measure: Measure) -> list[Rank]:
        keyed = []
        steps = {}
        for row in rows:
            rate = row.messages_per_s if measure is Measure.MESSAGES else row.bytes_per_s
            step = self._steps.get(row.key)
            if step is None or abs(exact_rate_step(rate or 0.0) - step) >= HELD_STEPS:
                step = rate_step(rate or 0.0)
            steps[row.key] = step
            keyed.append(((step, row.node.path[:_PATH_CHARACTERS], not row.is_subtree), row))
        self._steps = steps
        keyed.sort(key=lambda each: each[0])
        return [row for _, row in keyed]
