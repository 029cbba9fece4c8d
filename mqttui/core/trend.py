"""How a topic went lately, as a few numbers from its kept messages; bounded work however many."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from math import isfinite
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.core.node import Entry, TopicNode

SPAN_S = 60.0
"""How far a trend of rates looks back."""

VALUES_PER_CELL = 4
_LONGEST_NUMBER_BYTES = 40
_LONGEST_UNIT_BYTES = 8
_received_at = itemgetter(0)


class Trend(NamedTuple):
    """Numbers, the newest last, None where nothing is known; a rate is compared with zero."""

    levels: list[float | None]
    is_rate: bool


def trend_of(node: TopicNode, now: float, cells: int) -> Trend | None:
    """Return `cells` numbers about a topic; `now` is in seconds since the epoch.

    Of a topic that sends numbers the values of its newest messages, of another one the messages
    per part of the last minute. A branch has no messages of its own, and one message is no trend.
    """
    entries = node.entries()
    if len(entries) < 2:
        return None
    values = _values(entries, cells)
    if values is not None:
        return Trend(values, is_rate=False)
    return Trend(_counts(node, entries, now, cells), is_rate=True)


def number_in(payload: bytes) -> float | None:
    """Return the number that is the payload, also with a unit after it: `21.5`, `12.3 °C`."""
    if len(payload) > _LONGEST_NUMBER_BYTES or b"_" in payload:
        return None
    words = payload.split(None, 2)
    if not words or len(words) > 2 or (len(words) == 2 and len(words[1]) > _LONGEST_UNIT_BYTES):
        return None
    try:
        number = float(words[0])
    except ValueError:
        return None
    return number if isfinite(number) else None


def _values(entries: Sequence[Entry], cells: int) -> list[float | None] | None:
    """Return means over the newest values; None if the newest message is no number."""
    if number_in(entries[-1][1]) is None:
        return None
    newest = [number_in(entry[1]) for entry in entries[-VALUES_PER_CELL * cells :]]
    size = max(1, len(newest) // cells)
    means: list[float | None] = []
    for end in range(len(newest), 0, -size):
        known = [value for value in newest[max(0, end - size) : end] if value is not None]
        means.append(sum(known) / len(known) if known else None)
        if len(means) == cells:
            break
    means.reverse()
    return [None] * (cells - len(means)) + means


def _counts(
    node: TopicNode, entries: Sequence[Entry], now: float, cells: int
) -> list[float | None]:
    """Return messages per part of the last `SPAN_S`; before what is kept nothing is known."""
    step_s = SPAN_S / cells
    edges = [now - step_s * part for part in range(cells, -1, -1)]
    places = [bisect_left(entries, edge, key=_received_at) for edge in edges]
    places[-1] = len(entries)
    # Before its first message the topic was not there; before the oldest kept one it may have been.
    if node.evicted:
        unknown = sum(edge < entries[0][0] for edge in edges[:-1])
    else:
        unknown = sum(edge <= node.first_seen_at for edge in edges[1:])
    counts: list[float | None] = [float(after - before) for before, after in pairwise(places)]
    return [None] * unknown + counts[unknown:]
