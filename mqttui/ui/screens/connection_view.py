"""What the connection screen shows: a list of brokers, a form, and what they mean."""

from __future__ import annotations

import textwrap
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Button, Input, OptionList, Static

from mqttui.payload.printable import printable
from mqttui.settings.preferences import Preferences
from mqttui.settings.recent import address_of
from mqttui.ui.glyphs import WARNING
from mqttui.ui.screens import connection_words as words
from mqttui.ui.screens.connection_brokers import BrokerList
from mqttui.ui.screens.connection_fields import (
    FormPane,
    GroupHeader,
    field_of,
    subscription_part,
)
from mqttui.ui.screens.connection_form import (
    FIELDS,
    Form,
    FormProblem,
    draft_of,
    form_of,
    is_for_same_account,
    problems_of,
    settings_of,
    spread_address,
)
from mqttui.ui.screens.connection_inputs import FormTyped
from mqttui.ui.widgets.cells import Lines
from mqttui.ui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.widget import Widget

    from mqttui.settings.connection import ConnectionSettings
    from mqttui.settings.toml_file import SettingsError
    from mqttui.ui.screens.connection_profiles import KeptConnections

TALL_ROWS = 44
"""From this height on every group is unfolded at the beginning."""

EXPLANATION_ROWS = 2
BUTTONS = ("connect", "test", "save", "import", "export")


@dataclass(slots=True)
class Asked:
    """What the user was asked, where the same once more is the answer.

    `password_for` is a host and a user, the others are names of profiles.
    """

    password_for: tuple[str, str] | None = None
    to_remove: str | None = None
    to_replace: str | None = None


class ConnectionView(Screen[None]):
    """Shows what is kept and what a connection would be; what is done with it is a subclass's."""

    CSS_PATH = "../styles/connection.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012
    AUTO_FOCUS = None

    def __init__(
        self,
        kept: KeptConnections,
        *,
        payload_limit_bytes: int | None = None,
        notices: Sequence[str] = (),
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._kept = kept
        self._payload_limit_bytes = payload_limit_bytes or Preferences().payload_limit_bytes
        self._notices = tuple(notices)
        self._wall_clock = wall_clock
        self._verdict = ("", False)
        self._asked = Asked()
        self._is_renaming = False
        self._pane = FormPane(id="connection-form")
        self.brokers = BrokerList(id="connection-brokers")

    @property
    def is_connecting(self) -> bool:
        """Whether a connection is awaited, so that what is said of it stays."""
        return False

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield Static("mqttui   Connect to a broker", id="connection-title", markup=False)
        with VerticalScroll(id="connection-problems", can_focus=False):
            yield Static(id="connection-problem-words", markup=False)
        with Horizontal(id="connection-body"):
            yield self.brokers
            with Vertical(id="connection-right"):
                yield self._pane
                with Horizontal(id="connection-buttons"):
                    for name in BUTTONS:
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
        if self._kept.is_empty:
            await self._pane.focus_field("host")
        else:
            self.brokers.focus()
        if self.app.size.height >= TALL_ROWS:
            # After the first paint, which would take half as long again.
            self.call_after_refresh(self._pane.unfold)

    def on_resize(self) -> None:
        """Break the explanation anew."""
        self.call_after_refresh(self._explain)

    def _load(self, notices: Sequence[str] = ()) -> None:
        """Read the files and show what they have, and what is wrong with them."""
        found = [*self._kept.load(), *notices]
        problems = [f"{WARNING} {printable(problem)}" for problem in dict.fromkeys(found)]
        self.query_one("#connection-problems").display = bool(problems)
        said = self.query_one("#connection-problem-words", Static)
        said.update(Content("\n".join(problems)))
        self.call_after_refresh(self._let_problems_scroll)
        with self.prevent(OptionList.OptionHighlighted):
            self.brokers.show(self._kept.entries, self._wall_clock())

    def _let_problems_scroll(self) -> None:
        box = self.query_one("#connection-problems")
        box.can_focus = box.max_scroll_y > 0

    # What the form says

    @property
    def form(self) -> Form:
        """What stands in the fields at this moment."""
        return self._pane.form

    async def fill(self, form: Form) -> None:
        """Put a form into the fields."""
        await self._pane.fill(form)
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
            sentence = f"Connects to {words.description(self._settings(form))}"
        except FormProblem as problem:
            sentence = problem.sentence
            if not is_untouched:
                problems.setdefault(problem.field_name, sentence)
        if not self.is_connecting:
            focused = field_of(self.focused) or ""
            self._say(problems.get(focused, sentence), is_problem=bool(problems))
        self._pane.mark(form, problems)
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

    def _complain(self, problem: SettingsError) -> None:
        self._say(str(problem), is_problem=True)

    async def _send_back_to(self, problem: FormProblem) -> None:
        """Lead to the field that has to be mended."""
        await self._pane.focus_field(problem.field_name)
        self._say(problem.sentence, is_problem=True)

    # What has the keyboard, and what is typed

    def on_descendant_focus(self) -> None:
        """Explain what has the keyboard now."""
        self._asked.to_remove = None
        self._is_renaming = self._is_renaming and field_of(self.focused) == "save_as"
        self._explain()

    def _explain(self) -> None:
        explanation = self._explanation(self.focused) if self.focused is not None else ""
        width = max(20, self.size.width - 2)
        rows = textwrap.wrap(explanation, width)[:EXPLANATION_ROWS]
        self.query_one("#connection-explanation", Lines).show([[(row, "dim")] for row in rows])

    def _explanation(self, widget: Widget) -> str:
        name = field_of(widget)
        if name in FIELDS:
            return words.field_explanation(name)
        if part := subscription_part(widget):
            return words.part_explanation(part)
        if isinstance(widget, GroupHeader):
            return words.group_explanation(widget.title)
        if isinstance(widget, Button):
            return words.button_explanation(action_of(widget))
        if widget is self.brokers:
            return words.LIST_EXPLANATION
        return words.PROBLEMS_EXPLANATION

    @on(FormTyped)
    def _on_typed(self) -> None:
        self._asked.password_for = self._asked.to_replace = None
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
        self._asked = Asked()
        await self.fill(form_of(self.brokers.entry.draft))
        self.refresh_bindings()


def action_of(button: Button) -> str:
    """Return the action of one of the buttons."""
    return (button.id or "").removeprefix("connection-")
