"""All that was received: the only writer of the topic tree."""

from __future__ import annotations

from math import exp
from sys import intern
from typing import TYPE_CHECKING

from mqttui.core.history_budget import HistoryBudget
from mqttui.core.message import RETAIN
from mqttui.core.node import ENTRY_OVERHEAD_BYTES, RATE_WINDOW_S, History, TopicNode

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable

    from mqttui.core.message import Batch, RawMessage

DEFAULT_HISTORY_BUDGET_BYTES = 256 * 1024 * 1024
DEFAULT_MAX_TOPICS = 2_000_000


class Additions:
    """What is new in the tree since its reader emptied it, in order, parents first.

    `nodes` are new levels, `topics` are levels (new or not) that have become topics.
    """

    __slots__ = ("nodes", "topics")

    def __init__(self) -> None:
        self.nodes: list[TopicNode] = []
        self.topics: list[TopicNode] = []

    def clear(self) -> None:
        """Forget everything."""
        self.nodes.clear()
        self.topics.clear()


class TopicStore:
    """The topic tree with the history of each topic, written by `apply` from one thread.

    A topic is found by its bytes in one flat dictionary; the tree is linked once, when a topic
    is new. Counts and rates of branches are carried up by `settle`, once per slice of work and
    not once per message.

    `topics` and `messages` count what is in the tree. `unlisted` counts messages on topics that
    were not taken in because `max_topics` are known already.
    """

    def __init__(
        self,
        history_budget_bytes: int = DEFAULT_HISTORY_BUDGET_BYTES,
        max_topics: int = DEFAULT_MAX_TOPICS,
    ) -> None:
        self.root = TopicNode("", None, 0.0)
        self.messages = 0
        self.unlisted = 0
        self.repeated = 0
        self.nodes_added = 0
        self._max_topics = max_topics
        self._nodes: dict[bytes, TopicNode] = {}
        self._budget = HistoryBudget(history_budget_bytes)
        self._touched: list[TopicNode] = []
        self._levels: list[list[TopicNode]] = [[]]
        self._followers: list[Additions] = []

    @property
    def topics(self) -> int:
        """How many topics are known."""
        return len(self._nodes)

    @property
    def version(self) -> int:
        """A number that grows with every message and every new topic."""
        return self.messages + self.nodes_added

    @property
    def kept_bytes(self) -> int:
        """What all kept messages cost in memory."""
        return self._budget.kept_bytes

    @property
    def evicted(self) -> int:
        """How many messages were received and forgotten to stay within the history budget."""
        return self._budget.evicted

    @property
    def cut(self) -> int:
        """How many newest messages were shortened to stay within the history budget."""
        return self._budget.cut

    def set_history_budget(self, budget_bytes: int) -> None:
        """Take on another budget for history; the next `settle` forgets what is beyond it."""
        self._budget.set_budget(budget_bytes)

    def find(self, topic: bytes | str) -> TopicNode | None:
        """Return the node of `topic`, None if nothing was received on it."""
        if isinstance(topic, str):
            topic = topic.encode("utf-8", "surrogateescape")
        return self._nodes.get(topic)

    def topic_nodes(self) -> Collection[TopicNode]:
        """Return a live view of all nodes that are topics, in the order they were first seen."""
        return self._nodes.values()

    def follow_additions(self) -> Additions:
        """Return what collects additions from now on, for one reader more."""
        additions = Additions()
        self._followers.append(additions)
        return additions

    def apply(self, batch: Batch) -> None:
        """Take in a batch."""
        self.apply_messages(batch.messages, batch.received_at)

    def apply_messages(self, messages: Iterable[RawMessage], received_at: float) -> None:
        """Take in messages that were received at `received_at` (seconds since the epoch)."""
        find = self._nodes.get
        touch = self._touched.append
        count = 0
        kept_bytes = 0
        for topic, payload, flags, detail in messages:
            node = find(topic)
            if node is None:
                node = self._add_topic(topic, received_at)
                if node is None:
                    self.unlisted += 1
                    continue
            last = node.last
            if flags & RETAIN:
                node.is_retained = bool(payload)
                if last is not None and last[1] == payload and last[3] == detail:
                    self.repeated += 1
                    continue
                node.pending_live -= 1
                # No traffic: nothing tells when it was published.
                node.counted_messages += 1
                node.counted_bytes += len(payload)
            elif detail is not None and detail.full_size_bytes is not None:
                # Traffic is what came over the line.
                node.counted_bytes -= detail.full_size_bytes - len(payload)
            seen = node.messages
            if seen == node.settled:
                touch(node)
            node.messages = seen + 1
            size_bytes = len(payload)
            node.payload_bytes += size_bytes
            kept_bytes += size_bytes
            entry = (received_at, payload, flags, detail)
            history = node.history
            if history is not None:
                history.append(entry)
            elif last is not None:
                node.history = History((last, entry))
            node.last = entry
            if not size_bytes:
                # The message that clears a retained one is seen by subscribers without the flag.
                node.is_retained = False
            count += 1
        self.messages += count
        self._budget.kept_bytes += kept_bytes + count * ENTRY_OVERHEAD_BYTES

    def note_retained(self, topic: bytes, *, is_retained: bool) -> None:
        """Take in what the broker said when it was asked whether it retains anything on a topic."""
        node = self._nodes.get(topic)
        if node is not None:
            node.is_retained = is_retained

    def note_retained_below(self, branch: TopicNode, retained: Container[bytes]) -> None:
        """Take in which topics of a branch the broker retains: those in `retained`, no others."""
        waiting = [branch]
        while waiting:
            node = waiting.pop()
            if node.topic is not None:
                node.is_retained = node.topic in retained
            if node.children:
                waiting.extend(node.children.values())

    def settle(self, now: float) -> None:
        """Carry counts and rates of what was applied since the last call up to the branches.

        `now` is in seconds since the epoch, as `Batch.received_at` is. Keeps the history
        within its budget.
        """
        touched = self._touched
        if not touched:
            return
        levels = self._levels
        note = self._budget.note
        for node in touched:
            delta = node.messages - node.settled
            node.settled = node.messages
            if not node.pending:
                levels[node.depth + 1].append(node)
            node.pending += delta
            node.pending_live += delta
            note(node)
        touched.clear()
        for depth in range(len(levels) - 1, -1, -1):
            level = levels[depth]
            if not level:
                continue
            parents = levels[depth - 1]
            for node in level:
                delta = node.pending
                live = node.pending_live
                node.pending = 0
                node.pending_live = 0
                node.messages_below += delta
                if live or node.rate_value:
                    fading = exp(min(0.0, node.changed_at - now) / RATE_WINDOW_S)
                    node.rate_value = node.rate_value * fading + live / RATE_WINDOW_S
                node.changed_at = now
                parent = node.parent
                if parent is not None:
                    if not parent.pending:
                        parents.append(parent)
                    parent.pending += delta
                    parent.pending_live += live
            level.clear()
        self._budget.enforce()

    def _add_topic(self, topic: bytes, received_at: float) -> TopicNode | None:
        """Link a new topic into the tree; None when no more topics are taken in."""
        if len(self._nodes) >= self._max_topics:
            return None
        if not self._nodes:
            self.root.first_seen_at = self.root.changed_at = received_at
        followers = self._followers
        node = self.root
        for name in topic.decode("utf-8", "surrogateescape").split("/"):
            children = node.children
            if children is None:
                children = node.children = {}
            child = children.get(name)
            if child is None:
                # The same few names end thousands of topics.
                name = intern(name)
                child = children[name] = TopicNode(name, node, received_at)
                self.nodes_added += 1
                for additions in followers:
                    additions.nodes.append(child)
            node = child
        node.topic = topic
        self._nodes[topic] = node
        for additions in followers:
            additions.topics.append(node)
        while node.depth + 2 > len(self._levels):
            self._levels.append([])
        above: TopicNode | None = node
        while above is not None:
            above.topics_below += 1
            above = above.parent
        return node
