"""An input of a form in which everything that is typed can be seen."""

from __future__ import annotations

from textual.widget import Widget
from textual.widgets import Input, Label

from mqttui.payload.printable import printable


class FieldCaption(Label):
    """The name of the field to its right, which a click on it gives the keyboard to."""

    def on_click(self) -> None:
        """Let the user type in the field."""
        assert self.parent is not None
        siblings = self.parent.children
        for sibling in siblings[siblings.index(self) + 1 :]:
            for widget in sibling.walk_children(Widget, with_self=True):
                if widget.focusable:
                    self.screen.set_focus(widget)
                    return


class FormInput(Input):
    """Shows what a paste would hide: control and zero-width characters become visible ones.

    What is seen is what is sent.
    """

    def __init__(
        self,
        *,
        placeholder: str = "",
        value: str = "",
        id: str | None = None,  # noqa: A002  # Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(value, placeholder=placeholder, id=id, classes=classes, compact=True)
        # A blinking cursor would write to the terminal for ever.
        self.cursor_blink = False
        self.select_on_focus = False

    def validate_value(self, value: str) -> str:
        """Return the text as it can be seen."""
        return printable(value)
