"""What the screen of retained messages shows: what will be hit, how it goes, what came of it."""

from __future__ import annotations

import textwrap
import threading
from typing import TYPE_CHECKING

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input

from mqttui.core.retained.backup import SUFFIX
from mqttui.core.retained.jobs import Prepared
from mqttui.core.retained.pace import State
from mqttui.core.retained.plan import ClearPlan
from mqttui.core.retained.report import messages_text
from mqttui.core.retained.undertaking import Undertaking
from mqttui.core.retained.work import ASKING_TIMEOUT_S, SavingError
from mqttui.core.source import Phase
from mqttui.settings.backup_folder import BackupFolder
from mqttui.settings.paths import retained_dir
from mqttui.settings.toml_file import SettingsError
from mqttui.ui.glyphs import ELLIPSIS
from mqttui.ui.widgets.cells import Cells, Lines, fitted
from mqttui.ui.widgets.choice_list import ChoiceList
from mqttui.ui.widgets.key_bar import KeyBar
from mqttui.ui.widgets.retained_list import RetainedList
from mqttui.ui.widgets.retained_words import (
    asking_sentence,
    plan_sentences,
    plan_switches,
    prompt_cells,
    work_sentences,
)
from mqttui.ui.widgets.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import ComposeResult

    from mqttui.core.node import TopicNode
    from mqttui.core.retained.fetching import RetainedFetch, RetainedMessage, RetainedStatus
    from mqttui.core.retained.jobs import Job
    from mqttui.core.retained.plan import PutBackPlan
    from mqttui.core.retained.work import RetainedWork, WorkStatus
    from mqttui.ui.widgets.retained_words import Sentence
    from mqttui.ui.workspace import Workspace

WORDS_ROWS = 6


class RetainedView(Screen[None]):
    """Draws a plan and the work on it, once per frame; `node` is the topic or branch to clear."""

    AUTO_FOCUS = "#retained-rows"
    CSS_PATH = "../styles/retained.tcss"

    def __init__(
        self, workspace: Workspace, plan: ClearPlan | PutBackPlan, node: TopicNode | None = None
    ) -> None:
        super().__init__()
        self._workspace = workspace
        self._source = workspace.source
        self._plan: ClearPlan | PutBackPlan = plan
        self._node = node
        self._pace = "normal"
        self._fetch: RetainedFetch | None = None
        self._asked: RetainedStatus | None = None
        self._present: Sequence[RetainedMessage] = ()
        self._job: Job | None = None
        self._prepared = Prepared()
        self._undertaking = self._nothing_undertaken()
        self._shown: WorkStatus | None = None
        self._shown_phase: Phase | None = None
        self._hint = ""
        self._is_left = threading.Event()

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield Lines(id="retained-title")
        yield Switches(id="retained-switches")
        with Vertical(id="retained-frame"):
            yield RetainedList(id="retained-rows")
        yield Lines(id="retained-words")
        yield Lines(id="retained-prompt")
        field = Input(id="retained-name", compact=True)
        # A blinking cursor would write to the terminal for ever.
        field.cursor_blink = False
        yield field
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask at once."""
        self._rows = self.query_one(RetainedList)
        self._words = self.query_one("#retained-words", Lines)
        self._field = self.query_one("#retained-name", Input)
        self._ask()

    def on_unmount(self) -> None:
        """Leave nothing behind: no question, no thread that publishes."""
        self._is_left.set()
        if self._fetch is not None:
            self._fetch.cancel()

    # Where things stand

    @property
    def _is_asking(self) -> bool:
        return self._fetch is not None

    def _nothing_undertaken(self) -> Undertaking:
        return Undertaking(self._source, _save, self._workspace.wall_clock)

    @property
    def _work(self) -> RetainedWork | None:
        return self._undertaking.work

    @property
    def _is_ready(self) -> bool:
        """Whether the plan can be confirmed."""
        return not self._is_asking and self._work is None and bool(self._prepared.items)

    @property
    def _is_connected(self) -> bool:
        return self._source.status.phase is Phase.CONNECTED

    @property
    def _has_choice_of_branch(self) -> bool:
        node = self._node
        return node is not None and node.topic is not None and bool(node.children)

    @property
    def _may_insist(self) -> bool:
        """Whether something is left alone, or would be, that need not be."""
        return self._plan.insists or any(
            reason.is_for_the_user for _, reason in self._prepared.left_out
        )

    @property
    def _typed_name(self) -> str:
        return self._plan.typed_name(len(self._prepared.items))

    # Once per frame

    def draw(self, now: float) -> None:
        """Show what has changed; `now` is in seconds since the epoch."""
        if self._fetch is not None:
            asked = self._fetch.status
            if asked is not self._asked:
                self._asked = asked
                if asked.is_done:
                    self._take_answer()
                else:
                    self._draw_words()
        if self._work is not None and self._work.status is not self._shown:
            self._draw_work(self._work)
        phase = self._source.status.phase
        if phase is not self._shown_phase:
            self._shown_phase = phase
            self.refresh_bindings()
            self._draw_words()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self.call_after_refresh(self._draw_words)

    def on_descendant_focus(self) -> None:
        """Say which keys confirm it now."""
        self._draw_words()

    @on(ChoiceList.Moved)
    def tell_all(self) -> None:
        """Say of the message under the cursor what its row may have no room for."""
        self._draw_words()

    # The plan

    def _ask(self) -> None:
        """Ask what is retained now, and forget what was done before."""
        if self._fetch is not None:
            self._fetch.cancel()
        self._undertaking = self._nothing_undertaken()
        self._shown = None
        self._present = ()
        self._asked = None
        self._prepared = Prepared()
        self._fetch = self._source.fetch_retained(
            self._plan.topic_filter, ASKING_TIMEOUT_S, with_qos=True
        )
        self._field.value = ""
        self._hint = ""
        self._rows.show_plan(self._prepared)
        self._draw_plan()

    def _take_answer(self) -> None:
        assert self._fetch is not None
        self._present = sorted(self._fetch.messages, key=lambda message: message.topic)
        is_complete = self._fetch.status.is_complete
        self._fetch = None
        if is_complete and self._node is not None and isinstance(self._plan, ClearPlan):
            retained = {message.topic for message in self._present}
            if self._plan.scope.is_branch:
                self._workspace.store.note_retained_below(self._node, retained)
            elif self._node.topic is not None:
                self._note_retained([self._node.topic], retained)
        self._prepare()

    def _prepare(self) -> None:
        """Work out what the plan would hit."""
        self._job = self._plan.job(self._present)
        self._prepared = self._job.prepare(self._present, self._workspace.wall_clock())
        self._rows.show_plan(self._prepared)
        self._draw_plan()

    def _draw_plan(self) -> None:
        self.query_one("#retained-title", Lines).show([[(self._plan.title, "heading")]])
        self._draw_switches()
        self._draw_frame()
        self._draw_words()
        self.refresh_bindings()

    def _draw_switches(self) -> None:
        switches = []
        if self._work is None:
            switches = plan_switches(
                self._plan,
                self._pace,
                has_branch=self._has_choice_of_branch,
                may_insist=self._may_insist,
            )
        self.query_one(Switches).show(switches)

    def _draw_frame(self) -> None:
        frame = self.query_one("#retained-frame")
        if self._is_asking:
            title = "Asking the broker"
        else:
            listed = len(self._prepared.items) + len(self._prepared.left_out)
            title = messages_text(len(self._work.items) if self._work else listed)
        frame.border_title = Content(title)

    def _draw_words(self) -> None:
        """Say what is about to happen, what is happening, or what came of it."""
        width = max(20, self._words.size.width - 2)
        rows: list[Cells] = []
        for sentence, role in self._sentences():
            rows += [[(fitted(line, width), role)] for line in textwrap.wrap(sentence, width)]
        if len(rows) > WORDS_ROWS:
            rows[WORDS_ROWS - 1 :] = [[(f"{ELLIPSIS} the list says more", "dim")]]
        self._words.show(rows)
        prompt = self._prompt()
        self.query_one("#retained-prompt", Lines).show([prompt] if prompt else [])
        self._field.display = self._is_ready and not self._workspace.is_read_only

    def _sentences(self) -> list[Sentence]:
        if self._work is not None:
            sentences = work_sentences(self._undertaking, is_connected=self._is_connected)
            return [*sentences, *self._sentence_on_row(self._work)]
        if self._is_asking:
            return [asking_sentence(self._asked)]
        return plan_sentences(self._plan, self._prepared, self._asked, self._source.status)

    def _sentence_on_row(self, work: RetainedWork) -> list[Sentence]:
        place = self._rows.item
        if not work.status.is_done or not isinstance(place, int) or work.is_carried_out(place):
            return []
        if work.state(place) is State.WAITING:
            return []
        return [(f"The selected one: {work.words(place)}.", "warning")]

    def _prompt(self) -> Cells:
        if not self._is_ready or self._workspace.is_read_only:
            return []
        if self._hint:
            return [(self._hint, "warning")]
        is_typing = self._field.has_focus
        return prompt_cells(self._plan, len(self._prepared.items), is_typing=is_typing)

    # The work

    def _draw_work(self, work: RetainedWork) -> None:
        status = work.status
        before, self._shown = self._shown, status
        if status.is_done:
            self._end(work)
        self._rows.show_work(work)
        if before is None or before.stage is not status.stage:
            self._draw_frame()
            self.refresh_bindings()
        self._draw_words()

    def _end(self, work: RetainedWork) -> None:
        """Take in what was done."""
        self._undertaking.conclude()
        if work.present is not None:
            topics = (item.message.topic for item in work.items)
            self._note_retained(topics, work.present)

    def _note_retained(self, topics: Iterable[bytes], retained: Iterable[bytes]) -> None:
        there = set(retained)
        for topic in topics:
            self._workspace.store.note_retained(topic, is_retained=topic in there)


def _save(name: str, lines: Iterable[str]) -> str:
    try:
        return str(BackupFolder(retained_dir(), SUFFIX).save(name, lines))
    except SettingsError as error:
        raise SavingError(str(error)) from None
