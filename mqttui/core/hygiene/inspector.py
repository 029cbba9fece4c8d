"""Looks at every topic bit by bit: its name once, its messages again when there are new ones."""

from __future__ import annotations

from array import array
from time import perf_counter
from typing import TYPE_CHECKING

from mqttui.core.hygiene.contents import content_findings
from mqttui.core.hygiene.names import name_findings
from mqttui.core.hygiene.report import HygieneReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mqttui.core.node import TopicNode
    from mqttui.core.store import TopicStore

BUDGET_S = 0.002
ROUND_INTERVAL_S = 10.0
"""Shortest time between two looks at the messages of a topic."""

MOST_NAMES = 2_048
MOST_CONTENTS = 512
MOST_PASSED = 16_384
"""Bounds of one call, should the clock not move."""

_STEP = 32


class HygieneInspector:
    """Keeps a report on the topics of a store; those of the broker (`$…`) are left out.

    What a call of `update` costs depends on its budget and never on the rate of messages: topics
    take turns, and of each only the newest messages are looked at.
    """

    def __init__(self, store: TopicStore, timer: Callable[[], float] = perf_counter) -> None:
        self.report = HygieneReport()
        self._store = store
        self._timer = timer
        self._additions = store.follow_additions()
        self._topics: list[TopicNode] = []
        # How many messages each topic had when it was looked at; zero before.
        self._seen = array("Q")
        self._named = 0
        self._turn = 0
        self._round_at = float("-inf")
        self._round_messages = -1
        self._take(store.topic_nodes())

    @property
    def topics(self) -> int:
        """How many topics there are to look at."""
        return len(self._topics)

    @property
    def looked_at(self) -> int:
        """The names of how many topics were looked at."""
        return self._named

    def update(self, now: float, budget_s: float = BUDGET_S) -> None:
        """Go on for about `budget_s`; `now` is in seconds and paces the rounds."""
        self._take(self._additions.topics)
        self._additions.clear()
        deadline = self._timer() + budget_s
        if self._check_names(deadline):
            self._check_contents(now, deadline)

    def _take(self, nodes: Iterable[TopicNode]) -> None:
        fresh = [node for node in nodes if node.topic is not None and node.topic[:1] != b"$"]
        self._topics.extend(fresh)
        self._seen.extend([0] * len(fresh))

    def _check_names(self, deadline: float) -> bool:
        """Look at names that are new; return whether all were looked at."""
        topics = self._topics
        end = min(len(topics), self._named + MOST_NAMES)
        while self._named < end:
            for node in topics[self._named : min(end, self._named + _STEP)]:
                self._named += 1
                assert node.topic is not None
                if found := name_findings(node.topic):
                    self.report.note_name(node, found)
            if self._timer() > deadline:
                return False
        return self._named == len(topics)

    def _check_contents(self, now: float, deadline: float) -> None:
        """Go on with the round; begin another when it is time and something has come."""
        topics = self._topics
        seen = self._seen
        if self._turn >= len(topics):
            is_soon = abs(now - self._round_at) < ROUND_INTERVAL_S
            if is_soon or self._round_messages == self._store.messages:
                return
            self._turn = 0
        if self._turn == 0:
            self._round_at = now
            self._round_messages = self._store.messages
        looks = 0
        first = self._turn
        end = min(len(topics), first + MOST_PASSED)
        for number in range(first, end):
            self._turn = number + 1
            node = topics[number]
            if node.messages != seen[number]:
                seen[number] = node.messages
                self.report.note_contents(node, content_findings(node))
                looks += 1
                if looks >= MOST_CONTENTS or self._timer() > deadline:
                    return
            elif not number % 1024 and self._timer() > deadline:
                return
