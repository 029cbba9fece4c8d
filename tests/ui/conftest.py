"""A source that is driven by hand, and the app on top of it."""

from __future__ import annotations

import math
import time
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mqttui.core.message import RETAIN, Batch
from mqttui.core.publishing import Outcome, PublishRequest, ReceiptStatus
from mqttui.core.retained.fetching import RetainedStatus
from mqttui.core.source import Phase, SourceCounters, SourceStatus, SubscriptionStatus
from mqttui.settings.preferences import Preferences
from mqttui.ui.app import MqttuiApp
from tests.support import idle

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from textual.pilot import Pilot

    from mqttui.core.message import RawMessage
    from mqttui.core.retained.fetching import RetainedMessage
    from mqttui.core.trace import TraceEntry
    from mqttui.settings.connection import Subscription

CONNECTED = SourceStatus(
    label="broker.example:1883",
    phase=Phase.CONNECTED,
    protocol="5",
    subscriptions=(SubscriptionStatus("#", 0, 0), SubscriptionStatus("$SYS/#", 0, 0)),
)

PREFERENCES = Preferences(frame_rate_hz=0.5, theme="dark")


class FakeReceipt:
    """A receipt whose status comes from a test."""

    def __init__(self, request: PublishRequest) -> None:
        self.request = request
        self.status = ReceiptStatus(Outcome.QUEUED, "queued")


class FakeFetch:
    """A fetch of retained messages whose answer comes from a test."""

    def __init__(self, topic_filter: str) -> None:
        self.topic_filter = topic_filter
        self.status = RetainedStatus()
        self.messages: list[RetainedMessage] = []
        self.is_cancelled = False

    def cancel(self) -> None:
        """Note the call and end."""
        self.is_cancelled = True
        self.finish("given up")

    def finish(self, problem: str | None = None) -> None:
        """Say that this was all, or why not."""
        size_bytes = sum(len(found.topic) + len(found.payload) for found in self.messages)
        self.status = RetainedStatus(len(self.messages), size_bytes, True, problem)


class FakeTrace:
    """A trace whose entries come from a test."""

    def __init__(self) -> None:
        self.is_on = False
        self.evicted = 0
        self.recorded: list[TraceEntry] = []

    def start(self) -> None:
        """Turn it on."""
        self.is_on = True

    def stop(self) -> None:
        """Turn it off."""
        self.is_on = False

    def clear(self) -> None:
        """Forget everything."""
        self.recorded.clear()
        self.evicted = 0

    def entries(self, after: int = 0) -> list[TraceEntry]:
        """Return what is newer than `after`."""
        return [entry for entry in self.recorded if entry.number > after]


class FakeSource:
    """A `MessageSource` whose messages and state come from a test."""

    def __init__(self) -> None:
        self.status = CONNECTED
        self.counters = SourceCounters()
        self.calls: list[str] = []
        self.receipts: list[FakeReceipt] = []
        self.fetches: list[FakeFetch] = []
        self.trace = FakeTrace()
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

    def subscribe(self, subscription: Subscription) -> None:
        """Note the call and grant what is asked for."""
        self.calls.append(f"subscribe {subscription.topic_filter}")
        self._without(subscription.topic_filter)
        self._show(
            SubscriptionStatus(
                subscription.topic_filter,
                subscription.qos,
                subscription.qos,
                no_local=subscription.no_local,
                retain_as_published=subscription.retain_as_published,
                retain_handling=subscription.retain_handling,
            )
        )

    def unsubscribe(self, topic_filter: str) -> None:
        """Note the call and forget the filter."""
        self.calls.append(f"unsubscribe {topic_filter}")
        self._without(topic_filter)

    def set_paused(self, topic_filter: str, *, is_paused: bool) -> None:
        """Note the call and mark the filter."""
        self.calls.append(f"{'pause' if is_paused else 'resume'} {topic_filter}")
        self.status = replace(
            self.status,
            subscriptions=tuple(
                replace(
                    entry,
                    is_paused=is_paused,
                    granted_qos=None if is_paused else entry.requested_qos,
                )
                if entry.topic_filter == topic_filter
                else entry
                for entry in self.status.subscriptions
            ),
        )

    def fetch_retained(
        self, topic_filter: str, timeout_s: float = 30.0, *, with_qos: bool = False
    ) -> FakeFetch:
        """Return a fetch that a test fills."""
        fetch = FakeFetch(topic_filter)
        self.fetches.append(fetch)
        return fetch

    def _without(self, topic_filter: str) -> None:
        kept = [entry for entry in self.status.subscriptions if entry.topic_filter != topic_filter]
        self.status = replace(self.status, subscriptions=tuple(kept))

    def _show(self, entry: SubscriptionStatus) -> None:
        self.status = replace(self.status, subscriptions=(*self.status.subscriptions, entry))

    def deliver(self, messages: list[RawMessage], received_at: float | None = None) -> None:
        """Let messages wait to be drained, as one batch."""
        size_bytes = sum(len(topic) + len(payload) for topic, payload, *_ in messages)
        self._waiting.append(Batch(received_at or time.time(), messages, size_bytes))
        self.counters = SourceCounters(
            received=self.counters.received + len(messages),
            received_bytes=self.counters.received_bytes + size_bytes,
            dropped=self.counters.dropped,
        )

    def publish(
        self, topic: str | PublishRequest, payload: str | bytes = "", *, retain: bool = False
    ) -> FakeReceipt | None:
        """Keep a request of the app and return its receipt, whose status a test sets.

        With a topic and a payload: let one message wait to be drained.
        """
        if isinstance(topic, PublishRequest):
            self.receipts.append(FakeReceipt(topic))
            return self.receipts[-1]
        if isinstance(payload, str):
            payload = payload.encode()
        self.deliver([(topic.encode(), payload, RETAIN if retain else 0, None)])
        return None


@pytest.fixture(scope="session", autouse=True)
def _pilots_wait_without_a_clock() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        idle.use_it(patch)
        yield


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
        return self.app.connection.explorer.query_one("#topic-tree")

    @property
    def outline(self):
        """The outline that the tree shows."""
        return self.tree._outline

    async def settle(self) -> None:
        """Drain all that waits, draw until nothing is left to do, and let it be painted."""
        frames = self.app.connection.frames
        while frames.drain_slice():
            pass
        while True:
            self.draw(time.time())
            if not self.outline.is_working:
                break
        await self.pilot.pause()
        # On a loaded machine a pause ends before what follows from a layout is laid out.
        await self.until(lambda: not self._is_being_laid_out)

    @property
    def _is_being_laid_out(self) -> bool:
        screen = self.app.screen
        return bool(screen._layout_required or screen._callbacks or screen._dirty_widgets)

    def draw(self, now: float) -> None:
        """Draw one frame."""
        self.app.connection.draw_tree(now)
        self.app.connection.draw_rest(now)

    async def until(self, is_true: Callable[[], object], deadline_s: float = 10.0) -> None:
        """Wait for a condition, and fail if it does not come true."""
        ends_at = time.monotonic() + deadline_s
        while not is_true():
            assert time.monotonic() < ends_at, "waited in vain"
            await self.pilot.pause(0.01)

    async def press(self, *keys: str) -> None:
        """Press keys, each when the tree has all its rows, and let the result be painted."""
        for key in keys:
            if self.app.connection is not None:
                while self.outline.is_working:
                    self.draw(time.time())
            await self.pilot.press(key)
        await self.until(lambda: not self.app.typed_ahead.is_busy)
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
def explore(source: FakeSource, monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    """Return a context manager that runs the explorer on the fake source."""
    # No message waits for its turn because the one before took long on a loaded machine.
    monkeypatch.setattr("mqttui.ui.shown_value.DECODING_SHARE", math.inf)

    @asynccontextmanager
    async def running(
        width: int = 120,
        height: int = 36,
        preferences: Preferences = PREFERENCES,
        **options: object,
    ) -> AsyncIterator[Explorer]:
        app = MqttuiApp(source, preferences, **options)
        async with app.run_test(size=(width, height)) as pilot:
            explorer = Explorer(app, pilot, source)
            await explorer.until(lambda: app.connection.explorer.is_complete)
            await explorer.settle()
            yield explorer

    return running
