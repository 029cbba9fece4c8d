"""The broker itself: its figures with their course, its load averages, clients and alarms."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Container, Vertical
from textual.content import Content
from textual.screen import Screen

from mqttui.core.charts.axis import limits_of, ticks_of, time_ticks
from mqttui.payload.quantities import duration_text
from mqttui.settings.connection import Subscription
from mqttui.ui.commands.broker import BROKER_COMMANDS
from mqttui.ui.plotting import Plot, PlotLine, Scale, plotted
from mqttui.ui.screens.broker_clients import (
    HOW_TO_LISTEN,
    client_cells,
    client_sentence,
    clients_title,
    listed,
)
from mqttui.ui.screens.broker_rows import (
    FigureRow,
    alarm_cells,
    figure_cells,
    figure_rows,
    head_cells,
    load_rows,
    points_within,
    silence_rows,
    why_unknown,
)
from mqttui.ui.widgets.cells import Lines, flowed
from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.key_bar import KeyBar
from mqttui.ui.widgets.switches import Switch, Switches

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from mqttui.broker.roster.roster import Client
    from mqttui.broker.sys.alarms import Alarm
    from mqttui.broker.sys.metrics import Metric
    from mqttui.core.node import TopicNode
    from mqttui.ui.workspace import Workspace

WINDOWS_S: tuple[float | None, ...] = (60.0, 600.0, None)
SYS_FILTER = "$SYS/#"
LEAST_PLOT = (20, 4)


class BrokerScreen(Screen["TopicNode | None"]):
    """Shows what a broker says of itself; `draw` is called once per frame.

    It changes with the broker's ticks. It is dismissed with the branch `$SYS`, or with None.
    """

    AUTO_FOCUS = "#broker-figures"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [*BROKER_COMMANDS.bindings]
    CSS_PATH = "../styles/broker.tcss"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._watch = workspace.broker
        self._view = 0
        self._window_s = WINDOWS_S[1]
        self._shown: object = None
        self._metric: Metric | None = None

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield Switches(id="broker-switches")
        yield Lines(id="broker-head")
        yield Lines(id="broker-silence")
        with Container(id="broker-body"):
            with Vertical(id="broker-figures-frame") as frame:
                frame.border_title = "Broker"
                frame.border_subtitle = "now · in all"
                yield ChoiceList[FigureRow](
                    figure_cells, lambda row: (row.metric, row.label), id="broker-figures"
                )
            with Vertical(id="broker-curve-frame"):
                yield Lines(id="broker-curve")
        with Vertical(id="broker-load-frame") as load_frame:
            load_frame.border_title = "Load averages"
            yield Lines(id="broker-load")
        with Vertical(id="broker-clients-frame") as clients_frame:
            clients_frame.border_title = "Clients"
            yield ChoiceList["Client"](
                lambda client, width: client_cells(client, width, self._workspace.wall_clock()),
                lambda client: client.client_id,
                id="broker-clients",
            )
        with Vertical(id="broker-alarms-frame") as alarms_frame:
            alarms_frame.border_title = "Alarms"
            yield ChoiceList["Alarm"](
                lambda alarm, width: alarm_cells(alarm, width, self._workspace.wall_clock()),
                lambda alarm: (alarm.kind, alarm.raised_at),
                id="broker-alarms",
            )
        yield Lines(id="broker-words")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is known already."""
        self._figures: ChoiceList[FigureRow] = self.query_one("#broker-figures", ChoiceList)
        self._alarms: ChoiceList[Alarm] = self.query_one("#broker-alarms", ChoiceList)
        self._clients: ChoiceList[Client] = self.query_one("#broker-clients", ChoiceList)
        self._draw_all()
        self._figures.action_move_to(1)

    def draw(self, now: float) -> None:
        """Show what the broker has said since the last frame."""
        stamp = self._stamp(now)
        if stamp != self._shown:
            self._draw_all()

    def on_resize(self) -> None:
        """Give everything the room there is."""
        self.call_after_refresh(self._draw_all)

    def _stamp(self, now: float) -> object:
        age_s = self._watch.snapshot.tick_age_s(now)
        is_silent = age_s is not None and age_s > self._watch.model.stale_after_s()
        # While it is silent the time since then is shown.
        return self._watch.version, self._silence(), int(age_s or 0) if is_silent else None

    def _draw_all(self) -> None:
        now = self._workspace.wall_clock()
        self._shown = self._stamp(now)
        watch = self._watch
        alarms = watch.alarms
        active = len(alarms.active)
        views = [(0, "Figures"), (1, "Load"), (2, "Clients")]
        views.append((3, f"Alarms {active}" if active else "Alarms"))
        windows = [(each, "all" if each is None else duration_text(each)) for each in WINDOWS_S]
        switches = [Switch("", views, self._view)]
        if self._view == 0:
            switches.append(Switch("chart ", windows, self._window_s))
        self.query_one(Switches).show(switches)
        width = max(20, self.size.width - 2)
        self.query_one("#broker-head", Lines).show(flowed(head_cells(watch, now), width, 1))
        silence = self.query_one("#broker-silence", Lines)
        rows = [line for text in self._silence() for line in textwrap.wrap(text, width)]
        silence.show([[(row, "warning")] for row in rows])
        silence.display = bool(rows)
        self.query_one("#broker-body").display = self._view == 0
        self.query_one("#broker-load-frame").display = self._view == 1
        self.query_one("#broker-clients-frame").display = self._view == 2
        self.query_one("#broker-alarms-frame").display = self._view == 3
        self._figures.show(figure_rows(watch, now))
        self.query_one("#broker-load", Lines).show(load_rows(watch.snapshot))
        self._alarms.show([*alarms.active, *alarms.past])
        roster = watch.roster
        self._clients.show([] if roster is None else listed(roster))
        self.query_one("#broker-clients-frame").border_subtitle = Content(clients_title(watch))
        self.query_one("#broker-alarms-frame").border_subtitle = Content(
            "" if alarms.active or alarms.past else "none so far"
        )
        self._draw_words()
        self._draw_curve(now)

    def _silence(self) -> tuple[str, ...]:
        """Return what to say while the broker has said nothing."""
        if self._watch.model.adapter is not None:
            return ()
        if "$SYS" in (self._workspace.store.root.children or {}):
            return ("It is no broker that mqttui knows; its topics are in the tree (press t).",)
        entries = [
            entry
            for entry in self._workspace.source.status.subscriptions
            if entry.topic_filter.startswith("$SYS/")
        ]
        problem = next((entry.problem for entry in entries if entry.problem is not None), None)
        return tuple(silence_rows(problem, is_subscribed=bool(entries)))

    def _draw_words(self) -> None:
        """Explain what is under the cursor: an alarm in full, why a figure is unknown."""
        words = self.query_one("#broker-words", Lines)
        # Its own width is unknown while it is hidden.
        width = max(20, self.size.width - 2)
        sentence: str | None = None
        if self._view == 2:
            client = self._clients.item
            roster = self._watch.roster
            if client is not None:
                sentence = client_sentence(client)
            elif roster is None or not roster.has_events:
                sentence = HOW_TO_LISTEN
        elif self._view == 3:
            alarm = self._alarms.item
            sentence = alarm.sentence if alarm is not None else None
        elif self._view == 0 and (row := self._figures.item) is not None:
            if row.metric is not None:
                sentence = why_unknown(self._watch, row.metric)
            if sentence is None and (active := self._watch.alarms.active):
                sentence = active[0].sentence
        lines = [] if sentence is None else textwrap.wrap(sentence, width)
        words.show([[(line, "warning")] for line in lines])
        words.display = bool(lines)

    def _draw_curve(self, now: float) -> None:
        row = self._figures.item
        curve = self.query_one("#broker-curve", Lines)
        frame = self.query_one("#broker-curve-frame")
        width, height = curve.size
        metric = None if row is None else row.metric
        if metric is None:
            frame.border_title = ""
            curve.show([[("Choose a figure to see its course.", "dim")]])
            return
        is_counter = metric in self._watch.snapshot.rates
        per = f" {metric.unit}/s" if is_counter and metric.unit else " per second"
        unit = per if is_counter else f" {metric.unit}" if metric.unit else ""
        frame.border_title = Content(f"{metric.label},{unit}" if unit else metric.label)
        points = points_within(self._watch.model.points(metric), now, self._window_s)
        values = [value for _, value in points]
        # A rate that wavers a little shall not look like a fall.
        limits = limits_of([*values, 0.0] if is_counter else values)
        if len(points) < 2 or limits is None or width < LEAST_PLOT[0] or height < LEAST_PLOT[1]:
            curve.show([[("Its course is drawn after two reports of the broker.", "dim")]])
            return
        first, last = points[0][0], points[-1][0]
        plot = Plot(
            (PlotLine((([at for at, _ in points], values),), "series-1"),),
            Scale(first, last, tuple(time_ticks(first, last, max(2, width // 14)))),
            Scale(*limits, tuple(ticks_of(*limits, max(2, height // 4)))),
        )
        is_ascii = bool(self._workspace.preferences.is_ascii)
        curve.show(plotted(plot, width, height, is_ascii=is_ascii))

    # What the user does

    @on(ChoiceList.Moved)
    def show_other(self) -> None:
        """Explain and draw what is under the cursor now."""
        self._draw_words()
        self._draw_curve(self._workspace.wall_clock())

    @on(Switches.Clicked)
    def take_option(self, event: Switches.Clicked) -> None:
        """Show what was clicked."""
        if event.switch == 0:
            self.action_show_view(event.value)
        else:
            self._window_s = event.value
            self._draw_all()

    def action_show_view(self, view: int) -> None:
        """Show figures, load averages, clients or alarms."""
        self._view = view
        self._draw_all()
        self.set_focus((self._figures, None, self._clients, self._alarms)[view])

    def action_step_view(self, steps: int) -> None:
        """Show the next or previous view."""
        self.action_show_view((self._view + steps) % 4)

    def action_cycle_window(self) -> None:
        """Let the chart show more time, then less again."""
        self._window_s = WINDOWS_S[(WINDOWS_S.index(self._window_s) + 1) % len(WINDOWS_S)]
        self._draw_all()

    def action_acknowledge(self) -> None:
        """Note that somebody has seen the alarms."""
        self._watch.alarms.acknowledge_all()
        self._draw_all()

    def action_subscribe(self) -> None:
        """Ask the broker for its topics."""
        self._workspace.source.subscribe(Subscription(SYS_FILTER, 0))

    def action_go_to_topics(self) -> None:
        """Leave for the topics of the broker in the tree."""
        branch: TopicNode | None = (self._workspace.store.root.children or {}).get("$SYS")
        self.dismiss(branch)

    def action_leave(self) -> None:
        """Go back to the tree."""
        self.dismiss(None)
