"""Which mark stands for which topic filter, and for the filter that brought a topic."""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, NamedTuple

from mqttui.core.filter_relations import narrowness
from mqttui.core.topic import filter_pattern, filter_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mqttui.core.node import TopicNode
    from mqttui.core.source import SubscriptionStatus

COLOURS = 8
LETTERS = ascii_uppercase + ascii_lowercase
BEYOND = "*"
"""The letter of all filters for which there is none left."""

USUAL_FILTERS = frozenset({"#", "$SYS/#"})
MOST_REMEMBERED = 4_096


class FilterMark(NamedTuple):
    """A letter, and the number of a colour below `COLOURS`; colour alone may be lost."""

    letter: str
    colour: int


class FilterMarks:
    """Gives every filter a mark, which it keeps as long as it is in the list.

    `version` grows when the mark of a topic may have changed.
    """

    def __init__(self) -> None:
        self.version = 0
        self.is_telling = False
        """Whether there are other filters than the usual two, so that marks tell something."""

        self._subscriptions: tuple[SubscriptionStatus, ...] = ()
        self._numbers: dict[str, int] = {}
        self._matchers: list[tuple[Callable[[str], object], FilterMark]] = []
        self._of_nodes: dict[TopicNode, FilterMark | None] = {}

    def update(self, subscriptions: Sequence[SubscriptionStatus]) -> None:
        """Take over the list of filters; costs nothing while it is the same."""
        if subscriptions is self._subscriptions:
            return
        self._subscriptions = tuple(subscriptions)
        names = [entry.topic_filter for entry in subscriptions]
        numbers = {name: self._numbers[name] for name in names if name in self._numbers}
        taken = set(numbers.values())
        free = (number for number in range(len(taken) + len(names)) if number not in taken)
        for name in names:
            if name not in numbers:
                numbers[name] = next(free)
        self._numbers = numbers
        self.is_telling = any(name not in USUAL_FILTERS for name in names)
        # The narrowest of those that match has the say.
        active = [
            entry.topic_filter
            for entry in subscriptions
            if entry.granted_qos is not None and filter_problem(entry.topic_filter) is None
        ]
        self._matchers = [
            (filter_pattern(name).fullmatch, self.of(name))
            for name in sorted(active, key=narrowness)
        ]
        self._of_nodes.clear()
        self.version += 1

    def of(self, topic_filter: str) -> FilterMark:
        """Return the mark of a filter of the list."""
        number = self._numbers[topic_filter]
        letter = LETTERS[number] if number < len(LETTERS) else BEYOND
        return FilterMark(letter, number % COLOURS)

    def of_node(self, node: TopicNode) -> FilterMark | None:
        """Return the mark of the narrowest granted filter that matches a topic or branch.

        Matched once per node and list of filters; None if no filter does.
        """
        try:
            return self._of_nodes[node]
        except KeyError:
            pass
        if len(self._of_nodes) >= MOST_REMEMBERED:
            self._of_nodes.clear()
        path = node.path
        found = next((mark for matches, mark in self._matchers if matches(path)), None)
        self._of_nodes[node] = found
        return found
