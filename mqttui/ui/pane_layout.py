"""Where the panes of the explorer stand, and how they share the room. Pure: no widget.

The tree and the message pane stand side by side, or one above the other on a narrow terminal; the
dock with its panels lies below both. Where that leaves too little they become tabs.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

WIDE_FROM_CELLS = 100
LOWEST_STACK_CELLS = 14
LOWEST_PANES_CELLS = 8
LOWEST_DOCK_CELLS = 6
DOCK_CELLS = 10
ROOMY_DOCK_CELLS = 18
"""What a panel wants, and one that needs room while it is used."""

LEAST_TREE_CELLS = 24
LEAST_MESSAGE_CELLS = 30
LEAST_STACKED_CELLS = 5

DEFAULT_TREE_SHARE = 0.5
DEFAULT_DOCK_SHARE = 0.45
DEFAULT_STACKED_SHARE = 0.5


class Pane(Enum):
    """A part of the explorer that can have the keyboard."""

    TREE = "tree"
    MESSAGE = "message"
    DOCK = "dock"


class Arrangement(Enum):
    """How the panes stand."""

    BESIDE = "beside"
    STACKED = "stacked"
    TABBED = "tabbed"


class Edge(Enum):
    """A line between panes that can be moved; the value is the field of `Shares`."""

    BESIDE = "tree_of_width"
    STACKED = "tree_of_height"
    DOCK = "dock_of_height"


def arrangement_of(width: int, height: int, dock_cells: int = 0) -> Arrangement:
    """Return how the panes stand in `width` × `height` cells above a dock of so many rows."""
    if width >= WIDE_FROM_CELLS:
        lowest = LOWEST_PANES_CELLS + dock_cells if dock_cells else 0
        return Arrangement.BESIDE if height >= lowest else Arrangement.TABBED
    lowest = LOWEST_STACK_CELLS + dock_cells
    return Arrangement.STACKED if height >= lowest else Arrangement.TABBED


class Shares(NamedTuple):
    """Which part of the room a pane has, from 0 to 1; None while nobody has moved the line."""

    tree_of_width: float | None = None
    tree_of_height: float | None = None
    dock_of_height: float | None = None

    def of(self, edge: Edge) -> float | None:
        """Return the share before or below a line."""
        share: float | None = getattr(self, edge.value)
        return share

    def with_cells(self, edge: Edge, cells: int, total: int) -> Shares:
        """Return the shares with a line moved so that its pane has `cells` of `total`."""
        least, least_of_other = _LEAST[edge]
        cells = max(least, min(cells, total - least_of_other))
        if total <= 0 or not 0 < cells < total:
            return self
        return self._replace(**{edge.value: round(cells / total, 4)})

    def cells(self, edge: Edge, total: int) -> int:
        """Return how many of `total` cells the pane of a line has."""
        share = self.of(edge)
        return round((_DEFAULT[edge] if share is None else share) * total)


_LEAST = {
    Edge.BESIDE: (LEAST_TREE_CELLS, LEAST_MESSAGE_CELLS),
    Edge.STACKED: (LEAST_STACKED_CELLS, LEAST_STACKED_CELLS),
    Edge.DOCK: (LOWEST_DOCK_CELLS, LOWEST_PANES_CELLS),
}
"""The least for the pane of a line, and for what is on the other side."""

_DEFAULT = {
    Edge.BESIDE: DEFAULT_TREE_SHARE,
    Edge.STACKED: DEFAULT_STACKED_SHARE,
    Edge.DOCK: DEFAULT_DOCK_SHARE,
}


def dock_height(shares: Shares, height: int, *, needs_room: bool) -> int:
    """Return the rows of the dock out of `height`; who has moved its line knows what is enough."""
    cells = shares.cells(Edge.DOCK, height)
    if shares.dock_of_height is None:
        cells = max(cells, ROOMY_DOCK_CELLS if needs_room else DOCK_CELLS)
    return max(1, min(cells, height - LOWEST_PANES_CELLS))


def shares_of(remembered: object) -> Shares:
    """Return the shares of a remembered JSON object; what in it makes no sense is left out."""
    if not isinstance(remembered, dict):
        return Shares()
    return Shares(**{edge.value: _share_in(remembered.get(edge.value)) for edge in Edge})


def json_of(shares: Shares) -> dict[str, Any]:
    """Return what is to be remembered of the shares."""
    return {edge.value: share for edge in Edge if (share := shares.of(edge)) is not None}


def _share_in(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0.05 <= value <= 0.95 else None
