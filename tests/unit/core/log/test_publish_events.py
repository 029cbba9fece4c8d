"""What became of what was published, as events."""

from __future__ import annotations

import pytest

from mqttui.core.log import publish_events
from mqttui.core.log.event_log import EventLog, Severity
from mqttui.core.log.publish_events import FREE_ENTRIES, PublishEvents
from mqttui.core.publishing import Outcome, PublishRequest, ReceiptStatus

QUEUED = ReceiptStatus(Outcome.QUEUED, "queued")
ACKNOWLEDGED = ReceiptStatus(Outcome.ACKNOWLEDGED, "acknowledged in 12 ms", is_final=True)
REFUSED = ReceiptStatus(Outcome.REFUSED, "refused: quota exceeded", is_final=True)


class Handed:
    """A receipt whose status a test sets."""

    def __init__(self, topic: str, status: ReceiptStatus = QUEUED, qos: int = 1) -> None:
        self.request = PublishRequest(topic, b"secret", qos)
        self.status = status


def test_an_outcome_is_told_once_it_is_known() -> None:
    """Nothing is told before the broker's answer; then its words, never the payload."""
    log = EventLog()
    events = PublishEvents(log)
    receipt = Handed("a/b")
    events.follow(receipt)
    events.look(1.0)
    assert len(log) == 0
    receipt.status = ACKNOWLEDGED
    events.look(2.0)
    events.look(3.0)
    (event,) = log.events()
    assert event.sentence == "a/b (QoS 1): acknowledged in 12 ms."
    assert (event.severity, event.at, event.count) == (Severity.INFO, 2.0, 1)


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.LOST])
def test_failures_are_errors(outcome: Outcome) -> None:
    """What did not arrive stands out."""
    log = EventLog()
    events = PublishEvents(log)
    events.follow(Handed("a", ReceiptStatus(outcome, "why", is_final=True)))
    events.look(0.0)
    assert log.events()[0].severity is Severity.ERROR


def test_a_repeated_message_is_one_entry() -> None:
    """Sending again and again to one topic grows one entry; another outcome has its own."""
    log = EventLog()
    events = PublishEvents(log)
    for second in range(100):
        events.follow(Handed("a", ACKNOWLEDGED))
        events.look(float(second))
    events.follow(Handed("a", REFUSED))
    events.look(100.0)
    assert [(e.count, e.severity) for e in log.events()] == [
        (100, Severity.INFO),
        (1, Severity.ERROR),
    ]


def test_many_topics_do_not_flood_the_log() -> None:
    """Ten thousand topics at once are a few entries; no message is missing from the counts."""
    log = EventLog()
    events = PublishEvents(log)
    for number in range(10_000):
        status = REFUSED if number % 1000 == 999 else ACKNOWLEDGED
        events.follow(Handed(f"t/{number}", status))
    for frame in range(100):
        events.look(frame * 0.1)
    told = log.events()
    assert len(told) < 2 * FREE_ENTRIES + 4
    assert sum(event.count for event in told) == 10_000
    many = [event for event in told if event.sentence.startswith("Messages were ")]
    assert {event.severity for event in many} == {Severity.INFO, Severity.ERROR}
    assert any("refused: quota exceeded; the last one to t/9999" in e.sentence for e in many)


def test_what_is_not_followed_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded also when a broker never answers."""
    monkeypatch.setattr(publish_events, "MAX_FOLLOWED", 3)
    log = EventLog()
    events = PublishEvents(log)
    for number in range(5):
        events.follow(Handed(f"t/{number}"))
    events.look(0.0)
    (event,) = log.events()
    assert (event.count, event.severity) == (2, Severity.WARNING)
