"""What was lost, as events."""

from __future__ import annotations

from mqttui.core.log.drop_events import DropEvents, Losses, losses_of
from mqttui.core.log.event_log import EventLog, Severity, Subject
from mqttui.core.source import SourceCounters


def test_a_flood_is_one_entry_whose_count_grows() -> None:
    """Drops that go on join, those of another cause are apart, a new flood is a new entry."""
    log = EventLog()
    drops = DropEvents(log)
    drops.look(Losses(), 0)
    assert len(log) == 0
    drops.look(Losses({"inbox full": 3}), 1)
    drops.look(Losses({"inbox full": 3}), 2)
    drops.look(Losses({"inbox full": 10, "malformed packet": 1}), 3)
    drops.look(Losses({"inbox full": 11, "malformed packet": 1}), 300)
    told = [(event.sentence, event.count, event.severity) for event in log.events()]
    assert told == [
        ("Messages were dropped on arrival: inbox full.", 10, Severity.ERROR),
        ("Messages were dropped on arrival: malformed packet.", 1, Severity.ERROR),
        ("Messages were dropped on arrival: inbox full.", 1, Severity.ERROR),
    ]


def test_every_counter_has_its_sentence() -> None:
    """Cut, evicted, unlisted and what the broker says; unknown is not nothing and not told."""
    log = EventLog()
    drops = DropEvents(log)
    counters = SourceCounters(cut=2)
    drops.look(losses_of(counters, unlisted=0, evicted=0, cut=0, by_broker=None), 0)
    assert [(e.sentence[:8], e.count) for e in log.events()] == [("Payloads", 2)]
    drops.look(losses_of(counters, unlisted=4, evicted=5, cut=1, by_broker=6), 1)
    told = {event.sentence.split(":")[0]: event for event in log.events()}
    assert {event.subject for event in told.values()} == {Subject.DROPS}
    assert sorted((event.count, event.severity) for event in told.values()) == [
        (3, Severity.WARNING),
        (4, Severity.ERROR),
        (5, Severity.INFO),
        (6, Severity.WARNING),
    ]


def test_a_restarted_counter_does_not_shrink_anything() -> None:
    """A count that falls is taken as the new beginning."""
    log = EventLog()
    drops = DropEvents(log)
    drops.look(Losses({"x": 10}), 0)
    drops.look(Losses({"x": 2}), 1)
    drops.look(Losses({"x": 5}), 2)
    assert [event.count for event in log.events()] == [13]


def test_evictions_are_one_entry_for_ever() -> None:
    """A full history is news once."""
    log = EventLog()
    drops = DropEvents(log)
    for hour in range(1, 5):
        drops.look(Losses(evicted=hour), hour * 3600)
    assert [event.count for event in log.events()] == [4]
