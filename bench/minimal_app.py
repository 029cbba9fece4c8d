"""The least that Textual can show: the yardstick of the start."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static

GREETING = "minimal-app-is-painted"


class MinimalApp(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        """Show the greeting."""
        yield Static(GREETING)


if __name__ == "__main__":
    MinimalApp().run()
