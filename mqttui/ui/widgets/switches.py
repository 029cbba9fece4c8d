"""A row of choices, each with one option in force: to see what is shown, and to click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len
from textual.message import Message
from textual.widget import Widget

from mqttui.ui.widgets.cells import painted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Click
    from textual.strip import Strip

GAP = "  "


class Switch(NamedTuple):
    """One choice: its name, its options as (value, label), and the value in force."""

    title: str
    options: Sequence[tuple[object, str]]
    chosen: object


class Switches(Widget):
    """Paints switches in one row; the option in force stands in brackets, colour alone may be lost.

    A click on an option posts `Clicked`; a change is shown when the owner calls `show`.
    """

    ALLOW_SELECT = False

    @dataclass
    class Clicked(Message):
        """Somebody wants another option; `switch` is its place in the row."""

        switches: Switches
        switch: int
        value: Any

        @property
        def control(self) -> Switches:
            """The row in which it happened."""
            return self.switches

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002  # Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._switches: list[Switch] = []

    def show(self, switches: list[Switch]) -> None:
        """Show these switches."""
        if switches != self._switches:
            self._switches = switches
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the row."""
        cells = [(text, role) for text, role, _ in self._pieces()] if y == 0 else []
        return painted(self, cells, self.size.width)

    def on_click(self, event: Click) -> None:
        """Tell which option was clicked."""
        end = 0
        for text, _, option in self._pieces():
            end += cell_len(text)
            if event.x < end:
                if option is not None:
                    self.post_message(self.Clicked(self, *option))
                return

    def _pieces(self) -> list[tuple[str, str, tuple[int, object] | None]]:
        """Return text, role and option of every piece of the row."""
        pieces: list[tuple[str, str, tuple[int, object] | None]] = []
        for number, switch in enumerate(self._switches):
            gap = GAP if pieces else " "
            pieces.append((f"{gap}{switch.title}", "dim", None))
            for value, label in switch.options:
                is_chosen = value == switch.chosen
                text = f"[{label}]" if is_chosen else f" {label} "
                pieces.append((text, "heading" if is_chosen else "fact", (number, value)))
        return pieces
