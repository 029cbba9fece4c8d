"""Dialogs of the boards: which value to set, and whether a board is really to start again."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from mqttui.devices.commands import (
    AVERAGINGS,
    BUS_RANGES_V,
    RATES_HZ,
    SHUNT_RANGES_MV,
    SWEEPS,
    BoardCommand,
    set_command,
    sweep_command,
)
from mqttui.payload.printable import printable
from mqttui.ui.glyphs import CHOSEN
from mqttui.ui.widgets.cells import fitted
from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.form_input import FormInput

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.devices.board import Board
    from mqttui.ui.widgets.cells import Cells

_SLOW_SWEEP_MS = 1000


def choices_of(name: str, board: Board) -> tuple[str, list[tuple[BoardCommand, bool]]]:
    """Return a title and the commands that can be chosen, each with whether it is in force now.

    `name` is rate, averaging, range or sweep.
    """
    info = board.info
    if name == "rate":
        return "Samples per second", [
            (set_command("rate", rate, f"rate {rate:g}/s"), rate == info.rate_hz)
            for rate in RATES_HZ
        ]
    if name == "averaging":
        return "Samples of the sensor per value", [
            (set_command("averaging", count, f"averaging {count}"), count == info.averaging)
            for count in AVERAGINGS
        ]
    if name == "range":
        voltages = [
            (set_command("bus_range", volts, f"voltage up to {volts} V"), volts == info.bus_range_v)
            for volts in BUS_RANGES_V
        ]
        currents = [
            (
                set_command("shunt_range", millivolts, _current_title(millivolts, info.shunt_ohm)),
                millivolts == info.shunt_range_mv,
            )
            for millivolts in SHUNT_RANGES_MV
        ]
        return "Measuring range", voltages + currents
    return "I/V curve", [(sweep_command(*sweep), False) for sweep in SWEEPS]


def _current_title(range_mv: int, shunt_ohm: float | None) -> str:
    if not range_mv:
        return "current: the range follows it"
    limit = f" (with {shunt_ohm:g} ohm up to {range_mv / shunt_ohm:g} mA)" if shunt_ohm else ""
    return f"current: {range_mv} mV across the shunt{limit}"


class CommandChoice(ModalScreen["BoardCommand | None"]):
    """Dismissed with the command that was chosen, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Send"),
        Binding("escape", "leave", "Back"),
    ]

    def __init__(self, board: Board, name: str) -> None:
        super().__init__()
        self._board = board
        self._title, self._choices = choices_of(name, board)

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(id="command-choice") as box:
            name = fitted(printable(self._board.name[:200]), 40)
            box.border_title = Content(f"{self._title} of {name}")
            box.border_subtitle = "enter sends   esc goes back"
            yield ChoiceList[tuple[BoardCommand, bool]](_choice_cells, _title_of, id="commands")

    def on_mount(self) -> None:
        """Begin at what is in force now."""
        choices: ChoiceList[tuple[BoardCommand, bool]] = self.query_one(ChoiceList)
        choices.styles.height = len(self._choices)
        choices.show(self._choices)
        in_force = [row for row, (_, is_now) in enumerate(self._choices) if is_now]
        choices.action_move_to(in_force[0] if in_force else 0)
        choices.focus()

    @on(ChoiceList.Chosen)
    def action_accept(self) -> None:
        """Take what is under the cursor."""
        item = self.query_one(ChoiceList).item
        self.dismiss(None if item is None else item[0])

    def action_leave(self) -> None:
        """Send nothing."""
        self.dismiss(None)


def _choice_cells(choice: tuple[BoardCommand, bool], width: int) -> Cells:
    command, is_now = choice
    text = command.title
    if command.values.get("interval_ms") == _SLOW_SWEEP_MS:
        text += ", for turning a knob by hand"
    cells: Cells = [(fitted(f" {text}", width), "value")]
    if is_now:
        cells.append((f"  {CHOSEN} now", "dim"))
    return cells


def _title_of(choice: tuple[BoardCommand, bool]) -> object:
    return choice[0].title


class ResetQuestion(ModalScreen[bool]):
    """Says what a reset hits and asks for the name; dismissed with True when it was typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back")]

    def __init__(self, board: Board) -> None:
        super().__init__()
        self._board = board

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(id="reset-question") as box:
            box.border_title = "Reset 1 board"
            box.border_subtitle = "enter confirms   esc goes back"
            yield Static(self._words(), id="reset-words", markup=False)
            yield FormInput(placeholder="its name", id="reset-name")

    @property
    def _typed_name(self) -> str:
        return printable(self._board.name)

    def _words(self) -> Content:
        board = self._board
        waiting = board.info.waiting
        lost = "the samples in its buffer are lost"
        if waiting:
            lost = f"the {waiting:g} samples in its buffer are lost"
        text = (
            f"{printable(board.path[:400])} says offline and starts again; {lost}, and what was "
            "set here goes back to its config.json. Nobody can undo that."
        )
        ask = f"Type its name to confirm: {self._typed_name[:200]}"
        return Content("\n".join([*textwrap.wrap(text, 64), "", *textwrap.wrap(ask, 64)]))

    @on(FormInput.Submitted)
    def take_name(self, event: FormInput.Submitted) -> None:
        """Confirm when the name is right."""
        if event.value.strip() == self._typed_name:
            self.dismiss(True)
        else:
            words = f"This is not the name; nothing was sent. It is {self._typed_name[:200]}"
            self.query_one("#reset-words", Static).update(
                Content("\n".join(textwrap.wrap(words, 64)))
            )

    def action_leave(self) -> None:
        """Let the board be."""
        self.dismiss(False)
