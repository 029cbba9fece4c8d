"""Looking for a query among all topics, bit by bit."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, TypeAlias

from mqttui.core.search.matcher import LOOK_COST, matcher_of
from mqttui.core.search.query import Mode
from mqttui.core.search.sorted_blocks import SortedBlocks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mqttui.core.node import TopicNode
    from mqttui.core.search.query import Query
    from mqttui.core.store import TopicStore

ROUND_INTERVAL_S = 1.0
"""Shortest time between two looks at the payload of a topic."""

MOST_PASSED = 1_024
"""Topics without a new payload that are passed over between two looks at the clock."""

_IS_SEARCHED_IN_PART = 1
_HAS_HIT_IN_NAME = 2

_Place: TypeAlias = tuple[int, bytes, int]
"""(distance from the best match, place in the tree, number of the topic)."""


class Search:
    """The topics of a store that a query finds: its hits.

    `look` goes through all topics once, `look_again` through payloads that have changed. Hits
    stand in the order of the tree by name, whatever its order is now, since other orders change
    while one walks; hits of a fuzzy query stand best first.
    """

    def __init__(self, store: TopicStore, query: Query) -> None:
        self.query = query
        self.topics_searched_in_part = 0
        self._store = store
        self._matcher = matcher_of(query)
        self._topics: list[TopicNode] = list(store.topic_nodes())
        # How many messages each topic had when its payload was looked at.
        self._seen = array("Q", bytes(8 * len(self._topics)))
        self._marks = bytearray(len(self._topics))
        self._next = 0
        self._turn = 0
        self._round_end = 0
        self._round_at = float("-inf")
        self._round_messages = store.messages
        self._hits: SortedBlocks[_Place] = SortedBlocks()
        self._places: dict[TopicNode, _Place] = {}
        self._hits_within: dict[TopicNode, int] = {}
        self._touched: dict[TopicNode, bool] = {}

    def dismantle(self, count: int) -> bool:
        """Let go of up to `count` hits of a search that is not used any more; return if all went.

        Freeing tens of thousands at once would be felt.
        """
        for holder in (self._places, self._hits_within, self._touched):
            for _ in range(min(count, len(holder))):
                holder.popitem()
        return self._hits.dismantle(count) and not self._places and not self._hits_within

    # What was found

    @property
    def problem(self) -> str | None:
        """Why the text is not what its mode says, None if it is."""
        return self._matcher.problem

    @property
    def hits(self) -> int:
        """How many topics match, as far as they were looked at."""
        return len(self._hits)

    @property
    def is_searching(self) -> bool:
        """Whether topics are left that were not looked at."""
        return self._matcher.judge is not None and self._next < len(self._topics)

    @property
    def limit_bytes(self) -> int:
        """How much of a payload is searched."""
        return self._matcher.limit_bytes

    @property
    def is_best_first(self) -> bool:
        """Whether the hits stand in the order of their quality."""
        return self.query.mode_in_force is Mode.FUZZY

    def is_hit(self, node: TopicNode) -> bool:
        """Return whether `node` matches."""
        return node in self._places

    def hits_within(self, node: TopicNode) -> int:
        """Return how many of `node` and of the topics below it match."""
        return self._hits_within.get(node, 0)

    def has_hits_below(self, node: TopicNode) -> bool:
        """Return whether something below `node` matches."""
        return self.hits_within(node) > self.is_hit(node)

    def place_of(self, node: TopicNode) -> int | None:
        """Return the place of a hit among all hits, the first is 1; None for other nodes."""
        place = self._places.get(node)
        return None if place is None else self._hits.rank(place) + 1

    def hit_after(self, node: TopicNode | None) -> TopicNode | None:
        """Return the next hit after a node, after the last the first; None if there are none."""
        start = self._start(node)
        found = None if start is None else self._hits.after(start)
        return self._topic(found if found is not None else self._hits.first())

    def hit_before(self, node: TopicNode | None) -> TopicNode | None:
        """Return the last hit before a node, before the first the last; None if there are none."""
        start = self._start(node)
        found = None if start is None else self._hits.before(start)
        return self._topic(found if found is not None else self._hits.last())

    def take_changes(self) -> tuple[list[TopicNode], list[TopicNode]]:
        """Return which nodes have hits now and had none at the last call, and the other way round.

        A node has hits when it or something below it matches. Parents stand before their children.
        """
        touched, self._touched = self._touched, {}
        within = self._hits_within
        gained = [node for node, had_hits in touched.items() if not had_hits and node in within]
        lost = [node for node, had_hits in touched.items() if had_hits and node not in within]
        gained.sort(key=_depth)
        lost.sort(key=_depth)
        return gained, lost

    # What time does

    def await_topics(self, nodes: Iterable[TopicNode]) -> None:
        """Look at new topics too, when their turn comes."""
        before = len(self._topics)
        self._topics.extend(nodes)
        added = len(self._topics) - before
        self._seen.frombytes(bytes(8 * added))
        self._marks.extend(bytes(added))

    def look(self) -> None:
        """Look at some topics that were not looked at, for about a tenth of a millisecond."""
        cost = 0
        while self.is_searching and cost < LOOK_COST:
            cost += self._look_at(self._next)
            self._next += 1

    def look_again(self, now: float) -> bool:
        """Look at some payloads that have changed; return whether there may be more of them.

        All topics take turns; `now` is in seconds and paces the rounds.
        """
        if not self.query.looks_in_payloads or self._matcher.judge is None or self.is_searching:
            return False
        if self._turn == self._round_end:
            is_soon = abs(now - self._round_at) < ROUND_INTERVAL_S
            if is_soon or self._round_messages == self._store.messages:
                return False
            self._turn = 0
            self._round_end = len(self._topics)
            self._round_at = now
            self._round_messages = self._store.messages
        cost = 0
        for number in range(self._turn, min(self._round_end, self._turn + MOST_PASSED)):
            self._turn = number + 1
            if self._topics[number].messages != self._seen[number]:
                cost += self._look_at(number)
                if cost >= LOOK_COST:
                    break
        return self._turn < self._round_end

    def _look_at(self, number: int) -> int:
        """Compare one topic with the query and return what that cost."""
        node = self._topics[number]
        matcher = self._matcher
        judge = matcher.judge
        assert judge is not None
        assert node.topic is not None
        marks = self._marks[number]
        if marks & _HAS_HIT_IN_NAME:
            self._seen[number] = node.messages
            return 0
        limit_bytes = matcher.limit_bytes
        distance = None
        size_bytes = 0
        is_in_part = False
        if self.query.looks_in_topics:
            size_bytes += len(node.topic)
            is_in_part = len(node.topic) > limit_bytes
            distance = judge(node.topic[:limit_bytes])
            if distance is not None:
                self._marks[number] = marks | _HAS_HIT_IN_NAME
        if distance is None and self.query.looks_in_payloads and node.last is not None:
            _, payload, _, detail = node.last
            self._seen[number] = node.messages
            size_bytes += min(limit_bytes, len(payload))
            is_in_part |= len(payload) > limit_bytes
            is_in_part |= detail is not None and detail.full_size_bytes is not None
            distance = judge(payload[:limit_bytes])
        self._note_part(number, is_in_part)
        self._note_hit(node, number, distance)
        return matcher.cost + size_bytes // 256

    def _note_part(self, number: int, is_in_part: bool) -> None:
        if is_in_part != bool(self._marks[number] & _IS_SEARCHED_IN_PART):
            self._marks[number] ^= _IS_SEARCHED_IN_PART
            self.topics_searched_in_part += 1 if is_in_part else -1

    def _note_hit(self, node: TopicNode, number: int, distance: int | None) -> None:
        before = self._places.get(node)
        if distance is None:
            if before is not None:
                del self._places[node]
                self._hits.remove(before)
                self._count(node, -1)
            return
        assert node.topic is not None
        place = (distance, _tree_place(node.topic), number)
        if place == before:
            return
        if before is not None:
            self._hits.remove(before)
        else:
            self._count(node, 1)
        self._places[node] = place
        self._hits.add(place)

    def _count(self, node: TopicNode, change: int) -> None:
        """Count a hit in its node and in all that are above it."""
        within = self._hits_within
        touched = self._touched
        above: TopicNode | None = node
        while above is not None and above.parent is not None:
            before = within.get(above, 0)
            if not before:
                touched.setdefault(above, False)
                within[above] = change
            elif before + change:
                within[above] = before + change
            else:
                touched.setdefault(above, True)
                del within[above]
            above = above.parent

    # The way from hit to hit

    def _start(self, node: TopicNode | None) -> _Place | None:
        """Return the place from which to walk, None for the beginning or the end."""
        if node is None:
            return None
        place = self._places.get(node)
        if place is not None or self.is_best_first:
            return place
        return 0, _tree_place(node.path.encode("utf-8", "surrogateescape")), -1

    def _topic(self, place: _Place | None) -> TopicNode | None:
        return None if place is None else self._topics[place[2]]


def _depth(node: TopicNode) -> int:
    return node.depth


def _tree_place(topic: bytes) -> bytes:
    """Return what sorts topics as the tree does by name: level by level, the broker's own last."""
    return (b"1" if topic.startswith(b"$") else b"0") + topic.replace(b"/", b"\0")
