"""The shown message is decoded as often as it must be, and first of all its beginning."""

from __future__ import annotations

from mqttui.core.message import Batch
from mqttui.core.message_reader import MessageReader
from mqttui.core.store import TopicStore
from mqttui.ui.shown_value import FIRST_SIGHT_BYTES, ShownValue

LIMIT_BYTES = 64_000


class Clock:
    """A clock that a test sets; each look at it takes `step_s`."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.step_s = 0.0

    def __call__(self) -> float:
        """Return the time."""
        self.now_s += self.step_s
        return self.now_s


class Bench:
    """A shown value and its topic."""

    def __init__(self) -> None:
        self.store = TopicStore(10_000_000)
        self.reader = MessageReader(self.store)
        self.clock = Clock()
        self.value = ShownValue(self.reader, LIMIT_BYTES, self.clock)

    def receive(self, payload: bytes) -> None:
        """Let a message come."""
        self.store.apply(Batch(1.0, [(b"t", payload, 0, None)], len(payload)))

    def update(self, *, is_live: bool = True, may_finish: bool = True) -> bool:
        """Look at the last message."""
        node = self.store.find(b"t")
        assert node is not None
        assert node.last is not None
        return self.value.update(node, node.last, 16, is_live=is_live, may_finish=may_finish)


def test_a_large_message_is_shown_in_two_steps() -> None:
    """The beginning at once, the rest when it may; the next message as a whole."""
    bench = Bench()
    bench.receive(b"a" * 100_000)
    assert bench.update()
    assert bench.value.decoded.shown_bytes == FIRST_SIGHT_BYTES
    assert not bench.update(may_finish=False)
    assert bench.update()
    assert bench.value.decoded.shown_bytes == LIMIT_BYTES
    assert not bench.update()
    bench.receive(b"b" * 100_000)
    assert bench.update()
    assert bench.value.decoded.shown_bytes == LIMIT_BYTES


def test_a_message_that_costs_much_makes_the_next_wait() -> None:
    """One that somebody chose does not wait, nor does a new decoder."""
    bench = Bench()
    bench.receive(b"1")
    bench.clock.step_s = 1.0
    assert bench.update()
    bench.receive(b"2")
    assert not bench.update()
    assert bench.update(is_live=False)
    bench.receive(b"3")
    assert not bench.update()
    bench.value.hurry()
    assert bench.update()
    bench.receive(b"4")
    bench.reader.set_rules(bench.reader.rules.with_rule("#", "hex"))
    assert bench.update()
    assert bench.value.chosen_for == "#"
    assert bench.value.decoded.kind == "hex"


def test_the_same_payload_again_is_not_decoded() -> None:
    """Most retained and many live messages repeat themselves."""
    bench = Bench()
    bench.receive(b"1")
    assert bench.update()
    bench.receive(b"1")
    assert not bench.update()
    assert bench.value.entry is bench.store.find(b"t").last
