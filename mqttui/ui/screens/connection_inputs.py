"""What the fields of the connection screen are filled in with."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Checkbox, Static

from mqttui.ui.glyphs import WARNING
from mqttui.ui.widgets.form_switch import FormSwitch

if TYPE_CHECKING:
    from textual.events import Click


class FormTyped(Message):
    """Something was typed or chosen in the form."""


class Caption(Static):
    """The name of a field: marked while a rule is broken, and a click leads to the field."""

    ALLOW_SELECT = False

    def __init__(self, title: str) -> None:
        super().__init__(Content(f"  {title}"), classes="form-caption")
        self._title = title

    def mark(self, *, is_wrong: bool) -> None:
        """Show whether the field has to be mended."""
        self.update(Content(f"{WARNING if is_wrong else ' '} {self._title}"))

    def on_click(self, event: Click) -> None:
        """Give the keyboard to the first thing that takes it in the row."""
        row = self.parent
        editor = next((each for each in row.children if each.focusable), None) if row else None
        if editor is not None:
            editor.focus()


class Mark(Checkbox):
    """A check box that can be read without colour."""

    BUTTON_INNER = " "

    def watch_value(self) -> None:
        """Show the mark only where it is set."""
        self.BUTTON_INNER = "X" if self.value else " "
        super().watch_value()


class ChoiceField(FormSwitch, inherit_bindings=False):
    """One of a few words in a row; up and down are left to the form, which goes to a field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "step(-1)", "Previous", show=False),
        Binding("right,l,space", "step(1)", "Next", show=False),
    ]
