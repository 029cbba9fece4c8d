"""Keeps the memory of all histories together within one budget, taking from the heaviest first.

Topics are sorted into classes by the power of two of what their history costs. Room is made
in the highest class, topic after topic, oldest messages first: a topic that floods loses its
own past and a slow topic keeps its few messages, whatever the flood. Finding the heaviest
costs nothing that depends on the number of topics.
"""

from __future__ import annotations

from mqttui.core.message import MessageDetail
from mqttui.core.node import ENTRY_OVERHEAD_BYTES, History, TopicNode

# Below 2**10 bytes a history is not worth taking from; bounded by the limit on topics.
SMALLEST_CLASS = 11
HEAD_BYTES = 512


class HistoryBudget:
    """Decides what is forgotten.

    `kept_bytes` is the cost of all kept messages, `evicted` the number of messages that were
    forgotten, `cut` the number of newest messages of which only a head of `HEAD_BYTES` could
    be kept because nothing older was left to take.
    """

    def __init__(self, budget_bytes: int) -> None:
        self.kept_bytes = 0
        self.evicted = 0
        self.cut = 0
        self._classes: list[dict[TopicNode, None]] = [{} for _ in range(64)]
        self.set_budget(budget_bytes)

    def set_budget(self, budget_bytes: int) -> None:
        """Take on another budget; the next `enforce` follows it."""
        self.budget_bytes = budget_bytes
        # Room is made in steps, so that the front of a long list is not moved for each message.
        self._step_bytes = budget_bytes // 128

    def note(self, node: TopicNode) -> None:
        """Sort `node` into its class after its history has changed."""
        size_class = node.kept_bytes.bit_length()
        history = node.history
        if history is None:
            if size_class < SMALLEST_CLASS:
                return
            history = node.history = History(node.entries())
        if size_class == history.size_class:
            return
        if history.size_class >= SMALLEST_CLASS:
            del self._classes[history.size_class][node]
        if size_class >= SMALLEST_CLASS:
            self._classes[size_class][node] = None
        history.size_class = size_class

    def enforce(self) -> None:
        """Forget messages until `kept_bytes` is within the budget or only small rests are left."""
        if self.kept_bytes <= self.budget_bytes:
            return
        goal_bytes = self.budget_bytes - self._step_bytes
        for size_class in range(len(self._classes) - 1, SMALLEST_CLASS - 1, -1):
            members = self._classes[size_class]
            floor_bytes = 1 << (size_class - 1)
            while members and self.kept_bytes > goal_bytes:
                node = next(iter(members))
                excess_bytes = self.kept_bytes - goal_bytes
                self._take(node, min(excess_bytes, node.kept_bytes - floor_bytes + 1))
                if node in members:
                    # Still in this class: the others of the class are next.
                    del members[node]
                    members[node] = None

    def _take(self, node: TopicNode, wanted_bytes: int) -> None:
        """Take at least `wanted_bytes` from `node`, one message at the least."""
        history = node.history
        assert history is not None
        if len(history) == 1:
            self._cut_last(node, history)
            return
        payload_bytes = 0
        taken = 0
        newest = len(history) - 1
        while payload_bytes + taken * ENTRY_OVERHEAD_BYTES < wanted_bytes and taken < newest:
            payload_bytes += len(history[taken][1])
            taken += 1
        del history[:taken]
        history.evicted += taken
        history.evicted_bytes += payload_bytes
        self.evicted += taken
        self.kept_bytes -= payload_bytes + taken * ENTRY_OVERHEAD_BYTES
        self.note(node)

    def _cut_last(self, node: TopicNode, history: History) -> None:
        """Keep only the head of the one message that `node` has left."""
        received_at, payload, flags, detail = history[0]
        head = payload[:HEAD_BYTES]
        properties = detail.properties if detail is not None else b""
        full_size_bytes = (detail.full_size_bytes if detail is not None else None) or len(payload)
        node.last = history[0] = (
            received_at,
            head,
            flags,
            MessageDetail(properties, full_size_bytes),
        )
        lost_bytes = len(payload) - len(head)
        history.evicted_bytes += lost_bytes
        self.kept_bytes -= lost_bytes
        self.cut += 1
        self.note(node)
