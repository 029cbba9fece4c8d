"""Who floods the broker: topics and subtrees by messages and bytes per second."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len
from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen

from mqttui.core.busiest import Busiest, Measure, Ranking, Scope
from mqttui.core.traffic_window import WINDOWS, Window
from mqttui.payload.printable import topic_text
from mqttui.payload.quantities import UNKNOWN, age_text, count_text, rate_text, size_text
from mqttui.ui.commands.busiest import BUSIEST_COMMANDS
from mqttui.ui.glyphs import AT_LEAST, PARTS
from mqttui.ui.widgets.cells import Cells, Lines, fitted_end
from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.key_bar import KeyBar
from mqttui.ui.widgets.switches import Switch, Switches

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.core.busiest import Rank
    from mqttui.core.node import TopicNode
    from mqttui.core.traffic_meter import TrafficMeter

WINDOW_LABELS = {
    Window.TEN_SECONDS: "10 s",
    Window.MINUTE: "1 min",
    Window.TEN_MINUTES: "10 min",
}
SCOPE_LABELS = {
    Scope.ALL: "all",
    Scope.LEVEL_1: "1",
    Scope.LEVEL_2: "2",
    Scope.LEVEL_3: "3",
    Scope.TOPICS: "topics",
}
RANK_CELLS = 4
RATE_CELLS = 10
BYTES_CELLS = 12
SHARE_CELLS = 7
NARROW_BAR_CELLS = 8
WIDE_BAR_CELLS = 24
WIDE = 120
_CHARACTERS_PER_CELL = 4


class Row(NamedTuple):
    """A rank as it is painted; equal rows look the same."""

    node: TopicNode
    is_subtree: bool
    rank: str
    messages: str
    messages_share: str
    size: str
    bytes_share: str
    bar_eighths: int


class BusiestScreen(Screen["TopicNode | None"]):
    """Shows what a meter has counted; `draw` is called once per frame.

    It changes when the meter has taken a sample, once per second. It is dismissed with the topic
    or branch to which the user wants to go, or with None.
    """

    AUTO_FOCUS = "#busiest-rows"
    BINDINGS: ClassVar[list[BindingType]] = [*BUSIEST_COMMANDS.bindings]
    CSS_PATH = "../styles/busiest.tcss"

    def __init__(self, meter: TrafficMeter) -> None:
        super().__init__()
        self._meter = meter
        self._busiest = Busiest(meter)
        self._window = Window.TEN_SECONDS
        self._measure = Measure.MESSAGES
        self._scope = Scope.ALL
        self._samples = -1
        self._shown: list[Row] = []
        self._rest = ""

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield Switches(id="busiest-switches")
        yield Lines(id="busiest-whole")
        with Vertical(id="busiest-frame") as frame:
            frame.border_title = "Busiest"
            yield Lines(id="busiest-head")
            yield ChoiceList[Row](
                self._row_cells, lambda row: (row.node, row.is_subtree), id="busiest-rows"
            )
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is known already."""
        self._rows: ChoiceList[Row] = self.query_one("#busiest-rows", ChoiceList)
        self._draw_view()

    def draw(self, now: float) -> None:
        """Take over what was counted since the last frame."""
        if self._samples != self._meter.samples:
            self._draw_ranking()

    def on_resize(self) -> None:
        """Give the columns and bars the room there is."""
        self.call_after_refresh(self._draw_ranking)

    def _draw_view(self) -> None:
        """Show another window, measure or scope from its top."""
        self.query_one(Switches).show(
            [
                Switch("over ", list(WINDOW_LABELS.items()), self._window),
                Switch("by ", [(each, each.value) for each in Measure], self._measure),
                Switch("level ", list(SCOPE_LABELS.items()), self._scope),
            ]
        )
        self._shown = []
        self._draw_ranking(is_other_list=True)

    def _draw_ranking(self, *, is_other_list: bool = False) -> None:
        self._samples = self._meter.samples
        ranking = self._busiest.ranking(self._window, self._measure, self._scope)
        rows = [self._row(number, rank) for number, rank in enumerate(ranking.rows, 1)]
        if rows != self._shown or is_other_list:
            self._shown = rows
            self._rows.show(rows, is_other_list=is_other_list)
        self.query_one("#busiest-head", Lines).show([self._head_cells()])
        self.query_one("#busiest-whole", Lines).show([self._whole_cells(ranking)])
        rest = self._rest_text(ranking)
        if rest != self._rest:
            # To be told the same again would paint the whole screen.
            self._rest = rest
            self.query_one("#busiest-frame").border_subtitle = Content(rest)

    # What stands where

    @property
    def _bar_cells(self) -> int:
        return WIDE_BAR_CELLS if self._rows.row_cells >= WIDE else NARROW_BAR_CELLS

    def _name_cells(self, width: int) -> int:
        figures = RANK_CELLS + RATE_CELLS + BYTES_CELLS + 2 * SHARE_CELLS
        return max(1, width - figures - self._bar_cells - 3)

    def _row(self, number: int, rank: Rank) -> Row:
        is_by_messages = self._measure is Measure.MESSAGES
        share = rank.messages_share if is_by_messages else rank.bytes_share
        mark = "" if rank.is_complete else AT_LEAST
        return Row(
            node=rank.node,
            is_subtree=rank.is_subtree,
            rank=str(number),
            messages=mark + rate_text(rank.messages_per_s),
            messages_share=mark + share_text(rank.messages_share),
            size=mark + bytes_rate_text(rank.bytes_per_s),
            bytes_share=mark + share_text(rank.bytes_share),
            bar_eighths=round(8 * self._bar_cells * share),
        )

    def _row_cells(self, row: Row, width: int) -> Cells:
        is_by_messages = self._measure is Measure.MESSAGES
        by_messages, by_bytes = ("value", "dim") if is_by_messages else ("dim", "value")
        room = self._name_cells(width)
        name = fitted_end(shown_name(row, room), room)
        return [
            (row.rank.rjust(RANK_CELLS - 1) + " ", "dim"),
            (name + " " * (room - cell_len(name)), "topic"),
            (row.messages.rjust(RATE_CELLS), by_messages),
            (row.messages_share.rjust(SHARE_CELLS), by_messages),
            (row.size.rjust(BYTES_CELLS), by_bytes),
            (row.bytes_share.rjust(SHARE_CELLS), by_bytes),
            ("  ", "dim"),
            (bar_text(row.bar_eighths), "number"),
        ]

    def _head_cells(self) -> Cells:
        is_by_messages = self._measure is Measure.MESSAGES
        by_messages, by_bytes = ("heading", "dim") if is_by_messages else ("dim", "heading")
        title = "topic" if self._scope is Scope.TOPICS else "topic or subtree"
        return [
            (
                " " * (RANK_CELLS + 1) + title.ljust(self._name_cells(self._rows.row_cells - 1)),
                "dim",
            ),
            ("messages".rjust(RATE_CELLS) + "share".rjust(SHARE_CELLS), by_messages),
            ("payload".rjust(BYTES_CELLS) + "share".rjust(SHARE_CELLS), by_bytes),
        ]

    def _whole_cells(self, ranking: Ranking) -> Cells:
        """Say how much comes in all, and over which time that is known."""
        if ranking.span_s is None or ranking.messages_per_s is None:
            return [("Nothing is known yet; a rate takes a second.", "dim")]
        over = (
            f"over the last {WINDOW_LABELS[self._window]}"
            if ranking.is_window_full
            else f"over {age_text(ranking.span_s)} so far"
        )
        if not ranking.messages:
            return [
                ("Nothing was published", "fact"),
                (f" {over}; retained values do not count", "dim"),
            ]
        cells: Cells = [
            (
                f"{rate_text(ranking.messages_per_s)}, {bytes_rate_text(ranking.bytes_per_s)}",
                "fact",
            ),
            (f" in all, {over}", "dim"),
        ]
        if any(not row.is_complete for row in ranking.rows):
            cells.append((f"   {AT_LEAST} counted for a part of it", "warning"))
        return cells

    def _rest_text(self, ranking: Ranking) -> str:
        """Say what is not in the list."""
        if self._scope is Scope.ALL or not ranking.messages:
            return ""
        is_by_messages = self._measure is Measure.MESSAGES
        listed = sum(
            row.messages_share if is_by_messages else row.bytes_share for row in ranking.rows
        )
        rest = 1.0 - listed
        shown = f"{count_text(len(ranking.rows))} counted"
        return f"{shown}, others have {share_text(rest)}" if rest > 1e-6 else ""

    # What the user does

    def action_show_window(self, number: int) -> None:
        """Take the window of that number."""
        self._window = WINDOWS[number]
        self._draw_view()

    def action_step_window(self, steps: int) -> None:
        """Take a longer or shorter window."""
        number = WINDOWS.index(self._window) + steps
        self.action_show_window(max(0, min(number, len(WINDOWS) - 1)))

    def action_toggle_measure(self) -> None:
        """Rank by messages or by bytes."""
        self._measure = Measure.BYTES if self._measure is Measure.MESSAGES else Measure.MESSAGES
        self._draw_view()

    def action_cycle_scope(self) -> None:
        """Rank what is next: everything, a level, topics."""
        scopes = list(Scope)
        self._scope = scopes[(scopes.index(self._scope) + 1) % len(scopes)]
        self._draw_view()

    @on(Switches.Clicked)
    def take_option(self, event: Switches.Clicked) -> None:
        """Show what was clicked."""
        match event.value:
            case Window():
                self._window = event.value
            case Measure():
                self._measure = event.value
            case Scope():
                self._scope = event.value
        self._draw_view()

    @on(ChoiceList.Chosen)
    def go_to_topic(self) -> None:
        """Leave for the row in the tree."""
        row = self._rows.item
        if row is not None:
            self.dismiss(row.node)

    def action_enter(self) -> None:
        """Choose what is under the cursor."""
        self._rows.action_choose()

    def action_leave(self) -> None:
        """Go back to the tree."""
        self.dismiss(None)


def shown_name(row: Row, width: int) -> str:
    """Return the topic, or the filter of the subtree, as far as it can be seen in `width` cells."""
    path = row.node.path[-_CHARACTERS_PER_CELL * max(1, width) :]
    return topic_text(path.encode("utf-8", "surrogateescape")) + ("/#" if row.is_subtree else "")


def bytes_rate_text(per_second: float | None) -> str:
    """Return a rate of bytes: `3.1 kB/s`."""
    if per_second is None:
        return UNKNOWN
    if 0 < per_second < 1:
        return "< 1 B/s"
    return f"{size_text(round(per_second))}/s"


def share_text(share: float) -> str:
    """Return a share in percent; what is there is never shown as nothing."""
    return "< 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def bar_text(eighths: int) -> str:
    """Return a bar of so many eighths of a cell; none is shorter than one."""
    whole, rest = divmod(max(1, eighths), 8)
    return PARTS[-1] * whole + (PARTS[rest - 1] if rest else "")
