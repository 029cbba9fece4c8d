"""The list of what happened."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.log.event_log import SENTENCE_LIMIT, EventLog, Severity, Subject
from mqttui.payload.printable import printable

INFO, WARNING, ERROR = Severity.INFO, Severity.WARNING, Severity.ERROR


def test_the_oldest_give_way_and_are_counted() -> None:
    """The log is bounded by count, numbers go on without gaps."""
    log = EventLog(max_events=3)
    for number in range(5):
        log.add(number, INFO, Subject.CONNECTION, f"event {number}")
    assert [event.number for event in log.events()] == [3, 4, 5]
    assert [event.number for event in log.events(after=4)] == [5]
    assert log.events(after=5) == []
    assert (log.evicted, log.newest, len(log)) == (2, 5, 3)


def test_the_log_is_bounded_by_bytes() -> None:
    """Long sentences are cut and say so; many of them push the oldest out."""
    log = EventLog(max_bytes=10_000)
    for number in range(50):
        log.add(number, INFO, Subject.DROPS, "x" * 5_000)
    assert 0 < len(log) < 10
    assert log.evicted == 50 - len(log)
    assert log.events()[0].sentence.endswith("(4,000 characters left out)")
    assert len(log.events()[0].sentence) < SENTENCE_LIMIT + 50


def test_what_repeats_is_one_entry_that_grows() -> None:
    """The same key soon afterwards joins, a later one is a new episode, another key is apart."""
    log = EventLog()
    log.add(0, WARNING, Subject.DROPS, "dropped", key="a", count=5)
    log.add(1, INFO, Subject.CONNECTION, "something else")
    version = log.version
    log.add(50, WARNING, Subject.DROPS, "still dropped", key="a", count=7)
    first, second = log.events()
    assert (first.sentence, first.count, first.at, first.last_at) == ("still dropped", 12, 0, 50)
    assert second.count == 1
    assert log.version > version
    log.add(111, WARNING, Subject.DROPS, "dropped", key="a")
    log.add(111, WARNING, Subject.DROPS, "dropped", key="b")
    log.close("b")
    log.add(111, WARNING, Subject.DROPS, "dropped", key="b")
    assert [event.count for event in log.events()] == [12, 1, 1, 1, 1]


def test_an_entry_that_gave_way_does_not_grow() -> None:
    """Growth finds its entry by number, also after others were evicted."""
    log = EventLog(max_events=2)
    log.add(0, INFO, Subject.DROPS, "first", key="a")
    log.add(0, INFO, Subject.DROPS, "second", key="b")
    log.add(0, INFO, Subject.DROPS, "third")
    log.add(0, INFO, Subject.DROPS, "second", key="b")
    log.add(0, INFO, Subject.DROPS, "first", key="a")
    assert [(e.sentence, e.count) for e in log.events()] == [("third", 1), ("first", 1)]


def test_what_nobody_has_seen_is_counted() -> None:
    """Warnings and errors are unseen until somebody looks; growth alone is no news."""
    log = EventLog()
    log.add(0, INFO, Subject.CONNECTION, "fine")
    log.add(0, WARNING, Subject.DROPS, "hm", key="a")
    log.add(0, WARNING, Subject.DROPS, "hm", key="a")
    log.add(0, ERROR, Subject.PROGRAM, "oh")
    assert (log.unseen_warnings, log.unseen_errors) == (1, 1)
    log.mark_seen()
    log.add(0, WARNING, Subject.DROPS, "hm", key="a")
    assert (log.unseen_warnings, log.unseen_errors) == (0, 0)
    log.add(0, ERROR, Subject.DROPS, "worse", key="a")
    assert (log.unseen_warnings, log.unseen_errors) == (0, 1)
    assert log.events()[1].severity is ERROR


@given(
    st.lists(
        st.tuples(st.text(max_size=40), st.sampled_from([None, "a", "b"]), st.integers(0, 100)),
        max_size=60,
    )
)
def test_any_sequence_keeps_the_books(steps: list[tuple[str, str | None, int]]) -> None:
    """Nothing is lost between entries, their counts and the evicted; all is printable."""
    log = EventLog(max_events=8)
    now = 0.0
    for sentence, key, wait_s in steps:
        now += wait_s
        log.add(now, INFO, Subject.PUBLISH, sentence, key=key)
    events = log.events()
    assert log.newest == log.evicted + len(events)
    assert [event.number for event in events] == list(range(log.evicted + 1, log.newest + 1))
    assert all(event.at <= event.last_at for event in events)
    assert all(event.sentence == printable(event.sentence) for event in events)
    if not log.evicted:
        assert sum(event.count for event in events) == len(steps)
