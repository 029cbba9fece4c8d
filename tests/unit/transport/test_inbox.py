"""The inbox keeps its bounds, loses nothing uncounted, and drops what matters least first."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mqttui.core.message import Batch, MessageDetail, RawMessage
from mqttui.transport.inbox import DROPPED_OTHER, DROPPED_QOS_0, Inbox
from mqttui.transport.packet_stream import size_of

MAX_MESSAGES = 12
MAX_BYTES = 200

FLAGS = st.sampled_from((0, 0, 0, 8, 1, 2, 3, 4))


def _is_light(message: RawMessage) -> bool:
    return message[2] & 7 == 0


def _batch(messages: list[RawMessage], received_at: float = 0.0) -> Batch:
    return Batch(received_at, messages, sum(map(size_of, messages)))


@dataclass
class _Model:
    """The plain rule: drop the oldest light message, else the oldest, until all fits."""

    waiting: list[RawMessage]
    dropped_light: int = 0
    dropped_other: int = 0

    def put(self, messages: list[RawMessage]) -> None:
        self.waiting += messages
        while len(self.waiting) > MAX_MESSAGES or sum(map(size_of, self.waiting)) > MAX_BYTES:
            light = next((m for m in self.waiting if _is_light(m)), None)
            if light is None:
                self.waiting.pop(0)
                self.dropped_other += 1
            else:
                self.waiting.remove(light)
                self.dropped_light += 1


class InboxAgainstModel(RuleBasedStateMachine):
    """Any sequence of puts and drains gives what the plain rule gives."""

    def __init__(self) -> None:
        super().__init__()
        self.inbox = Inbox(MAX_MESSAGES, MAX_BYTES)
        self.model = _Model([])
        self.received = 0
        self.received_bytes = 0
        self.drained = 0

    @initialize(step=st.sampled_from((1, 3, 2048)))
    def choose_step(self, step: int) -> None:
        """Making room in many small steps or in one comes to the same."""
        self.inbox._step = step

    @rule(shapes=st.lists(st.tuples(FLAGS, st.integers(0, 60), st.booleans()), max_size=20))
    def put(self, shapes: list[tuple[int, int, bool]]) -> None:
        """Add a batch of messages that can all be told apart."""
        messages: list[RawMessage] = []
        for flags, size, has_properties in shapes:
            self.received += 1
            detail = MessageDetail(b"\x01\x01") if has_properties else None
            messages.append((b"%d" % self.received, b"x" * size, flags, detail))
        batch = _batch(messages)
        self.received_bytes += batch.size_bytes
        self.inbox.put(Batch(0.0, list(messages), batch.size_bytes))
        self.model.put(messages)

    @rule(max_messages=st.integers(1, 10))
    def drain(self, max_messages: int) -> None:
        """Take some; what comes is the oldest of what waits, in order."""
        batches = self.inbox.drain(max_messages)
        messages = [message for batch in batches for message in batch.messages]
        assert messages == self.model.waiting[: len(messages)]
        assert bool(messages) == bool(self.model.waiting)
        if batches:
            # Not one batch more than is needed to reach the number.
            assert sum(len(batch.messages) for batch in batches[:-1]) < max_messages
        for batch in batches:
            assert batch.messages
            assert batch.size_bytes == sum(map(size_of, batch.messages))
        self.drained += len(messages)
        del self.model.waiting[: len(messages)]

    @invariant()
    def everything_adds_up(self) -> None:
        """Received is drained, waiting and dropped; the bounds hold."""
        counters = self.inbox.counters
        assert counters.received == self.received
        assert counters.received_bytes == self.received_bytes
        assert counters.waiting == len(self.model.waiting) <= MAX_MESSAGES
        assert counters.waiting_bytes == sum(map(size_of, self.model.waiting)) <= MAX_BYTES
        assert counters.dropped.get(DROPPED_QOS_0, 0) == self.model.dropped_light
        assert counters.dropped.get(DROPPED_OTHER, 0) == self.model.dropped_other
        assert 0 not in counters.dropped.values()
        assert counters.received == self.drained + counters.waiting + sum(counters.dropped.values())


TestInboxAgainstModel = InboxAgainstModel.TestCase
TestInboxAgainstModel.settings = settings(max_examples=300, stateful_step_count=30)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=10))
def test_batches_keep_their_time(sizes: list[int]) -> None:
    """The time of arrival stays with the messages, also when some of a batch were dropped."""
    inbox = Inbox(20, 10**6)
    for number, size in enumerate(sizes):
        inbox.put(_batch([(b"%d" % number, b"", 0, None)] * size, float(number)))
    for batch in inbox.drain(10**6):
        assert {topic for topic, *_ in batch.messages} == {b"%d" % batch.received_at}


def test_a_message_larger_than_the_inbox_is_dropped_and_counted() -> None:
    """The bound on bytes holds even for a single message."""
    inbox = Inbox(10, 100)
    inbox.put(_batch([(b"t", b"x" * 200, 1, None)]))
    assert inbox.drain(1) == []
    assert inbox.counters.dropped == {DROPPED_OTHER: 1}
    assert inbox.counters.waiting_bytes == 0


def test_retained_messages_outlive_a_flood() -> None:
    """A flood of QoS 0 pushes out itself and not what is retained or acknowledged."""
    inbox = Inbox(1000, 10**9)
    precious: list[RawMessage] = [(b"r/%d" % i, b"", 1 + i % 3, None) for i in range(600)]
    inbox.put(_batch(list(precious)))
    for _ in range(100):
        inbox.put(_batch([(b"flood", b"x", 0, None)] * 500))
    messages = [message for batch in inbox.drain(10**6) for message in batch.messages]
    assert messages[:600] == precious
    assert len(messages) == 1000
    assert inbox.counters.dropped == {DROPPED_QOS_0: 100 * 500 - 400}


def test_two_threads_lose_nothing_between_them() -> None:
    """A writer and a reader at full speed: every message is drained or counted as dropped."""
    inbox = Inbox(500, 10**9)
    drained: list[int] = []
    is_done = threading.Event()

    def write() -> None:
        for first in range(0, 60_000, 60):
            messages = [(b"%d" % i, b"", i % 5 & 1, None) for i in range(first, first + 60)]
            inbox.put(_batch(messages))
        is_done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not is_done.is_set() or inbox.counters.waiting:
        for batch in inbox.drain(100):
            drained += [int(topic) for topic, *_ in batch.messages]
    writer.join()
    counters = inbox.counters
    assert drained == sorted(set(drained))
    assert counters.received == 60_000 == len(drained) + sum(counters.dropped.values())
