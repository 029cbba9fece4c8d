"""What comes on the topics that match each topic filter.

Nothing is counted per message and no topic is matched: a filter leads down the tree, and below
`#` the branches know their sums already. So `a/#` costs one look and `+/data` one look per branch.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from mqttui.core.filter_relations import filter_levels

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from mqttui.core.node import TopicNode
    from mqttui.core.store import TopicStore

INTERVAL_S = 1.0
BUDGET_S = 0.001

STEP = 256
"""Nodes between two looks at the clock."""


class FilterTraffic(NamedTuple):
    """What is known of the topics that match a filter, whichever subscription brought them."""

    topics: int
    messages: int
    rate_per_s: float


class SubscribedTraffic:
    """Adds up the traffic of topic filters; `update` is called once per frame where it is shown.

    `version` grows with every round over the filters.
    """

    def __init__(self, store: TopicStore, *, timer: Callable[[], float] = perf_counter) -> None:
        self.version = 0
        self._store = store
        self._timer = timer
        self._filters: tuple[str, ...] = ()
        self._traffic: dict[str, FilterTraffic] = {}
        self._round: Generator[None, None, None] | None = None
        self._round_at = float("-inf")

    def of(self, topic_filter: str) -> FilterTraffic | None:
        """Return the traffic of a filter, None before it was added up."""
        return self._traffic.get(topic_filter)

    def update(self, filters: Sequence[str], now: float, budget_s: float = BUDGET_S) -> None:
        """Go on for about `budget_s`; `now` is in seconds since the epoch.

        The filters must be valid. Other filters than last time begin a new round at once.
        """
        wanted = tuple(filters)
        if wanted != self._filters:
            self._filters = wanted
            self._round = None
        elif self._round is None and 0 <= now - self._round_at < INTERVAL_S:
            return
        if self._round is None:
            self._round_at = now
            self._round = self._add_up(wanted, now)
        deadline = self._timer() + budget_s
        for _ in self._round:
            if self._timer() > deadline:
                return
        self._round = None

    def _add_up(self, filters: tuple[str, ...], now: float) -> Generator[None, None, None]:
        found: dict[str, FilterTraffic] = {}
        for topic_filter in filters:
            found[topic_filter] = yield from _sum_of(filter_levels(topic_filter), self._store, now)
        self._traffic = found
        self.version += 1


def _sum_of(
    levels: list[str], store: TopicStore, now: float
) -> Generator[None, None, FilterTraffic]:
    """Follow the levels of a filter down the tree; yields now and then, returns the sum."""
    nodes = [store.root]
    is_subtree = levels[-1] == "#"
    steps = levels[:-1] if is_subtree else levels
    for depth, level in enumerate(steps):
        below: list[TopicNode] = []
        for number, node in enumerate(nodes):
            if not number % STEP:
                yield
            if not node.children:
                continue
            if level == "+":
                below += _children(node, without_dollar=depth == 0)
            elif level in node.children:
                below.append(node.children[level])
        nodes = below
    if is_subtree and not steps:
        nodes = _children(store.root, without_dollar=True)
    topics = messages = 0
    rate_per_s = 0.0
    for number, node in enumerate(nodes):
        if not number % STEP:
            yield
        if is_subtree:
            topics += node.topics_below
            messages += node.messages_below
            rate_per_s += node.rate(now)
        elif node.topic is not None:
            topics += 1
            messages += node.messages
            rate_per_s += _own_rate(node, now)
    return FilterTraffic(topics, messages, rate_per_s)


def _children(node: TopicNode, *, without_dollar: bool) -> list[TopicNode]:
    """Return the children that a wildcard matches (MQTT 5.0 section 4.7.2)."""
    children = list((node.children or {}).values())
    if without_dollar:
        return [child for child in children if not child.name.startswith("$")]
    return children


def _own_rate(node: TopicNode, now: float) -> float:
    """Return the rate of a topic without what is below it."""
    rate_per_s = node.rate(now)
    for child in (node.children or {}).values():
        rate_per_s -= child.rate(now)
    return max(0.0, rate_per_s)
