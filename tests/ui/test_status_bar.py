"""The status line: nothing lost is hidden, nothing unknown is called 0, whatever the width."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mqttui.broker.sys_counters import BrokerReport
from mqttui.core.source import Phase, Security, SourceCounters, SourceStatus, SubscriptionStatus
from mqttui.payload.printable import printable
from mqttui.ui.widgets.banner import sentences_of
from mqttui.ui.widgets.status_bar import Facts, RateMeter, fitting, parts_of

STATUS = SourceStatus("broker.example:8883", Phase.CONNECTED, Security.VERIFIED, "5")
FACTS = Facts(STATUS, SourceCounters(), 1000.0, 1284.0, 412, 18_000_000, 0)


def line(facts: Facts, width: int = 200) -> str:
    """Return what is shown at a width."""
    return "  ".join(part.text for part in fitting(parts_of(facts), width))


def test_all_is_told_when_there_is_room() -> None:
    """Broker, lock, state, protocol and the numbers."""
    facts = replace(FACTS, status=replace(STATUS, connected_at_s=1000.0 - 12 * 60))
    assert line(facts) == (
        "mqttui  broker.example:8883  TLS  ● connected 12 min  MQTT 5  "
        "1,284 msg/s  412 topics  18 MB kept  0 dropped  broker dropped -"
    )


def test_what_matters_least_goes_first() -> None:
    """At 80 columns broker, state, rate, topics and drops are left, on one line."""
    shown = line(FACTS, 80)
    for text in ("broker.example:8883", "TLS", "● connected", "1,284 msg/s", "412 topics"):
        assert text in shown
    assert cell_len(shown) <= 80


@given(
    width=st.integers(20, 200),
    dropped=st.dictionaries(st.text(max_size=20), st.integers(1, 10**12), min_size=1, max_size=4),
    by_broker=st.none() | st.integers(1, 10**9),
    phase=st.sampled_from(Phase),
    security=st.sampled_from(Security),
    new=st.none() | st.integers(0, 10**9),
)
def test_bad_news_are_never_left_out(width, dropped, by_broker, phase, security, new) -> None:
    """Drops, a missing connection, an unchecked certificate and a pause are shown at any width."""
    facts = replace(
        FACTS,
        status=replace(STATUS, phase=phase, security=security),
        counters=SourceCounters(dropped=dropped),
        broker=BrokerReport(dropped=by_broker, dropped_since=by_broker),
        new_while_paused=new,
    )
    shown = line(facts, width)
    assert f"! {sum(dropped.values()):,} dropped" in shown
    assert (by_broker is None) or f"! broker dropped {by_broker:,}" in shown
    assert ("INSECURE" in shown) == (security is Security.INSECURE)
    assert (new is None) or f"PAUSED, {new:,} new" in shown
    if phase is not Phase.CONNECTED:
        assert any(word in shown for word in ("connecting", "reconnecting", "not connected"))
    assert printable(shown) == shown


def test_unknown_is_a_dash_and_known_is_a_number() -> None:
    """What the broker does not say is not called 0."""
    assert "broker dropped -" in line(FACTS)
    assert "broker dropped 0" in line(
        replace(FACTS, broker=BrokerReport(dropped=5, dropped_since=0))
    )


def test_every_cause_and_every_loss_is_named() -> None:
    """Drops by cause, cut, evicted and unlisted messages are told apart."""
    facts = replace(
        FACTS,
        counters=SourceCounters(dropped={"inbox full": 1200, "malformed packet": 3}, cut=2),
        cut=1,
        evicted=7000,
        unlisted=9,
    )
    shown = line(facts, 300)
    assert "! 1,203 dropped  (inbox full 1,200, malformed packet 3)" in shown
    assert "3 cut" in shown
    assert "7,000 evicted" in shown
    assert "9 on too many topics" in shown


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (SourceStatus("h", Phase.CONNECTING), "◌ connecting"),
        (SourceStatus("h", Phase.WAITING, retry_at_s=1012.2), "○ reconnecting in 12 s"),
        (SourceStatus("h", Phase.WAITING, retry_at_s=990.0), "○ reconnecting in 0 s"),
        (SourceStatus("h", Phase.WAITING, retries_by_itself=False), "○ not connected"),
        (SourceStatus("h", Phase.STOPPED), "○ not connected"),
    ],
)
def test_every_phase_has_its_words(status: SourceStatus, text: str) -> None:
    """The state is told with a mark and in words."""
    assert text in line(replace(FACTS, status=status))


def test_the_rate_is_that_of_the_last_seconds() -> None:
    """A burst is seen and forgotten; the first look claims nothing."""
    meter = RateMeter()
    assert meter.per_second(0.0, 500) == 0.0
    count = 500
    for tick in range(1, 41):
        count += 100
        rate = meter.per_second(tick * 0.1, count)
    assert rate == pytest.approx(1000, rel=0.01)
    for tick in range(41, 81):
        rate = meter.per_second(tick * 0.1, count)
    assert rate == 0.0


def test_banner_is_silent_while_all_is_well() -> None:
    """No sentence without a reason."""
    assert sentences_of(STATUS) == []


def test_banner_names_problem_advice_and_key() -> None:
    """One paragraph says why, what to try, and how to go on."""
    status = SourceStatus(
        "h", Phase.WAITING, problem="No answer.", advice="Is it on?", retry_at_s=1.0
    )
    assert sentences_of(status) == ["No answer. Is it on? Press r to retry now."]
    by_hand = replace(status, retries_by_itself=False)
    assert sentences_of(by_hand) == [
        "No answer. Is it on? Press r to retry, B to choose another broker."
    ]


def test_banner_counts_what_it_leaves_out() -> None:
    """Many refused filters do not fill the screen, and none is dropped silently."""
    refused = tuple(SubscriptionStatus(f"f{n}", 0, None, f"f{n}: refused") for n in range(10))
    sentences = sentences_of(replace(STATUS, subscriptions=refused))
    assert sentences == ["f0: refused", "f1: refused", "f2: refused", "... and 7 more like these."]
