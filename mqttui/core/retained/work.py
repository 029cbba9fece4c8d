"""Carrying out a job: ask the broker, save what would be lost, publish at a pace, ask again.

`RetainedWork.step` does what is due and never waits, except for the disk; `carry_out` calls it
until the end, on a thread that nobody waits for. The interface and the command line look at
`status` meanwhile. Nothing counts as done before the broker's acknowledgement.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from mqttui.core.retained.backup import backup_lines, backup_name, header_of
from mqttui.core.retained.jobs import (
    Item,
    Judgement,
    LeftOut,
    Prepared,
    SavedMessage,
    can_be_backed_up,
    counted,
)
from mqttui.core.retained.pace import POLL_S, Pace, PacedPublishing, Progress, State
from mqttui.core.source import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mqttui.core.retained.fetching import RetainedFetch, RetainedMessage
    from mqttui.core.retained.jobs import Job
    from mqttui.core.source import MessageSource

ASKING_TIMEOUT_S = 120.0
"""How long to wait for the list of what is retained: it may be long and the line slow."""

LAST_ANSWERS_S = 10.0
"""How long after a cancel the broker's outstanding acknowledgements are awaited."""


NOTHING_YET = Progress()
_MAYBE_CARRIED_OUT = (State.SENT, State.ACKNOWLEDGED, State.UNKNOWN)


class Stage(Enum):
    """What is being done."""

    ASKING = "asking the broker what it retains"
    SAVING = "writing the backup"
    PUBLISHING = "publishing"
    CHECKING = "asking the broker what it retains now"
    DONE = "done"


class SavingError(Exception):
    """The backup cannot be written; the text is a plain sentence."""


@dataclass(frozen=True, slots=True)
class WorkStatus:
    """A snapshot of the work.

    `asked` counts what the broker has listed so far. `backup` is the name of the backup file, None
    when none was needed; `backed_up` is the number of messages in it. `problem` says why the
    work ended early or could not be checked. After the second look `is_checked` is true; `done`
    counts what is as it should be then, `failed` what was acknowledged or sent and is not.
    """

    stage: Stage = Stage.ASKING
    asked: int = 0
    progress: Progress = NOTHING_YET
    left_out: tuple[tuple[LeftOut, int], ...] = ()
    backup: str | None = None
    backed_up: int = 0
    was_cancelled: bool = False
    was_disconnected: bool = False
    is_checked: bool = False
    done: int = 0
    failed: int = 0
    problem: str | None = None

    @property
    def is_done(self) -> bool:
        """Whether nothing more happens."""
        return self.stage is Stage.DONE


class RetainedWork:
    """One job on one source; made anew to go on after an interruption.

    `save(name, lines)` writes a backup and returns the name of the file; it raises `SavingError`.
    `saved` is what earlier work on the same messages has saved, so that it is not saved again.
    `wall_clock` gives seconds since the epoch. `cancel` may be called from any thread.
    """

    def __init__(
        self,
        job: Job,
        source: MessageSource,
        save: Callable[[str, Iterable[str]], str],
        *,
        pace: Pace | None = None,
        saved: Mapping[bytes, SavedMessage] | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.job = job
        self.saved: dict[bytes, SavedMessage] = dict(saved or {})
        self._source = source
        self._save = save
        self._pace = pace or Pace()
        self._wall_clock = wall_clock
        self._status = WorkStatus()
        self._fetch: RetainedFetch | None = None
        self._prepared = Prepared()
        self._publishing = PacedPublishing((), source.publish, self._is_connected, self._pace)
        self._judgements: dict[bytes, Judgement] = {}
        self._present: dict[bytes, RetainedMessage] | None = None
        self._is_cancelled = threading.Event()
        self._give_up_at_s: float | None = None

    @property
    def status(self) -> WorkStatus:
        """The newest snapshot; the same object as long as nothing changed."""
        return self._status

    @property
    def items(self) -> Sequence[Item]:
        """What is done, in its order; empty while the broker is asked."""
        return self._prepared.items

    @property
    def present(self) -> Mapping[bytes, RetainedMessage] | None:
        """What the broker retained by topic when it was asked last, None if it was not."""
        return self._present

    def state(self, place: int) -> State:
        """Return where the item at a place of `items` stands."""
        return self._publishing.states[place]

    def words(self, place: int) -> str:
        """Return where the item at a place of `items` stands, for people."""
        judgement = self._judgements.get(self.items[place].message.topic)
        if judgement is not None:
            return judgement.words
        return self._publishing.words.get(place) or self.state(place).value

    def is_carried_out(self, place: int) -> bool:
        """Return whether an item is done for sure: acknowledged, and not contradicted since."""
        judgement = self._judgements.get(self.items[place].message.topic)
        if judgement is not None:
            return judgement.is_done
        return self.state(place) is State.ACKNOWLEDGED

    def cancel(self) -> None:
        """Publish nothing more; what was sent already is still awaited and looked at."""
        self._is_cancelled.set()

    def rest(self) -> Job | None:
        """Return the job for what was not sent or not answered, None when there is nothing.

        At QoS 0 only the second look is an answer.
        """
        if not self.items and not self.status.is_checked:
            return self.job if self.status.is_done else None
        unanswered = {State.WAITING, State.UNKNOWN}
        if not self.status.is_checked:
            unanswered.add(State.SENT)
        topics = {
            item.message.topic
            for place, item in enumerate(self.items)
            if self.state(place) in unanswered and not self.is_carried_out(place)
        }
        return self.job.only(topics) if topics else None

    def undoable(self) -> list[SavedMessage]:
        """Return what was taken away, or may have been, and was saved before."""
        return [
            self.saved[item.message.topic]
            for place, item in enumerate(self.items)
            if item.before is not None
            and self.state(place) in _MAYBE_CARRIED_OUT
            and item.message.topic in self.saved
        ]

    def step(self, now_s: float) -> float | None:
        """Do what is due; return in how many seconds to be called again, None at the end.

        `now_s` is in monotonic seconds.
        """
        match self._status.stage:
            case Stage.ASKING:
                self._ask()
            case Stage.SAVING:
                self._save_what_would_be_lost()
            case Stage.PUBLISHING:
                self._publish(now_s)
            case Stage.CHECKING:
                self._check()
        return None if self._status.is_done else POLL_S

    def _ask(self) -> None:
        if self._is_cancelled.is_set():
            self._end_asking()
            self._finish(was_cancelled=True)
            return
        if self._fetch is None:
            self._fetch = self._source.fetch_retained(
                self.job.topic_filter, ASKING_TIMEOUT_S, with_qos=True
            )
        asked = self._fetch.status
        self._note(asked=asked.count)
        if not asked.is_done:
            return
        if not asked.is_complete and not asked.count:
            self._finish(problem=asked.problem, was_disconnected=not self._is_connected())
            return
        messages = list(self._fetch.messages)
        self._fetch = None
        prepared = self.job.prepare(messages, self._wall_clock())
        requests = [item.request for item in prepared.items]
        self._publishing = PacedPublishing(
            requests, self._source.publish, self._is_connected, self._pace
        )
        self._prepared = prepared
        self._note(
            stage=Stage.SAVING, left_out=counted(self._prepared.left_out), problem=asked.problem
        )

    def _save_what_would_be_lost(self) -> None:
        now = self._wall_clock()
        lost = [
            item.before
            for item in self.items
            if item.before is not None
            and can_be_backed_up(item.before)
            and not self._is_saved(item.before)
        ]
        if lost:
            header = header_of(self._source.status.label, self.job.topic_filter, now, lost)
            try:
                name = self._save(backup_name(header), backup_lines(header, lost))
            except SavingError as error:
                self._prepared = Prepared()
                self._finish(problem=f"Nothing was changed: {error}")
                return
            self._note(backup=name, backed_up=len(lost))
            self.saved.update((message.topic, SavedMessage(message, now)) for message in lost)
        self._note(stage=Stage.PUBLISHING, progress=self._publishing.progress)

    def _is_saved(self, message: RetainedMessage) -> bool:
        saved = self.saved.get(message.topic)
        return saved is not None and saved.message == message

    def _publish(self, now_s: float) -> None:
        publishing = self._publishing
        if self._is_cancelled.is_set() and self._give_up_at_s is None:
            publishing.stop()
            self._give_up_at_s = now_s + LAST_ANSWERS_S
        if self._give_up_at_s is not None and now_s >= self._give_up_at_s:
            publishing.give_up()
        publishing.step(now_s)
        progress = publishing.progress
        self._note(progress=progress)
        if not publishing.is_done:
            return
        self._note(
            stage=Stage.CHECKING,
            was_cancelled=self._is_cancelled.is_set() and progress.waiting > 0,
            was_disconnected=publishing.was_disconnected,
        )

    def _check(self) -> None:
        if self._fetch is None:
            sent = self.status.progress.total - self.status.progress.waiting
            if not sent:
                self._finish(is_checked=not self.items)
                return
            self._fetch = self._source.fetch_retained(
                self.job.topic_filter, ASKING_TIMEOUT_S, with_qos=True
            )
        if not self._fetch.status.is_done:
            return
        if not self._fetch.status.is_complete:
            why = self._fetch.status.problem
            self._end_asking()
            self._finish(problem=f"What was done could not be checked: {why}")
            return
        present = self._present = {message.topic: message for message in self._fetch.messages}
        self._fetch = None
        for place, item in enumerate(self.items):
            if self.state(place) in _MAYBE_CARRIED_OUT:
                topic = item.message.topic
                self._judgements[topic] = self.job.judge(item, present.get(topic))
        places = range(len(self.items))
        done = sum(map(self.is_carried_out, places))
        failed = sum(
            not self.is_carried_out(place)
            for place in places
            if self.state(place) in (State.SENT, State.ACKNOWLEDGED)
        )
        self._finish(is_checked=True, done=done, failed=failed)

    def _is_connected(self) -> bool:
        return self._source.status.phase is Phase.CONNECTED

    def _end_asking(self) -> None:
        if self._fetch is not None:
            self._fetch.cancel()
            self._fetch = None

    def _finish(self, **changes: object) -> None:
        self._note(stage=Stage.DONE, **changes)

    def _note(self, **changes: object) -> None:
        status = replace(self._status, **changes)  # type: ignore[arg-type]
        if status != self._status:
            self._status = status


def carry_out(work: RetainedWork, is_abandoned: Callable[[], bool] = lambda: False) -> None:
    """Do the work until its end on this thread, or until nobody is interested any more."""
    while not is_abandoned():
        rest_s = work.step(time.monotonic())
        if rest_s is None:
            return
        time.sleep(rest_s)
