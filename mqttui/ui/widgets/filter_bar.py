"""The filter over the topic tree; exists only once it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from mqttui.payload.printable import printable
from mqttui.payload.quantities import count_text

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class _Tally(Widget):
    """How many topics match."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""

    def show(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.refresh()

    def render(self) -> Text:
        return Text(self._text, no_wrap=True, overflow="ellipsis")


class _FilterInput(Input):
    """An input that gives the focus back with the keys one expects."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "leave(False)", "Topics", tooltip="Keep the filter, go to the topics"),
        Binding("down", "leave(False)", show=False),
        Binding("escape", "leave(True)", "Clear", tooltip="Clear the filter"),
    ]

    def action_leave(self, is_cleared: bool) -> None:
        """Give the focus back to the tree."""
        self.post_message(FilterBar.Left(is_cleared))


class FilterBar(Horizontal):
    """A line to type plain text or an MQTT topic filter, with the number of matches."""

    @dataclass
    class Changed(Message):
        """Another text was typed."""

        text: str

    @dataclass
    class Left(Message):
        """The user is done typing; `is_cleared` when the filter is to go."""

        is_cleared: bool

    def compose(self) -> ComposeResult:
        """Lay out the input and the tally."""
        # A blinking cursor would write to the terminal for ever.
        field = _FilterInput(placeholder="text, or an MQTT filter like +/status", compact=True)
        field.cursor_blink = False
        yield field
        yield _Tally()

    @property
    def text(self) -> str:
        """What was typed."""
        return self.query_one(Input).value

    def focus_input(self) -> None:
        """Let the user type at once; `focus` would come behind keys that wait."""
        self.screen.set_focus(self.query_one(Input))

    def clear(self) -> None:
        """Empty the filter."""
        self.query_one(Input).value = ""

    def show_matches(
        self, matches: int, topics: int, problem: str | None, is_working: bool
    ) -> None:
        """Tell how many topics match, or why the filter is not a valid one."""
        if problem is not None:
            text = printable(problem)
        else:
            text = f"{count_text(matches)} of {count_text(topics)} topics"
            if is_working:
                text += " ..."
        self.query_one(_Tally).show(text)

    @on(Input.Changed)
    def pass_on(self, event: Input.Changed) -> None:
        """Tell the screen what was typed."""
        event.stop()
        self.post_message(self.Changed(event.value))
