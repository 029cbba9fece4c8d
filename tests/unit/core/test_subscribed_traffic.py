"""The traffic of topic filters, against counting every topic that matches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.store import TopicStore
from mqttui.core.subscribed_traffic import INTERVAL_S, STEP, SubscribedTraffic
from mqttui.core.topic import filter_matches, filter_problem

LEVELS = ["a", "b", "", "$x"]
TOPICS = st.lists(st.sampled_from(LEVELS), min_size=1, max_size=3).map("/".join).filter(bool)
FILTERS = (
    st.lists(st.sampled_from([*LEVELS, "+", "#"]), min_size=1, max_size=3)
    .map("/".join)
    .filter(lambda text: filter_problem(text) is None)
)


def received(topics: list[str], at: float = 100.0) -> TopicStore:
    """Return a store that received one live message on each of the topics."""
    store = TopicStore()
    store.apply_messages([(topic.encode(), b"1", 0, None) for topic in topics], at)
    store.settle(at)
    return store


def stopped() -> float:
    """Return always the same time."""
    return 0.0


@given(topics=st.lists(TOPICS, max_size=12), topic_filter=FILTERS)
def test_the_sum_is_that_of_every_topic_that_matches(topics: list[str], topic_filter: str) -> None:
    """Topics, messages and rate are those of matching each topic, and the rest is not in them."""
    store = received(topics)
    traffic = SubscribedTraffic(store, timer=stopped)
    traffic.update([topic_filter, f"$share/g/{topic_filter}"], 101.0)
    matching = [topic for topic in topics if filter_matches(topic_filter, topic)]
    found = traffic.of(topic_filter)
    assert found is not None
    assert (found.topics, found.messages) == (len(set(matching)), len(matching))
    whole = store.root.rate(101.0)
    share = whole * len(matching) / len(topics) if topics else 0.0
    assert found.rate_per_s == pytest.approx(share)
    assert traffic.of(f"$share/g/{topic_filter}") == found


def test_a_round_is_taken_once_per_second_and_at_once_for_another_list() -> None:
    """Between rounds nothing is looked at; a filter that is new need not wait."""
    store = received(["a/1", "b/1"])
    traffic = SubscribedTraffic(store, timer=stopped)
    traffic.update(["#"], 100.0)
    traffic.update(["#"], 100.0 + INTERVAL_S / 2)
    assert traffic.version == 1
    traffic.update(["#", "a/#"], 100.0 + INTERVAL_S / 2)
    assert traffic.version == 2
    traffic.update(["#", "a/#"], 100.0 + 2 * INTERVAL_S)
    assert traffic.version == 3
    # The clock was set back.
    traffic.update(["#", "a/#"], 50.0)
    assert traffic.version == 4


def test_a_filter_over_many_branches_takes_several_frames() -> None:
    """What takes longer than the budget goes on with the next call; the old sums stay till then."""
    store = received([f"{number}/data" for number in range(4 * STEP)])
    ticks = iter(range(1_000_000))
    traffic = SubscribedTraffic(store, timer=lambda: float(next(ticks)))
    calls = 0
    while traffic.of("+/data") is None:
        traffic.update(["+/data"], 101.0, budget_s=0.5)
        calls += 1
    assert calls > 4
    assert traffic.of("+/data") == (4 * STEP, 4 * STEP, pytest.approx(store.root.rate(101.0)))
