"""How a topic went lately, as a few numbers."""

from __future__ import annotations

import pytest

from mqttui.core.message import Batch
from mqttui.core.store import TopicStore
from mqttui.core.trend import Trend, number_in, trend_of


def topic_with(messages: list[tuple[float, bytes]], budget_bytes: int = 10**9):
    """Return a topic that received these payloads at these times."""
    store = TopicStore(budget_bytes)
    for received_at, payload in messages:
        store.apply(Batch(received_at, [(b"a", payload, 0, None)], len(payload)))
        store.settle(received_at)
    node = store.find("a")
    assert node is not None
    return node


def test_numbers_give_the_newest_values() -> None:
    """A few values fill the end, many are averaged."""
    node = topic_with([(100.0, b"1"), (101.0, b"2"), (102.0, b"4 V")])
    assert trend_of(node, 103.0, 4) == Trend([None, 1.0, 2.0, 4.0], is_rate=False)
    node = topic_with([(float(number), b"%d" % number) for number in range(100)])
    found = trend_of(node, 100.0, 4)
    assert found is not None
    assert found.levels == [85.5, 89.5, 93.5, 97.5]


def test_everything_else_gives_messages_per_part_of_the_last_minute() -> None:
    """Before the first message nothing is known; a part without messages has none."""
    times = [100.0, 101.0, 102.0, 116.0, 131.0, 132.0]
    node = topic_with([(received_at, b"on") for received_at in times])
    assert trend_of(node, 160.0, 4) == Trend([3.0, 1.0, 2.0, 0.0], is_rate=True)
    assert trend_of(node, 145.0, 4) == Trend([None, 3.0, 1.0, 2.0], is_rate=True)


def test_what_was_evicted_is_unknown_and_not_zero() -> None:
    """The trend begins where the kept messages do."""
    payload = b"x" * 1000
    node = topic_with([(100.0 + number, payload) for number in range(60)], 20_000)
    assert node.evicted
    found = trend_of(node, 160.0, 6)
    assert found is not None
    assert found.levels[:4] == [None] * 4
    assert found.levels[-1] == 10.0


def test_one_message_is_no_trend() -> None:
    """There is nothing to compare it with."""
    assert trend_of(topic_with([(100.0, b"1")]), 101.0, 4) is None


@pytest.mark.parametrize(
    ("payload", "number"),
    [
        (b"21.5", 21.5),
        (b" -3e2\n", -300.0),
        (b"12.3 \xc2\xb0C", 12.3),
        (b"", None),
        (b"on", None),
        (b"nan", None),
        (b"1_000", None),
        (b"1 2 3", None),
        (b"3 is a long sentence", None),
        (b"9" * 1000, None),
    ],
)
def test_a_number_may_have_a_unit(payload: bytes, number: float | None) -> None:
    """What Python alone would take for a number is none."""
    assert number_in(payload) == number
