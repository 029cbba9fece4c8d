"""What the times of a topic's messages tell of it."""

from __future__ import annotations

import pytest

from mqttui.core.message import RETAIN, Batch
from mqttui.core.period import BEGINNING_S, NEW_FOR_S, is_new, silent_after_s, usual_interval_s
from mqttui.core.store import TopicStore


def topic_with(times: list[float], flags: int = 0):
    """Return a topic that received a message at each of these times."""
    store = TopicStore()
    for number, received_at in enumerate(times):
        store.apply(Batch(received_at, [(b"a", b"%d" % number, flags, None)], 2))
    node = store.find("a")
    assert node is not None
    return node


def test_a_topic_that_talked_regularly_is_silent_after_several_periods() -> None:
    """The longest recent pause counts, so that a late message is no alarm."""
    node = topic_with([100.0, 103.0, 106.0, 110.0, 113.0, 116.0])
    assert silent_after_s(node) == 5 * 4.0


def test_fast_topics_are_given_ten_seconds() -> None:
    """What came in one read has one time, so short periods are not known well."""
    node = topic_with([100.0 + number * 0.1 for number in range(200)])
    assert silent_after_s(node) == 10.0


@pytest.mark.parametrize(
    "times",
    [[100.0], [100.0, 115.0, 130.0], [100.0, 100.5, 101.0, 101.5, 102.0, 102.5]],
    ids=["once", "three times", "a short burst"],
)
def test_who_never_talked_for_long_is_never_silent(times: list[float]) -> None:
    """One message, a few, or a burst at the start of a board promise nothing."""
    assert silent_after_s(topic_with(times)) is None


def test_retained_messages_are_no_talk() -> None:
    """When they were published is not known."""
    node = topic_with([100.0 + 10 * number for number in range(8)], RETAIN)
    assert silent_after_s(node) is None
    assert usual_interval_s(node.entries()) is None


def test_only_what_came_later_is_new_and_only_for_a_while() -> None:
    """At the beginning everything is seen for the first time, which is no news."""
    node = topic_with([200.0])
    assert not is_new(node, began_at=200.0 - BEGINNING_S / 2, now=201.0)
    assert is_new(node, began_at=100.0, now=200.0)
    assert is_new(node, began_at=100.0, now=200.0 + NEW_FOR_S - 1)
    assert not is_new(node, began_at=100.0, now=200.0 + NEW_FOR_S)
