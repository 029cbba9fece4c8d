"""Counts the traffic of the busiest topics and subtrees over several windows of time.

Once per second the tree is walked where it has changed since the last walk, a piece at a time,
and what came is summed from the topics up to the root. So nothing is counted per message, and a
sum is never smaller than one of its parts. Counts are kept of a bounded number of nodes.
"""

from __future__ import annotations

from heapq import nlargest, nsmallest
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from mqttui.core.traffic_window import WINDOWS, SampleTimes, TrafficCount, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from mqttui.core.node import TopicNode
    from mqttui.core.store import TopicStore

WALK_INTERVAL_S = 1.0
BUDGET_S = 0.001
MOST_COUNTED = 512
"""Topics and subtrees whose traffic is remembered."""

MOST_CHALLENGERS = 64
"""Of those that are not counted, how many by messages and by bytes may take a place at once."""

STEP = 256
"""Nodes between two looks at the clock."""


class Traffic(NamedTuple):
    """What one topic or subtree had within a window.

    `is_subtree` tells that the topics below `node` are included, `is_part` that it is a topic
    alone of which a subtree is counted as well. Without `is_complete` there may have been more,
    before the node was counted.
    """

    node: TopicNode
    is_subtree: bool
    is_part: bool
    messages: int
    size_bytes: int
    is_complete: bool


class TrafficMeter:
    """Watches a store; `update` is called once per frame.

    Retained messages that the broker hands out when one subscribes are no traffic. Only what was
    received counts, payloads in full size.
    """

    def __init__(
        self,
        store: TopicStore,
        *,
        most_counted: int = MOST_COUNTED,
        timer: Callable[[], float] = perf_counter,
    ) -> None:
        self._store = store
        self._most_counted = most_counted
        self._timer = timer
        self._walk: Generator[None, None, None] | None = None
        self._walked_from = float("-inf")
        self._begin_anew(0.0)

    def _begin_anew(self, began_at: float) -> None:
        self.samples = 0
        self._sampled_at = began_at
        self._times = tuple(SampleTimes(window, began_at) for window in WINDOWS)
        self._whole = TrafficCount()
        # A topic that is a branch as well is counted twice: all of it, and itself.
        self._subtrees: dict[TopicNode, TrafficCount] = {}
        self._own: dict[TopicNode, TrafficCount] = {}
        self._has_uncounted = False
        self._uncounted_until = float("-inf")

    @property
    def counted(self) -> int:
        """How many topics and subtrees are counted."""
        return len(self._subtrees) + len(self._own)

    def span_s(self, window: Window) -> float | None:
        """Return how much of the window's time is known, None before the first sample.

        At least the whole window, once as much time has passed.
        """
        if not self.samples:
            return None
        return self._sampled_at - self._times[WINDOWS.index(window)].began_at

    def whole(self, window: Window) -> tuple[int, int]:
        """Return all messages and payload bytes that came within the window."""
        number = WINDOWS.index(window)
        return self._whole.within(number, self._times[number])

    def traffic(self, window: Window) -> Iterator[Traffic]:
        """Yield everything counted that had traffic within the window, in no order."""
        number = WINDOWS.index(window)
        times = self._times[number]
        for counts, is_part in ((self._subtrees, False), (self._own, True)):
            for node, count in counts.items():
                messages, size_bytes = count.within(number, times)
                if messages:
                    is_complete = count.unknown_until <= times.began_at
                    yield Traffic(
                        node, count.is_of_branch, is_part, messages, size_bytes, is_complete
                    )

    def update(self, now: float, budget_s: float = BUDGET_S) -> None:
        """Go on counting for about `budget_s`; `now` is in seconds since the epoch."""
        if not self._store.topics:
            return
        if self._walk is None:
            if 0 <= now - self._walked_from < WALK_INTERVAL_S:
                return
            since = self._walked_from
            is_first = since == float("-inf")
            if now < since:
                # The clock was set back: no time of the past means anything.
                since = float("-inf")
                self._begin_anew(now)
            elif is_first:
                self._begin_anew(min(now, self._store.root.first_seen_at))
            self._walked_from = now
            self._walk = self._walk_tree(since)
        deadline = self._timer() + budget_s
        for _ in self._walk:
            if self._timer() > deadline:
                return
        self._walk = None
        self._sample(max(now, self._sampled_at))

    def _sample(self, now: float) -> None:
        self.samples += 1
        self._sampled_at = now
        if self._has_uncounted:
            self._has_uncounted = False
            self._uncounted_until = now
        for number, times in enumerate(self._times):
            is_due, has_forgotten = times.advance(now)
            for counts in ((self._whole,), self._subtrees.values(), self._own.values()):
                for count in counts:
                    if is_due:
                        count.sample(number)
                    if has_forgotten:
                        count.trim(number, times)

    def _walk_tree(self, since: float) -> Generator[None, None, None]:
        """Count what has come on nodes that changed at `since` or later."""
        nodes = [self._store.root]
        above = [0]
        looks = 0
        for number, node in enumerate(nodes):
            looks += 1
            if looks >= STEP:
                looks = 0
                yield
            children = list(node.children.values()) if node.children else []
            for first in range(0, len(children), STEP):
                some = children[first : first + STEP]
                changed = [child for child in some if child.changed_at >= since]
                nodes += changed
                above += [number] * len(changed)
                looks += len(some)
                if looks >= STEP:
                    looks = 0
                    yield
        messages = [0] * len(nodes)
        sizes_bytes = [0] * len(nodes)
        challengers: list[_Challenger] = []
        for number in range(len(nodes) - 1, 0, -1):
            node = nodes[number]
            if node.children:
                self._part(node)
            own = node.messages - node.counted_messages
            if own:
                own_bytes = node.payload_bytes - node.counted_bytes
                node.counted_messages = node.messages
                messages[number] += own
                sizes_bytes[number] += own_bytes
                if node.children:
                    self._add(self._own, node, own, own_bytes, challengers)
            node.counted_bytes = node.payload_bytes
            count = messages[number]
            if count:
                size_bytes = sizes_bytes[number]
                self._add(self._subtrees, node, count, size_bytes, challengers)
                messages[above[number]] += count
                sizes_bytes[above[number]] += size_bytes
            if not number % STEP:
                if len(challengers) > STEP:
                    challengers = _strongest(challengers)
                yield
        self._whole.messages += messages[0]
        self._whole.size_bytes += sizes_bytes[0]
        if challengers:
            self._replace_weakest(_strongest(challengers))
            self._has_uncounted = True

    def _part(self, node: TopicNode) -> None:
        """What a topic had before there was anything below it remains its own."""
        count = self._subtrees.get(node)
        if count is not None and not count.is_of_branch:
            count.is_of_branch = True
            self._own[node] = count.copy()

    def _add(
        self,
        counts: dict[TopicNode, TrafficCount],
        node: TopicNode,
        messages: int,
        size_bytes: int,
        challengers: list[_Challenger],
    ) -> None:
        count = counts.get(node)
        if count is None:
            if self.counted >= self._most_counted:
                challengers.append(_Challenger(messages, size_bytes, counts, node))
                return
            count = self._new_count(counts, node, self._uncounted_until)
        count.messages += messages
        count.size_bytes += size_bytes

    def _new_count(
        self, counts: dict[TopicNode, TrafficCount], node: TopicNode, unknown_until: float
    ) -> TrafficCount:
        is_of_branch = counts is self._subtrees and bool(node.children)
        count = counts[node] = TrafficCount(unknown_until, is_of_branch=is_of_branch)
        return count

    def _replace_weakest(self, challengers: list[_Challenger]) -> None:
        """Give places to challengers that had more just now than others in the longest window."""
        number = len(WINDOWS) - 1
        times = self._times[number]
        weakest = nsmallest(
            len(challengers),
            (
                (count.within(number, times), counts, node)
                for counts in (self._subtrees, self._own)
                for node, count in counts.items()
            ),
            key=lambda each: max(self._shares(*each[0])),
        )
        challengers.sort(
            key=lambda each: max(self._shares(each.messages, each.size_bytes)), reverse=True
        )
        for challenger, (had, counts, node) in zip(challengers, weakest, strict=False):
            strength = self._shares(challenger.messages, challenger.size_bytes)
            if max(strength) <= max(self._shares(*had)):
                return
            del counts[node]
            count = self._new_count(challenger.counts, challenger.node, self._sampled_at)
            count.messages = challenger.messages
            count.size_bytes = challenger.size_bytes

    def _shares(self, messages: int, size_bytes: int) -> tuple[float, float]:
        whole = self._whole
        return messages / max(1, whole.messages), size_bytes / max(1, whole.size_bytes)


class _Challenger(NamedTuple):
    """What has come on a node that is not counted."""

    messages: int
    size_bytes: int
    counts: dict[TopicNode, TrafficCount]
    node: TopicNode


def _strongest(challengers: list[_Challenger]) -> list[_Challenger]:
    """Return the challengers with the most messages and those with the most bytes."""
    by_messages = nlargest(MOST_CHALLENGERS, challengers, key=lambda each: each.messages)
    by_bytes = nlargest(MOST_CHALLENGERS, challengers, key=lambda each: each.size_bytes)
    seen = {(id(each.counts), each.node): each for each in (*by_messages, *by_bytes)}
    return list(seen.values())
