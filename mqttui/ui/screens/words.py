"""A text that needs more room than there is where it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Click


class WordsScreen(ModalScreen[None]):
    """Shows printable paragraphs, scrolled if they are long.

    Any of esc, enter and q closes it, and a click beside it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss", "Close", key_display="esc")
    ]
    DEFAULT_CSS = """
    WordsScreen { align: center middle; }
    #words {
        width: 92;
        max-width: 96%;
        height: auto;
        max-height: 90%;
        padding: 0 1;
        background: $surface;
        border: round $primary;
    }
    """

    def __init__(self, title: str, paragraphs: Sequence[str]) -> None:
        super().__init__()
        self._title = title
        self._paragraphs = paragraphs

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        with VerticalScroll(id="words") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = Content("esc or a click outside closes")
            yield Static(Content("\n".join(self._paragraphs)))

    def on_click(self, event: Click) -> None:
        """Close when something beside the text is clicked."""
        if event.widget is self:
            self.dismiss()
