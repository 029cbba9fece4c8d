"""Topics that complete what was typed, found bit by bit however many topics there are."""

from __future__ import annotations

from bisect import insort
from itertools import islice
from typing import TYPE_CHECKING

from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mqttui.core.node import TopicNode
    from mqttui.core.store import TopicStore

MOST_SUGGESTIONS = 50
MOST_LEVELS = 64
"""Deeper topics are not suggested: nobody types them, and they would cost much to walk."""

LONGEST_TEXT_CHARACTERS = 1_000


class TopicCompletion:
    """Looks for topics of a store that go on from a text, then for those that contain it.

    `ask` says what was typed, `work` goes on with the search. First come the names of the next
    level, a branch with a slash at its end, then whole topics with the text anywhere in them.
    """

    def __init__(self, store: TopicStore) -> None:
        self._store = store
        self._text = ""
        self._next_level: list[str] = []
        self._elsewhere: list[str] = []
        self._steps: Iterator[None] | None = None

    @property
    def suggestions(self) -> Sequence[str]:
        """What was found so far, none of it the text itself."""
        known = dict.fromkeys((*self._next_level, *self._elsewhere))
        known.pop(self._text, None)
        return list(islice(known, MOST_SUGGESTIONS))

    @property
    def next_level(self) -> Sequence[str]:
        """The suggestions that begin with the text, in the order of their names."""
        return [found for found in self._next_level if found != self._text]

    @property
    def is_searching(self) -> bool:
        """Whether there is more to look at."""
        return self._steps is not None

    def ask(self, text: str) -> None:
        """Look for something else."""
        self._text = text
        self._next_level = []
        self._elsewhere = []
        self._steps = self._search() if len(text) <= LONGEST_TEXT_CHARACTERS else None

    def work(self, count: int) -> bool:
        """Look at up to `count` names; return whether there are more."""
        steps = self._steps
        if steps is None:
            return False
        looked_at = sum(1 for _ in islice(steps, count))
        if looked_at < count:
            self._steps = None
        return self.is_searching

    def _search(self) -> Iterator[None]:
        """Yield after each name that was looked at."""
        above, slash, start = self._text.rpartition("/")
        parent = self._branch(above) if slash else self._store.root
        if parent is not None:
            prefix = above + slash
            for node in list((parent.children or {}).values()):
                if node.name.startswith(start) and (slash or self._is_wanted(node)):
                    self._note_next(prefix + node.name, node)
                yield
        if not self._text:
            return
        wanted = self._text.lower()
        for path, node in self._walk():
            if node.topic is not None and wanted in path.lower() and _is_typeable(path):
                self._elsewhere.append(path)
                if len(self._elsewhere) >= MOST_SUGGESTIONS:
                    return
            yield

    def _branch(self, path: str) -> TopicNode | None:
        node = self._store.root
        for name in path.split("/"):
            below = (node.children or {}).get(name)
            if below is None:
                return None
            node = below
        return node

    def _is_wanted(self, node: TopicNode) -> bool:
        """The broker's own topics are suggested only to who asks for them."""
        return self._text.startswith("$") or not node.name.startswith("$")

    def _note_next(self, path: str, node: TopicNode) -> None:
        if not _is_typeable(path):
            return
        if node.topic is not None:
            insort(self._next_level, path)
        if node.children:
            insort(self._next_level, path + "/")
        del self._next_level[MOST_SUGGESTIONS:]

    def _walk(self) -> Iterator[tuple[str, TopicNode]]:
        """Yield every node below the root with its path, in the order of the tree."""
        stack = [("", iter(list((self._store.root.children or {}).values())))]
        while stack:
            path, siblings = stack[-1]
            node = next(siblings, None)
            if node is None:
                stack.pop()
                continue
            if len(stack) == 1 and not self._is_wanted(node):
                continue
            here = path + node.name
            yield here, node
            if node.children and len(stack) < MOST_LEVELS:
                # A copy: topics may come in while the search rests.
                stack.append((here + "/", iter(list(node.children.values()))))


def _is_typeable(path: str) -> bool:
    """Whether a topic can stand in an input and can be published to."""
    return printable(path) == path and "+" not in path and "#" not in path
