"""What a filter leaves of the topic tree, found bit by bit."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from mqttui.core.expansion import Expansion
from mqttui.core.topic import TopicMatcher

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mqttui.core.node import TopicNode
    from mqttui.core.store import TopicStore


class Listing:
    """The topics that match a text, with their ancestors.

    `nodes` holds what is listed so far; it only grows. `expansion` is the user's wish while
    the filter lasts: what was found is shown unfolded.
    """

    def __init__(self, store: TopicStore, text: str) -> None:
        self._matcher = TopicMatcher.compile(text)
        self._waiting = deque(store.topic_nodes())
        self._found: list[TopicNode] = []
        self._parents: set[TopicNode] = set()
        self.nodes: set[TopicNode] = set()
        self.expansion = Expansion(is_open_by_default=True)
        self.matches = 0

    @property
    def text(self) -> str:
        """What was typed."""
        return self._matcher.text

    @property
    def problem(self) -> str | None:
        """Why the wildcards in the text are not a valid topic filter, None if they are."""
        return self._matcher.problem

    @property
    def is_searching(self) -> bool:
        """Whether topics are left that were not looked at."""
        return bool(self._waiting)

    def await_topics(self, nodes: Iterable[TopicNode]) -> None:
        """Look at new topics too, when their turn comes."""
        self._waiting.extend(nodes)

    def search(self, count: int) -> None:
        """Look at up to `count` topics."""
        matches = self._matcher.matches
        waiting = self._waiting
        for _ in range(min(count, len(waiting))):
            node = waiting.popleft()
            topic = node.topic
            assert topic is not None
            if matches(topic.decode("utf-8", "surrogateescape")):
                self._list(node)

    def take_found(self) -> list[TopicNode]:
        """Return what was listed since the last call, parents before their children."""
        found = self._found
        self._found = []
        return found

    def has_listed_below(self, node: TopicNode) -> bool:
        """Return whether something below `node` is listed."""
        return node in self._parents

    def _list(self, topic: TopicNode) -> None:
        self.matches += 1
        chain = []
        node: TopicNode | None = topic
        while node is not None and node.parent is not None and node not in self.nodes:
            chain.append(node)
            self._parents.add(node.parent)
            node = node.parent
        self.nodes.update(chain)
        self._found.extend(reversed(chain))
