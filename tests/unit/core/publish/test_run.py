"""Runs keep their pace, stop at once, and count what became of each message."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.publish.run import (
    MOST_IN_BURST,
    WINDOW_BYTES,
    WINDOW_MESSAGES,
    Run,
    RunPlan,
    period_of,
    plan_of,
)
from mqttui.core.publishing import Outcome, PublishRequest, ReceiptStatus

WAITING = ReceiptStatus(Outcome.QUEUED, "queued")


@dataclass
class FakeReceipt:
    """A receipt whose status a test sets."""

    request: PublishRequest
    status: ReceiptStatus = WAITING

    def end(self, outcome: Outcome, latency_s: float | None = None) -> None:
        """Make it final."""
        self.status = ReceiptStatus(outcome, outcome.value, True, latency_s)


def receipt(size_bytes: int = 1) -> FakeReceipt:
    """Return the receipt of a message that waits."""
    return FakeReceipt(PublishRequest("t", bytes(size_bytes)))


def test_a_period_is_kept() -> None:
    """The first message goes at once, the others when their time has come; then it is over."""
    run = Run(RunPlan(0.5, 3), 10.0)
    times = []
    for tick in range(30):
        now_s = 10.0 + tick * 0.1
        for _ in range(run.allowance(now_s)):
            times.append(round(now_s, 1))
            sent = receipt()
            sent.end(Outcome.ACKNOWLEDGED, 0.01)
            run.note_sent(sent, now_s)
        run.poll(now_s)
    assert times == [10.0, 10.5, 11.0]
    assert run.is_over
    assert run.rate_per_s(99.0) == pytest.approx(2.0)
    assert run.tally.mean_latency_s == pytest.approx(0.01)


def test_nothing_is_caught_up_in_a_burst() -> None:
    """Messages that are late by periods move those after them, and are counted."""
    run = Run(RunPlan(1.0, None), 0.0)
    run.note_sent(receipt(), 0.0)
    assert run.allowance(0.9) == 0
    assert run.allowance(60.0) == 1
    run.note_sent(receipt(), 60.0)
    assert run.allowance(60.5) == 0
    assert run.late == 1
    assert run.wait_s(60.5) == pytest.approx(0.5)


def test_a_burst_is_paced_by_its_receipts() -> None:
    """No more is under way than the window takes; each receipt makes room for another."""
    run = Run(RunPlan(None, 1200), 0.0)
    under_way: list[FakeReceipt] = []
    now_s = 0.0
    most = 0
    while not run.is_over:
        now_s += 0.01
        for _ in range(run.allowance(now_s)):
            under_way.append(receipt())
            run.note_sent(under_way[-1], now_s)
        most = max(most, run.tally.under_way)
        for sent in under_way[:300]:
            sent.end(Outcome.ACKNOWLEDGED, 0.01)
        del under_way[:300]
        run.poll(now_s)
    assert most == WINDOW_MESSAGES
    assert run.tally.counts[Outcome.ACKNOWLEDGED] == 1200
    assert run.rate_per_s(99.0) == pytest.approx(1200 / now_s)


def test_large_messages_fill_the_window_sooner() -> None:
    """At least one is always under way, however large it is."""
    run = Run(RunPlan(None, 10), 0.0)
    assert run.allowance(0.0) > 0
    run.note_sent(receipt(WINDOW_BYTES), 0.0)
    assert run.allowance(0.0) == 0


def test_a_stop_is_a_stop() -> None:
    """Nothing more is sent; what is under way is still counted."""
    run = Run(RunPlan(None, 100), 0.0)
    sent = [receipt() for _ in range(4)]
    for each in sent:
        run.note_sent(each, 0.0)
    run.stop()
    assert run.allowance(1.0) == 0
    assert (run.is_sending, run.is_over) == (False, False)
    for each, outcome in zip(
        sent,
        (Outcome.REFUSED, Outcome.LOST, Outcome.NO_SUBSCRIBERS, Outcome.SENT),
        strict=True,
    ):
        each.end(outcome)
    assert run.poll(1.0)
    assert run.is_over
    assert {o: n for o, n in run.tally.counts.items() if n} == {
        Outcome.REFUSED: 1,
        Outcome.LOST: 1,
        Outcome.NO_SUBSCRIBERS: 1,
        Outcome.SENT: 1,
    }
    assert run.tally.problem == "lost"
    assert not run.poll(2.0)


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans()), max_size=60), st.integers(1, 20))
def test_never_more_than_was_planned(steps: list[tuple[float, bool]], count: int) -> None:
    """Whatever the clock does and whenever receipts come, the number is kept and adds up."""
    for period_s in (0.5, None):
        run = Run(RunPlan(period_s, count), 0.0)
        now_s = 0.0
        sent: list[FakeReceipt] = []
        for step_s, ends in steps:
            now_s += step_s
            for _ in range(run.allowance(now_s)):
                sent.append(receipt())
                run.note_sent(sent[-1], now_s)
            if ends and sent:
                sent[-1].end(Outcome.ACKNOWLEDGED, 0.0)
            run.poll(now_s)
        assert run.tally.sent == len(sent) <= count
        assert run.tally.finished + run.tally.under_way == len(sent)


def test_periods_and_counts_as_typed() -> None:
    """Units are milliseconds, seconds, minutes and hours; a burst always has an end."""
    assert [period_of(text) for text in ("1", "1 s", "200ms", " 1.5 s ", "5 min", "1 h")] == [
        1,
        1,
        0.2,
        1.5,
        300,
        3600,
    ]
    assert plan_of("1 s", "") == RunPlan(1.0, None)
    assert plan_of("1 s", " 5 ") == RunPlan(1.0, 5)
    assert plan_of(None, "1000") == RunPlan(None, 1000)
    for text in ("", "0", "1 ms", "2 d", "-1", "1e3", "nan", "1.2.3", "s"):
        with pytest.raises(ValueError, match="The period is a time like 1 s"):
            period_of(text)
    for period, count in (("1", "0"), ("1", "x"), ("1", "²"), (None, ""), (None, "100001")):
        with pytest.raises(ValueError, match="How many is a number from 1"):
            plan_of(period, count)
    assert plan_of(None, f"{MOST_IN_BURST}").count == MOST_IN_BURST
