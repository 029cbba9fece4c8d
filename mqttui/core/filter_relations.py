"""How topic filters relate to each other: which topics of one are topics of another as well.

All filters are valid ones (`core.topic.filter_problem`). Of a shared subscription only the filter
after its group counts.
"""

from __future__ import annotations

_SHARE = "$share/"


def is_shared(topic_filter: str) -> bool:
    """Return whether this is a shared subscription (MQTT 5.0 section 4.8.2)."""
    return topic_filter.startswith(_SHARE)


def bare_filter(topic_filter: str) -> str:
    """Return the filter without `$share/group/`."""
    if is_shared(topic_filter):
        return topic_filter[len(_SHARE) :].partition("/")[2]
    return topic_filter


def filter_levels(topic_filter: str) -> list[str]:
    """Return the levels of the filter without `$share/group/`; `+/#` is the same as `#`."""
    levels = bare_filter(topic_filter).split("/")
    return ["#"] if levels == ["+", "#"] else levels


def is_covered(narrow: str, wide: str) -> bool:
    """Return whether every topic that `narrow` matches is matched by `wide`."""
    narrow_levels, wide_levels = filter_levels(narrow), filter_levels(wide)
    if _is_guarded(narrow_levels, wide_levels):
        return False
    for position, level in enumerate(wide_levels):
        if level == "#":
            return True
        if position >= len(narrow_levels) or narrow_levels[position] == "#":
            return False
        if level not in ("+", narrow_levels[position]):
            return False
    return len(narrow_levels) == len(wide_levels)


def narrowness(topic_filter: str) -> tuple[bool, int, int]:
    """Return a key that sorts filters so that none stands behind another one that covers it."""
    levels = filter_levels(topic_filter)
    is_open = levels[-1] == "#"
    return is_open, -len(levels) if is_open else 0, levels.count("+")


def has_common_topics(one: str, other: str) -> bool:
    """Return whether there can be a topic that both filters match."""
    one_levels, other_levels = filter_levels(one), filter_levels(other)
    if _is_guarded(one_levels, other_levels) or _is_guarded(other_levels, one_levels):
        return False
    for position in range(max(len(one_levels), len(other_levels))):
        pair = {
            levels[position] if position < len(levels) else None
            for levels in (one_levels, other_levels)
        }
        if "#" in pair:
            return True
        if None in pair:
            return False
        if len(pair) == 2 and "+" not in pair:
            return False
    return True


def _is_guarded(levels: list[str], wide_levels: list[str]) -> bool:
    """Return whether a leading wildcard keeps away from topics with `$` (section 4.7.2)."""
    return levels[0].startswith("$") and wide_levels[0] in ("+", "#")
