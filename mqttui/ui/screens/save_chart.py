"""A dialog: save what a chart shows as a table or a figure."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from mqttui.payload.printable import printable
from mqttui.plots.figure_file import FORMATS, Figure, write_figure
from mqttui.settings.toml_file import SettingsError
from mqttui.ui.glyphs import WARNING

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

EXPLANATION = (
    "The ending says what it becomes: .csv a table of the points in sight, "
    ".pdf, .png or .svg a figure (needs the extra mqttui[plot])."
)


class SaveChart(ModalScreen["Path | None"]):
    """Dismissed with the file that was written, or with None.

    `csv_text` is the table, `figure` the picture, `name` the file that is proposed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back")]

    def __init__(self, csv_text: str, figure: Figure, name: str) -> None:
        super().__init__()
        self._csv_text = csv_text
        self._figure = figure
        self._name = name

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(id="save-chart") as box:
            box.border_title = "Save chart"
            box.border_subtitle = "enter saves   esc goes back"
            yield Input(self._name, id="save-path", compact=True)
            yield Static(EXPLANATION, id="save-words", markup=False)

    @on(Input.Submitted)
    @work(exclusive=True)
    async def save(self) -> None:
        """Write the file and go, or say why not."""
        text = self.query_one(Input).value.strip()
        try:
            path = await asyncio.to_thread(self._write, text)
        except SettingsError as problem:
            words = self.query_one("#save-words", Static)
            words.add_class("-problem")
            words.update(Content(f"{WARNING} {printable(str(problem))}"))
            return
        self.dismiss(path)

    def _write(self, text: str) -> Path:
        """Write to the file that was typed and return it; runs in a thread."""
        path = Path(text).expanduser()
        if path.suffix.lower() in FORMATS:
            write_figure(self._figure, path)
        elif path.suffix.lower() == ".csv":
            write_table(self._csv_text, path)
        else:
            endings = ", ".join((".csv", *FORMATS))
            raise SettingsError(f"{path}: the name must end in one of {endings}.")
        return path

    def action_leave(self) -> None:
        """Save nothing."""
        self.dismiss(None)


def write_table(text: str, path: Path) -> None:
    """Write a new file; raise `SettingsError` when it exists or cannot be written whole."""
    try:
        with path.open("x", encoding="utf-8", newline="") as stream:
            try:
                stream.write(text)
                stream.flush()
            except OSError:
                # Half a table would be taken for a whole one.
                with contextlib.suppress(OSError):
                    path.unlink()
                raise
    except FileExistsError:
        raise SettingsError(f"{path} exists already; it was left as it is.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(f"{path} cannot be written: {reason}.") from None
