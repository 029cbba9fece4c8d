"""What is written around the topic tree: in its frame, and in place of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.order import Order
from mqttui.core.source import Phase
from mqttui.payload.printable import printable
from mqttui.ui.glyphs import BETWEEN

if TYPE_CHECKING:
    from mqttui.core.outline import Outline
    from mqttui.core.source import SourceStatus

ORDER_TITLES = {
    Order.NAME: "by name",
    Order.RECENT: "last changed first",
    Order.RATE: "busiest first",
    Order.COUNT: "most messages first",
}


def notice_text(status: SourceStatus, outline: Outline) -> str:
    """Return what stands in the tree while it has no rows."""
    if outline.search is not None and outline.is_filtered:
        if outline.search.is_searching:
            return "Searching ..."
        return "No topic matches. esc ends the search."
    filters = " and ".join(
        printable(subscription.topic_filter)
        for subscription in status.subscriptions
        if subscription.problem is None
    )
    if status.phase is Phase.CONNECTED:
        return (
            f"Connected, waiting for the first message on {filters or 'no topic at all'}.\n\n"
            "Nothing retained is on this broker. A topic appears here as soon as somebody "
            "publishes to it."
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


def subscribed_text(status: SourceStatus | None) -> str:
    """Return the topic filters."""
    if status is None:
        return ""
    return f" {BETWEEN} ".join(printable(each.topic_filter) for each in status.subscriptions)
