"""The connection screen: profiles and recent brokers, and a form with every option."""

from __future__ import annotations

import asyncio
import textwrap
import time
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Button, Input, OptionList, Static

from mqttui.broker.diagnosis import shown_path
from mqttui.core.source import Phase
from mqttui.payload.printable import printable
from mqttui.settings.connection_options import BROKER, GROUPS, IDENTITY, SUBSCRIPTION_PARTS
from mqttui.settings.paths import profiles_file, recent_file, secrets_file
from mqttui.settings.preferences import Preferences
from mqttui.settings.profiles import Profiles, delete_profile, load_profiles, save_profile
from mqttui.settings.recent import RecentBroker, address_of, forget_broker, load_recent
from mqttui.settings.toml_file import SettingsError
from mqttui.ui.commands.connection import CONNECTION_COMMANDS
from mqttui.ui.glyphs import WARNING
from mqttui.ui.messages import ConnectionRequested
from mqttui.ui.screens.connection_brokers import BrokerList, Entry, EntryKind, entries_of
from mqttui.ui.screens.connection_fields import (
    FieldGroup,
    FormTyped,
    GroupHeader,
    subscription_part,
)
from mqttui.ui.screens.connection_form import (
    FIELDS,
    TOPIC_RULES,
    Form,
    FormProblem,
    draft_of,
    first_line_of,
    form_of,
    is_for_same_account,
    problems_of,
    settings_of,
    spread_address,
)
from mqttui.ui.widgets.cells import Lines
from mqttui.ui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.timer import Timer
    from textual.widget import Widget

    from mqttui.core.source import MessageSource
    from mqttui.settings.connection import ConnectionSettings
    from mqttui.settings.draft import Draft
    from mqttui.settings.secret import Secret
    from mqttui.settings.secrets import SecretStore
    from mqttui.ui.screens.connection_checkup import Examination

POLL_S = 0.05
"""How often it is looked whether a connection has come about, while one is awaited."""

TALL_ROWS = 44
"""From this height on every group is unfolded at the beginning."""

# Keys that are letters while something is typed.
_LETTER_ACTIONS = {"save", "remove", "import", "export"}


class FormContainer(VerticalScroll, can_focus=False):
    """The form; up and down go from field to field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
    ]


class ConnectionScreen(Screen[None]):
    """Lets the user choose a broker and posts `ConnectionRequested`.

    With `make_source` the request comes once the broker has accepted the connection; what fails
    is told in the form. `notices` are sentences that were found before the screen opened. Files,
    the store of passwords and the checkup can be given by a test.
    """

    CSS_PATH = "../styles/connection.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*CONNECTION_COMMANDS.bindings]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012
    AUTO_FOCUS = None

    def __init__(
        self,
        *,
        payload_limit_bytes: int | None = None,
        notices: Sequence[str] = (),
        make_source: Callable[[ConnectionSettings], MessageSource] | None = None,
        profiles_path: Path | None = None,
        recent_path: Path | None = None,
        open_store: Callable[[], SecretStore] | None = None,
        examine: Callable[[ConnectionSettings], Examination] | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._payload_limit_bytes = payload_limit_bytes or Preferences().payload_limit_bytes
        self._notices = tuple(notices)
        self._make_source = make_source
        self._profiles_path = profiles_path or profiles_file()
        self._recent_path = recent_path or recent_file()
        self._open_store = open_store or _system_store
        self._examine = examine or _checkup
        self._wall_clock = wall_clock
        self._profiles = Profiles(self._profiles_path)
        self._recent: tuple[RecentBroker, ...] = ()
        self._form = Form()
        self._verdict = ("", False)
        self._asked_password_for: tuple[str | None, str | None] | None = None
        self._removal_of: str | None = None
        self._awaited: MessageSource | None = None
        self._poll: Timer | None = None
        self.brokers = BrokerList(id="connection-brokers")

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield Static("mqttui   Connect to a broker", id="connection-title", markup=False)
        with VerticalScroll(id="connection-problems", can_focus=False):
            yield Static(id="connection-problem-words", markup=False)
        with Horizontal(id="connection-body"):
            yield self.brokers
            with Vertical(id="connection-right"):
                with FormContainer(id="connection-form"):
                    for group in GROUPS:
                        yield FieldGroup(group, is_folded=group not in (BROKER, IDENTITY))
                with Horizontal(id="connection-buttons"):
                    for name in ("connect", "test", "save", "import", "export"):
                        button = Button(name.title(), id=f"connection-{name}", compact=True)
                        button.variant = "primary" if name == "connect" else "default"
                        yield button
        yield Lines(id="connection-explanation")
        yield Static(id="connection-verdict", markup=False)
        yield KeyBar()

    async def on_mount(self) -> None:
        """Begin where the hands of most people want to be."""
        self._load(self._notices)
        await self.fill(Form())
        if self._profiles.profiles or self._recent:
            self.brokers.focus()
        else:
            await self._focus_field("host")
        if self.app.size.height >= TALL_ROWS:
            # After the first paint, which would take half as long again.
            self.call_after_refresh(self._unfold)

    async def _unfold(self) -> None:
        for group in self.query(FieldGroup):
            if group.is_folded:
                await group.fold(is_folded=False)

    def _load(self, notices: Sequence[str] = ()) -> None:
        """Read both files and show what they have, and what is wrong with them."""
        self._profiles = load_profiles(self._profiles_path, TOPIC_RULES)
        recent = load_recent(self._recent_path, TOPIC_RULES)
        self._recent = recent.brokers
        found = [*self._profiles.problems, *notices]
        if recent.problem is not None:
            found.append(recent.problem)
        problems = [f"{WARNING} {printable(problem)}" for problem in dict.fromkeys(found)]
        self.query_one("#connection-problems").display = bool(problems)
        words = self.query_one("#connection-problem-words", Static)
        words.update(Content("\n".join(problems)))
        entries = entries_of(self._profiles.profiles, self._recent)
        with self.prevent(OptionList.OptionHighlighted):
            self.brokers.show(entries, self._wall_clock())

    # What the form says

    @property
    def form(self) -> Form:
        """What stands in the fields at this moment."""
        for group in self.query(FieldGroup):
            self._form = group.read(self._form)
        return self._form

    async def fill(self, form: Form) -> None:
        """Put a form into the fields."""
        self._form = form
        for group in self.query(FieldGroup):
            await group.show(form)
        self._judge()

    def _settings(self, form: Form) -> ConnectionSettings:
        return settings_of(
            form,
            profile_name=form.text("save_as") or self._profile_of(form),
            payload_limit_bytes=self._payload_limit_bytes,
        )

    def _profile_of(self, form: Form) -> str | None:
        """Return the chosen profile as long as the form leads to the same place."""
        entry = self.brokers.entry
        if entry.profile is None:
            return None
        return entry.profile if address_of(draft_of(form)) == address_of(entry.draft) else None

    def _judge(self) -> None:
        """Say what connecting would do, or what stands against it and where."""
        form = self.form
        problems = problems_of(form)
        is_untouched = not form.text("host")
        try:
            sentence = f"Connects to {_description(self._settings(form))}"
        except FormProblem as problem:
            sentence = problem.sentence
            if not is_untouched:
                problems.setdefault(problem.field_name, sentence)
        focused = self._focused_field()
        if self._awaited is None:
            self._say(problems.get(focused or "", sentence), is_problem=bool(problems))
        for group in self.query(FieldGroup):
            group.mark(form, problems)
        for field in self.query("#form-password").results(Input):
            may_be_stored = form.text("user") and self._is_own_account(form)
            field.placeholder = "the one kept with the profile, if any" if may_be_stored else "none"

    def _is_own_account(self, form: Form) -> bool:
        """Whether the form leads to the broker and user of the chosen profile."""
        entry = self.brokers.entry
        try:
            return entry.profile is not None and is_for_same_account(draft_of(form), entry.draft)
        except FormProblem:
            return False

    def _say(self, sentence: str, *, is_problem: bool = False) -> None:
        verdict = self.query_one("#connection-verdict", Static)
        if (sentence, is_problem) != self._verdict:
            self._verdict = (sentence, is_problem)
            verdict.set_class(is_problem, "-problem")
            mark = f"{WARNING} " if is_problem else ""
            verdict.update(Content(printable(f"{mark}{sentence}")))

    def _focused_field(self) -> str | None:
        """Return the field that has the keyboard."""
        name = (self.focused.id or "") if self.focused is not None else ""
        return name.removeprefix("form-") if name.startswith("form-") else None

    async def _focus_field(self, name: str) -> None:
        for group in self.query(FieldGroup):
            if group.has_field(name):
                await group.focus_field(name)

    # What the user does in it

    def on_descendant_focus(self) -> None:
        """Explain what has the keyboard now."""
        self._removal_of = None
        explanation = self._explanation(self.focused) if self.focused is not None else ""
        lines = self.query_one("#connection-explanation", Lines)
        width = max(20, self.size.width - 2)
        lines.show([[(line, "dim")] for line in textwrap.wrap(explanation, width)[:2]])

    def _explanation(self, widget: Widget) -> str:
        name = self._focused_field()
        if name in FIELDS:
            spec = FIELDS[name]
            return f"{spec.flag}  {spec.explanation}" if spec.flag else spec.explanation
        if part := subscription_part(widget):
            return SUBSCRIPTION_PARTS[part]
        if isinstance(widget, GroupHeader):
            return "Enter folds and unfolds these fields; down goes on."
        if widget is self.brokers:
            return "Saved profiles and the brokers of the last days. Enter connects, right edits."
        return ""

    @on(FormTyped)
    def _on_typed(self) -> None:
        self._asked_password_for = None
        self._judge()

    @on(Input.Blurred, "#form-host")
    async def _on_address_left(self) -> None:
        await self._spread()

    async def _spread(self) -> None:
        """Put the parts of a URL into their fields, so that its password is not left in sight."""
        form = self.form
        try:
            spread = spread_address(form)
        except FormProblem:
            return
        if spread != form:
            await self.fill(spread)

    @on(OptionList.OptionHighlighted)
    async def _on_entry_highlighted(self) -> None:
        self._asked_password_for = self._removal_of = None
        await self.fill(form_of(self.brokers.entry.draft))
        self.refresh_bindings()

    @on(OptionList.OptionSelected)
    async def _on_entry_chosen(self) -> None:
        if self.brokers.entry.kind is EntryKind.NEW:
            await self._focus_field("host")
        else:
            self.action_connect()

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "form-save_as" and event.value:
            self.action_save()
        else:
            self.action_connect()

    @on(Button.Pressed)
    async def _on_button(self, event: Button.Pressed) -> None:
        await self.run_action((event.button.id or "").removeprefix("connection-"))

    async def action_edit(self) -> None:
        """Go from the list to the form."""
        await self._focus_field("host")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Letters are letters while something is typed; only what is kept can be removed."""
        if action in _LETTER_ACTIONS and isinstance(self.focused, Input):
            return False
        if action == "remove":
            return self.brokers.entry.kind is not EntryKind.NEW
        return True

    # Connecting

    @work(exclusive=True, group="connect")
    async def action_connect(self) -> None:
        """Connect with what the form says, after saving it if that is wanted."""
        await self._give_up()
        settings = await self._complete(saves=True)
        if settings is None:
            return
        if self._make_source is None:
            self.post_message(ConnectionRequested(settings))
            return
        source = self._make_source(settings)
        self._awaited = source
        source.start()
        self._say(f"Connecting to {settings.label}; esc cancels.")
        self._poll = self.set_interval(POLL_S, lambda: self._look(source, settings))
        self._look(source, settings)

    def _look(self, source: MessageSource, settings: ConnectionSettings) -> None:
        """See whether the connection has come about or has failed."""
        status = source.status
        if source is not self._awaited or status.phase in (Phase.IDLE, Phase.CONNECTING):
            return
        self._stop_looking()
        if status.phase is Phase.CONNECTED:
            self._awaited = None
            self.post_message(ConnectionRequested(settings, source))
            return
        # It would try again and again, while the user reads.
        self.run_worker(self._give_up(), group="give up")
        sentences = filter(None, (status.problem, status.advice))
        self._say(" ".join(sentences) or "The connection has ended.", is_problem=True)

    def _stop_looking(self) -> None:
        if self._poll is not None:
            self._poll.stop()
            self._poll = None

    async def _give_up(self) -> None:
        """End the connection that is awaited, if there is one."""
        self._stop_looking()
        source, self._awaited = self._awaited, None
        if source is not None:
            # A polite goodbye waits for the network.
            await asyncio.to_thread(source.stop)

    async def _complete(self, *, saves: bool = False) -> ConnectionSettings | None:
        """Return the connection of the form with its password, None with a word on why not."""
        await self._spread()
        form = self.form
        try:
            self._settings(form)
            draft = draft_of(form)
            stored = None
            if not form.password and draft.user is not None:
                stored = await asyncio.to_thread(self._stored, draft, self.brokers.entry)
            password = form.password or stored
            if await self._must_ask(form, password):
                return None
            if password:
                form = replace(form, password=password)
            settings = self._settings(form)
            if saves and form.text("save_as"):
                await asyncio.to_thread(self._save, form.text("save_as"), form)
        except FormProblem as problem:
            await self._focus_field(problem.field_name)
            self._say(problem.sentence, is_problem=True)
            return None
        except SettingsError as problem:
            self._say(str(problem), is_problem=True)
            return None
        return settings

    async def _must_ask(self, form: Form, password: Secret | None) -> bool:
        """Whether a password is missing and was not yet asked for; asks for it if so."""
        account = (form.text("host"), form.text("user"))
        if not form.text("user") or password or self._asked_password_for == account:
            return False
        self._asked_password_for = account
        await self._focus_field("password")
        self._say(
            f"Type the password of {form.text('user')}, or go on once more to have none.",
            is_problem=True,
        )
        return True

    def _stored(self, draft: Draft, entry: Entry) -> Secret | None:
        """Return the password that was kept for a connection; runs in a thread."""
        if draft.password_file is not None:
            return first_line_of(draft.password_file)
        # A stored password goes to the broker and the user for which it was stored, nowhere else.
        if entry.profile is None or not is_for_same_account(draft, entry.draft):
            return None
        return self._open_store().read(entry.profile)

    def _save(self, name: str, form: Form) -> None:
        """Save a profile, and its password unless a file has it; runs in a thread."""
        draft = draft_of(form)
        save_profile(self._profiles_path, name, draft)
        if form.password and draft.password_file is None:
            self._open_store().write(name, form.password)

    # Testing, keeping, handing on

    @work(exclusive=True, group="test")
    async def action_test(self) -> None:
        """Examine the connection step by step; connect afterwards if that is wanted."""
        settings = await self._complete()
        if settings is None:
            return
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
            await self._focus_field("save_as")
            self._say("Type a name for the profile and press enter.", is_problem=True)
            return
        try:
            self._settings(form)
            await asyncio.to_thread(self._save, name, form)
        except FormProblem as problem:
            await self._focus_field(problem.field_name)
            self._say(problem.sentence, is_problem=True)
            return
        except SettingsError as problem:
            self._say(str(problem), is_problem=True)
            return
        self._load()
        with self.prevent(OptionList.OptionHighlighted):
            self.brokers.move_to(EntryKind.PROFILE, name)
        await self.fill(form.with_text("save_as", ""))
        self._say(f"{name!r} is saved.")

    @work(exclusive=True, group="save")
    async def action_remove(self) -> None:
        """Remove the recent broker; the profile only when pressed twice."""
        entry = self.brokers.entry
        if entry.kind is EntryKind.NEW:
            return
        if entry.profile is not None and self._removal_of != entry.name:
            self._removal_of = entry.name
            self._say(
                f"Press d again to delete the profile {entry.name!r} and its stored password.",
                is_problem=True,
            )
            return
        try:
            if entry.profile is None:
                await asyncio.to_thread(forget_broker, self._recent_path, address_of(entry.draft))
            else:
                await asyncio.to_thread(self._delete, entry.profile)
        except SettingsError as problem:
            self._say(str(problem), is_problem=True)
            return
        # The form keeps what was there, so that it can be saved again.
        form = self.form
        self._load()
        await self.fill(form)
        self._say(f"{entry.name} is removed; the form still has it.")

    def _delete(self, name: str) -> None:
        """Delete a profile and its password; runs in a thread."""
        delete_profile(self._profiles_path, name)
        self._open_store().delete(name)

    @work(exclusive=True, group="exchange")
    async def action_import(self) -> None:
        """Read profiles from a file."""
        from mqttui.ui.screens.connection_exchange import ImportDialog

        taken = frozenset((*self._profiles.profiles, *self._profiles.broken))
        done = await self.app.push_screen_wait(ImportDialog(self._profiles_path, taken))
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
            self._say(problem.sentence, is_problem=True)
            return
        name = form.text("save_as") or self.brokers.entry.profile or draft.host or ""
        done = await self.app.push_screen_wait(ExportDialog(name, draft))
        if done is not None:
            self._say(done)

    # Leaving

    async def action_back(self) -> None:
        """Cancel what is under way; else go back a screen, or out of the form."""
        if self._awaited is not None:
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


def _description(settings: ConnectionSettings) -> str:
    """Return in words what a connection is, without its password."""
    way = "TLS" if settings.tls is not None else "no encryption"
    if settings.tls is not None and settings.tls.is_insecure:
        way = "TLS, any certificate accepted"
    if settings.websocket_path is not None:
        way += f", WebSocket {shown_path(settings.websocket_path)}"
    who = f" as {settings.user}" if settings.user is not None else ""
    filters = ", ".join(each.topic_filter for each in settings.subscriptions)
    return f"{settings.label}{who} ({way}) and subscribes to {filters}."
