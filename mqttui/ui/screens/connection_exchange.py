"""Small questions about files: where a profile is to be written, where profiles are read from."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from mqttui.payload.printable import printable, printable_lines
from mqttui.settings.connection_rules import FilePath
from mqttui.settings.profile_exchange import (
    FileIsThereError,
    Imported,
    export_profile,
    import_profiles,
)
from mqttui.settings.profiles import save_profile
from mqttui.settings.rules import BadValueError
from mqttui.settings.toml_file import SettingsError
from mqttui.ui.screens.connection_form import TOPIC_RULES

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult

    from mqttui.settings.draft import Draft


class FileDialog(ModalScreen[str | None]):
    """Asks for the path of a file; dismissed with a sentence that says what was done, or None."""

    CSS_PATH = "../styles/connection.tcss"
    HEADLINE = ""
    QUESTION = ""
    AUTO_FOCUS = "#file-path"
    BINDINGS: ClassVar[list[BindingType]] = [
        # Enter goes on as long as the path has the keyboard.
        Binding("escape,enter", "cancel", "Cancel", key_display="esc")
    ]

    def __init__(self, suggestion: str = "") -> None:
        super().__init__()
        self._suggestion = suggestion

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(id="file-dialog") as box:
            box.border_title = self.HEADLINE
            box.border_subtitle = "enter goes on, esc cancels"
            yield Label(self.QUESTION, markup=False)
            yield Input(self._suggestion, placeholder="~/lab.toml", id="file-path", compact=True)
            with VerticalScroll(id="file-answer", can_focus=False):
                yield Static(id="file-words", markup=False)

    def say(self, *sentences: str) -> None:
        """Show sentences, one per paragraph."""
        text = "\n".join(sentences)
        self.query_one("#file-words", Static).update(Content(printable_lines(text)))

    @on(Input.Changed)
    def _on_changed(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Take back what was said: another path is another question."""
        self.say()

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Do it, or say what is wrong with the path."""
        try:
            path = FilePath().of_text(event.value.strip())
        except BadValueError as problem:
            self.say(problem.about("The path"))
            return
        self.do_it(path)

    @work(exclusive=True)
    async def do_it(self, path: Path) -> None:
        """Do what the dialog is for; say it when that is not possible."""
        try:
            done = await self.done_with(path)
        except SettingsError as problem:
            self.say(str(problem))
            return
        if done is not None:
            self.dismiss(done)

    async def done_with(self, path: Path) -> str | None:
        """Return what was done, None when there is something to read first."""
        raise NotImplementedError

    def action_cancel(self) -> None:
        """Do nothing."""
        self.dismiss(None)


class ExportDialog(FileDialog):
    """Writes a profile to a file; one that is there only after a second enter."""

    HEADLINE = "Export a profile"

    def __init__(self, name: str, draft: Draft) -> None:
        super().__init__(f"{name}.toml" if "/" not in name else "profile.toml")
        self._profile = name
        self._draft = draft
        self._replaceable: Path | None = None
        self.QUESTION = f"{printable(name)}, without its password, to the file:"

    async def done_with(self, path: Path) -> str | None:
        """Write the file, or ask whether the one that is there may go."""
        try:
            return await asyncio.to_thread(
                export_profile,
                path,
                self._profile,
                self._draft,
                may_replace=path == self._replaceable,
            )
        except FileIsThereError as problem:
            self._replaceable = path
            self.say(f"{problem} Press enter again to replace it.")
            return None

    def forget(self) -> None:
        """Take back what was said, and the leave to replace."""
        self._replaceable = None
        super().forget()


class ImportDialog(FileDialog):
    """Reads profiles from a file and saves them; what is wrong is shown before it closes."""

    HEADLINE = "Import profiles"
    QUESTION = "Profiles from the file:"

    def __init__(self, profiles_path: Path, taken: frozenset[str]) -> None:
        super().__init__()
        self._profiles_path = profiles_path
        self._taken = taken
        self._done: str | None = None

    async def done_with(self, path: Path) -> str | None:
        """Save what can be used; what cannot is to be read before the dialog closes."""
        imported = await asyncio.to_thread(self._import, path)
        said = sentence_of(imported)
        if not imported.problems:
            return said
        if imported.profiles:
            # Once more would save those without a mistake twice.
            self._done = said
            self.query_one("#file-path", Input).disabled = True
            self.say(*imported.problems, f"{said} Press enter to close.")
        else:
            self.say(*imported.problems)
        return None

    def _import(self, path: Path) -> Imported:
        imported = import_profiles(path, self._taken, TOPIC_RULES)
        for name, draft in imported.profiles.items():
            save_profile(self._profiles_path, name, draft)
        return imported

    def action_cancel(self) -> None:
        """Close; what was saved is told."""
        self.dismiss(self._done)


def sentence_of(imported: Imported) -> str:
    """Return what was imported, with the names that had to change."""
    old_names = {new: old for old, new in imported.renamed.items()}
    names = [
        f"{name!r} (there is a {old_names[name]!r} already)" if name in old_names else repr(name)
        for name in imported.profiles
    ]
    return f"Imported {', '.join(names)}."
