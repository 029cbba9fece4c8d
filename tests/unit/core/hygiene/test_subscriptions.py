"""Subscribing to everything is found, with what it costs."""

from __future__ import annotations

from mqttui.core.hygiene.report import HygieneReport
from mqttui.core.hygiene.rules import Rule
from mqttui.core.hygiene.subscriptions import FilterFinding, filter_findings
from mqttui.core.source import SubscriptionStatus
from mqttui.core.store import TopicStore
from mqttui.core.subscribed_traffic import SubscribedTraffic


def found(*filters: str, topics: tuple[str, ...] = ()) -> list[FilterFinding]:
    """Return the findings on granted filters, after one message on each topic."""
    store = TopicStore()
    store.apply_messages([(topic.encode(), b"1", 0, None) for topic in topics], 100.0)
    store.settle(100.0)
    traffic = SubscribedTraffic(store, timer=lambda: 0.0)
    traffic.update(filters, 101.0)
    subscriptions = [SubscriptionStatus(each, 0, 0) for each in filters]
    return filter_findings(subscriptions, traffic, store, 101.0, defaults=("#",))


def test_every_way_to_ask_for_everything_is_found() -> None:
    """What is bounded by a name is not, and neither are the broker's own topics."""
    findings = found("#", "+/#", "$share/g/#", "a/#", "+/+/#", "+", "$SYS/#")
    assert [finding.topic_filter for finding in findings] == ["#", "+/#", "$share/g/#"]
    assert {finding.rule for finding in findings} == {Rule.SUBSCRIBED_TO_ALL}


def test_the_cost_and_what_would_be_enough_are_numbers() -> None:
    """Rate and topics are those of the filter; the busiest prefixes come first."""
    topics = ("iot49/a", "iot49/b", "iot49/b", "tele/x", "$SYS/x", "/lost", "\x1b[31m/x")
    (finding,) = found("#", topics=topics)
    assert "on 5 topics over this line" in finding.sentence
    assert "Enough may be iot49/# (" in finding.sentence
    assert " /# " not in finding.sentence
    assert "default of mqttui; s changes it" in finding.sentence
    assert finding.sentence.isprintable()


def test_one_prefix_is_no_alternative() -> None:
    """Where there is one prefix only, nothing narrower is proposed."""
    (finding,) = found("+/#", topics=("iot49/a", "iot49/b"))
    assert "Enough" not in finding.sentence
    assert "default" not in finding.sentence


def test_what_is_refused_or_paused_costs_nothing() -> None:
    """Only what the broker granted is found."""
    store = TopicStore()
    traffic = SubscribedTraffic(store)
    subscriptions = [
        SubscriptionStatus("#", 0, None, "refused"),
        SubscriptionStatus("+/#", 0, None, is_paused=True),
    ]
    assert filter_findings(subscriptions, traffic, store, 0.0) == []


def test_the_report_takes_the_newest_findings_only() -> None:
    """They are counted beside those on topics, and the version tells of changes."""
    report = HygieneReport()
    finding = FilterFinding(Rule.SUBSCRIBED_TO_ALL, "#", "costs much")
    report.note_filters([finding])
    version = report.version
    report.note_filters([finding])
    assert report.version == version
    assert report.count(Rule.SUBSCRIBED_TO_ALL) == 1
    assert report.findings(Rule.SUBSCRIBED_TO_ALL) == [finding]
    assert report.total == 0
    report.note_filters([])
    assert report.version > version
    assert report.count(Rule.SUBSCRIBED_TO_ALL) == 0
