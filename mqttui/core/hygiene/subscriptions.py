"""What is found in subscriptions: filters that bring everything, with what they cost."""

from __future__ import annotations

from heapq import nlargest
from typing import TYPE_CHECKING, NamedTuple

from mqttui.core.hygiene.rules import Rule, quoted
from mqttui.core.subscription_rules import is_catch_all
from mqttui.core.topic import filter_problem
from mqttui.payload.quantities import count_text, rate_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.core.source import SubscriptionStatus
    from mqttui.core.store import TopicStore
    from mqttui.core.subscribed_traffic import SubscribedTraffic

MOST_INSTEAD = 3


class FilterFinding(NamedTuple):
    """One subscription that breaks one rule, and the sentence about it."""

    rule: Rule
    topic_filter: str
    sentence: str


def filter_findings(
    subscriptions: Sequence[SubscriptionStatus],
    traffic: SubscribedTraffic,
    store: TopicStore,
    now: float,
    *,
    defaults: Sequence[str] = (),
) -> list[FilterFinding]:
    """Return the granted subscriptions that bring everything; `defaults` were nobody's choice.

    `now` is in seconds since the epoch.
    """
    return [
        FilterFinding(
            Rule.SUBSCRIBED_TO_ALL,
            entry.topic_filter,
            _sentence(
                entry.topic_filter,
                traffic,
                _prefixes(store, now),
                is_default=entry.topic_filter in defaults,
            ),
        )
        for entry in subscriptions
        if entry.granted_qos is not None
        and filter_problem(entry.topic_filter) is None
        and is_catch_all(entry.topic_filter)
    ]


def _sentence(
    topic_filter: str,
    traffic: SubscribedTraffic,
    prefixes: list[str],
    *,
    is_default: bool,
) -> str:
    known = traffic.of(topic_filter)
    cost = (
        f"brings {rate_text(known.rate_per_s)} on {count_text(known.topics)} "
        + ("topic" if known.topics == 1 else "topics")
        if known is not None
        else "brings everything"
    )
    instead = f" Enough may be {' or '.join(prefixes)}." if prefixes else ""
    whose = " It is the default of mqttui; s changes it." if is_default else ""
    return f"{quoted(topic_filter)} {cost} over this line.{instead}{whose}"


def _prefixes(store: TopicStore, now: float) -> list[str]:
    """Return filters for the busiest first levels, each with what it would cost."""
    children = [
        node
        for name, node in (store.root.children or {}).items()
        if name and not name.startswith("$")
    ]
    if len(children) < 2:
        return []
    busiest = nlargest(MOST_INSTEAD, children, key=lambda node: (node.rate(now), node.topics_below))
    return [f"{quoted(node.name)}/# ({rate_text(node.rate(now))})" for node in busiest]
