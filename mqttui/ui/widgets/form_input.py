"""An input of a form in which everything that is typed can be seen."""

from __future__ import annotations

from textual.widgets import Input

from mqttui.payload.printable import printable


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
