"""One board: values and checks, chart, I/V curve, and the commands it obeys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button

from mqttui.core.charts.reading import NumberReader
from mqttui.core.charts.spec import ChartSpec, SeriesSpec
from mqttui.payload.printable import printable
from mqttui.ui.widgets.board_words import clock_text, fact_rows, finding_rows, order_rows
from mqttui.ui.widgets.cells import Lines
from mqttui.ui.widgets.chart_view import ChartView
from mqttui.ui.widgets.curve_view import CurveView
from mqttui.ui.widgets.switches import Switch, Switches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.widget import Widget

    from mqttui.core.charts.spec import Axis
    from mqttui.devices.board import Board
    from mqttui.devices.orders import Order
    from mqttui.ui.workspace import Workspace

DRAW_INTERVAL_S = 0.5
TALL_ROWS = 32
"""From so many rows on the words stand above the picture; below, one of them is shown."""

_UNITS: tuple[tuple[str, Axis], ...] = (("V", "left"), ("A", "right"), ("W", "right"))
BUTTONS = ("Rate", "Averaging", "Range", "Sweep", "Identify", "Reset")


class View(Enum):
    """What of a board is shown."""

    WORDS = "values"
    CHART = "chart"
    CURVE = "I/V curve"


class BoardDetails(Vertical):
    """Shows a board; `refresh_frame` is called once per frame.

    A click on a button posts `ButtonPressed` with its title.
    """

    @dataclass
    class ButtonPressed(Message):
        """Somebody wants a command to be given."""

        title: str

    def __init__(self, workspace: Workspace, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._workspace = workspace
        self._board: Board | None = None
        self._view = View.WORDS
        self._drawn_at = float("-inf")
        self._offered: Mapping[str, bool | None] = {}
        self._reader = NumberReader(workspace.reader.decoder_of, workspace.reader.context_of)
        self._chart = ChartView(workspace, self._reader, ChartSpec(), id="board-chart")

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        yield Switches(id="board-views")
        with VerticalScroll(id="board-words"):
            yield Lines(id="board-lines")
        yield self._chart
        yield CurveView(is_ascii=bool(self._workspace.preferences.is_ascii), id="board-curve")
        yield Lines(id="board-order")
        with Horizontal(id="board-buttons"):
            for title in BUTTONS:
                button = Button(title, id=f"board-{title.lower()}", compact=True)
                # Each has a key; the keyboard need not go through all of them.
                button.can_focus = False
                yield button

    def on_mount(self) -> None:
        """Show nothing yet."""
        self._lines = self.query_one("#board-lines", Lines)
        self._curve = self.query_one(CurveView)
        self._order = self.query_one("#board-order", Lines)
        self._draw_views()

    @property
    def view(self) -> View:
        """What is shown; on a tall screen the words are always there."""
        return self._view

    def show_board(self, board: Board | None) -> None:
        """Show another board from now on."""
        if board is self._board:
            return
        self._board = board
        self._drawn_at = float("-inf")
        self.border_title = Content("" if board is None else printable(board.name[:200]))
        spec = self._chart.spec
        self._chart.show_chart(replace(spec, series=self._series(), y_range=None, is_xy=False))
        self.query_one("#board-words", VerticalScroll).scroll_to(y=0, animate=False)

    def show_order(self, order: Order | None) -> None:
        """Show what became of the last command to the board."""
        rows = order_rows(order, self._order.size.width or self.size.width)
        has_other_height = len(rows) != len(self._order.rows)
        self._order.show(rows)
        if has_other_height:
            self._order.refresh(layout=True)

    def offer(self, offered: Mapping[str, bool | None]) -> None:
        """Show buttons that are True, show as disabled those that are None, and hide the rest."""
        if offered == self._offered:
            return
        self._offered = dict(offered)
        for title, is_offered in offered.items():
            button = self.query_one(f"#board-{title.lower()}", Button)
            button.display = is_offered is not False
            button.disabled = is_offered is None
        self.query_one("#board-buttons").display = any(
            each is not False for each in offered.values()
        )

    def refresh_frame(self, now: float) -> None:
        """Show what has changed; `now` is in seconds since the epoch."""
        board = self._board
        if board is None or not self.size.height:
            return
        if self._chart.display:
            if not self._chart.spec.series:
                self._chart.show_chart(replace(self._chart.spec, series=self._series()))
            self._chart.refresh_frame(now)
        if self._curve.display:
            when = "" if board.curve_at is None else clock_text(board.curve_at, now)
            self._curve.show_curve(board.curve, when)
        if 0 <= now - self._drawn_at < DRAW_INTERVAL_S:
            return
        self._drawn_at = now
        self._draw_words(board, now)

    def _draw_words(self, board: Board, now: float) -> None:
        width = max(20, self._lines.size.width)
        rows = fact_rows(board, now, width, is_presenting=self._workspace.is_presenting)
        rows += [[], *finding_rows(board, width)]
        has_other_height = len(rows) != len(self._lines.rows)
        self._lines.show(rows)
        if has_other_height:
            self._lines.refresh(layout=True)

    def _series(self) -> tuple[SeriesSpec, ...]:
        """Return the lines for voltage, current and power in the samples of the board."""
        node = None if self._board is None else self._board.data_node
        if node is None or node.last is None:
            return ()
        found: dict[str, SeriesSpec] = {}
        for number in self._reader.numbers(node.path, node.last):
            for unit, axis in _UNITS:
                if number.unit in (unit, f"m{unit}") and unit not in found:
                    found[unit] = SeriesSpec(node.path, number.path, number.unit, axis)
        return tuple(found[unit] for unit, _ in _UNITS if unit in found)

    # Views

    @property
    def _is_tall(self) -> bool:
        return self.size.height >= TALL_ROWS

    def on_resize(self) -> None:
        """Show as much at once as there is room for."""
        self._drawn_at = float("-inf")
        self._draw_views()

    def show_view(self, view: View) -> None:
        """Show another view."""
        self._view = view
        self._draw_views()

    def step_view(self, steps: int) -> None:
        """Show the next view."""
        views = self._views
        place = views.index(self._view) if self._view in views else 0
        self.show_view(views[(place + steps) % len(views)])

    @property
    def _views(self) -> list[View]:
        return [View.CHART, View.CURVE] if self._is_tall else list(View)

    def _draw_views(self) -> None:
        is_tall = self._is_tall
        picture = View.CHART if is_tall and self._view is View.WORDS else self._view
        self.query_one(Switches).show(
            [Switch("show ", [(each, each.value) for each in self._views], picture)]
        )
        had_focus = self.has_focus_within
        words = self.query_one("#board-words")
        words.display = is_tall or picture is View.WORDS
        words.set_class(is_tall, "-above")
        self._chart.display = picture is View.CHART
        self._curve.display = picture is View.CURVE
        if had_focus and not any(each.has_focus for each in self._shown):
            self.focus_view()

    @property
    def _shown(self) -> list[Widget]:
        widgets: list[Widget] = [self._chart, self._curve, self.query_one("#board-words")]
        return [widget for widget in widgets if widget.display]

    def focus_view(self) -> None:
        """Give the keyboard to the picture, or to the words where there is none."""
        self.screen.set_focus(self._shown[0])

    @on(Switches.Clicked)
    def take_view(self, event: Switches.Clicked) -> None:
        """Show the view that was clicked."""
        event.stop()
        self.show_view(event.value)

    @on(Button.Pressed)
    def press(self, event: Button.Pressed) -> None:
        """Pass on which command is wanted."""
        event.stop()
        self.post_message(self.ButtonPressed(str(event.button.label)))
