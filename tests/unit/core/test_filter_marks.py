"""Which filter brought a topic, said by a letter."""

from __future__ import annotations

from mqttui.core.filter_marks import BEYOND, COLOURS, LETTERS, FilterMarks
from mqttui.core.source import SubscriptionStatus
from mqttui.core.store import TopicStore


def granted(*filters: str) -> tuple[SubscriptionStatus, ...]:
    """Return filters that the broker has granted."""
    return tuple(SubscriptionStatus(each, 0, 0) for each in filters)


def letter_of(marks: FilterMarks, store: TopicStore, topic: str) -> str | None:
    """Return the letter of a topic."""
    node = store.find(topic)
    assert node is not None
    mark = marks.of_node(node)
    return None if mark is None else mark.letter


def test_a_filter_keeps_its_letter_while_others_come_and_go() -> None:
    """A letter that has become free is given to the next filter."""
    marks = FilterMarks()
    marks.update(granted("#", "a/#", "b/#"))
    assert [marks.of(each).letter for each in ("#", "a/#", "b/#")] == ["A", "B", "C"]
    marks.update(granted("#", "b/#"))
    marks.update(granted("#", "b/#", "c/#"))
    assert [marks.of(each).letter for each in ("#", "b/#", "c/#")] == ["A", "C", "B"]


def test_the_narrowest_granted_filter_is_the_one() -> None:
    """A topic that several filters match belongs to the one that the others cover."""
    store = TopicStore()
    topics = (b"a/1", b"a/2", b"b", b"$SYS/x")
    store.apply_messages([(topic, b"1", 0, None) for topic in topics], 1.0)
    marks = FilterMarks()
    refused = SubscriptionStatus("a/2", 0, None, "refused")
    paused = SubscriptionStatus("b", 0, None, is_paused=True)
    marks.update((*granted("#", "a/#", "a/+", "a/1"), refused, paused))
    assert letter_of(marks, store, "a/1") == "D"
    assert letter_of(marks, store, "a/2") == "C"
    assert letter_of(marks, store, "b") == "A"
    assert letter_of(marks, store, "$SYS/x") is None
    before = marks.version
    marks.update(granted("#", "b"))
    assert marks.version > before
    assert letter_of(marks, store, "a/1") == "A"
    assert letter_of(marks, store, "b") == "F"


def test_marks_tell_something_only_beside_the_usual_filters() -> None:
    """The two filters that everybody has need no letters."""
    marks = FilterMarks()
    marks.update(granted("#", "$SYS/#"))
    assert not marks.is_telling
    marks.update(granted("#", "a/#"))
    assert marks.is_telling


def test_more_filters_than_letters() -> None:
    """The rest share one mark, and every colour is one there is."""
    marks = FilterMarks()
    filters = [f"f{number}" for number in range(len(LETTERS) + 3)]
    marks.update(granted(*filters))
    assert [marks.of(each).letter for each in filters[-4:]] == [LETTERS[-1], *[BEYOND] * 3]
    assert all(0 <= marks.of(each).colour < COLOURS for each in filters)
