"""The numbers in the messages of a topic, to choose which of them are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.binding import Binding
from textual.message import Message

from mqttui.payload.printable import printable
from mqttui.ui.widgets.cells import fitted, fitted_end
from mqttui.ui.widgets.chart_words import LETTERS, number_text, series_role
from mqttui.ui.widgets.choice_list import ChoiceList

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import ClassVar

    from textual.binding import BindingType

    from mqttui.payload.numeric import NumericPath
    from mqttui.ui.widgets.cells import Cells

VALUE_CELLS = 14
WHOLE = "value"
NO_UNITS: Mapping[str, str] = {}


class NumberList(ChoiceList["NumericPath"]):
    """Shows paths with their present values; those that are drawn have the letter of their line."""

    MARKS_CURSOR_WITHOUT_FOCUS: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter,space",
            "toggle_number",
            "Draw",
            key_display="enter",
            tooltip="Draw this number, or stop drawing it",
        ),
    ]

    @dataclass
    class Toggled(Message):
        """The user wants a path drawn, or no longer."""

        numbers: NumberList
        path: str

        @property
        def control(self) -> NumberList:
            """The list in which it happened."""
            return self.numbers

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(self._row, lambda found: found.path, id=id)
        self._chosen: Sequence[str] = ()
        self._units: Mapping[str, str] = {}

    def choose(self, paths: Sequence[str], units: Mapping[str, str] = NO_UNITS) -> None:
        """Mark these paths, in the order of their letters; `units` were set by hand, by path."""
        if list(paths) != list(self._chosen) or units != self._units:
            self._chosen, self._units = tuple(paths), units
            self.refresh()

    def _row(self, found: NumericPath, width: int) -> Cells:
        is_drawn = found.path in self._chosen
        number = self._chosen.index(found.path) if is_drawn else -1
        mark = LETTERS[number] if is_drawn else " "
        role = series_role(number) if is_drawn else "value"
        room = max(4, width - VALUE_CELLS - 5)
        name = fitted_end(printable(found.path) or WHOLE, room)
        unit = self._units.get(found.path, found.unit)
        value = fitted(number_text(found.value, unit), VALUE_CELLS)
        return [
            (f"[{mark}] ", role),
            (name + " " * (room - cell_len(name)), role),
            (" " + value.rjust(VALUE_CELLS), "number"),
        ]

    def action_toggle_number(self) -> None:
        """Ask for the path under the cursor to be drawn, or no longer."""
        if self.item is not None:
            self.post_message(self.Toggled(self, self.item.path))

    def action_choose(self) -> None:
        """A second click does what the key does."""
        self.action_toggle_number()
