"""Messages that contain a text are found bit by bit, and forgotten with the history."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.history_filter import HistoryFilter
from mqttui.core.message import Batch
from mqttui.core.store import TopicStore

TOPIC = b"t"
ENOUGH_S = 1e9


def received(store: TopicStore, payloads: list[bytes]) -> None:
    store.apply(Batch(1.0, [(TOPIC, payload, 0, None) for payload in payloads], 0))


def found(filter_: HistoryFilter) -> list[int]:
    return [filter_.number_at(row) for row in range(len(filter_))]


@given(
    st.lists(st.lists(st.sampled_from([b"on", b"off", b"x" * 400]), max_size=40), max_size=8),
    st.lists(st.lists(st.sampled_from([b"on", b"off", b"x" * 400]), max_size=40), max_size=8),
)
def test_same_messages_as_a_look_at_all(
    before: list[list[bytes]], after: list[list[bytes]]
) -> None:
    """Whatever comes and is forgotten between the looks, in the end all matches are there."""
    store = TopicStore(12_000)
    store.apply(Batch(1.0, [(TOPIC, b"on", 0, None)], 0))
    for payloads in before:
        received(store, payloads)
    node = store.find(TOPIC)
    assert node is not None
    filter_ = HistoryFilter("ON", node.messages)
    for payloads in after:
        received(store, payloads)
        filter_.update(node, node.messages, 0.0)
    filter_.update(node, node.messages, ENOUGH_S)
    entries = node.entries()
    first = node.messages - len(entries) + 1
    wanted = [first + at for at, entry in enumerate(entries) if b"on" in entry[1]]
    assert found(filter_) == wanted[::-1]
    assert filter_.unseen == 0
    for row, number in enumerate(found(filter_)):
        assert filter_.row_of(number) == row


def test_newest_come_first_and_the_rest_is_counted() -> None:
    """A budget that is spent at once looks at some of the newest, and says how many are left."""
    store = TopicStore(10_000_000)
    received(store, [b"on"] * 1_000)
    node = store.find(TOPIC)
    assert node is not None
    ticks = iter(range(1_000_000))
    filter_ = HistoryFilter("on", node.messages, clock=lambda: float(next(ticks)))
    filter_.update(node, node.messages, 0.0)
    assert 0 < len(filter_) < 1_000
    assert filter_.number_at(0) == 1_000
    assert filter_.unseen == 1_000 - len(filter_)
    received(store, [b"on"])
    filter_.update(node, node.messages, 0.0)
    assert filter_.number_at(0) == 1_001


def test_list_that_stands_still_gets_no_newer_messages() -> None:
    """Only messages up to a number are looked at."""
    store = TopicStore(10_000_000)
    received(store, [b"on"] * 5)
    node = store.find(TOPIC)
    assert node is not None
    filter_ = HistoryFilter("on", 3)
    filter_.update(node, 3, ENOUGH_S)
    assert found(filter_) == [3, 2, 1]
    filter_.update(node, node.messages, ENOUGH_S)
    assert found(filter_) == [5, 4, 3, 2, 1]
