"""A row with the open connections; shown when there is more than one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.message import Message
from textual.widget import Widget

from mqttui.core.source import Phase
from mqttui.payload.printable import printable
from mqttui.payload.quantities import count_text
from mqttui.ui.glyphs import CONNECTED, CONNECTING, DISCONNECTED, WARNING
from mqttui.ui.widgets.cells import fitted, painted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Click
    from textual.strip import Strip

    from mqttui.ui.connections import ConnectionFace

LONGEST_LABEL_CELLS = 30
STATES = {
    Phase.CONNECTED: (CONNECTED, ""),
    Phase.CONNECTING: (CONNECTING, " connecting"),
    Phase.WAITING: (DISCONNECTED, " lost"),
}
ENDED = (DISCONNECTED, " closed")


class ConnectionTabs(Widget):
    """One tab per connection with its state; the one in sight stands in brackets."""

    ALLOW_SELECT = False

    @dataclass
    class Clicked(Message):
        """Somebody wants to see another connection; `index` counts from 0."""

        index: int

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self.display = False
        self._faces: Sequence[ConnectionFace] = ()

    def show(self, faces: Sequence[ConnectionFace]) -> None:
        """Show these connections."""
        if faces != self._faces:
            self._faces = faces
            self.display = len(faces) > 1
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the row."""
        cells = [
            (text, "heading" if face.is_current else "fact")
            for text, face in zip(self._texts(), self._faces, strict=True)
        ]
        return painted(self, cells if y == 0 else [], self.size.width)

    def on_click(self, event: Click) -> None:
        """Tell which tab was clicked."""
        end = 0
        for index, text in enumerate(self._texts()):
            end += cell_len(text)
            if event.x < end:
                self.post_message(self.Clicked(index))
                return

    def _texts(self) -> list[str]:
        room = max(8, self.size.width // max(1, len(self._faces)) - 2)
        return [
            f"[{text}]" if face.is_current else f" {text} "
            for face in self._faces
            for text in [face_text(face, room)]
        ]


def face_text(face: ConnectionFace, room: int) -> str:
    """Return what a tab says in about `room` cells: the state, the name, what was not yet seen.

    What is unseen of the connection in sight stands in its status bar already.
    """
    mark, state = STATES.get(face.phase, ENDED)
    unseen = f" {WARNING}{count_text(face.unseen)}" if face.unseen and not face.is_current else ""
    name_cells = min(LONGEST_LABEL_CELLS, room - cell_len(mark + state + unseen) - 1)
    return f"{mark} {fitted(printable(face.label), max(4, name_cells))}{state}{unseen}"
