"""A plan that was confirmed, and what follows from it: going on after a stop, and the undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.retained.jobs import Restoring
from mqttui.core.retained.work import RetainedWork

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mqttui.core.retained.jobs import Job, SavedMessage
    from mqttui.core.retained.pace import Pace
    from mqttui.core.source import MessageSource


class Undertaking:
    """Works on the same messages, one after the other; `backups` are the files that were written.

    The arguments are those of `RetainedWork`.
    """

    def __init__(
        self,
        source: MessageSource,
        save: Callable[[str, Iterable[str]], str],
        wall_clock: Callable[[], float],
    ) -> None:
        self.backups: list[str] = []
        self._source = source
        self._save = save
        self._wall_clock = wall_clock
        self._work: RetainedWork | None = None
        self._saved: dict[bytes, SavedMessage] = {}
        self._undoable: dict[bytes, SavedMessage] = {}

    @property
    def work(self) -> RetainedWork | None:
        """The newest work, None before the first."""
        return self._work

    @property
    def is_working(self) -> bool:
        """Whether a work is going on."""
        return self._work is not None and not self._work.status.is_done

    @property
    def can_undo(self) -> bool:
        """Whether something was taken away that can be put back."""
        return not self.is_working and bool(self._undoable)

    @property
    def has_rest(self) -> bool:
        """Whether the newest work left something undone."""
        return self._work is not None and not self.is_working and self._work.rest() is not None

    def begin(self, job: Job, pace: Pace) -> RetainedWork:
        """Return the work for a job, which the caller carries out."""
        self._work = RetainedWork(
            job,
            self._source,
            self._save,
            pace=pace,
            saved=self._saved,
            wall_clock=self._wall_clock,
        )
        return self._work

    def conclude(self) -> None:
        """Take in what the newest work has done; once, when it is done."""
        work = self._work
        assert work is not None
        if work.status.backup is not None:
            self.backups.append(work.status.backup)
        self._saved = work.saved
        self._undoable.update((saved.message.topic, saved) for saved in work.undoable())

    def go_on(self, pace: Pace) -> RetainedWork | None:
        """Return a work for what was left, None if nothing was."""
        rest = self._work.rest() if self._work is not None else None
        return None if rest is None else self.begin(rest, pace)

    def undo(self, pace: Pace) -> RetainedWork | None:
        """Return a work that puts back what was taken away, None if nothing was.

        What others have published since is left alone after clearing.
        """
        if self._work is None or not self._undoable:
            return None
        saved, self._undoable = list(self._undoable.values()), {}
        # What was put back stands where the replaced values were.
        has_replaced = isinstance(self._work.job, Restoring)
        return self.begin(
            Restoring(self._work.job.topic_filter, saved, overwrites=has_replaced), pace
        )
