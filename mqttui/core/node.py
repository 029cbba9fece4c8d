"""One level of the topic tree: a topic, a branch, or both."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mqttui.core.message import MessageDetail

Entry: TypeAlias = "tuple[float, bytes, int, MessageDetail | None]"
"""(received at in seconds since the epoch, payload, PUBLISH flags, detail or None)."""

RATE_WINDOW_S = 10.0
"""Time constant of the rates: what happened this long ago counts for 37 %."""

ENTRY_OVERHEAD_BYTES = 160
"""What CPython spends on one entry besides its payload: tuple, bytes header, list slot."""

SHORTEST_RATE_SPAN_S = 1.0


class History(list["Entry"]):
    """The kept messages of one topic, oldest first, and what was forgotten of them.

    Made with the second message: most topics of a large broker have only one, retained.
    """

    __slots__ = ("evicted", "evicted_bytes", "size_class")

    def __init__(self, entries: Iterable[Entry]) -> None:
        super().__init__(entries)
        self.evicted = 0
        self.evicted_bytes = 0
        self.size_class = 0


class TopicNode:
    """One level of the topic tree; knows the store's facts and nothing of a screen.

    `topic` is the whole topic name as it came, None for a branch on which nothing was published.
    `messages`, `payload_bytes` and `last` are this topic's own; `topics_below`,
    `messages_below`, `changed_at` and `rate` are of the whole subtree, this topic included,
    and are brought up to date by `TopicStore.settle`. `is_retained` says that the broker
    retains a value on this topic, as far as is known: it sent one as a retained message, or said so
    when it was asked; a live message does not tell (MQTT 5.0 section 3.3.1.3).
    `counted_messages` and `counted_bytes` are what of this topic's own a `TrafficMeter` has
    counted already, or must not count.
    """

    __slots__ = (
        "changed_at",
        "children",
        "counted_bytes",
        "counted_messages",
        "depth",
        "first_seen_at",
        "history",
        "is_retained",
        "last",
        "messages",
        "messages_below",
        "name",
        "parent",
        "payload_bytes",
        "pending",
        "pending_live",
        "rate_value",
        "settled",
        "topic",
        "topics_below",
    )

    def __init__(self, name: str, parent: TopicNode | None, first_seen_at: float) -> None:
        self.name = name
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent is not None else -1
        self.children: dict[str, TopicNode] | None = None
        self.topic: bytes | None = None
        self.first_seen_at = first_seen_at
        self.changed_at = first_seen_at
        self.messages = 0
        self.payload_bytes = 0
        self.last: Entry | None = None
        self.history: History | None = None
        self.is_retained = False
        self.topics_below = 0
        self.messages_below = 0
        self.counted_messages = 0
        self.counted_bytes = 0
        self.settled = 0
        self.pending = 0
        self.pending_live = 0
        self.rate_value = 0.0

    def __repr__(self) -> str:
        return f"TopicNode({self.path!r}, messages={self.messages})"

    @property
    def path(self) -> str:
        """The levels from the root to here, joined by slashes.

        Bytes that are not UTF-8 are lone surrogates (PEP 383), so that no two topics share a
        path; make it printable before it is shown.
        """
        levels = []
        node: TopicNode | None = self
        while node is not None and node.parent is not None:
            levels.append(node.name)
            node = node.parent
        return "/".join(reversed(levels))

    @property
    def evicted(self) -> int:
        """How many messages of this topic were received and are no longer kept."""
        return self.history.evicted if self.history is not None else 0

    @property
    def kept_bytes(self) -> int:
        """What the kept messages of this topic cost in memory, overhead included."""
        history = self.history
        if history is None:
            return self.payload_bytes + ENTRY_OVERHEAD_BYTES * self.messages
        return self.payload_bytes - history.evicted_bytes + ENTRY_OVERHEAD_BYTES * len(history)

    def entries(self) -> Sequence[Entry]:
        """Return the kept messages, oldest first; valid until the next `apply`."""
        if self.history is not None:
            return self.history
        return (self.last,) if self.last is not None else ()

    def rate(self, now: float) -> float:
        """Return the messages per second of this subtree around `now` (seconds since the epoch).

        An exponentially weighted mean over `RATE_WINDOW_S`, corrected for the time before the
        first message. Messages that the broker had retained do not count: they tell nothing
        of when they were published.
        """
        if not self.rate_value:
            return 0.0
        faded = self.rate_value * exp(min(0.0, self.changed_at - now) / RATE_WINDOW_S)
        span_s = max(SHORTEST_RATE_SPAN_S, now - self.first_seen_at)
        return faded / (1.0 - exp(-span_s / RATE_WINDOW_S))
