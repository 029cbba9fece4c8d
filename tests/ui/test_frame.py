"""The frame loop keeps its budgets, loses nothing and hides no failure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from mqttui.core.store import TopicStore
from mqttui.settings.preferences import Preferences
from mqttui.ui.app import MqttuiApp
from mqttui.ui.frame import FRAME_SHARE, PART_MESSAGES, FrameLoop

if TYPE_CHECKING:
    from mqttui.core.message import Batch


class Clock:
    """Seconds that pass only when a test says so; `worked` are those in which something worked."""

    def __init__(self) -> None:
        self.now = 100.0
        self.worked = 0.0

    def __call__(self) -> float:
        return self.now

    def work(self, duration_s: float) -> None:
        """Let work take some time."""
        self.now += duration_s
        self.worked += duration_s


class SlowStore(TopicStore):
    """A store for which every batch takes a known time."""

    def __init__(self, clock: Clock, apply_s: float, settle_s: float = 0.0) -> None:
        super().__init__()
        self.applied: list[Batch] = []
        self._clock = clock
        self._apply_s = apply_s
        self._settle_s = settle_s

    def apply(self, batch: Batch) -> None:
        super().apply(batch)
        self.applied.append(batch)
        self._clock.work(self._apply_s)

    def settle(self, now: float) -> None:
        super().settle(now)
        self._clock.work(self._settle_s)


def numbered(count: int, start: int = 0) -> list[tuple[bytes, bytes, int, None]]:
    """Return messages whose payload is their number."""
    return [(b"t/%d" % (n % 7), b"%d" % n, 0, None) for n in range(start, start + count)]


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


def loop_of(source, store, clock, draw=lambda now: None, **options) -> FrameLoop:
    """Return a frame loop on clocks that stand still."""
    return FrameLoop(
        source,
        store,
        draw,
        clock=clock,
        cpu_clock=lambda: clock.worked,
        wall_clock=clock,
        **options,
    )


def test_a_slice_ends_with_its_budget(source, clock) -> None:
    """A huge batch is applied in parts, and the loop gets control back in time."""
    store = SlowStore(clock, apply_s=0.001)
    source.deliver(numbered(50_000))
    loop = loop_of(source, store, clock, slice_budget_s=0.004)
    before = clock.now
    assert loop.drain_slice()
    assert clock.now - before == pytest.approx(0.004)
    assert store.messages == 4 * PART_MESSAGES


def test_settling_is_paid_from_the_same_budget(source, clock) -> None:
    """A slice leaves room for what settling cost the last time."""
    store = SlowStore(clock, apply_s=0.0005, settle_s=0.002)
    source.deliver(numbered(50_000))
    loop = loop_of(source, store, clock, slice_budget_s=0.004)
    loop.drain_slice()
    before = clock.now
    loop.drain_slice()
    assert clock.now - before == pytest.approx(0.004)


@pytest.mark.parametrize("sizes", [[1], [PART_MESSAGES], [PART_MESSAGES + 1], [5, 1000, 0, 3, 129]])
def test_every_message_arrives_once_and_in_order(source, clock, sizes) -> None:
    """Cutting batches into parts neither loses, doubles nor reorders."""
    store = SlowStore(clock, apply_s=0.003)
    seen: list[Batch] = []
    loop = loop_of(source, store, clock, slice_budget_s=0.004)
    loop.subscribers.append(seen.append)
    start = 0
    for size in sizes:
        source.deliver(numbered(size, start), received_at=50.0 + start)
        start += size
    while loop.drain_slice():
        pass
    payloads = [int(message[1]) for batch in store.applied for message in batch.messages]
    assert payloads == list(range(start))
    assert seen == store.applied
    assert all(
        batch.size_bytes == sum(len(topic) + len(payload) for topic, payload, *_ in batch.messages)
        for batch in seen
    )


def test_frames_come_at_their_rate_and_never_with_a_slice(source, clock) -> None:
    """A turn draws or drains, so that the event loop is free in between."""
    drawn: list[float] = []
    store = SlowStore(clock, apply_s=0.0)
    loop = loop_of(source, store, clock, drawn.append, frame_rate_hz=10)
    for _ in range(1000):
        source.deliver(numbered(3))
        frames, applied = len(drawn), len(store.applied)
        clock.now += loop.turn()
        assert (len(drawn) > frames) + (len(store.applied) > applied) <= 1
    gaps = [later - earlier for earlier, later in pairwise(drawn[1:])]
    assert len(drawn) > 50
    assert all(gap == pytest.approx(0.1, abs=0.005) for gap in gaps)


def test_a_frame_is_drawn_in_two_pieces_half_an_interval_apart(source, clock) -> None:
    """Each piece comes once per frame, and never both in one turn."""
    drawn: list[tuple[str, float]] = []
    loop = loop_of(
        source,
        TopicStore(),
        clock,
        lambda now: drawn.append(("tree", now)),
        draw_rest=lambda now: drawn.append(("rest", now)),
        frame_rate_hz=10,
    )
    for _ in range(1000):
        before = len(drawn)
        clock.now += loop.turn()
        assert len(drawn) - before <= 1
    assert [what for what, _ in drawn[:4]] == ["tree", "rest", "tree", "rest"]
    gaps = [later - earlier for (_, earlier), (_, later) in pairwise(drawn)]
    assert all(gap == pytest.approx(0.05, abs=0.003) for gap in gaps)


def test_spare_work_waits_for_messages_and_gets_every_free_turn(source, clock) -> None:
    """Messages come first; without any, what is left to do goes on without a pause."""
    left = [3]
    worked_at: list[int] = []
    store = SlowStore(clock, apply_s=0.001)

    def work() -> bool:
        worked_at.append(store.messages)
        left[0] -= 1
        return left[0] > 0

    source.deliver(numbered(2000))
    loop = loop_of(source, store, clock, spare_work=work, frame_rate_hz=1)
    while left[0]:
        pause_s = loop.turn()
        assert pause_s <= 0.001 or not left[0]
        clock.now += pause_s
    assert worked_at == [2000, 2000, 2000]


def test_tidying_has_a_turn_of_its_own(source, clock) -> None:
    """A collection that takes time is not added to a slice."""
    is_due = [True]
    store = SlowStore(clock, apply_s=0.0)

    def tidy() -> bool:
        is_due[0] = not is_due[0]
        return not is_due[0]

    loop = loop_of(source, store, clock, tidy=tidy, frame_rate_hz=1)
    loop.turn()
    source.deliver(numbered(1))
    loop.turn()
    assert store.messages == 0
    loop.turn()
    assert store.messages == 1


def test_a_backlog_is_worked_off_between_frames(source, clock) -> None:
    """With a backlog the next slice comes at once, and frames still come."""
    drawn: list[float] = []
    store = SlowStore(clock, apply_s=0.0005)
    source.deliver(numbered(100_000))
    loop = loop_of(source, store, clock, drawn.append, frame_rate_hz=10)
    began = clock.now
    while store.messages < 100_000:
        clock.now += loop.turn()
    elapsed_s = clock.now - began
    assert elapsed_s < 1.5 * 0.0005 * 100_000 / PART_MESSAGES
    assert len(drawn) >= int(elapsed_s / 0.11)


def test_the_first_message_is_drawn_at_once(source, clock) -> None:
    """Who has just connected need not wait for a frame."""
    drawn: list[float] = []
    loop = loop_of(source, TopicStore(), clock, drawn.append, frame_rate_hz=1)
    loop.turn()
    loop.turn()
    assert len(drawn) == 1
    source.publish("a", "1")
    loop.turn()
    loop.turn()
    assert len(drawn) == 2


def test_expensive_frames_come_less_often_and_recover(source, clock) -> None:
    """Drawing takes at most its share of the time; once it is cheap, the rate comes back."""
    cost_s = 0.09

    def draw(now: float) -> None:
        clock.work(cost_s)

    loop = loop_of(source, TopicStore(), clock, draw, frame_rate_hz=10)
    for _ in range(100):
        clock.now += loop.turn()
    assert loop.interval_s == pytest.approx(cost_s / FRAME_SHARE)
    cost_s = 0.0
    for _ in range(400):
        clock.now += loop.turn()
    assert loop.interval_s == pytest.approx(0.1)


async def test_a_failure_in_the_loop_ends_the_app_and_is_raised(source) -> None:
    """What goes wrong while applying or drawing is shown, never swallowed."""

    def drain(max_messages: int) -> list[Batch]:
        raise RuntimeError("the source is broken")

    source.drain = drain
    app = MqttuiApp(source, Preferences())
    await app.run_async(headless=True)
    assert app.return_code == 1
    assert "the source is broken" in str(app._exception)
