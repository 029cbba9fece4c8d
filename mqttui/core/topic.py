"""Topic names and topic filters (MQTT 5.0 section 4.7).

Problems are returned as one plain sentence, None when all is well, so that a form can show
them as one types.
"""

from __future__ import annotations

import re

MAX_TOPIC_BYTES = 65_535
_SHARE = "$share/"


def _string_problem(text: str, what: str) -> str | None:
    """Return what keeps `text` from being an MQTT UTF-8 string (MQTT 5.0 section 1.5.4)."""
    if not text:
        return f"A {what} must have at least one character."
    if "\0" in text:
        return f"A {what} must not contain the character NUL."
    try:
        size_bytes = len(text.encode())
    except UnicodeEncodeError:
        return f"A {what} must be valid UTF-8."
    if size_bytes > MAX_TOPIC_BYTES:
        return f"A {what} must not be longer than 65,535 bytes; this one has {size_bytes:,}."
    return None


def topic_problem(topic: str) -> str | None:
    """Return why nothing can be published to `topic`, None if it can."""
    if problem := _string_problem(topic, "topic"):
        return problem
    if "+" in topic or "#" in topic:
        return "A topic to publish to must not contain the wildcards + and #."
    return None


def filter_problem(topic_filter: str) -> str | None:
    """Return which rule `topic_filter` breaks, None if it is valid; knows `$share/group/filter`."""
    if problem := _string_problem(topic_filter, "topic filter"):
        return problem
    if topic_filter.startswith(_SHARE):
        group, slash, shared = topic_filter[len(_SHARE) :].partition("/")
        if not group or "+" in group or "#" in group:
            return (
                "A shared subscription needs a group name without wildcards: $share/group/filter."
            )
        if not slash or not shared:
            return (
                "A shared subscription needs a topic filter after its group: $share/group/filter."
            )
        topic_filter = shared
    levels = topic_filter.split("/")
    for position, level in enumerate(levels):
        if "#" in level:
            if level != "#":
                return "The wildcard # must stand alone between slashes."
            if position != len(levels) - 1:
                return "The wildcard # must be the last level of a topic filter."
        if "+" in level and level != "+":
            return "The wildcard + must stand alone between slashes."
    return None


def filter_pattern(topic_filter: str) -> re.Pattern[str]:
    """Return a pattern that matches whole topics as `topic_filter` does; the filter is valid."""
    if topic_filter.startswith(_SHARE):
        topic_filter = topic_filter[len(_SHARE) :].partition("/")[2]
    levels = topic_filter.split("/")
    has_multi_level = levels[-1] == "#"
    if has_multi_level:
        levels.pop()
    text = "/".join("[^/]*" if level == "+" else re.escape(level) for level in levels)
    if has_multi_level:
        text += "(?:/.*)?" if levels else ".*"
    # A leading wildcard does not match topics that begin with $ (section 4.7.2).
    guard = r"(?!\$)" if topic_filter[0] in "+#" else ""
    return re.compile(guard + text, re.DOTALL)


def filter_matches(topic_filter: str, topic: str) -> bool:
    """Return whether a subscription to `topic_filter` receives `topic`.

    Compiles the filter anew: for one filter against many topics use `filter_pattern`.
    """
    return filter_pattern(topic_filter).fullmatch(topic) is not None


def is_brokers_own(topic: bytes) -> bool:
    """Return whether a broker tells of itself on a topic (MQTT 5.0 section 4.7.2), or a filter."""
    return topic.startswith(b"$SYS/") or topic == b"$SYS"
