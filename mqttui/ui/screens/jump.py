"""Jumping: a letter on every place that can take the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Static

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Click, Key
    from textual.screen import Screen
    from textual.widget import Widget

LETTERS = "asdfghjklqwertyuiopzxcvbnm"


def places_of(screen: Screen[object]) -> list[Widget]:
    """Return what of a screen can take the keyboard and is in sight, from the top left."""
    width, height = screen.size
    places = [
        widget
        for widget in screen.focus_chain
        if widget.region.area and widget.region.x < width and 0 <= widget.region.y < height
    ]
    places.sort(key=lambda widget: (widget.region.y, widget.region.x))
    return places[: len(LETTERS)]


class JumpScreen(ModalScreen["Widget | None"]):
    """Shows a letter on every place; that letter dismisses the screen with the place."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back")]

    def __init__(self, places: Sequence[Widget]) -> None:
        super().__init__()
        self._places = dict(zip(LETTERS, places, strict=False))

    def compose(self) -> ComposeResult:
        """Put the letters where they belong."""
        for letter, place in self._places.items():
            mark = Static(f" {letter} ", classes="jump-letter", markup=False)
            mark.styles.offset = (place.region.x, place.region.y)
            yield mark
        yield Static(
            "A letter goes to its place, a click too; any other key goes back.",
            id="jump-explanation",
            markup=False,
        )

    def on_key(self, event: Key) -> None:
        """Jump, or go back for any other key."""
        event.stop()
        self.dismiss(self._places.get(event.key))

    def on_click(self, event: Click) -> None:
        """A click on a letter jumps, anywhere else it goes back."""
        marks = list(self.query(".jump-letter"))
        place = None
        if event.widget in marks:
            place = list(self._places.values())[marks.index(event.widget)]
        self.dismiss(place)

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)
