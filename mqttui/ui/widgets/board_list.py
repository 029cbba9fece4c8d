"""The list of boards, in which a row is painted again only when it looks different."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region

from mqttui.ui.widgets.board_columns import row_cells
from mqttui.ui.widgets.choice_list import ChoiceList

if TYPE_CHECKING:
    from mqttui.devices.board import Board
    from mqttui.ui.widgets.cells import Cells

DRAW_INTERVAL_S = 0.5
"""Numbers that change faster than this cannot be read."""


class BoardList(ChoiceList["Board"]):
    """Shows boards; `refresh_frame` is called once per frame and looks at the visible rows only."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(self._cells, lambda board: board.path, id=id)
        self._now = 0.0
        self._drawn_at = float("-inf")
        self._faces: list[Cells] = []

    def _cells(self, board: Board, width: int) -> Cells:
        return row_cells(board, self._now, width)

    def refresh_frame(self, now: float) -> None:
        """Paint what looks different by now, in seconds since the epoch; at most twice a second."""
        if 0 <= now - self._drawn_at < DRAW_INTERVAL_S:
            return
        self._drawn_at = self._now = now
        top, height = self.scroll_offset.y, self.size.height
        width = self.row_cells - 1
        boards = self.items[top : top + height]
        for board in boards:
            # Of many busy boards the history is read in turn; what is in sight shall be of now.
            board.glance()
        faces = [self._cells(board, width) for board in boards]
        for y, face in enumerate(faces):
            if y >= len(self._faces) or face != self._faces[y]:
                self.refresh(Region(0, y, self.size.width, 1))
        self._faces = faces
