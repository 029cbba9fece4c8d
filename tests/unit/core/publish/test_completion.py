"""Topics complete what is typed, in small steps, whatever is in the tree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.message import Batch
from mqttui.core.publish.completion import MOST_SUGGESTIONS, TopicCompletion
from mqttui.core.store import TopicStore
from mqttui.core.topic import topic_problem


def store_of(*topics: str | bytes) -> TopicStore:
    """Return a store that has received something on these topics."""
    store = TopicStore()
    names = [topic.encode() if isinstance(topic, str) else topic for topic in topics]
    store.apply(Batch(1.0, [(name, b"x", 0, None) for name in names], 0))
    store.settle(1.0)
    return store


def suggestions(store: TopicStore, text: str) -> list[str]:
    """Return everything that is suggested for a text."""
    completion = TopicCompletion(store)
    completion.ask(text)
    while completion.work(7):
        pass
    return list(completion.suggestions)


TREE = store_of(
    "lab/bench1/cmd", "lab/bench1/data", "lab/bench10/cmd", "lab/bench1", "office/lamp", "$SYS/x"
)


def test_the_next_level_comes_first_then_topics_that_contain_the_text() -> None:
    """A branch ends in a slash; a level that is a topic too is offered as both."""
    assert suggestions(TREE, "") == ["lab/", "office/"]
    assert suggestions(TREE, "lab/bench1") == [
        "lab/bench1/",
        "lab/bench10/",
        "lab/bench1/cmd",
        "lab/bench1/data",
        "lab/bench10/cmd",
    ]
    assert suggestions(TREE, "lab/bench1/") == ["lab/bench1/cmd", "lab/bench1/data"]
    assert suggestions(TREE, "LAMP") == ["office/lamp"]
    assert suggestions(TREE, "lab/bench1/cmd") == []
    assert suggestions(TREE, "no such/") == []


def test_topics_of_the_broker_are_for_who_asks() -> None:
    """$SYS is completed after a $ only."""
    assert suggestions(TREE, "x") == []
    assert suggestions(TREE, "$") == ["$SYS/", "$SYS/x"]


def test_what_nobody_can_type_is_not_suggested() -> None:
    """Bytes that are not UTF-8, controls and hidden characters stay out of the field."""
    store = store_of(b"a/\xff", "a/\x1b[2J", "a/\u202eb", "a/b")
    assert suggestions(store, "a/") == ["a/b"]


def test_a_step_is_bounded_however_many_topics_there_are() -> None:
    """A hundred thousand names on one level are looked at in as many steps as one asks for."""
    store = store_of(*(f"wide/{number:06}" for number in range(20_000)))
    completion = TopicCompletion(store)
    completion.ask("wide/0199")
    steps = 0
    while completion.work(1_000):
        steps += 1
    assert 15 <= steps <= 45
    assert completion.suggestions[0] == "wide/019900"
    assert len(completion.suggestions) == MOST_SUGGESTIONS


def test_topics_may_come_in_during_a_search() -> None:
    """A search that rests does not mind a tree that grows."""
    store = store_of(*(f"a/{number}" for number in range(100)))
    completion = TopicCompletion(store)
    completion.ask("a/")
    completion.work(10)
    store.apply(Batch(2.0, [(b"a/new", b"", 0, None), (b"b/new", b"", 0, None)], 0))
    while completion.work(10):
        pass
    assert len(completion.suggestions) == MOST_SUGGESTIONS


LEVELS = st.lists(st.text(alphabet="ab/$", min_size=1, max_size=6), min_size=1, max_size=12)


@given(LEVELS, st.text(alphabet="ab/$", max_size=4))
def test_every_suggestion_is_a_topic_or_on_the_way_to_one(topics: list[str], text: str) -> None:
    """It contains the text, can be published to, and differs from what is there."""
    found = suggestions(store_of(*topics), text)
    assert len(found) == len(set(found))
    for suggestion in found:
        assert suggestion != text
        assert text in suggestion
        assert topic_problem(suggestion) is None
        is_branch = suggestion.endswith("/") and any(t.startswith(suggestion) for t in topics)
        assert suggestion in topics or is_branch
