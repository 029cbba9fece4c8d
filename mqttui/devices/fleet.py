"""All boards of a broker, found by what they say and followed within a budget."""

from __future__ import annotations

from bisect import insort
from time import perf_counter
from typing import TYPE_CHECKING

from mqttui.devices.board import Board
from mqttui.devices.info import LONGEST_PAYLOAD_BYTES, json_object
from mqttui.devices.presence import PRESENCE_TOPICS, status_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mqttui.core.node import TopicNode
    from mqttui.core.store import TopicStore

BUDGET_S = 0.002
MOST_BOARDS = 2_000
_STEP = 16
_CANDIDATES_STEP = 512
_INFO = "info"


class Fleet:
    """Follows a store; `update` is called once per frame and costs what has changed, bounded.

    Boards come and never go; `boards` is in the order of their topics. `version` grows when there
    is another one. Beyond `MOST_BOARDS` no more are taken in, and `unlisted` counts them.
    """

    def __init__(self, store: TopicStore, timer: Callable[[], float] = perf_counter) -> None:
        self.boards: list[Board] = []
        self.version = 0
        self.unlisted = 0
        self._timer = timer
        self._additions = store.follow_additions()
        self._by_branch: dict[TopicNode, Board] = {}
        # Topics whose names could be those of a board, with how many messages were judged.
        self._candidates: list[TopicNode] = []
        self._judged: list[int] = []
        self._candidate_turn = 0
        self._turn = 0
        self._take(store.topic_nodes())

    @property
    def behind(self) -> int:
        """How many samples are still to be read."""
        return sum(board.behind for board in self.boards)

    def board_of(self, branch: TopicNode | None) -> Board | None:
        """Return the board that is this branch or has it among its topics."""
        while branch is not None:
            board = self._by_branch.get(branch)
            if board is not None:
                return board
            branch = branch.parent
        return None

    def update(self, now: float, budget_s: float = BUDGET_S, first: Board | None = None) -> None:
        """Go on for about `budget_s`; `now` is in seconds since the epoch.

        Boards take turns, `first` has its turn in every call.
        """
        deadline = self._timer() + budget_s
        if self._additions.topics:
            self._take(self._additions.topics)
        self._additions.clear()
        self._judge_candidates(deadline)
        if first is not None:
            first.update(now)
        boards = self.boards
        for count in range(len(boards)):
            self._turn = (self._turn + 1) % len(boards)
            boards[self._turn].update(now)
            if not count % _STEP and self._timer() > deadline:
                return

    def _take(self, nodes: Iterable[TopicNode]) -> None:
        """Note topics whose last level is one on which boards speak of themselves."""
        found = [
            node
            for node in nodes
            if (node.name in PRESENCE_TOPICS or node.name == _INFO)
            and node.depth > 0
            and node.topic is not None
            and node.topic[:1] != b"$"
        ]
        self._candidates += found
        self._judged += [0] * len(found)

    def _judge_candidates(self, deadline: float) -> None:
        """Look at the messages of candidates that are no board yet."""
        candidates, judged = self._candidates, self._judged
        for looks in range(len(candidates)):
            if not candidates:
                return
            place = self._candidate_turn = (self._candidate_turn + 1) % len(candidates)
            node = candidates[place]
            if node.messages != judged[place]:
                judged[place] = node.messages
                if self._is_of_board(node):
                    self._add(node)
                    # The order is of no importance.
                    candidates[place], judged[place] = candidates[-1], judged[-1]
                    candidates.pop()
                    judged.pop()
                    self._candidate_turn = place - 1
            if not looks % _CANDIDATES_STEP and self._timer() > deadline:
                return

    def _is_of_board(self, node: TopicNode) -> bool:
        if node.last is None:
            return False
        if node.name == _INFO:
            value = json_object(node.last[1], LONGEST_PAYLOAD_BYTES)
            return value is not None and "uid" in value
        return status_of(node.name, node.last[1]) is not None

    def _add(self, node: TopicNode) -> None:
        branch = node.parent
        assert branch is not None
        board = self._by_branch.get(branch)
        if board is None:
            if len(self.boards) >= MOST_BOARDS:
                self.unlisted += 1
                return
            board = self._by_branch[branch] = Board(branch)
            insort(self.boards, board, key=lambda each: each.path)
            self.version += 1
        if node.name != _INFO:
            board.listen_to(node)
        board.glance()
