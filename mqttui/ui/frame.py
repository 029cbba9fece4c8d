"""The frame loop: drain, apply, draw, each within a time budget.

The loop does one short thing per turn and then gives the event loop back, so that a key is
handled between two slices even while a burst of a hundred thousand topics comes in. Messages
are drained several times per frame: many small slices keep the event loop punctual where one
big one would not.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from mqttui.core.message import Batch

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.message import RawMessage
    from mqttui.core.source import MessageSource
    from mqttui.core.store import TopicStore

SLICE_BUDGET_S = 0.004
FRAME_RATE_HZ = 10.0
POLLS_PER_FRAME = 4
PART_MESSAGES = 128
"""Messages applied between two looks at the clock: a millisecond if all are new topics."""

DRAIN_MESSAGES = 4096
BACKLOG_GAP_S = 0.001
"""Pause between two slices of a backlog: keys, paints and the network thread get their turn."""

FRAME_SHARE = 0.3
"""Share of the interval that drawing may take before the interval grows."""

LONGEST_INTERVAL_S = 1.0
SHRINK = 0.7


@runtime_checkable
class Live(Protocol):
    """A screen over the explorer that is drawn once per frame while it is on top.

    `now` is in seconds since the epoch.
    """

    @property
    def is_mounted(self) -> bool:
        """Whether its widgets are there."""

    def draw(self, now: float) -> None:
        """Show what has changed."""


class FrameLoop:
    """Moves messages from a source to a store and calls `draw` at the frame rate.

    `draw(now)` gets wall-clock seconds. So does `draw_rest`, half a frame later: two short
    pieces of work keep a key waiting less than a long one.

    `spare_work` is called when no message waits and returns whether there is more of it;
    `tidy` is called once per turn and returns whether it took time.

    `subscribers` are called with every batch after it was applied. The clocks can be replaced
    by a test: `clock` paces, `cpu_clock` measures what the loop's own thread worked,
    `wall_clock` is handed to the store and to the drawing.
    """

    def __init__(
        self,
        source: MessageSource,
        store: TopicStore,
        draw: Callable[[float], None],
        *,
        draw_rest: Callable[[float], None] | None = None,
        frame_rate_hz: float = FRAME_RATE_HZ,
        slice_budget_s: float = SLICE_BUDGET_S,
        spare_work: Callable[[], bool] | None = None,
        tidy: Callable[[], bool] | None = None,
        clock: Callable[[], float] = time.perf_counter,
        cpu_clock: Callable[[], float] = time.thread_time,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.subscribers: list[Callable[[Batch], None]] = []
        self.slice_budget_s = slice_budget_s
        self.frames = 0
        self._source = source
        self._store = store
        self._draw = draw
        self._draw_rest = draw_rest
        self._rest_at = math.inf
        self._spare_work = spare_work
        self._tidy = tidy
        self._clock = clock
        self._cpu_clock = cpu_clock
        self._wall_clock = wall_clock
        self._shortest_interval_s = 1 / frame_rate_hz
        self._interval_s = self._shortest_interval_s
        self._carried: deque[Batch] = deque()
        self._carried_from = 0
        self._settle_s = 0.0
        self._next_frame_at = clock()
        self._last_frame_cpu: float | None = None
        self._slice_cpu_s = 0.0

    @property
    def interval_s(self) -> float:
        """Seconds between two frames now; grows while drawing is expensive."""
        return self._interval_s

    async def run(self) -> None:
        """Turn for ever; what fails inside is raised to whoever runs the loop."""
        # A pace, not a wait for an event.
        while True:  # noqa: ASYNC110
            await asyncio.sleep(self.turn())

    def turn(self) -> float:
        """Draw a frame if one is due, else drain one slice; return the seconds to the next turn."""
        now = self._clock()
        if now >= self._rest_at and self._draw_rest is not None:
            self._rest_at = math.inf
            self._draw_rest(self._wall_clock())
            return BACKLOG_GAP_S
        if now >= self._next_frame_at:
            self._frame(now)
            return BACKLOG_GAP_S
        if self._tidy is not None and self._tidy():
            return BACKLOG_GAP_S
        had_messages = self._store.messages > 0
        has_backlog = self.drain_slice()
        if not had_messages and self._store.messages:
            # The first message should not wait for a frame.
            self._next_frame_at = now
        if has_backlog or (self._spare_work is not None and self._spare_work()):
            return BACKLOG_GAP_S
        poll_s = self._shortest_interval_s / POLLS_PER_FRAME
        due_at = min(self._next_frame_at, self._rest_at)
        return max(0.0, min(poll_s, due_at - self._clock()))

    def drain_slice(self) -> bool:
        """Apply what waits, within the budget; return whether more waits."""
        cpu_before = self._cpu_clock()
        # Settling belongs to the slice, so its cost is taken off in advance.
        deadline = self._clock() + max(
            self.slice_budget_s - self._settle_s, self.slice_budget_s / 4
        )
        has_applied = has_backlog = False
        while True:
            if not self._carried:
                self._carried.extend(self._source.drain(DRAIN_MESSAGES))
                if not self._carried:
                    has_backlog = False
                    break
            part = self._next_part()
            self._store.apply(part)
            for subscriber in self.subscribers:
                subscriber(part)
            has_applied = has_backlog = True
            if self._clock() >= deadline:
                break
        if has_applied:
            started = self._clock()
            self._store.settle(self._wall_clock())
            self._settle_s = self._clock() - started
        self._slice_cpu_s += self._cpu_clock() - cpu_before
        return has_backlog

    def _next_part(self) -> Batch:
        """Take at most `PART_MESSAGES` from the oldest carried batch."""
        batch = self._carried[0]
        start = self._carried_from
        end = start + PART_MESSAGES
        is_last_part = end >= len(batch.messages)
        if is_last_part:
            self._carried.popleft()
        self._carried_from = 0 if is_last_part else end
        if start == 0 and is_last_part:
            return batch
        messages = batch.messages[start:end]
        return Batch(batch.received_at, messages, _size_bytes(messages))

    def _frame(self, now: float) -> None:
        """Draw, and choose when to draw next from what the last frame cost."""
        late_s = now - self._next_frame_at
        cpu = self._cpu_clock()
        # Painting happens after `draw` returns, so a frame's cost is all that this thread
        # worked since the last one, except for the slices. A terminal that does not keep up
        # blocks instead of working, and shows as lateness.
        before = cpu if self._last_frame_cpu is None else self._last_frame_cpu
        cost_s = max(cpu - before - self._slice_cpu_s, late_s)
        self._last_frame_cpu = cpu
        self._slice_cpu_s = 0.0
        affordable_s = min(cost_s / FRAME_SHARE, LONGEST_INTERVAL_S)
        self._interval_s = max(affordable_s, self._interval_s * SHRINK, self._shortest_interval_s)
        self._next_frame_at = now + self._interval_s
        if self._draw_rest is not None:
            self._rest_at = now + self._interval_s / 2
        self.frames += 1
        self._draw(self._wall_clock())


def _size_bytes(messages: list[RawMessage]) -> int:
    """Return the sum of topic and payload sizes."""
    return sum(len(message[0]) + len(message[1]) for message in messages)
