"""What to say of a subscription before it is sent: refusals, warnings, and what it repeats.

Everything is returned as plain sentences that are safe for a terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.filter_relations import (
    bare_filter,
    filter_levels,
    has_common_topics,
    is_covered,
    is_shared,
)
from mqttui.core.topic import filter_problem
from mqttui.payload.printable import printable
from mqttui.payload.quantities import rate_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mqttui.settings.connection import Subscription

_SHOWN_CHARACTERS = 48
_MANY_LEVELS = 8


def subscription_problem(subscription: Subscription) -> str | None:
    """Return why a subscription must not be sent at all (MQTT 5.0 section 3.8.3.1)."""
    problem = filter_problem(subscription.topic_filter)
    if problem is not None:
        return problem
    if subscription.no_local and is_shared(subscription.topic_filter):
        return "A shared subscription cannot leave out one's own messages (no local)."
    if subscription.qos not in (0, 1, 2) or subscription.retain_handling not in (0, 1, 2):
        return "QoS and retain handling must be 0, 1 or 2."
    return None


def is_catch_all(topic_filter: str) -> bool:
    """Return whether a valid filter matches every topic of the clients of a broker."""
    return filter_levels(topic_filter) == ["#"]


def filter_warnings(topic_filter: str, rate_per_s: float | None = None) -> list[str]:
    """Return what in a valid filter is allowed and probably not meant.

    `rate_per_s` is what it brings, if that is known.
    """
    bare = bare_filter(topic_filter)
    warnings = []
    if is_catch_all(topic_filter):
        cost = f", {rate_text(rate_per_s)} now" if rate_per_s is not None else ""
        warnings.append(
            f"This brings every message of everybody{cost}, a load for the broker and a slow "
            "line. anna-4f2a/#, a prefix of your own, costs less."
        )
    if bare.startswith("/"):
        better = bare.lstrip("/")
        instead = f", not {shown(better)}" if better else ""
        warnings.append(f"With a leading slash it matches {shown(bare)} only{instead}.")
    if "//" in bare.lstrip("/") or (bare.endswith("/") and bare != "/"):
        warnings.append("It asks for a level without a name, which topics hardly have.")
    if any(character.isspace() for character in bare):
        where = "begins or ends with" if bare != bare.strip() else "contains"
        warnings.append(f"It {where} a space; only topics with the same space match.")
    if not bare.isascii() or not bare.isprintable():
        warnings.append(
            "It contains letters that are not ASCII; topics that look alike need not match."
        )
    if bare.startswith("$") and not bare.startswith("$SYS"):
        warnings.append("Topics that begin with $ belong to the broker.")
    if len(bare.split("/")) > _MANY_LEVELS:
        warnings.append(f"Some brokers refuse more than {_MANY_LEVELS} levels.")
    return warnings


def overlap_notes(topic_filter: str, others: Iterable[str]) -> list[str]:
    """Return how a valid filter repeats what valid `others` bring, and what follows from it."""
    others = [other for other in others if other != topic_filter]
    covering = [other for other in others if is_covered(topic_filter, other)]
    covered = [
        other for other in others if other not in covering and is_covered(other, topic_filter)
    ]
    crossing = [
        other
        for other in others
        if other not in covering and other not in covered and has_common_topics(topic_filter, other)
    ]
    if covering:
        said = f"{_listed(covering)} brings all of this already."
    elif covered:
        said = f"This brings all of {_listed(covered)} as well."
    elif crossing:
        said = f"Some topics match {_listed(crossing)} too."
    else:
        return []
    if is_shared(topic_filter):
        return [f"{said} What the group leaves to this client comes, and counts, once more."]
    return [
        f"{said} Some brokers send a message once for each filter that matches, and it counts "
        "as often."
    ]


def shown(topic_filter: str) -> str:
    """Return the beginning of a filter as it can stand in a sentence."""
    head = printable(topic_filter[:_SHOWN_CHARACTERS])
    return head + "…" if len(topic_filter) > _SHOWN_CHARACTERS else head


def _listed(filters: list[str]) -> str:
    named = ", ".join(shown(each) for each in filters[:2])
    more = len(filters) - 2
    return f"{named} and {more} more" if more > 0 else named
