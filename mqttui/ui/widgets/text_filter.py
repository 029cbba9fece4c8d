"""A line to type what a list is to contain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input

if TYPE_CHECKING:
    from textual.binding import BindingType


class TextFilter(Input):
    """An input that gives the keyboard back with enter, and takes the filter away with esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,down", "leave(False)", "List", tooltip="Keep the filter, go to the list"),
        Binding("escape", "leave(True)", "Clear", tooltip="Clear the filter", key_display="esc"),
    ]
    DEFAULT_CSS = "TextFilter { background: $panel; }"

    @dataclass
    class Left(Message):
        """The user is done typing; `is_cleared` when the filter is to go."""

        is_cleared: bool

    def __init__(self, placeholder: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(placeholder=placeholder, compact=True, id=id)
        # A blinking cursor would write to the terminal for ever.
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        """Leave out what a terminal would obey; it can only have been pasted."""
        return "".join(character for character in value if character.isprintable())

    def action_leave(self, is_cleared: bool) -> None:
        """Give the keyboard back."""
        if is_cleared:
            self.value = ""
        self.post_message(self.Left(is_cleared))
