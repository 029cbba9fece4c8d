"""What the search bar says: how a query is meant, what it found, what it left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.search.query import Mode, Place
from mqttui.payload.printable import printable
from mqttui.payload.quantities import count_text, size_text
from mqttui.ui.widgets.switches import Switch

if TYPE_CHECKING:
    from mqttui.core.node import TopicNode
    from mqttui.core.search.query import Query
    from mqttui.core.search.search import Search

MEANINGS = {
    Mode.TEXT: "text",
    Mode.FUZZY: "fuzzy",
    Mode.EXPRESSION: "regex",
    Mode.WILDCARD: "mqtt",
}
PLACES = {Place.TOPICS: "topics", Place.PAYLOADS: "payloads", Place.BOTH: "both"}


def tally_text(search: Search, selected: TopicNode | None) -> str:
    """Return how many hits there are, and which of them is selected."""
    hits = count_text(search.hits)
    place = search.place_of(selected) if selected is not None else None
    text = f"{hits} {'hit' if search.hits == 1 else 'hits'}"
    if place is not None:
        text = f"{count_text(place)} of {hits}"
    return text + (" ..." if search.is_searching else "")


def remark_text(search: Search, topics: int) -> str:
    """Return what else must be said of a search among `topics`: its problem or its limits."""
    if search.problem is not None:
        return printable(search.problem)
    query = search.query
    remarks = []
    if query.place is Place.BOTH and not query.looks_in_payloads:
        remarks.append("an MQTT filter looks in topics only")
    if search.is_best_first and search.hits > 1:
        remarks.append("n goes from the best hit to the next best")
    if search.topics_searched_in_part:
        looked_at = "topic" if query.place is Place.TOPICS else "payload"
        remarks.append(
            f"{count_text(search.topics_searched_in_part)} of {count_text(topics)} topics searched "
            f"in part: the first {size_text(search.limit_bytes)} of a {looked_at}"
        )
    return "; ".join(remarks)


def meaning_switch(query: Query) -> Switch:
    """Return the choice of how the text is meant; `auto` tells what it came to."""
    auto = "auto"
    if query.mode is Mode.AUTO and query.text:
        auto = f"auto: {MEANINGS[query.mode_in_force]}"
    return Switch("as ", [(Mode.AUTO, auto), *MEANINGS.items()], query.mode)


def place_switch(query: Query) -> Switch:
    """Return the choice of where to look."""
    return Switch("in ", list(PLACES.items()), query.place)


def filter_switch(is_filter: bool) -> Switch:
    """Return the choice of what the tree shows."""
    return Switch("show ", [(True, "hits"), (False, "all")], is_filter)
