"""Whether messages of one topic look as if several programs had published them.

MQTT does not tell who published. Two things give it away: a counter that jumps to and fro between
two sequences, and objects of two shapes that take turns.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from mqttui.core.hygiene.rules import quoted
from mqttui.core.hygiene.samples import Kind, Sample

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST_SAMPLES = 12
FEWEST_EACH = 4
FEWEST_RETURNS = 4
_WIDEST_GAP_STEPS = 3
_MOST_KEYS = 32
_SMALLEST_SHARE = 0.25
_LARGEST_LIKENESS = 0.5


def shared_topic(samples: Sequence[Sample]) -> str | None:
    """Return in a sentence what hints at several publishers, None if nothing does."""
    readable = [sample for sample in samples if sample.kind in (Kind.JSON, Kind.NUMBER)]
    if len(readable) < FEWEST_SAMPLES:
        return None
    has_one_counter = False
    for key, values in _integer_series(readable):
        if len(values) < FEWEST_SAMPLES:
            continue
        if len(values) == len(readable) and _is_counter(values):
            has_one_counter = True
        elif (example := _interleaved(values)) is not None:
            name = f"{quoted(key)} jumps" if key else "The number jumps"
            return (
                f"{name} between two sequences, around {example[0]:,} and {example[1]:,}, as if "
                "two programs published here; give each a topic of its own."
            )
    if has_one_counter:
        return None
    return _alternating_shapes(readable)


def _integer_series(samples: Sequence[Sample]) -> list[tuple[str, list[int]]]:
    """Return the whole numbers of each key over time, those of plain numbers under no key.

    A message that repeats the one before it does not count: it is more likely a duplicate
    (MQTT 5.0 section 4.3.2) than a second program.
    """
    series: dict[str, list[int]] = {}
    previous: bytes | None = None
    for sample in samples:
        if sample.payload == previous:
            continue
        previous = sample.payload
        value = sample.value
        members = value if isinstance(value, dict) else {"": value}
        for key, member in list(members.items())[:_MOST_KEYS]:
            if isinstance(member, int) and not isinstance(member, bool):
                series.setdefault(key, []).append(member)
    return list(series.items())


def _is_counter(values: Sequence[int]) -> bool:
    """Return whether values grow by one nearly always."""
    steps = [after - before for before, after in pairwise(values)]
    return steps.count(1) >= 0.8 * len(steps)


def _interleaved(values: Sequence[int]) -> tuple[int, int] | None:
    """Return a value of each of two interleaved sequences, None if there is only one."""
    return _two_ranges(values) or _two_counters(values)


def _two_ranges(values: Sequence[int]) -> tuple[int, int] | None:
    """Two growing sequences with a gap between them that none of their steps comes near."""
    ordered = sorted(set(values))
    if len(ordered) < 2 * FEWEST_EACH:
        return None
    gap, low_end = max((after - before, before) for before, after in pairwise(ordered))
    low = [value for value in values if value <= low_end]
    high = [value for value in values if value > low_end]
    for track in (low, high):
        steps = [after - before for before, after in pairwise(track)]
        if len(track) < FEWEST_EACH or min(steps) < 1 or max(steps) * _WIDEST_GAP_STEPS > gap:
            return None
    if _returns([value > low_end for value in values]) < FEWEST_RETURNS:
        return None
    return low[-1], high[-1]


def _two_counters(values: Sequence[int]) -> tuple[int, int] | None:
    """Two counters with steps of one, which may well pass through the same numbers."""
    tracks: list[list[int]] = []
    order: list[bool] = []
    for value in values:
        for number, track in enumerate(tracks):
            if track[-1] + 1 == value:
                track.append(value)
                order.append(number > 0)
                break
        else:
            if len(tracks) == 2:
                return None
            order.append(len(tracks) > 0)
            tracks.append([value])
    if len(tracks) < 2 or min(map(len, tracks)) < FEWEST_EACH or _returns(order) < FEWEST_RETURNS:
        return None
    return tracks[0][-1], tracks[1][-1]


def _alternating_shapes(samples: Sequence[Sample]) -> str | None:
    shapes = [_shape(sample) for sample in samples]
    common = Counter(shapes).most_common(2)
    if len(common) < 2:
        return None
    (one, _), (other, fewer) = common
    if fewer < max(FEWEST_EACH, _SMALLEST_SHARE * len(shapes)) or _are_alike(one, other):
        return None
    if _returns([shape == one for shape in shapes if shape in (one, other)]) < FEWEST_RETURNS:
        return None
    return (
        f"Messages with {_named(one)} and with {_named(other)} take turns, as if two programs "
        "published here; give each a topic of its own."
    )


def _shape(sample: Sample) -> frozenset[str]:
    """Return the keys of an object; other values have a shape of their own, without a key."""
    value = sample.value
    if isinstance(value, dict):
        return frozenset(value)
    return frozenset(("\0list",)) if isinstance(value, list) else frozenset(("\0number",))


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether two shapes may be one program's, with members that come and go."""
    return one <= other or other <= one or len(one & other) >= _LARGEST_LIKENESS * len(one | other)


def _named(shape: frozenset[str]) -> str:
    if shape == {"\0list"}:
        return "a list"
    if shape == {"\0number"}:
        return "a plain value"
    keys = sorted(shape)
    return ", ".join(quoted(key) for key in keys[:3]) + (", …" if len(keys) > 3 else "")


def _returns(order: Sequence[bool]) -> int:
    """Return how often a sequence changes from one side to the other."""
    return sum(before != after for before, after in pairwise(order))
