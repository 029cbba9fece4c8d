"""What the times of a topic's messages tell: how often it talks, whether it is new or silent."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from mqttui.core.message import RETAIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.core.node import Entry, TopicNode

NEW_FOR_S = 30.0
BEGINNING_S = 5.0
"""What is seen this soon after the first message was there before us."""

SHORTEST_SILENCE_S = 10.0
SILENT_PERIODS = 5
_JUDGED_INTERVALS = 12
_FEWEST_INTERVALS = 4


def usual_interval_s(entries: Sequence[Entry]) -> float | None:
    """Return the seconds between messages if the last ones came at about equal distance, else None.

    Messages that the broker had retained say nothing of when they were published.
    """
    gaps = _newest_gaps(entries)
    if len(gaps) < _FEWEST_INTERVALS:
        return None
    usual = sorted(gaps)[len(gaps) // 2]
    # What was read together has one time, so short distances are not known well enough.
    if usual < 0.05 or any(not 0.6 * usual < gap < 1.6 * usual for gap in gaps):
        return None
    digits = 1 if usual < 1 else 0
    return round(usual, digits) if usual >= 0.5 else round(usual, 2)


def silent_after_s(node: TopicNode) -> float | None:
    """Return the age of the last message from which the topic counts as silent, None for never.

    That is several times the longest recent pause of a topic that has talked for a while. It
    changes with the next message only.
    """
    last = node.last
    if last is None or last[0] - node.first_seen_at < SHORTEST_SILENCE_S:
        return None
    gaps = _newest_gaps(node.entries())
    if len(gaps) < _FEWEST_INTERVALS:
        return None
    return max(SHORTEST_SILENCE_S, SILENT_PERIODS * max(gaps))


def is_new(node: TopicNode, began_at: float, now: float) -> bool:
    """Return whether a level of the tree appeared lately, and not with everything at the beginning.

    `began_at` is when the first message of all was received.
    """
    first_seen_at = node.first_seen_at
    return now - first_seen_at < NEW_FOR_S and first_seen_at - began_at >= BEGINNING_S


def _newest_gaps(entries: Sequence[Entry]) -> list[float]:
    newest = entries[-_JUDGED_INTERVALS - 1 :]
    times = [entry[0] for entry in newest if not entry[2] & RETAIN]
    return [after - before for before, after in pairwise(times)]
