"""Which boards are listed and in which order, and how many of them are how."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from mqttui.devices.presence import Presence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mqttui.devices.board import Board


class Shown(Enum):
    """Which boards are listed."""

    ALL = "all"
    ONLINE = "online"
    AWAY = "not online"
    WARNINGS = "with warnings"


class BoardOrder(Enum):
    """In which order."""

    NAME = "name"
    TROUBLE = "trouble first"


class Counts(NamedTuple):
    """How many boards there are, by presence, and how many have warnings."""

    boards: int
    by_presence: Counter[Presence]
    with_warnings: int


def has_warning(board: Board) -> bool:
    """Return whether something about a board is wrong, not merely unusual."""
    return any(finding.is_warning for finding in board.findings)


def counts_of(boards: Sequence[Board]) -> Counts:
    """Return how many boards are how."""
    return Counts(
        len(boards),
        Counter(board.presence for board in boards),
        sum(map(has_warning, boards)),
    )


def selected(boards: Iterable[Board], shown: Shown, order: BoardOrder) -> list[Board]:
    """Return the boards that are listed, in their order; they come in the order of names."""
    match shown:
        case Shown.ONLINE:
            boards = (board for board in boards if board.presence is Presence.ONLINE)
        case Shown.AWAY:
            boards = (board for board in boards if board.presence is not Presence.ONLINE)
        case Shown.WARNINGS:
            boards = filter(has_warning, boards)
    listed = list(boards)
    if order is BoardOrder.TROUBLE:
        # Warnings, then what is gone, then the rest; within these by name, as they were.
        listed.sort(
            key=lambda board: (not has_warning(board), board.presence is not Presence.OFFLINE)
        )
    return listed
