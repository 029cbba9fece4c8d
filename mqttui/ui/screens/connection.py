"""The connection screen: profiles and recent brokers, and a form with every option."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.screen import Screen
from textual.widgets import Button, Input, OptionList

from mqttui.core.source import Phase
from mqttui.payload.printable import printable
from mqttui.settings.paths import brokers_dir, profiles_file, recent_file, secrets_file
from mqttui.settings.profile_table import profile_name_problem
from mqttui.settings.toml_file import SettingsError
from mqttui.ui.commands.connection import CONNECTION_COMMANDS
from mqttui.ui.messages import ConnectionRequested
from mqttui.ui.screens import connection_words as words
from mqttui.ui.screens.connection_brokers import EntryKind
from mqttui.ui.screens.connection_form import (
    Form,
    FormProblem,
    draft_of,
)
from mqttui.ui.screens.connection_profiles import KeptConnections
from mqttui.ui.screens.connection_view import ConnectionView, action_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from textual.binding import BindingType

    from mqttui.core.source import MessageSource, SourceStatus
    from mqttui.settings.connection import ConnectionSettings
    from mqttui.settings.secret import Secret
    from mqttui.settings.secrets import SecretStore
    from mqttui.ui.screens.connection_checkup import Examination

POLL_S = 0.05
"""How often it is looked whether a connection has come about, while one is awaited."""

# Keys that are letters while something is typed.
_LETTER_ACTIONS = {"save", "remove", "rename", "import", "export"}


class ConnectionScreen(ConnectionView):
    """Lets the user choose a broker and posts `ConnectionRequested`.

    With `make_source` the request comes once the broker has accepted the connection; what fails
    is told in the form. `notices` are sentences that were found before the screen opened. Files,
    the store of passwords and the checkup can be given by a test.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*CONNECTION_COMMANDS.bindings]

    def __init__(
        self,
        *,
        payload_limit_bytes: int | None = None,
        notices: Sequence[str] = (),
        make_source: Callable[[ConnectionSettings], MessageSource] | None = None,
        profiles_path: Path | None = None,
        recent_path: Path | None = None,
        memory_folder: Path | None = None,
        open_store: Callable[[], SecretStore] | None = None,
        examine: Callable[[ConnectionSettings], Examination] | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(
            KeptConnections(
                profiles_path or profiles_file(),
                recent_path or recent_file(),
                memory_folder or brokers_dir(),
                open_store or _system_store,
            ),
            payload_limit_bytes=payload_limit_bytes,
            notices=notices,
            wall_clock=wall_clock,
        )
        self._make_source = make_source
        self._examine = examine or _checkup
        self._awaited: MessageSource | None = None

    @property
    def is_connecting(self) -> bool:
        """Whether a connection is awaited, so that what is said of it stays."""
        return self._awaited is not None

    @on(OptionList.OptionSelected)
    async def _on_entry_chosen(self) -> None:
        if self.brokers.entry.kind is EntryKind.NEW:
            await self._pane.focus_field("host")
        else:
            self.action_connect()

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "form-save_as" and self._is_renaming:
            self._rename()
        elif event.input.id == "form-save_as" and event.value:
            self.action_save()
        else:
            self.action_connect()

    @on(Button.Pressed)
    async def _on_button(self, event: Button.Pressed) -> None:
        await self.run_action(action_of(event.button))

    async def action_edit(self) -> None:
        """Go from the list to the form."""
        await self._pane.focus_field("host")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letters are letters while something is typed; only what is kept can be removed."""
        if action in _LETTER_ACTIONS and isinstance(self.focused, Input):
            return False
        if action == "remove":
            return self.brokers.entry.kind is not EntryKind.NEW
        if action == "rename":
            return self.brokers.entry.profile is not None
        return True

    # Connecting

    @work(exclusive=True, group="connect")
    async def action_connect(self) -> None:
        """Connect with what the form says; a profile is kept once the broker has accepted."""
        await self._give_up()
        completed = await self._complete()
        if completed is None:
            return
        form, settings = completed
        if (name := form.text("save_as")) and self._must_ask_to_replace(name):
            return
        source = None if self._make_source is None else self._make_source(settings)
        if source is not None and not await self._is_accepted(source, settings):
            return
        if name:
            try:
                await asyncio.to_thread(self._kept.save, name, form, settings)
            except SettingsError as problem:
                # This screen may be out of sight before anybody reads it here.
                self.app.notify(printable(str(problem)), severity="warning", markup=False)
        self._awaited = None
        self.post_message(ConnectionRequested(settings, source))

    async def _is_accepted(self, source: MessageSource, settings: ConnectionSettings) -> bool:
        """Whether the broker accepts the connection; else it is said why not."""
        self._awaited = source
        source.start()
        self._say(f"Connecting to {settings.label}; esc cancels.")
        status = await _settled(source)
        if source is not self._awaited:
            return False
        if status.phase is Phase.CONNECTED:
            return True
        # It would try again and again, while the user reads.
        await self._give_up()
        said = [status.problem or "The connection has ended.", status.advice or ""]
        self._say(words.in_form_words(" ".join(said).strip()), is_problem=True)
        return False

    async def _give_up(self) -> None:
        """End the connection that is awaited, if there is one."""
        source, self._awaited = self._awaited, None
        if source is not None:
            # A polite goodbye waits for the network.
            await asyncio.to_thread(source.stop)

    async def _complete(self) -> tuple[Form, ConnectionSettings] | None:
        """Return the form and its connection with the password; None with a word on why not."""
        await self._spread()
        form = self.form
        try:
            self._settings(form)
            draft = draft_of(form)
            stored = None
            if not form.password and draft.user is not None:
                entry = self.brokers.entry
                stored = await asyncio.to_thread(self._kept.password_for, draft, entry)
            password = form.password or stored
            if await self._must_ask_for_password(form, password):
                return None
            if password:
                form = replace(form, password=password)
            return form, self._settings(form)
        except FormProblem as problem:
            await self._send_back_to(problem)
        except SettingsError as problem:
            self._complain(problem)
        return None

    async def _must_ask_for_password(self, form: Form, password: Secret | None) -> bool:
        """Whether a password is missing and was not yet asked for; asks for it if so."""
        account = (form.text("host"), form.text("user"))
        if not form.text("user") or password or self._asked.password_for == account:
            return False
        self._asked.password_for = account
        await self._pane.focus_field("password")
        self._say(
            f"Type the password of {form.text('user')}. To go on without one, do the same again.",
            is_problem=True,
        )
        return True

    def _must_ask_to_replace(self, name: str) -> bool:
        """Whether another profile has this name and it was not yet asked; asks if so."""
        is_other = name in self._kept.profile_names and name != self.brokers.entry.profile
        if not is_other or name == self._asked.to_replace:
            return False
        self._asked.to_replace = name
        self._say(
            f"There is a profile {name!r} already. To replace it, do the same again.",
            is_problem=True,
        )
        return True

    # Testing, keeping, handing on

    @work(exclusive=True, group="test")
    async def action_test(self) -> None:
        """Examine the connection step by step; connect afterwards if that is wanted."""
        completed = await self._complete()
        if completed is None:
            return
        _, settings = completed
        from mqttui.ui.screens.connection_checkup import CheckupScreen

        if await self.app.push_screen_wait(CheckupScreen(lambda: self._examine(settings))):
            self.action_connect()

    @work(exclusive=True, group="save")
    async def action_save(self) -> None:
        """Save the form as a profile, the chosen one unless another name is typed."""
        await self._spread()
        form = self.form
        name = form.text("save_as") or self.brokers.entry.profile
        if name is None:
            await self._pane.focus_field("save_as")
            self._say("Type a name for the profile and press enter.", is_problem=True)
            return
        try:
            settings = self._settings(form)
            if self._must_ask_to_replace(name):
                return
            await asyncio.to_thread(self._kept.save, name, form, settings)
        except FormProblem as problem:
            await self._send_back_to(problem)
            return
        except SettingsError as problem:
            self._complain(problem)
            return
        await self._show_kept_as(name)
        self._say(f"{name!r} is saved.")

    async def _show_kept_as(self, name: str) -> None:
        """Show the list anew with the cursor on a profile; the form stays as it is."""
        form = self.form
        self._load()
        with self.prevent(OptionList.OptionHighlighted):
            self.brokers.move_to(EntryKind.PROFILE, name)
        await self.fill(form.with_text("save_as", ""))

    async def action_rename(self) -> None:
        """Ask for another name of the chosen profile."""
        await self._pane.focus_field("save_as")
        self._is_renaming = True
        self._say(f"Type another name for {self.brokers.entry.name!r} and press enter.")

    @work(exclusive=True, group="save")
    async def _rename(self) -> None:
        """Rename the chosen profile to what stands under "Save as"."""
        entry, name = self.brokers.entry, self.form.text("save_as")
        if problem_of_name := profile_name_problem(name):
            self._say(problem_of_name, is_problem=True)
            return
        if name in self._kept.profile_names:
            self._say(f"There is a profile {name!r} already.", is_problem=True)
            return
        try:
            await asyncio.to_thread(self._kept.rename, entry, name)
        except SettingsError as problem:
            self._complain(problem)
            return
        self._is_renaming = False
        await self._show_kept_as(name)
        self.brokers.focus()
        self._say(f"{entry.name!r} is called {name!r} now.")

    @work(exclusive=True, group="save")
    async def action_remove(self) -> None:
        """Remove the recent broker; the profile only when pressed twice."""
        entry = self.brokers.entry
        if entry.kind is EntryKind.NEW:
            return
        if entry.profile is not None and self._asked.to_remove != entry.name:
            self._asked.to_remove = entry.name
            self._say(
                f"Press d again to delete the profile {entry.name!r} and its stored password.",
                is_problem=True,
            )
            return
        try:
            await asyncio.to_thread(self._kept.remove, entry)
        except SettingsError as problem:
            self._complain(problem)
            return
        # The form keeps what was there, so that it can be saved again.
        form = self.form
        self._load()
        await self.fill(form)
        self._say(f"{entry.name} is removed; the form still has it.")

    @work(exclusive=True, group="exchange")
    async def action_import(self) -> None:
        """Read profiles from a file."""
        from mqttui.ui.screens.connection_exchange import ImportDialog

        dialog = ImportDialog(self._kept.profiles_path, self._kept.profile_names)
        done = await self.app.push_screen_wait(dialog)
        if done is not None:
            self._load()
            self._say(done)

    @work(exclusive=True, group="exchange")
    async def action_export(self) -> None:
        """Write what the form says to a file, without its secrets."""
        from mqttui.ui.screens.connection_exchange import ExportDialog

        form = self.form
        try:
            self._settings(form)
            draft = draft_of(form)
        except FormProblem as problem:
            await self._send_back_to(problem)
            return
        name = form.text("save_as") or self.brokers.entry.profile or draft.host or ""
        done = await self.app.push_screen_wait(ExportDialog(name, draft))
        if done is not None:
            self._say(done)

    # Leaving

    async def action_back(self) -> None:
        """Cancel what is under way; else go back a screen, or out of the form."""
        if self.is_connecting:
            self.workers.cancel_group(self, "connect")
            await self._give_up()
            self._say("Cancelled.")
            return
        below = self.app.screen_stack[-2] if len(self.app.screen_stack) > 1 else None
        if isinstance(self.focused, Input) or not self._can_go_back(below):
            self.brokers.focus()
        else:
            self.dismiss()

    @staticmethod
    def _can_go_back(below: Screen[object] | None) -> bool:
        # Textual's own empty screen is nothing to go back to.
        return below is not None and type(below) is not Screen

    async def on_unmount(self) -> None:
        """Leave nothing running."""
        await self._give_up()


def _system_store() -> SecretStore:
    # Imported late: looking for a keyring takes its time.
    from mqttui.settings.secrets import open_secret_store

    return open_secret_store(secrets_file())


def _checkup(settings: ConnectionSettings) -> Examination:
    from mqttui.transport.checkup import CheckupRun

    return CheckupRun(settings)


async def _settled(source: MessageSource) -> SourceStatus:
    """Return the status of a source once it has connected or failed."""
    # Sources are made to be polled.
    while (status := source.status).phase in (Phase.IDLE, Phase.CONNECTING):  # noqa: ASYNC110
        await asyncio.sleep(POLL_S)
    return status
