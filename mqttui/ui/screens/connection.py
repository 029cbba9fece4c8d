"""The connection screen: saved profiles, and a form for everything else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import (
    Button,
    Checkbox,
    Input,
    Label,
    OptionList,
    RadioButton,
    RadioSet,
    Static,
)
from textual.widgets.option_list import Option

from mqttui.payload.printable import printable
from mqttui.settings.draft import Draft, default_port
from mqttui.settings.paths import profiles_file, secrets_file
from mqttui.settings.preferences import Preferences
from mqttui.settings.profiles import Profiles, load_profiles, save_profile
from mqttui.settings.secret import Secret
from mqttui.settings.toml_file import SettingsError
from mqttui.ui.messages import ConnectionRequested
from mqttui.ui.screens.connection_form import (
    FIELDS,
    TOPIC_RULES,
    Form,
    FormProblem,
    draft_of,
    first_line_of,
    form_of,
    is_for_same_account,
    settings_of,
    spread_address,
    unshown_of,
)
from mqttui.ui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from textual.app import ComposeResult

    from mqttui.settings.connection import ConnectionSettings, Protocol
    from mqttui.settings.secrets import SecretStore

PROTOCOLS: tuple[tuple[Protocol, str], ...] = (
    ("auto", "auto"),
    ("5", "MQTT 5"),
    ("3.1.1", "3.1.1"),
)

_PLACEHOLDERS = {
    "host": "broker.example, broker.example:1884 or mqtts://user@broker.example",
    "port": "1883",
    "ca_file": "certificates of the system",
    "websocket_path": "no; else its path, like /mqtt",
    "user": "none",
    "password": "none",
    "client_id": "made up anew each time",
    "subscriptions": "#:0 $SYS/#:0",
    "save_as": "not saved; else a name for this connection",
}
_TEXTS = tuple(_PLACEHOLDERS)


class _Mark(Checkbox):
    """A check box that can be read without colour."""

    BUTTON_INNER = " "

    def watch_value(self) -> None:
        """Show the mark only where it is set."""
        self.BUTTON_INNER = "X" if self.value else " "
        super().watch_value()


class _Dot(RadioButton):
    """A radio button that can be read without colour."""

    BUTTON_INNER = " "

    def watch_value(self) -> None:
        """Show the dot only where it is set."""
        self.BUTTON_INNER = "●" if self.value else " "
        super().watch_value()


class ConnectionScreen(Screen[None]):
    """Lets the user choose a broker and posts `ConnectionRequested`.

    `notices` are sentences that were found before the screen opened. Files and the store of
    passwords can be given by a test.
    """

    CSS_PATH = "../styles/connection.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "connect", "Connect", priority=True),
        Binding("escape", "back", "Back"),
        Binding("q", "leave", "Quit"),
    ]
    AUTO_FOCUS = None

    def __init__(
        self,
        *,
        payload_limit_bytes: int | None = None,
        notices: Sequence[str] = (),
        profiles_path: Path | None = None,
        open_store: Callable[[], SecretStore] | None = None,
    ) -> None:
        super().__init__()
        self._payload_limit_bytes = payload_limit_bytes or Preferences().payload_limit_bytes
        self._notices = tuple(notices)
        self._profiles_path = profiles_path or profiles_file()
        self._open_store = open_store or _system_store
        self._profiles = Profiles(self._profiles_path)
        self._chosen: str | None = None
        self._asked_password_for: tuple[str | None, str | None] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        self._profiles = load_profiles(self._profiles_path, TOPIC_RULES)
        yield Static("mqttui   Connect to a broker", id="connection-title", markup=False)
        problems = list(dict.fromkeys([*self._profiles.problems, *self._notices]))
        if problems:
            with VerticalScroll(id="connection-problems", can_focus=False):
                for problem in problems:
                    yield Static(f"▲ {printable(problem)}", markup=False)
        with Horizontal(id="connection-body"):
            if self._profiles.profiles:
                yield self._profile_list()
            with VerticalScroll(id="connection-form", can_focus=False):
                yield from self._fields()
        yield Static(id="connection-verdict", markup=False)
        yield KeyBar()

    def _profile_list(self) -> OptionList:
        names = [Option(Content(printable(name))) for name in self._profiles.profiles]
        return OptionList(
            Option(Content("New connection")), *names, id="connection-profiles", markup=False
        )

    def _fields(self) -> ComposeResult:
        yield self._row("host")
        with Horizontal(classes="form-row"):
            yield Label(FIELDS["port"], classes="form-caption")
            yield self._input("port")
            yield _Mark("TLS", id="form-tls", compact=True)
            yield _Mark("any certificate", id="form-is_insecure", compact=True)
        for name in ("ca_file", "websocket_path", "user", "password", "client_id"):
            yield self._row(name)
        with Horizontal(classes="form-row"):
            yield Label(FIELDS["protocol"], classes="form-caption")
            with RadioSet(id="form-protocol", compact=True):
                for value, title in PROTOCOLS:
                    yield _Dot(title, value=value == "auto", compact=True)
        yield self._row("subscriptions")
        yield self._row("save_as")
        with Horizontal(classes="form-row"):
            yield Label("", classes="form-caption")
            yield Button("Connect", id="connection-connect", variant="primary", compact=True)
        yield Label("", id="connection-rest", markup=False)

    def _row(self, name: str) -> Horizontal:
        return Horizontal(
            Label(FIELDS[name], classes="form-caption"), self._input(name), classes="form-row"
        )

    def _input(self, name: str) -> Input:
        return Input(
            placeholder=_PLACEHOLDERS[name],
            password=name == "password",
            id=f"form-{name}",
            compact=True,
        )

    def on_mount(self) -> None:
        """Begin where the hands of most people want to be."""
        if self._profiles.profiles:
            self.query_one("#connection-profiles", OptionList).focus()
        else:
            self.query_one("#form-host", Input).focus()
        self._judge()

    # What the form says

    def form(self) -> Form:
        """Return what stands in the fields."""
        texts: dict[str, Any] = {
            name: self.query_one(f"#form-{name}", Input).value for name in _TEXTS
        }
        texts["password"] = Secret(texts["password"])
        pressed = self.query_one("#form-protocol", RadioSet).pressed_index
        return Form(
            **texts,
            tls=self.query_one("#form-tls", Checkbox).value,
            is_insecure=self.query_one("#form-is_insecure", Checkbox).value,
            protocol=PROTOCOLS[max(0, pressed)][0],
        )

    def fill(self, form: Form) -> None:
        """Put a form into the fields."""
        with self.prevent(Input.Changed, Checkbox.Changed, RadioSet.Changed):
            for name in _TEXTS:
                text = form.password.reveal() if name == "password" else getattr(form, name)
                field = self.query_one(f"#form-{name}", Input)
                if field.value != text:
                    field.value = text
            self.query_one("#form-tls", Checkbox).value = form.tls
            self.query_one("#form-is_insecure", Checkbox).value = form.is_insecure
            index = [value for value, _ in PROTOCOLS].index(cast("Protocol", form.protocol))
            buttons = list(self.query_one("#form-protocol", RadioSet).query(RadioButton))
            buttons[index].value = True
        self._judge()

    @property
    def profile(self) -> Draft:
        """The draft of the chosen profile, an empty one for a new connection."""
        return self._profiles.profiles.get(self._chosen or "", Draft())

    def _settings(self, form: Form) -> ConnectionSettings:
        name = form.save_as.strip() or self._chosen
        return settings_of(
            form, self.profile, profile_name=name, payload_limit_bytes=self._payload_limit_bytes
        )

    def _judge(self) -> None:
        """Say what connecting would do, or the first thing that stands against it."""
        form = self.form()
        problem: FormProblem | None = None
        sentence = ""
        try:
            sentence = f"Connects to {_description(self._settings(form))}"
        except FormProblem as found:
            problem = found
            sentence = found.sentence
        is_untouched = not form.host.strip()
        self._say(sentence, is_problem=problem is not None and not is_untouched)
        for name in _TEXTS:
            is_wrong = problem is not None and problem.field_name == name and not is_untouched
            self.query_one(f"#form-{name}", Input).set_class(is_wrong, "-wrong")
        port = default_port(form.tls, bool(form.websocket_path.strip()))
        self.query_one("#form-port", Input).placeholder = str(port)
        has_store = self._chosen is not None and bool(form.user)
        self.query_one("#form-password", Input).placeholder = (
            "the one kept with the profile, if there is one" if has_store else "none"
        )

    def _say(self, sentence: str, *, is_problem: bool) -> None:
        verdict = self.query_one("#connection-verdict", Static)
        verdict.set_class(is_problem, "-problem")
        mark = "▲ " if is_problem else ""
        verdict.update(Content(printable(f"{mark}{sentence}")))

    # What the user does

    @on(Input.Changed)
    @on(Checkbox.Changed)
    @on(RadioSet.Changed)
    def _on_typed(self) -> None:
        self._asked_password_for = None
        self._judge()

    @on(Input.Blurred, "#form-host")
    def _on_address_left(self) -> None:
        self._spread()

    def _spread(self) -> None:
        """Put the parts of a URL into their fields, so that its password is not left in sight."""
        form = self.form()
        try:
            spread = spread_address(form)
        except FormProblem:
            return
        if spread != form:
            self.fill(spread)

    @on(OptionList.OptionHighlighted)
    def _on_profile_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        names = list(self._profiles.profiles)
        self._chosen = names[event.option_index - 1] if event.option_index > 0 else None
        self._asked_password_for = None
        self.fill(form_of(self.profile))
        rest = list(unshown_of(self.profile))
        text = f"The profile also sets {', '.join(rest)}." if rest else ""
        self.query_one("#connection-rest", Label).update(Content(printable(text)))

    @on(OptionList.OptionSelected)
    def _on_profile_chosen(self, event: OptionList.OptionSelected) -> None:
        target = "#connection-connect" if event.option_index > 0 else "#form-host"
        self.query_one(target).focus()

    @on(Input.Submitted)
    @on(Button.Pressed, "#connection-connect")
    def _on_connect(self) -> None:
        self.action_connect()

    @work(exclusive=True)
    async def action_connect(self) -> None:
        """Connect with what the form says, after saving it if that is wanted."""
        self._spread()
        form = self.form()
        try:
            self._settings(form)
            draft = draft_of(form, self.profile)
            stored = None if form.password else await asyncio.to_thread(self._stored, draft)
            password = form.password or stored
            if self._must_ask(form, draft, password):
                return
            form = replace(form, password=password or Secret(""))
            settings = self._settings(form)
            if form.save_as.strip():
                await asyncio.to_thread(self._save, form.save_as.strip(), draft, password)
        except FormProblem as problem:
            self._say(problem.sentence, is_problem=True)
            if problem.field_name in FIELDS:
                self.query_one(f"#form-{problem.field_name}").focus()
            return
        except SettingsError as problem:
            self._say(str(problem), is_problem=True)
            return
        self.post_message(ConnectionRequested(settings))

    def _must_ask(self, form: Form, draft: Draft, password: Secret | None) -> bool:
        """Whether a password is missing and was not yet asked for; asks for it if so."""
        account = (draft.host, draft.user)
        if draft.user is None or password or self._asked_password_for == account:
            return False
        self._asked_password_for = account
        self.query_one("#form-password", Input).focus()
        self._say(
            f"Type the password of {draft.user}, or connect again to go without one.",
            is_problem=True,
        )
        return True

    def _stored(self, draft: Draft) -> Secret | None:
        """Return the password that was kept for the chosen profile; runs in a thread."""
        if draft.user is None or self._chosen is None:
            return None
        # A stored password goes to the broker and the user for which it was stored, nowhere else.
        if not is_for_same_account(draft, self.profile):
            return None
        if self.profile.password_file is not None:
            return first_line_of(self.profile.password_file)
        return self._open_store().read(self._chosen)

    def _save(self, name: str, draft: Draft, password: Secret | None) -> None:
        """Save a profile, and its password unless a file has it; runs in a thread."""
        save_profile(self._profiles_path, name, draft)
        if password and draft.password_file is None:
            self._open_store().write(name, password)

    def action_back(self) -> None:
        """Go back a screen, or out of the form."""
        below = self.app.screen_stack[-2] if len(self.app.screen_stack) > 1 else None
        # Textual's own empty screen is nothing to go back to.
        if below is not None and type(below) is not Screen:
            self.dismiss()
        elif self._profiles.profiles:
            self.query_one("#connection-profiles", OptionList).focus()
        else:
            self.query_one("#connection-connect", Button).focus()

    def action_leave(self) -> None:
        """Quit."""
        self.app.exit()


def _system_store() -> SecretStore:
    # Imported late: looking for a keyring takes its time.
    from mqttui.settings.secrets import open_secret_store

    return open_secret_store(secrets_file())


def _description(settings: ConnectionSettings) -> str:
    """Return in words what a connection is, without its password."""
    way = "TLS" if settings.tls is not None else "no encryption"
    if settings.tls is not None and settings.tls.is_insecure:
        way = "TLS, any certificate accepted"
    if settings.websocket_path is not None:
        way += f", WebSocket {settings.websocket_path}"
    who = f" as {settings.user}" if settings.user is not None else ""
    filters = ", ".join(each.topic_filter for each in settings.subscriptions)
    return f"{settings.label}{who} ({way}) and subscribes to {filters}."
