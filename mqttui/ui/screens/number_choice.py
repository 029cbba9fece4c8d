"""A dialog: which numbers of a topic are to be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from mqttui.core.charts.spec import MAX_SERIES, SeriesSpec
from mqttui.payload.printable import printable
from mqttui.ui.widgets.number_list import NumberList

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.core.node import TopicNode
    from mqttui.payload.numeric import NumericPath


class NumberChoice(ModalScreen["tuple[SeriesSpec, ...] | None"]):
    """Dismissed with the chosen series, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,a", "accept", "Add"),
        Binding("escape", "leave", "Back"),
    ]

    def __init__(self, node: TopicNode, numbers: list[NumericPath]) -> None:
        super().__init__()
        self._numbers = numbers
        self._node = node
        self._chosen: list[str] = []

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(id="number-choice") as box:
            box.border_title = Content(printable(self._node.path))
            box.border_subtitle = "enter marks   a adds   esc goes back"
            yield NumberList(id="numbers")
            yield Static("The last message has no numbers.", id="no-numbers", markup=False)

    def on_mount(self) -> None:
        """Show the numbers of the last message."""
        self.query_one("#no-numbers").display = not self._numbers
        self.query_one(NumberList).show(self._numbers)
        self.query_one(NumberList).focus()

    @on(NumberList.Toggled)
    def toggle(self, event: NumberList.Toggled) -> None:
        """Mark a path, or take its mark away."""
        if event.path in self._chosen:
            self._chosen.remove(event.path)
        elif len(self._chosen) < MAX_SERIES:
            self._chosen.append(event.path)
        self.query_one(NumberList).choose(self._chosen)

    def action_accept(self) -> None:
        """Add what is marked, or what the cursor is on if nothing is."""
        item = self.query_one(NumberList).item
        paths = self._chosen or ([item.path] if item is not None else [])
        self.dismiss(tuple(SeriesSpec(self._node.path, path) for path in paths))

    def action_leave(self) -> None:
        """Add nothing."""
        self.dismiss(None)
