"""The test of a connection: every step with its result as it happens."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, ClassVar, Protocol

from rich.cells import cell_len
from textual.containers import VerticalScroll
from textual.screen import Screen

from mqttui.broker.checkup import Step, StepState
from mqttui.payload.quantities import duration_text
from mqttui.ui.commands.connection import CHECKUP_COMMANDS
from mqttui.ui.glyphs import BETWEEN, DONE, ELLIPSIS, FAILED, RIGHT
from mqttui.ui.screens.connection_words import in_form_words
from mqttui.ui.widgets.cells import Cells, Lines, fitted
from mqttui.ui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer

    from mqttui.broker.checkup import Checkup

POLL_S = 0.1
TITLE_CELLS = 24
STATE_CELLS = 12
_MARKS = {
    StepState.WAITING: (BETWEEN, "dim"),
    StepState.RUNNING: (ELLIPSIS, "heading"),
    StepState.PASSED: (DONE, "fact"),
    StepState.REMARKABLE: ("!", "warning"),
    StepState.FAILED: (FAILED, "warning"),
    StepState.NOT_REACHED: ("-", "dim"),
}


class Examination(Protocol):
    """A checkup that runs elsewhere; `status` is polled."""

    @property
    def status(self) -> Checkup:
        """The newest snapshot."""

    def start(self) -> None:
        """Begin; returns at once."""

    def cancel(self) -> None:
        """End it; returns at once."""


class CheckupScreen(Screen[bool]):
    """Shows an examination; dismissed with True when the user wants to connect."""

    CSS_PATH = "../styles/connection.tcss"
    AUTO_FOCUS = "#checkup-scroll"
    BINDINGS: ClassVar[list[BindingType]] = [*CHECKUP_COMMANDS.bindings]

    def __init__(self, make: Callable[[], Examination]) -> None:
        super().__init__()
        self._make = make
        self._run = make()
        self._shown: Checkup | None = None
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield Lines(id="checkup-title")
        with VerticalScroll(id="checkup-scroll"):
            yield Lines(id="checkup-steps")
        yield Lines(id="checkup-verdict")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin."""
        self._begin()

    def _begin(self) -> None:
        self._run.start()
        # Only while it runs: what does not change is not looked at.
        self._timer = self.set_interval(POLL_S, self._look)
        self._look()

    def on_unmount(self) -> None:
        """Leave nothing running."""
        self._run.cancel()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self.call_after_refresh(self._draw)

    def _look(self) -> None:
        status = self._run.status
        if status.is_done and self._timer is not None:
            self._timer.stop()
            self._timer = None
        if status is not self._shown:
            self._shown = status
            self._draw()

    def _draw(self) -> None:
        checkup = self._shown
        if checkup is None:
            return
        steps = self.query_one("#checkup-steps", Lines)
        width = max(20, self.query_one("#checkup-scroll").scrollable_content_region.width)
        rows = [row for step in checkup.steps for row in step_rows(step, width)]
        is_longer = len(rows) != len(steps.rows)
        steps.show(rows)
        if is_longer:
            steps.refresh(layout=True)
        title = f"Test of {checkup.label}"
        self.query_one("#checkup-title", Lines).show([[(fitted(title, width), "heading")]])
        failed = any(step.state is StepState.FAILED for step in checkup.steps)
        role = "warning" if failed else "fact"
        verdict = textwrap.wrap(checkup.verdict, width)
        self.query_one("#checkup-verdict", Lines).show([[(line, role)] for line in verdict])

    def action_again(self) -> None:
        """Examine the connection once more, when the last time is over."""
        if self._run.status.is_done:
            self._run = self._make()
            self._begin()

    def action_connect(self) -> None:
        """Connect."""
        self.dismiss(True)

    def action_back(self) -> None:
        """Cancel what runs; else go back to the form."""
        if self._run.status.is_done:
            self.dismiss(False)
        else:
            self._run.cancel()
            self._look()


def step_rows(step: Step, width: int) -> list[Cells]:
    """Return a step as rows: how it went, what was found, what is wrong and what to try."""
    mark, role = _MARKS[step.state]
    title = fitted(step.title, max(8, width - STATE_CELLS - 12))
    head = f"{mark} {title}".ljust(TITLE_CELLS)
    cells: Cells = [(head, role), (f" {step.state.value}", role)]
    if step.took_s is not None:
        used = cell_len(head) + 1 + len(step.state.value)
        took = duration_text(step.took_s)
        cells.append((took.rjust(max(len(took) + 1, TITLE_CELLS + STATE_CELLS + 8 - used)), "dim"))
    rows = [cells]
    longest = max((cell_len(name) for name, _ in step.facts), default=0)
    for name, text in step.facts:
        rows += _wrapped(text, width, f"    {name.ljust(longest)}  ", "value")
    if step.problem is not None:
        rows += _wrapped(step.problem, width, "    ", "warning")
    if step.advice is not None:
        rows += _wrapped(in_form_words(step.advice), width, f"    {RIGHT} ", "fact")
    return rows


def _wrapped(text: str, width: int, head: str, role: str) -> list[Cells]:
    """Return a text on as many rows as it needs, behind `head` on the first of them."""
    lines = textwrap.wrap(text, max(10, width - cell_len(head))) or [""]
    indent = " " * cell_len(head)
    return [
        [(head if number == 0 else indent, "dim"), (line, role)]
        for number, line in enumerate(lines)
    ]
