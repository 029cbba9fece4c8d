"""How the children of a branch are sorted."""

from __future__ import annotations

from enum import Enum
from math import log2
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.node import TopicNode

ACTIVE_S = 3.0
"""Topics that changed within this time are equally recent."""


class Order(Enum):
    """What comes first."""

    NAME = "name"
    RECENT = "recent"
    RATE = "rate"
    COUNT = "count"


def sort_key(order: Order, branch: TopicNode, now: float) -> Callable[[TopicNode], Any]:
    """Return the key by which the children of `branch` are sorted, smallest first.

    `now` is in seconds since the epoch. Only the key of `Order.NAME` never changes.
    """
    key = _key(order, now)
    if branch.parent is None:
        return lambda node: (is_of_the_broker(node), key(node))
    return key


def is_of_the_broker(node: TopicNode) -> bool:
    """Return whether a node of the first level is what the broker says of itself.

    That stands behind everything else.
    """
    return node.name.startswith("$")


_by_name: Callable[[TopicNode], str] = attrgetter("name")


def _key(order: Order, now: float) -> Callable[[TopicNode], Any]:
    match order:
        case Order.NAME:
            return _by_name
        case Order.RECENT:
            return lambda node: _recency(node, now)
        case Order.RATE:
            return lambda node: (rate_step(node.rate(now)), node.name)
        case Order.COUNT:
            return lambda node: (-node.messages_below, node.name)


def _recency(node: TopicNode, now: float) -> tuple[float, str]:
    """Sort by the last change; what changes all the time stands still among its like."""
    age_s = now - node.changed_at
    return (0.0 if age_s < ACTIVE_S else age_s), node.name


def rate_step(rate: float) -> int:
    """Return a number that is smaller for higher rates and equal for rates within some 20 %.

    Boards that send at the same pace keep their places, instead of swapping with every jitter.
    """
    return round(exact_rate_step(rate))


def exact_rate_step(rate: float) -> float:
    """Return the same before it is rounded; `rate` is in anything per second."""
    return -4 * log2(rate) if rate > 1e-6 else 1_000.0
