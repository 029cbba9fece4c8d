"""Asks for a path and writes a file there."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from mqttui.payload.printable import printable
from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType


class SaveScreen(ModalScreen["Path | None"]):
    """Dismissed with the path of the file that was written, or with None.

    `write(path)` is called on a thread; its `SettingsError` is shown, and the user may try
    another path.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", tooltip="Write nothing", key_display="esc")
    ]
    DEFAULT_CSS = """
    SaveScreen { align: center middle; }
    #save {
        width: 100;
        max-width: 96%;
        height: auto;
        padding: 0 1;
        background: $surface;
        border: round $primary;
    }
    #save Input { background: $panel; }
    #save-problem { color: $text-error; }
    #save-buttons { height: 1; }
    #save-buttons Button { margin-right: 2; }
    """

    def __init__(self, title: str, explanation: str, path: Path, write: Callable[[Path], None]):
        super().__init__()
        self._title = title
        self._explanation = explanation
        self._path = path
        self._write = write
        self._is_writing = False

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical(id="save") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = Content("enter writes, esc goes back")
            yield Static(Content(self._explanation))
            # A blinking cursor would write to the terminal for ever.
            field = Input(str(self._path), compact=True, select_on_focus=False, id="save-path")
            field.cursor_blink = False
            yield field
            yield Static(id="save-problem")
            with Horizontal(id="save-buttons"):
                yield Button("Save", id="save-write", variant="primary", compact=True)
                yield Button("Back", id="save-back", compact=True)

    @on(Button.Pressed, "#save-back")
    def go_back(self) -> None:
        """Write nothing."""
        self.dismiss(None)

    @on(Button.Pressed, "#save-write")
    @on(Input.Submitted)
    async def write(self) -> None:
        """Write the file; a path that cannot be used is explained."""
        text = self.query_one(Input).value.strip()
        if self._is_writing or not text:
            return
        self._is_writing = True
        words = self.query_one("#save-problem", Static)
        # Drawing a figure for the first time takes seconds.
        words.update(Content("Writing the file…"))
        try:
            path = await asyncio.to_thread(self._write_at, text)
        except (SettingsError, RuntimeError) as problem:
            # Without a home folder "~" stands for nothing.
            words.update(Content(printable(f"! {problem}")))
            return
        finally:
            self._is_writing = False
        self.dismiss(path)

    def _write_at(self, text: str) -> Path:
        path = Path(text).expanduser().absolute()
        self._write(path)
        return path

    def action_leave(self) -> None:
        """Write nothing."""
        self.dismiss(None)
