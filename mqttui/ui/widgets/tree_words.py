"""What is written around the topic tree: in its frame, and in place of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.order import Order
from mqttui.core.source import Phase
from mqttui.payload.printable import printable
from mqttui.ui.glyphs import BETWEEN, ELLIPSIS

if TYPE_CHECKING:
    from mqttui.core.filter_marks import FilterMarks
    from mqttui.core.outline import Outline
    from mqttui.core.source import SourceStatus, SubscriptionStatus

ORDER_TITLES = {
    Order.NAME: "by name",
    Order.RECENT: "last changed first",
    Order.RATE: "busiest first",
    Order.COUNT: "most messages first",
}

NOTHING_MATCHES = {
    "topics": "No topic matches.",
    "payloads": "No payload matches.",
    "both": "No topic and no payload matches.",
}
MOST_NAMED_FILTERS = 6
LONGEST_NAMED_FILTER = 32


def notice_text(status: SourceStatus, outline: Outline) -> str:
    """Return what stands in the tree while it has no rows."""
    if outline.search is not None and outline.is_filtered:
        if outline.search.is_searching:
            return "Searching ..."
        return f"{NOTHING_MATCHES[outline.search.query.place.value]} esc ends the search."
    filters = " and ".join(
        printable(subscription.topic_filter)
        for subscription in status.subscriptions
        if subscription.problem is None
    )
    if status.phase is Phase.CONNECTED:
        return (
            f"Connected, waiting for the first message on {filters or 'no topic at all'}.\n\n"
            "Nothing retained has come: the broker keeps nothing there, or this user may not read "
            "it. A topic appears here as soon as somebody publishes to it."
        )
    if status.phase is Phase.CONNECTING:
        return "Connecting ..."
    return "Not connected. The line above says why."


def title_text(outline: Outline) -> str:
    """Return what the tree shows, and in which order."""
    title = f"Topics {ORDER_TITLES[outline.order]}"
    if outline.search is not None and outline.is_filtered:
        title += f", only {printable(outline.search.query.text)}"
    return title


def subscribed_text(status: SourceStatus | None, marks: FilterMarks) -> str:
    """Return the topic filters, with their letters when these stand in the tree as well."""
    if status is None:
        return ""
    if not status.subscriptions and status.phase is Phase.CONNECTED:
        return "no topic filter: s adds one"
    named = [_named_filter(each, marks) for each in status.subscriptions[:MOST_NAMED_FILTERS]]
    more = len(status.subscriptions) - len(named)
    return f" {BETWEEN} ".join([*named, f"{more} more"] if more else named)


def _named_filter(entry: SubscriptionStatus, marks: FilterMarks) -> str:
    letter = f"{marks.of(entry.topic_filter).letter} " if marks.is_telling else ""
    name = printable(entry.topic_filter[:LONGEST_NAMED_FILTER])
    if len(entry.topic_filter) > LONGEST_NAMED_FILTER:
        name += ELLIPSIS
    if entry.is_paused:
        return f"{letter}{name} paused"
    is_refused = entry.granted_qos is None and entry.problem is not None
    return f"{letter}{name} refused" if is_refused else letter + name
