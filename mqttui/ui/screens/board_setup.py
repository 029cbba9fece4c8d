"""Dialogs about a board that is plugged in: its configuration, its port, and the last question."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from mqttui.deploy.board_setup import DEFAULT_NAME, Answers
from mqttui.payload.printable import printable
from mqttui.ui.widgets.cells import fitted
from mqttui.ui.widgets.form_input import FieldCaption, FormInput
from mqttui.ui.widgets.form_switch import FormSwitch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.deploy.plugged import Proposal
    from mqttui.settings.connection import ConnectionSettings

_BOX_CELLS = 64
_HINT_CELLS = 44


class SetupForm(ModalScreen["Answers | None"]):
    """Asks what config.json needs; dismissed with the answers, or with None.

    `values` is what the board has, `before` what was answered before. What is left empty stays.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "accept", "Plan", priority=True),
        Binding("escape", "leave", "Back"),
    ]

    def __init__(
        self,
        port: str,
        values: Mapping[str, object],
        before: Answers,
        settings: ConnectionSettings | None,
    ) -> None:
        super().__init__()
        self._port = port
        self._values = values
        self._before = before
        self._settings = settings

    def compose(self) -> ComposeResult:
        """Lay out the form."""
        before, settings = self._before, self._settings
        with Vertical(id="setup-form") as box:
            box.border_title = Content(f"Configuration of {printable(self._port)}")
            box.border_subtitle = "ctrl+s shows the plan   esc goes back"
            yield from self._row("name", "Name", before.name, self._hint("name", DEFAULT_NAME))
            yield from self._row("ssid", "Wi-Fi", before.ssid, self._hint("ssid", "its name"))
            yield from self._row("key", "Wi-Fi key", "", self._key_hint(), is_secret=True)
            if settings is None:
                return
            if self._values.get("host"):
                kept = fitted(printable(str(self._values["host"])), 20)
                options = ((False, f"stays {kept}"), (True, fitted(printable(settings.label), 24)))
                with Horizontal(classes="setup-row"):
                    yield FieldCaption("Broker", classes="setup-caption")
                    yield FormSwitch("", options, before.takes_broker, id="setup-takes-broker")
            hint = f"{settings.host}, as this machine names it"
            yield from self._row("host", "Broker host", before.host, hint)
            if settings.tls is not None:
                ca_file = settings.tls.ca_file
                hint = "PEM or DER file" if ca_file is None else str(ca_file)
                yield from self._row("ca_file", "CA", before.ca_file, hint)
            words = (
                "Empty fields stay as the board has them. The broker's account and password are "
                "those of this connection. Secrets go over the cable only and are not remembered."
            )
            yield Static(Content("\n".join(textwrap.wrap(words, _BOX_CELLS))), id="setup-words")

    def _row(
        self, name: str, caption: str, value: str, hint: str, *, is_secret: bool = False
    ) -> ComposeResult:
        with Horizontal(classes="setup-row"):
            yield FieldCaption(caption, classes="setup-caption")
            field: Input
            hint = fitted(printable(hint), _HINT_CELLS)
            if is_secret:
                # What is seen is dots, so nothing needs to be made visible.
                field = Input(password=True, placeholder=hint, id=f"setup-{name}", compact=True)
                field.cursor_blink = False
            else:
                field = FormInput(value=value, placeholder=hint, id=f"setup-{name}")
            yield field

    def _hint(self, key: str, unset: str) -> str:
        value = self._values.get(key)
        return f"stays {value}" if value else unset

    def _key_hint(self) -> str:
        if self._before.key:
            return "stays what was typed before"
        return "stays as it is" if self._values.get("key") else "empty for an open Wi-Fi"

    @on(Input.Submitted)
    def go_on(self) -> None:
        """Go to the next field; from the last one to the plan."""
        fields = list(self.query(Input))
        if self.focused is fields[-1]:
            self.action_accept()
        else:
            self.focus_next()

    @on(Input.Changed, "#setup-host, #setup-ca_file")
    def take_this_broker(self, event: Input.Changed) -> None:
        """Whoever types about the broker of this connection wants it."""
        for switch in self.query(FormSwitch):
            switch.value = switch.value or bool(event.value)

    def action_accept(self) -> None:
        """Take what was typed."""
        typed = {field.id: field.value for field in self.query(Input)}
        switches = list(self.query(FormSwitch))
        self.dismiss(
            Answers(
                name=typed.get("setup-name", "").strip(),
                ssid=typed.get("setup-ssid", ""),
                key=typed.get("setup-key", "") or self._before.key,
                host=typed.get("setup-host", "").strip(),
                ca_file=typed.get("setup-ca_file", "").strip(),
                takes_broker=bool(switches[0].value) if switches else False,
            )
        )

    def action_leave(self) -> None:
        """Change nothing."""
        self.dismiss(None)


class PortQuestion(ModalScreen["str | None"]):
    """Asks for a serial port; dismissed with its name, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back")]

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(id="port-question") as box:
            box.border_title = "Serial port"
            box.border_subtitle = "enter adds it   esc goes back"
            yield FormInput(placeholder="/dev/ttyUSB0 or COM3", id="port-name")

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Take the name."""
        self.dismiss(event.value.strip() or None)

    def action_leave(self) -> None:
        """Name none."""
        self.dismiss(None)


class InstallQuestion(ModalScreen[bool]):
    """Says once more what is written onto which board; dismissed with True by enter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Install"),
        Binding("escape", "leave", "Back"),
    ]

    def __init__(self, port: str, proposal: Proposal) -> None:
        super().__init__()
        self._port = port
        self._proposal = proposal

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(id="install-question") as box:
            box.border_title = "Install on 1 board"
            box.border_subtitle = "enter installs   esc goes back"
            yield Static(self._words(), id="install-words", markup=False)

    def _words(self) -> Content:
        facts = self._proposal.look.survey.facts
        name = (self._proposal.setup.values or {}).get("name")
        who = f"{printable(facts.board)} {printable(facts.unique_id)} on {printable(self._port)}"
        if name:
            who = f"{printable(str(name))}: {who}"
        lines = [
            who,
            self._proposal.plan.lines()[0],
            "Until all files have arrived the board has its old ones. Then it restarts.",
        ]
        return Content(
            "\n".join(part for line in lines for part in textwrap.wrap(line, _BOX_CELLS))
        )

    def action_accept(self) -> None:
        """Install."""
        self.dismiss(True)

    def action_leave(self) -> None:
        """Write nothing."""
        self.dismiss(False)
