"""A source that is driven by hand, and the app on top of it."""

from __future__ import annotations

import time
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from mqttui.core.message import RETAIN, Batch
from mqttui.core.source import Phase, SourceCounters, SourceStatus, SubscriptionStatus
from mqttui.settings.preferences import Preferences
from mqttui.ui.app import MqttuiApp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual.pilot import Pilot

    from mqttui.core.message import RawMessage

CONNECTED = SourceStatus(
    label="broker.example:1883",
    phase=Phase.CONNECTED,
    protocol="5",
    subscriptions=(SubscriptionStatus("#", 0, 0), SubscriptionStatus("$SYS/#", 0, 0)),
)


class FakeSource:
    """A `MessageSource` whose messages and state come from a test."""

    def __init__(self) -> None:
        self.status = CONNECTED
        self.counters = SourceCounters()
        self.calls: list[str] = []
        self._waiting: deque[Batch] = deque()

    def start(self) -> None:
        """Note the call."""
        self.calls.append("start")

    def stop(self) -> None:
        """Note the call."""
        self.calls.append("stop")

    def retry_now(self) -> None:
        """Note the call."""
        self.calls.append("retry")

    def drain(self, max_messages: int) -> list[Batch]:
        """Hand over what was delivered."""
        batches = []
        taken = 0
        while self._waiting and taken <= max_messages:
            batches.append(self._waiting.popleft())
            taken += len(batches[-1].messages)
        return batches

    def deliver(self, messages: list[RawMessage], received_at: float | None = None) -> None:
        """Let messages wait to be drained, as one batch."""
        size_bytes = sum(len(topic) + len(payload) for topic, payload, *_ in messages)
        self._waiting.append(Batch(received_at or time.time(), messages, size_bytes))
        self.counters = SourceCounters(
            received=self.counters.received + len(messages),
            received_bytes=self.counters.received_bytes + size_bytes,
            dropped=self.counters.dropped,
        )

    def publish(self, topic: str, payload: str | bytes = "", *, retain: bool = False) -> None:
        """Let one message wait to be drained."""
        if isinstance(payload, str):
            payload = payload.encode()
        self.deliver([(topic.encode(), payload, RETAIN if retain else 0, None)])


@pytest.fixture
def source() -> FakeSource:
    """Return a source that is connected and silent."""
    return FakeSource()


class Explorer:
    """A running app with what a test wants to ask it."""

    def __init__(self, app: MqttuiApp, pilot: Pilot[None], source: FakeSource) -> None:
        self.app = app
        self.pilot = pilot
        self.source = source

    @property
    def tree(self):
        """The topic tree."""
        return self.app.explorer.query_one("#topic-tree")

    @property
    def outline(self):
        """The outline that the tree shows."""
        return self.tree._outline

    async def settle(self) -> None:
        """Drain all that waits, draw until nothing is left to do, and let it be painted."""
        frames = self.app.frames
        while frames.drain_slice():
            pass
        while True:
            self.draw(time.time())
            if not self.outline.is_working:
                break
        await self.pilot.pause()

    def draw(self, now: float) -> None:
        """Draw one frame."""
        self.app._draw_tree(now)
        self.app._draw_rest(now)

    async def until(self, is_true: Callable[[], object], deadline_s: float = 10.0) -> None:
        """Wait for a condition, and fail if it does not come true."""
        ends_at = time.monotonic() + deadline_s
        while not is_true():
            assert time.monotonic() < ends_at, "waited in vain"
            await self.pilot.pause(0.01)

    async def press(self, *keys: str) -> None:
        """Press keys and let the result be painted."""
        await self.pilot.press(*keys)
        await self.settle()

    def rows(self) -> list[str]:
        """Return the lines of the tree as they are on the screen, without trailing blanks."""
        return [line for line in (_text(strip) for strip in self.strips()) if line]

    def strips(self):
        """Return the strips of the tree."""
        tree = self.tree
        return tree.render_lines(tree.size.region)

    def row_of(self, name: str) -> str:
        """Return the line with `name` in it."""
        found = [line for line in self.rows() if name in line]
        assert found, f"{name} is not on the screen: {self.rows()}"
        return found[0]

    def line_of_cursor(self) -> int | None:
        """Return the screen line of the cursor mark, None if it is not in sight."""
        for y, strip in enumerate(self.strips()):
            if strip.text.startswith("▌"):
                return y
        return None

    @property
    def selected(self) -> str | None:
        """The path of the selected topic."""
        node = self.tree.selected
        return None if node is None else node.path

    def screen(self) -> list[str]:
        """Return the whole screen as text."""
        screen = self.app.screen
        return [strip.text.rstrip() for strip in screen._compositor.render_strips()]


def _text(strip) -> str:
    return strip.text.rstrip()


@pytest.fixture
def explore(source: FakeSource) -> Callable[..., object]:
    """Return a context manager that runs the explorer on the fake source."""

    @asynccontextmanager
    async def running(
        width: int = 120, height: int = 36, **options: object
    ) -> AsyncIterator[Explorer]:
        app = MqttuiApp(source, Preferences(frame_rate_hz=0.5), **options)
        async with app.run_test(size=(width, height)) as pilot:
            explorer = Explorer(app, pilot, source)
            await explorer.settle()
            yield explorer

    return running
