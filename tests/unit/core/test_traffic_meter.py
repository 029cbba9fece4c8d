"""The meter: what it says came within a window is what a list of all messages says."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mqttui.core.message import RETAIN, MessageDetail, RawMessage
from mqttui.core.store import TopicStore
from mqttui.core.traffic_meter import MOST_COUNTED, STEP, Traffic, TrafficMeter
from mqttui.core.traffic_window import Window

NOW = 1_700_000_000.0


class Rig:
    """A store with a meter, and a plain list of everything that came."""

    def __init__(self, **options: int) -> None:
        self.store = TopicStore()
        self.meter = TrafficMeter(self.store, **options)
        self.now = NOW
        # (number of the sample that is the first to know of it, topic, size in bytes)
        self.came: list[tuple[int, bytes, int]] = []
        self.sampled_at: list[float] = []
        self.first_at: float | None = None

    def receive(self, *messages: RawMessage) -> None:
        """Take in messages; the list gets what is traffic."""
        if self.first_at is None and messages:
            self.first_at = self.now
        for topic, payload, flags, detail in messages:
            if not flags & RETAIN:
                full = detail.full_size_bytes if detail is not None else None
                size_bytes = len(payload) if full is None else full
                self.came.append((len(self.sampled_at), topic, size_bytes))
        self.store.apply_messages(messages, self.now)
        self.store.settle(self.now)

    def publish(self, topic: str, times: int = 1, payload: bytes = b"x" * 10) -> None:
        """Take in live messages."""
        self.receive(*[(topic.encode(), payload, 0, None)] * times)

    def advance(self, seconds: float) -> None:
        """Let time pass and the meter take note."""
        self.now += seconds
        before = self.meter.samples
        self.meter.update(self.now, 1e9)
        if self.meter.samples > before:
            self.sampled_at.append(self.now)
            self.branches = {node.path for node in self.store.topic_nodes() if node.children}

    def expected(self, window: Window) -> dict[tuple[str, bool], tuple[int, int]]:
        """Return messages and bytes of every topic and subtree, counted one by one.

        Everything that came after the oldest sample that the window reaches back to.
        """
        began_at = self.now_sampled - (self.meter.span_s(window) or 0.0)
        counts: dict[tuple[str, bool], tuple[int, int]] = {}
        for number, topic, size_bytes in self.came:
            is_known = number < len(self.sampled_at)
            was_sampled_after = is_known and self.sampled_at[number] > began_at
            if not was_sampled_after:
                continue
            path = topic.decode()
            levels = path.split("/")
            keys = {(path, False), (path, path in self.branches)}
            keys |= {("/".join(levels[:k]), True) for k in range(1, len(levels))}
            for key in keys:
                messages, total = counts.get(key, (0, 0))
                counts[key] = messages + 1, total + size_bytes
        return counts

    @property
    def now_sampled(self) -> float:
        return self.sampled_at[-1]

    def measured(self, window: Window) -> dict[tuple[str, bool], tuple[int, int]]:
        """Return the same as the meter has it."""
        return {
            (each.node.path, each.is_subtree): (each.messages, each.size_bytes)
            for each in self.meter.traffic(window)
        }

    def find(self, window: Window, path: str) -> Traffic:
        found = [each for each in self.meter.traffic(window) if each.node.path == path]
        assert len(found) == 1
        return found[0]


topics = st.lists(st.sampled_from(["a", "b", ""]), min_size=1, max_size=3).map(
    lambda levels: "/".join(levels).encode()
)
messages = st.tuples(
    topics,
    st.binary(max_size=40),
    st.sampled_from([0, 0, 0, RETAIN, 2]),
    st.none() | st.builds(MessageDetail, st.just(b""), st.none() | st.integers(40, 900)),
)
steps = st.lists(
    st.tuples(
        st.lists(messages, max_size=8), st.sampled_from([0.1, 0.7, 1.0, 1.3, 4.0, 11.0, 45.0, 700])
    ),
    min_size=1,
    max_size=40,
)


@settings(deadline=None)
@given(steps)
def test_every_window_agrees_with_a_plain_list(sequence) -> None:
    """Messages and bytes of every topic and subtree, for any messages at any times."""
    rig = Rig()
    for parts, seconds in sequence:
        rig.receive(*parts)
        rig.advance(seconds)
    if not rig.sampled_at:
        assert not rig.store.topics
        assert rig.meter.span_s(Window.MINUTE) is None
        return
    for window in Window:
        expected = rig.expected(window)
        assert rig.measured(window) == expected
        assert all(each.is_complete for each in rig.meter.traffic(window))
        total = [value for (path, is_sub), value in expected.items() if not is_sub]
        assert rig.meter.whole(window) == (
            sum(count for count, _ in total),
            sum(size for _, size in total),
        )


@settings(deadline=None)
@given(st.lists(st.sampled_from([0.2, 1.0, 1.5, 6.0, 40.0]), min_size=1, max_size=200))
def test_a_window_is_as_long_as_it_says(pauses: list[float]) -> None:
    """What is known reaches back to the beginning or over the window by one sample at most."""
    rig = Rig()
    rig.publish("a")
    longest = max([*pauses, 1.0])
    for seconds in pauses:
        rig.advance(seconds)
    for window in Window:
        span_s = rig.meter.span_s(window)
        age_s = rig.now_sampled - NOW
        assert span_s is not None
        if age_s < window.span_s:
            assert span_s == pytest.approx(age_s)
        else:
            assert window.span_s <= span_s <= window.span_s + window.step_s + longest + 1.0


def test_what_the_broker_had_retained_is_no_traffic() -> None:
    """A burst at the subscription counts nothing; what is published afterwards does."""
    rig = Rig()
    rig.receive(*[(b"r/%d" % k, b"x" * 50, RETAIN, None) for k in range(500)])
    rig.advance(1.0)
    assert rig.meter.whole(Window.TEN_SECONDS) == (0, 0)
    assert not rig.measured(Window.TEN_SECONDS)
    rig.publish("r/7", 3)
    rig.advance(1.0)
    assert rig.measured(Window.TEN_SECONDS) == {("r/7", False): (3, 30), ("r", True): (3, 30)}


def test_a_cut_payload_counts_in_full() -> None:
    """A megabyte of which only a head is kept has burdened the broker all the same."""
    rig = Rig()
    rig.receive((b"camera", b"head", 0, MessageDetail(b"", 1_000_000)))
    rig.advance(1.0)
    assert rig.meter.whole(Window.MINUTE) == (1, 1_000_000)


def test_what_has_stopped_leaves_the_short_window_first() -> None:
    """After a burst the windows forget it one after the other."""
    rig = Rig()
    rig.publish("burst", 100)
    rig.publish("slow")
    for window, seconds in zip(Window, (11, 65, 630), strict=True):
        while rig.now - NOW < seconds:
            assert rig.meter.samples == 0 or rig.meter.whole(window)[0] == 101
            rig.advance(1.0)
        assert rig.meter.whole(window) == (0, 0)
        assert not rig.measured(window)


def test_a_small_table_keeps_the_busiest_and_admits_what_it_does_not_know() -> None:
    """Who starts to flood takes the place of who does little, and is marked as incomplete."""
    rig = Rig(most_counted=20)
    for _ in range(5):
        for number in range(100):
            rig.publish(f"board{number:03}", 2 if number < 50 else 1)
        rig.advance(1.0)
    rig.publish("board099", 500)
    rig.advance(1.0)
    assert rig.meter.counted == 20
    flood = rig.find(Window.TEN_MINUTES, "board099")
    assert (flood.messages, flood.is_complete) == (500, False)
    assert rig.meter.whole(Window.TEN_MINUTES)[0] == 5 * 150 + 500
    for _ in range(12):
        rig.publish("board099", 7)
        rig.advance(1.0)
    recent = rig.find(Window.TEN_SECONDS, "board099")
    assert recent.is_complete
    assert recent.messages in (70, 77)


def test_few_large_messages_are_found_among_many_small_ones() -> None:
    """A place is earned by bytes as well as by messages."""
    rig = Rig(most_counted=10)
    for _ in range(3):
        for number in range(200):
            rig.publish(f"small/{number}", 3)
        rig.advance(1.0)
    rig.publish("camera", 1, b"x" * 100_000)
    rig.advance(1.0)
    assert rig.find(Window.MINUTE, "camera").size_bytes == 100_000


def test_a_clock_that_is_set_back_begins_anew() -> None:
    """No window reaches over the jump, and counting goes on."""
    rig = Rig()
    rig.publish("a", 5)
    rig.advance(1.0)
    rig.now -= 3_600
    rig.publish("a", 2)
    rig.advance(0.0)
    rig.publish("a", 1)
    rig.advance(2.0)
    assert rig.meter.span_s(Window.TEN_SECONDS) == pytest.approx(2.0)
    assert rig.measured(Window.TEN_SECONDS) == {("a", False): (3, 30)}


@pytest.mark.parametrize("shape", ["flat/%d", "board%d/data"])
def test_no_call_looks_at_many_of_a_hundred_thousand_topics(shape: str) -> None:
    """When the time is always up, a call does one step, and the walk is completed all the same."""
    store = TopicStore()
    looks = count()
    meter = TrafficMeter(store, timer=lambda: float(next(looks)))
    for first in range(0, 100_000, 1_000):
        numbers = range(first, first + 1_000)
        store.apply_messages([((shape % k).encode(), b"1", 0, None) for k in numbers], NOW)
        store.settle(NOW)
    calls = 0
    while meter.samples == 0:
        meter.update(NOW + 1.0, 0.0)
        calls += 1
    # Every node is looked at as a child, for its children, and for what it had.
    assert calls >= 3 * store.nodes_added // STEP - 2
    assert meter.whole(Window.MINUTE) == (100_000, 100_000)
    assert meter.counted == MOST_COUNTED
    store.apply_messages([((shape % 77_777).encode(), b"1", 0, None)] * 5, NOW + 1.5)
    store.settle(NOW + 1.5)
    while meter.samples == 1:
        meter.update(NOW + 2.0, 0.0)
    path = shape % 77_777
    found = {each.node.path: each for each in meter.traffic(Window.MINUTE)}
    assert found[path].messages in (5, 6)


def test_an_idle_tree_costs_one_step() -> None:
    """Where nothing has changed nobody looks, however many topics there are below."""
    store = TopicStore()
    looks = count()
    meter = TrafficMeter(store, timer=lambda: float(next(looks)))
    store.apply_messages([(b"b%d/data" % k, b"1", 0, None) for k in range(20_000)], NOW)
    store.settle(NOW)
    meter.update(NOW + 1.0, 1e9)
    assert meter.samples == 1
    before = next(looks)
    meter.update(NOW + 3.0, 1e9)
    assert meter.samples == 2
    assert next(looks) - before < 100
