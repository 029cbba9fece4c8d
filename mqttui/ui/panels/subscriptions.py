"""The panel of topic filters: what is subscribed, what the broker said, and how to change it."""

from __future__ import annotations

import asyncio
import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.actions import SkipAction
from textual.containers import Horizontal
from textual.widgets import Input, Static

from mqttui.core.source import Phase
from mqttui.core.subscription_rules import shown, subscription_problem
from mqttui.core.topic import filter_problem
from mqttui.payload.printable import printable
from mqttui.settings.connection import Subscription
from mqttui.settings.toml_file import SettingsError
from mqttui.ui.commands.subscriptions import SUBSCRIPTION_COMMANDS
from mqttui.ui.glyphs import ELLIPSIS
from mqttui.ui.panels.panel import Panel
from mqttui.ui.panels.subscription_words import (
    Row,
    draft_sentences,
    head_cells,
    option_switches,
    row_cells,
    row_of,
    row_sentences,
    subscription_of,
)
from mqttui.ui.roles import partial_role_style
from mqttui.ui.widgets.cells import Cells, Lines, fitted
from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.strip import Strip

    from mqttui.core.source import SourceStatus, SubscriptionStatus
    from mqttui.ui.workspace import Workspace

RETAIN_HANDLINGS = 3
FEWEST_WORD_ROWS = 2
ROWS_BESIDE_WORDS = 8
"""Headings, the line to type in, options, and some filters."""


class FilterInput(Input):
    """A line for a topic filter; what a paste would hide can be seen."""

    def __init__(self) -> None:
        super().__init__(placeholder="topic filter", id="subscription-input", compact=True)
        # A blinking cursor would write to the terminal for ever.
        self.cursor_blink = False
        self.select_on_focus = False

    def validate_value(self, value: str) -> str:
        """Return the text as it can be seen."""
        return printable(value)


class SubscriptionOptions(Switches, can_focus=True):
    """The options of one subscription; the keys that change them are those of the panel."""

    def render_line(self, y: int) -> Strip:
        """Return the row, marked while it has the keyboard."""
        strip = super().render_line(y)
        return strip.apply_style(partial_role_style(self, "cursor")) if (self.has_focus) else strip


class SubscriptionPanel(Panel):
    """Lists the topic filters of a connection; changes show what the broker answers."""

    COMMANDS = SUBSCRIPTION_COMMANDS
    BINDINGS: ClassVar[list[BindingType]] = [*SUBSCRIPTION_COMMANDS.bindings]

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._source = workspace.source
        self._marks = workspace.filter_marks
        self._traffic = workspace.subscribed_traffic
        self._status: SourceStatus | None = None
        self._rounds = -1
        self._rows: list[Row] = []
        self._draft: Subscription | None = None
        self._removed: SubscriptionStatus | None = None
        self._notice = ""

    def compose(self) -> ComposeResult:
        """Lay out the list over the options and what is said of a filter."""
        yield Lines(id="subscription-head")
        yield ChoiceList[Row](row_cells, lambda row: row.topic_filter, id="subscription-list")
        with Horizontal(id="subscription-line"):
            yield Static("Filter ", markup=False)
            yield FilterInput()
        yield SubscriptionOptions(id="subscription-options")
        yield Lines(id="subscription-words")

    def on_mount(self) -> None:
        """Show what is known."""
        self._list: ChoiceList[Row] = self.query_one("#subscription-list", ChoiceList)
        self._options = self.query_one(SubscriptionOptions)
        self._line = self.query_one("#subscription-line")
        self._input = self.query_one(FilterInput)
        self._words = self.query_one("#subscription-words", Lines)
        self._line.display = False
        self.draw(self.workspace.wall_clock())

    def focus_first(self) -> None:
        """Give the keyboard to the list."""
        # At once: a key that is typed ahead belongs to the panel.
        self.screen.set_focus(self._list)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """To add a filter is meant, not to answer a message."""
        return key == "a"

    # What is shown

    def draw(self, now: float) -> None:
        """Take over what the broker said and what has come since the last frame."""
        status = self._source.status
        self._traffic.update(_valid_filters(status), now)
        if status is not self._status or self._rounds != self._traffic.version:
            self._status = status
            self._rounds = self._traffic.version
            self._show_list(status)
            self._show_subject()

    def _show_list(self, status: SourceStatus) -> None:
        self._marks.update(status.subscriptions)
        rows = [
            row_of(entry, self._marks.of(entry.topic_filter), self._traffic.of(entry.topic_filter))
            for entry in status.subscriptions
        ]
        if rows != self._rows:
            self._rows = rows
            self._list.show(rows)

    def _show_subject(self) -> None:
        """Show the options of what the user is at, and what is to be said of it."""
        width = self.size.width
        entry = self._entry
        subject = self._draft or (subscription_of(entry) if entry is not None else None)
        self._options.display = subject is not None
        if subject is not None:
            self._options.show(option_switches(subject, width))
        self.query_one("#subscription-head", Lines).show([head_cells(self._list.row_cells - 1)])
        self._show_words(self._sentences())

    def _sentences(self) -> Cells:
        status = self._source.status
        others = _valid_filters(status, is_paused=False)
        if self._draft is not None:
            return draft_sentences(self._draft, others, status.protocol)
        notice: Cells = [(self._notice, "heading")] if self._notice else []
        entry = self._entry
        if entry is None:
            return [*notice, ("No topic filter: nothing is received. a adds one.", "warning")]
        return [
            *notice,
            *row_sentences(
                entry,
                self._traffic.of(entry.topic_filter),
                others,
                is_connected=status.phase is Phase.CONNECTED,
            ),
        ]

    def _show_words(self, sentences: Cells) -> None:
        """Break the sentences into rows; the end of what does not fit is marked.

        They take room from the list as long as some filters stay in sight.
        """
        width = max(20, self._words.size.width - 1)
        rows: list[Cells] = []
        for sentence, role in sentences:
            rows += [[(fitted(line, width), role)] for line in textwrap.wrap(sentence, width)]
        height = max(FEWEST_WORD_ROWS, min(len(rows), self.size.height - ROWS_BESIDE_WORDS))
        self._words.styles.height = height
        if len(rows) > height:
            (text, role), *_ = rows[height - 1]
            rows[height - 1 :] = [[(fitted(f"{text} {ELLIPSIS}", width), role)]]
        self._words.show(rows)

    def on_resize(self) -> None:
        """Give the columns the room there is."""
        self.call_after_refresh(self._show_subject)

    @on(ChoiceList.Moved)
    def show_other(self) -> None:
        """Say what there is to say of the filter under the cursor."""
        self._notice = ""
        self._show_subject()

    # What the keys are about

    @property
    def _entry(self) -> SubscriptionStatus | None:
        """The filter under the cursor, as it is now."""
        row = self._list.item
        return None if row is None else self._entry_of(row.topic_filter)

    def _entry_of(self, topic_filter: str) -> SubscriptionStatus | None:
        entries = self._source.status.subscriptions
        return next((entry for entry in entries if entry.topic_filter == topic_filter), None)

    def _change(self, **options: Any) -> None:
        """Give other options to the filter that is typed, else to the one under the cursor."""
        if self._draft is not None:
            self._draft = replace(self._draft, **options)
            self._show_subject()
            return
        entry = self._entry
        if entry is None:
            return
        subscription = replace(subscription_of(entry), **options)
        problem = subscription_problem(subscription)
        if problem is not None:
            self._say(problem)
        elif subscription != subscription_of(entry):
            self._ask_for(subscription)

    def _ask_for(self, subscription: Subscription) -> None:
        self._notice = ""
        self._source.subscribe(subscription)
        self._draw_now()

    def _say(self, notice: str) -> None:
        self._notice = notice
        self._show_subject()

    def _draw_now(self) -> None:
        self._status = None
        self.draw(self.workspace.wall_clock())

    # Adding

    def action_add(self) -> None:
        """Let the user type a filter."""
        self._begin(Subscription(""))

    def action_enter(self) -> None:
        """Add what was typed, else let the user change the filter under the cursor."""
        entry = self._entry
        if self._draft is not None:
            self._add_draft()
        elif entry is not None:
            self._begin(subscription_of(entry))

    def _begin(self, draft: Subscription) -> None:
        self._draft = draft
        self._line.display = True
        self._input.value = draft.topic_filter
        self._input.cursor_position = len(draft.topic_filter)
        # At once: a key that is typed ahead belongs to the filter.
        self.screen.set_focus(self._input)
        self.call_after_refresh(self._show_subject)

    @on(FilterInput.Changed)
    def judge(self, event: FilterInput.Changed) -> None:
        """Say while it is typed which rule a filter breaks."""
        event.stop()
        if self._draft is not None:
            self._draft = replace(self._draft, topic_filter=event.value)
            self._show_subject()

    @on(FilterInput.Submitted)
    def add_typed(self, event: FilterInput.Submitted) -> None:
        """Subscribe, unless a rule is broken."""
        event.stop()
        self._add_draft()

    def _add_draft(self) -> None:
        draft = self._draft
        if draft is None:
            return
        if subscription_problem(draft) is not None:
            self.app.bell()
            return
        self._end_draft()
        self._ask_for(draft)
        self._go_to(draft.topic_filter)

    def _go_to(self, topic_filter: str) -> None:
        """Put the cursor on a filter."""
        names = [row.topic_filter for row in self._rows]
        if topic_filter in names:
            self._list.action_move_to(names.index(topic_filter))
        self._show_subject()

    def action_leave(self) -> None:
        """Go back to the list; whoever is there already goes on to the tree."""
        if self._draft is None:
            raise SkipAction
        self._end_draft()
        self._show_subject()

    def _end_draft(self) -> None:
        self._draft = None
        self._line.display = False
        self.screen.set_focus(self._list)

    def on_descendant_focus(self) -> None:
        """Whoever goes to the list is done with typing."""
        if self._draft is not None and self.screen.focused is self._list:
            self._draft = None
            self._line.display = False
            self._show_subject()

    # Changing

    @on(Switches.Clicked)
    def take_option(self, event: Switches.Clicked) -> None:
        """Take the option that was clicked."""
        event.stop()
        name, value = event.value
        self._change(**{name: value})

    @on(ChoiceList.Chosen)
    def vary_clicked(self) -> None:
        """A second click is like enter."""
        self.action_enter()

    def action_set_qos(self, qos: int) -> None:
        """Ask for another QoS."""
        self._change(qos=qos)

    def action_toggle_no_local(self) -> None:
        """Leave out one's own messages, or not."""
        self._toggle("no_local")

    def action_toggle_as_published(self) -> None:
        """Keep the retain flag as it was published, or not."""
        self._toggle("retain_as_published")

    def _toggle(self, name: str) -> None:
        subject = self._subject
        if subject is not None:
            self._change(**{name: not getattr(subject, name)})

    def action_cycle_retain_handling(self) -> None:
        """Take the next way of handling retained messages."""
        subject = self._subject
        if subject is not None:
            self._change(retain_handling=(subject.retain_handling + 1) % RETAIN_HANDLINGS)

    @property
    def _subject(self) -> Subscription | None:
        entry = self._entry
        return self._draft or (subscription_of(entry) if entry is not None else None)

    def action_toggle_paused(self) -> None:
        """Let the filter rest, or subscribe again."""
        entry = self._entry
        if entry is not None and self._draft is None:
            self._notice = ""
            self._source.set_paused(entry.topic_filter, is_paused=not entry.is_paused)
            self._draw_now()

    def action_remove(self) -> None:
        """Unsubscribe from the filter under the cursor."""
        entry = self._entry
        if entry is None or self._draft is not None:
            return
        self._removed = entry
        self._source.unsubscribe(entry.topic_filter)
        self._draw_now()
        self._say(
            f"{shown(entry.topic_filter)} is removed; what it brought stays in the tree. "
            "u brings it back."
        )

    def action_undo(self) -> None:
        """Bring back what was removed last, as it was."""
        removed, self._removed = self._removed, None
        if removed is None:
            self._say("No filter was removed.")
        elif self._entry_of(removed.topic_filter) is None:
            self._ask_for(subscription_of(removed))
            if removed.is_paused:
                self._source.set_paused(removed.topic_filter, is_paused=True)
                self._draw_now()
            self._go_to(removed.topic_filter)

    # Keeping

    def action_save(self) -> None:
        """Write the filters into the profile."""
        self.run_worker(self._save(), group="save", exclusive=True)

    async def _save(self) -> None:
        # Imported here: few save, and it loads what writes files.
        from mqttui.settings.paths import profiles_file
        from mqttui.settings.profile_subscriptions import save_subscriptions

        settings = self.workspace.settings
        if settings is None or settings.profile is None:
            self._say(
                "This connection has no profile: save one on the connection screen (B), "
                "then its filters can be kept."
            )
            return
        wanted = [subscription_of(entry) for entry in self._source.status.subscriptions]
        name = settings.profile
        try:
            await asyncio.to_thread(save_subscriptions, profiles_file(), name, wanted)
        except SettingsError as problem:
            self._say(printable(str(problem)))
        else:
            count = f"{len(wanted)} filter" + ("" if len(wanted) == 1 else "s")
            self._say(f"{count} kept in profile {printable(name)}.")


def _valid_filters(status: SourceStatus, *, is_paused: bool = True) -> Sequence[str]:
    """Return the filters that follow the rules, with or without those that are paused."""
    return [
        entry.topic_filter
        for entry in status.subscriptions
        if filter_problem(entry.topic_filter) is None and (is_paused or not entry.is_paused)
    ]
