"""The inspector looks at everything, little by little."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.hygiene import inspector as module
from mqttui.core.hygiene.inspector import (
    MOST_CONTENTS,
    MOST_NAMES,
    ROUND_INTERVAL_S,
    HygieneInspector,
)
from mqttui.core.hygiene.report import HygieneReport
from mqttui.core.hygiene.rules import Rule
from mqttui.core.outline import Outline
from mqttui.core.store import TopicStore

if TYPE_CHECKING:
    from mqttui.core.hygiene.rules import Findings
    from mqttui.core.node import TopicNode


def stopped() -> float:
    """Return always the same time."""
    return 0.0


def receive(store: TopicStore, *messages: tuple[bytes, bytes]) -> None:
    """Let the store receive live messages."""
    store.apply_messages([(topic, payload, 0, None) for topic, payload in messages], 1.0)


def test_topics_from_before_and_after_are_looked_at() -> None:
    """It makes no difference whether a topic was known when the inspector came."""
    store = TopicStore()
    receive(store, (b"/a-1234/x", b"1"))
    inspector = HygieneInspector(store)
    receive(store, (b"b-1234/x y", b"1"))
    inspector.update(0.0, budget_s=1.0)
    assert inspector.report.count(Rule.LEADING_SLASH) == 1
    assert inspector.report.count(Rule.SPACE) == 1
    assert inspector.looked_at == inspector.topics == 2


def test_the_outline_gets_its_additions_beside_the_inspector() -> None:
    """Two readers of new topics do not take them from each other."""
    store = TopicStore()
    outline = Outline(store)
    inspector = HygieneInspector(store)
    receive(store, (b"/a-1234/x", b"1"))
    inspector.update(0.0)
    outline.update(0.0)
    assert outline.row_count > 0
    assert inspector.topics == 1


def test_the_brokers_own_topics_are_left_out() -> None:
    """`$SYS` has names with spaces that are not ours to mend."""
    store = TopicStore()
    receive(store, (b"$SYS/broker/clients/with space", b"1"), (b"$x/y", b"{"))
    inspector = HygieneInspector(store)
    inspector.update(0.0, budget_s=1.0)
    assert inspector.topics == 0
    assert inspector.report.total == 0


def test_mended_contents_leave_the_report() -> None:
    """A finding about messages goes away with its cause; one about a name stays."""
    store = TopicStore()
    receive(store, (b"a-1234/x y", b"{'v'}"))
    inspector = HygieneInspector(store)
    inspector.update(0.0, budget_s=1.0)
    node = store.find(b"a-1234/x y")
    assert node is not None
    assert inspector.report.rules_of(node) == (Rule.SPACE, Rule.BROKEN_JSON)
    receive(store, *[(b"a-1234/x y", b'{"v": 4.8}')] * 40)
    inspector.update(ROUND_INTERVAL_S + 1, budget_s=1.0)
    assert inspector.report.rules_of(node) == (Rule.SPACE,)
    assert inspector.report.count(Rule.BROKEN_JSON) == 0
    assert inspector.report.findings(Rule.BROKEN_JSON) == []


def test_the_clock_ends_a_call() -> None:
    """With no time left a call does a small piece, and the next one goes on behind it."""
    ticks = itertools.count()
    store = TopicStore()
    receive(store, *[(b"/a-1234/%d" % k, b"1") for k in range(500)])
    inspector = HygieneInspector(store, timer=lambda: float(next(ticks)))
    inspector.update(0.0, budget_s=0.0)
    first = inspector.looked_at
    assert 0 < first < 100
    inspector.update(0.0, budget_s=0.0)
    assert first < inspector.looked_at <= 2 * first


def test_one_call_is_bounded_even_if_the_clock_stands_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The number of names and of topics with messages per call has a limit."""
    looked_at: list[TopicNode] = []

    def look(node: TopicNode) -> Findings:
        looked_at.append(node)
        return {}

    monkeypatch.setattr(module, "content_findings", look)
    store = TopicStore()
    topics = [b"a-1234/%d" % k for k in range(2 * MOST_NAMES)]
    receive(store, *[(topic, b"1") for topic in topics])
    inspector = HygieneInspector(store, timer=stopped)
    inspector.update(0.0)
    assert inspector.looked_at == MOST_NAMES
    assert looked_at == []
    inspector.update(0.0)
    assert len(looked_at) == MOST_CONTENTS
    for _ in range(len(topics) // MOST_CONTENTS):
        inspector.update(0.0)
    assert [node.topic for node in looked_at] == topics


def test_the_work_does_not_depend_on_the_rate_of_messages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A topic is looked at once per round, whether it got one message or thousands."""
    looks = 0

    def look(node: TopicNode) -> Findings:
        nonlocal looks
        looks += 1
        return {}

    monkeypatch.setattr(module, "content_findings", look)
    store = TopicStore()
    inspector = HygieneInspector(store, timer=stopped)
    for frame in range(40):
        receive(store, *[(b"flood-1234/x", b"%d" % k) for k in range(1_000)])
        inspector.update(frame * ROUND_INTERVAL_S / 20)
    assert looks == 2


def test_a_quiet_broker_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without new messages no topic is passed again."""
    store = TopicStore()
    receive(store, (b"a-1234/x", b"1"))
    inspector = HygieneInspector(store, timer=stopped)
    inspector.update(0.0)

    class Untouchable(list):
        def __getitem__(self, index: object) -> object:
            raise AssertionError("a topic was passed")

    monkeypatch.setattr(inspector, "_topics", Untouchable(inspector._topics))
    inspector.update(1_000.0)
    receive(store, (b"a-1234/x", b"2"))
    with pytest.raises(AssertionError, match="a topic was passed"):
        inspector.update(2_000.0)


def test_a_clock_that_is_set_back_stops_nothing() -> None:
    """The next round begins also when time has gone backwards."""
    store = TopicStore()
    receive(store, (b"a-1234/x", b"1"))
    inspector = HygieneInspector(store, timer=stopped)
    inspector.update(10_000.0)
    receive(store, (b"a-1234/x", b"{"))
    inspector.update(0.0)
    assert inspector.report.count(Rule.BROKEN_JSON) == 1


def test_sentences_are_kept_for_the_first_and_the_rest_is_counted() -> None:
    """The report is bounded, and its counts are right all the same."""
    store = TopicStore()
    receive(store, *[(b"a-1234/%d" % k, b"1") for k in range(5)])
    report = HygieneReport(kept_per_rule=3)
    nodes = list(store.topic_nodes())
    for node in nodes:
        report.note_contents(node, {Rule.BROKEN_JSON: "It is broken."})
    assert report.count(Rule.BROKEN_JSON) == report.total == report.topics == 5
    assert [finding.node for finding in report.findings(Rule.BROKEN_JSON)] == nodes[:3]
    for node in nodes:
        assert node in report
        report.note_contents(node, {})
        assert node not in report
    assert report.total == report.topics == 0


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=40), st.binary(max_size=40))))
def test_any_messages_can_be_inspected(messages: list[tuple[bytes, bytes]]) -> None:
    """Any bytes as topic and payload raise nothing, and the counts agree with what is kept."""
    store = TopicStore()
    inspector = HygieneInspector(store)
    receive(store, *messages)
    inspector.update(0.0, budget_s=5.0)
    report = inspector.report
    assert report.total == sum(len(report.findings(rule)) for rule in Rule)
    assert report.topics == sum(node in report for node in store.topic_nodes())


def test_every_rule_explains_itself() -> None:
    """Identifiers are unique, and each explanation says why and what to do."""
    assert len({rule.rule_id for rule in Rule}) == len(Rule)
    for rule in Rule:
        assert rule.explanation.count(". ") >= 1
        assert rule.explanation.endswith(".")
