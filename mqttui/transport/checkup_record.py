"""What an examination of a connection has found so far, as snapshots that anybody may look at."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from mqttui.broker.checkup import StepKind, StepState, planned_checkup, step_changes
from mqttui.transport.connection import Stopped

if TYPE_CHECKING:
    from mqttui.broker.checkup import Checkup, Step
    from mqttui.broker.problem import Problem
    from mqttui.settings.connection import ConnectionSettings


class StepFailed(Exception):
    """The step that is running has failed; its snapshot says why."""


class CheckupRecord:
    """The steps in their order, one of them running; `finish` can be called from any thread."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self._status = planned_checkup(settings)
        self._lock = threading.Lock()
        self._number = -1
        self._began_s = 0.0
        self.is_finished = False

    @property
    def status(self) -> Checkup:
        """The newest snapshot; the same object as long as nothing changed."""
        return self._status

    @property
    def step(self) -> Step:
        """The step that is running, or that has just ended."""
        return self._status.steps[self._number]

    @property
    def steps_left(self) -> int:
        """How many steps come after it."""
        return len(self._status.steps) - self._number - 1

    @property
    def took_s(self) -> float:
        """How long ago it began."""
        return time.monotonic() - self._began_s

    def begin(self, kind: StepKind) -> None:
        """Take the next step."""
        self._number += 1
        assert self.step.kind is kind
        self._began_s = time.monotonic()
        self.change(state=StepState.RUNNING)

    def passed(self, *facts: tuple[str, str], problem: str | None = None, advice: str = "") -> None:
        """End the step that is running well, or with a remark."""
        state = StepState.PASSED if problem is None else StepState.REMARKABLE
        self.change(
            state=state, took_s=self.took_s, facts=facts, problem=problem, advice=advice or None
        )

    def failed(self, problem: Problem, *facts: tuple[str, str]) -> StepFailed:
        """End the step that is running; the caller raises what is returned."""
        self.change(took_s=self.took_s, facts=facts, **step_changes(problem))
        return StepFailed()

    def change(self, **changes: Any) -> None:
        """Change the step that is running, unless the examination is over."""
        with self._lock:
            if not self._status.is_done:
                self._status = self._status.with_step(self._number, **changes)

    def finish(self, *, is_cancelled: bool = False) -> None:
        """End the examination: what is not over by now was not reached."""
        with self._lock:
            if not self._status.is_done:
                self._status = self._status.ended(is_cancelled=is_cancelled)
        self.is_finished = True

    def require_interest(self) -> None:
        """Raise Stopped when the examination was cancelled."""
        if self.is_finished:
            raise Stopped
