"""Follows the topics below `$SYS` that somebody can read, at a comparison per topic and look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mqttui.core.node import Entry, TopicNode
    from mqttui.core.store import TopicStore

MAX_TOPICS = 5000

Meaning = TypeVar("Meaning")


class News(Generic[Meaning]):
    """What came on one topic since the last look, the oldest first.

    `missed` messages came as well and are no longer kept.
    """

    __slots__ = ("count", "meaning", "node")

    def __init__(self, node: TopicNode, meaning: Meaning, count: int) -> None:
        self.node = node
        self.meaning = meaning
        self.count = count

    @property
    def entries(self) -> Sequence[Entry]:
        """The new messages that are kept."""
        return self.node.entries()[-self.count :]

    @property
    def missed(self) -> int:
        """How many new messages are not kept."""
        return self.count - len(self.entries)


class _Followed(Generic[Meaning]):
    __slots__ = ("meaning", "node", "read")

    def __init__(self, node: TopicNode, meaning: Meaning) -> None:
        self.node = node
        self.meaning = meaning
        self.read = 0


class SysTopics(Generic[Meaning]):
    """The topics below `$SYS` to which `meaning_of` gives a meaning; None leaves one out.

    At most `limit` are followed, the others are counted as `unread`.
    """

    def __init__(
        self,
        store: TopicStore,
        meaning_of: Callable[[TopicNode], Meaning | None],
        limit: int = MAX_TOPICS,
    ) -> None:
        self._store = store
        self._meaning_of = meaning_of
        self._limit = limit
        self._followed: list[_Followed[Meaning]] = []
        self._judged: set[TopicNode] = set()
        self._topics_seen = 0
        self._messages_seen = -1
        self.unread = 0

    def look(self) -> Iterator[News[Meaning]]:
        """Yield each topic on which something came."""
        branch = (self._store.root.children or {}).get("$SYS")
        if branch is None or (
            branch.messages_below == self._messages_seen
            and branch.topics_below == self._topics_seen
        ):
            return
        self._messages_seen = branch.messages_below
        if branch.topics_below != self._topics_seen:
            self._topics_seen = branch.topics_below
            self._judge_new(branch)
        for followed in self._followed:
            node = followed.node
            count = node.messages - followed.read
            if count:
                followed.read = node.messages
                yield News(node, followed.meaning, count)

    def judge_anew(self) -> None:
        """Ask again for the meaning of every topic; what was read is read again."""
        self._followed.clear()
        self._judged.clear()
        self._topics_seen = 0
        self._messages_seen = -1
        self.unread = 0

    def _judge_new(self, branch: TopicNode) -> None:
        """Ask for the meaning of the topics that have come.

        They are looked for below `$SYS` alone: to follow what is new in the whole store would cost
        a burst of a hundred thousand other topics a look at each.
        """
        waiting = [branch]
        while waiting:
            node = waiting.pop()
            if node.children:
                waiting.extend(node.children.values())
            if node.topic is None or node in self._judged:
                continue
            self._judged.add(node)
            meaning = self._meaning_of(node)
            if meaning is None:
                continue
            if len(self._followed) == self._limit:
                self.unread += 1
            else:
                self._followed.append(_Followed(node, meaning))
