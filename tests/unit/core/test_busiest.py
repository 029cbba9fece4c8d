"""The ranking: in order, with shares, and calm."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mqttui.core.busiest import Busiest, Measure, Ranking, Scope
from mqttui.core.message import RETAIN
from mqttui.core.store import TopicStore
from mqttui.core.traffic_meter import TrafficMeter
from mqttui.core.traffic_window import Window

NOW = 1_700_000_000.0


class Rig:
    """A store, a meter and a ranking, moved on second by second."""

    def __init__(self) -> None:
        self.store = TopicStore()
        self.meter = TrafficMeter(self.store)
        self.busiest = Busiest(self.meter)
        self.now = NOW

    def second(self, **sent: int) -> None:
        """Let a second pass in which these topics (`__` for a slash) had so many messages."""
        for name, times in sent.items():
            message = (name.replace("__", "/").encode(), b"x" * 10, 0, None)
            self.store.apply_messages([message] * times, self.now)
        self.store.settle(self.now)
        self.now += 1.0
        self.meter.update(self.now, 1e9)

    def ranking(
        self,
        scope: Scope = Scope.ALL,
        measure: Measure = Measure.MESSAGES,
        window: Window = Window.TEN_SECONDS,
    ) -> Ranking:
        return self.busiest.ranking(window, measure, scope)

    def names(self, scope: Scope = Scope.ALL, measure: Measure = Measure.MESSAGES) -> list[str]:
        return [
            row.node.path + ("/#" if row.is_subtree else "")
            for row in self.ranking(scope, measure).rows
        ]


@settings(deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["a", "a__x", "a__y", "a__x__z", "b", "b__x", "c__x__y__z"]),
            st.integers(1, 60),
        ),
        min_size=1,
        max_size=15,
    )
)
def test_the_ranking_is_sorted_and_shares_add_up(seconds: list[dict[str, int]]) -> None:
    """Rates never rise by more than what rows of equal pace may; each level is the whole."""
    rig = Rig()
    for sent in seconds:
        rig.second(**sent)
    for measure in Measure:
        for scope in Scope:
            ranking = Busiest(rig.meter).ranking(Window.MINUTE, measure, scope)
            rates = [
                (row.messages_per_s if measure is Measure.MESSAGES else row.bytes_per_s) or 0.0
                for row in ranking.rows
            ]
            assert all(later <= earlier * 2**0.25 + 1e-9 for earlier, later in pairwise(rates))
            if ranking.rows and scope is not Scope.ALL:
                assert sum(row.messages_share for row in ranking.rows) == pytest.approx(1.0)
                assert sum(row.bytes_share for row in ranking.rows) == pytest.approx(1.0)


def test_the_flood_stands_first_with_its_rate_and_share() -> None:
    """The one who floods, over the known time, with its part of the whole."""
    rig = Rig()
    for _ in range(4):
        rig.second(class__finn__data=30, class__ann__data=5, class__ann__info=5)
    ranking = rig.ranking(Scope.LEVEL_2)
    first = ranking.rows[0]
    assert first.node.path == "class/finn"
    assert first.is_subtree
    assert first.messages_per_s == pytest.approx(30.0)
    assert first.bytes_per_s == pytest.approx(300.0)
    assert first.messages_share == pytest.approx(0.75)
    assert (ranking.span_s, ranking.is_window_full) == (pytest.approx(4.0), False)
    assert ranking.messages_per_s == pytest.approx(40.0)
    for _ in range(10):
        rig.second(class__finn__data=30)
    assert rig.ranking().is_window_full


def test_scopes_choose_what_is_ranked() -> None:
    """Everything, subtrees of a level with the topics that end above, or topics alone."""
    rig = Rig()
    rig.second(a__b__c=100, a__b=30, a__d=10, e=3)
    assert rig.names() == ["a/#", "a/b/#", "a/b/c", "a/b", "a/d", "e"]
    assert rig.names(Scope.LEVEL_1) == ["a/#", "e"]
    assert rig.names(Scope.LEVEL_2) == ["a/b/#", "a/d", "e"]
    assert rig.names(Scope.LEVEL_3) == ["a/b/c", "a/b", "a/d", "e"]
    assert rig.names(Scope.TOPICS) == ["a/b/c", "a/b", "a/d", "e"]


def test_bytes_rank_differently_from_messages() -> None:
    """Few large messages are first by bytes and last by messages."""
    rig = Rig()
    rig.store.apply_messages([(b"camera", b"x" * 100_000, 0, None)], rig.now)
    rig.second(chatty=50)
    assert rig.names(measure=Measure.MESSAGES) == ["chatty", "camera"]
    assert rig.names(measure=Measure.BYTES) == ["camera", "chatty"]


def test_jitter_moves_no_row_and_a_real_change_does() -> None:
    """Two boards of equal pace keep their order until one is clearly faster."""
    rig = Rig()
    for _ in range(12):
        rig.second(ann=100, bob=103)
    order = rig.names()
    for extra in (0, 12, 4, 14, 2, 9, 13, 1) * 3:
        rig.second(ann=100 + extra, bob=112 - extra)
        assert rig.names() == order
    for _ in range(12):
        rig.second(ann=100, bob=300)
    assert rig.names() == ["bob", "ann"]


def test_nothing_known_is_not_zero() -> None:
    """Before a second has passed rates are unknown; after a silent one they are zero."""
    rig = Rig()
    empty = rig.ranking()
    assert (empty.rows, empty.span_s, empty.messages_per_s) == ([], None, None)
    rig.store.apply_messages([(b"a", b"1", 0, None)], rig.now)
    rig.store.settle(rig.now)
    rig.meter.update(rig.now + 0.2, 1e9)
    early = rig.ranking()
    assert early.messages_per_s is None
    assert [row.messages_per_s for row in early.rows] == [None]
    silent = Rig()
    silent.store.apply_messages([(b"a", b"1", RETAIN, None)], silent.now)
    silent.second()
    assert silent.ranking().messages_per_s == 0.0
    assert silent.ranking().rows == []
