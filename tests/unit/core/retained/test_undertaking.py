"""What a plan and a work say in words, and what an undertaking offers next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mqttui.core.retained.fetching import RetainedMessage
from mqttui.core.retained.jobs import Clearing, LeftOut
from mqttui.core.retained.pace import Pace, Progress
from mqttui.core.retained.plan import ClearPlan
from mqttui.core.retained.report import outcome_sentences, progress_sentence
from mqttui.core.retained.scope import Scope
from mqttui.core.retained.undertaking import Undertaking
from mqttui.core.retained.work import RetainedWork, Stage, WorkStatus
from tests.support.retaining import RetainingSource

if TYPE_CHECKING:
    from collections.abc import Iterable

FAST = Pace(1e6, 10)


def save(name: str, lines: Iterable[str]) -> str:
    """Take all lines and return the name."""
    return f"{name}-{len(list(lines))}"


def finish(work: RetainedWork | None) -> RetainedWork:
    """Step until the end."""
    assert work is not None
    for step in range(1000):
        if work.step(float(step)) is None:
            return work
    raise AssertionError(work.status)


def test_progress_says_how_far_how_fast_and_how_long() -> None:
    """In one line while it goes on."""
    progress = Progress(10_000, 5_000, 100, 0, 4_890, 10, 0, 500.0)
    status = WorkStatus(Stage.PUBLISHING, progress=progress)
    assert progress_sentence(status, "cleared") == (
        "4,890 of 10,000 cleared, 10 refused, 100 under way, 500/s, 10 s left"
    )


@pytest.mark.parametrize(
    ("status", "sentences"),
    [
        (
            WorkStatus(progress=Progress(3, acknowledged=3), is_checked=True, done=3),
            ["3 of 3 cleared, and the broker confirms it."],
        ),
        (
            # Nothing is confirmed that was not looked at a second time.
            WorkStatus(progress=Progress(3, acknowledged=3), problem="It could not be checked."),
            ["3 of 3 cleared.", "It could not be checked."],
        ),
        (
            WorkStatus(
                progress=Progress(9, waiting=5, acknowledged=3, unknown=1), was_disconnected=True
            ),
            ["The connection was lost: 3 of 9 cleared, 1 not known, 5 not touched."],
        ),
        (
            WorkStatus(
                progress=Progress(9, waiting=5, acknowledged=4),
                was_cancelled=True,
                is_checked=True,
                done=3,
                failed=1,
            ),
            [
                "Cancelled: 3 of 9 cleared, 5 not touched.",
                "1 message went out, and the broker does not say it is cleared: see the list.",
            ],
        ),
        (
            WorkStatus(
                progress=Progress(
                    4,
                    refused=4,
                    reasons=tuple((f"refused: \x1b{n}", 1) for n in range(4)),
                ),
                is_checked=True,
                left_out=((LeftOut.CUT, 2),),
            ),
            [
                "0 of 4 cleared, 4 refused.",
                "Refused: ␛0 (1); ␛1 (1); ␛2 (1); 1 more reasons.",
                "Left alone: 2 messages larger than the payload limit and cut, impossible to back "
                "up.",
            ],
        ),
        (WorkStatus(was_cancelled=True), ["Cancelled: nothing was changed."]),
        (WorkStatus(), ["There was nothing to do."]),
    ],
)
def test_the_outcome_in_words(status: WorkStatus, sentences: list[str]) -> None:
    """What was done, what was not, and why; the broker's words are printable."""
    assert outcome_sentences(status, "cleared") == sentences


def test_a_plan_says_what_it_hits() -> None:
    """Count and size without what is left alone."""
    listed = [RetainedMessage(b"a/1", b"12345", 0), RetainedMessage(b"$x", b"", 0)]
    plan = ClearPlan(Scope("a", True))
    assert plan.title == "Clear what is retained under a/#"
    prepared = plan.job(listed).prepare(listed, 0.0)
    assert plan.announcement(prepared).startswith("This clears 1 message (5 B).")


def test_an_undertaking_goes_on_and_undoes_everything_at_once() -> None:
    """Two works after a cancel have one backup, and one undo brings back both."""
    source = RetainingSource(RetainedMessage(b"t/%d" % n, b"%d" % n, 1) for n in range(30))
    before = dict(source.retained)
    undertaking = Undertaking(source, save, lambda: 0.0)
    assert not undertaking.can_undo
    assert not undertaking.has_rest
    assert not undertaking.is_working
    source.is_prompt = False
    work = undertaking.begin(Clearing("t/#", list(before.values())), FAST)
    for step in range(6):
        work.step(float(step))
    assert undertaking.is_working
    assert not undertaking.can_undo
    assert not undertaking.has_rest
    work.cancel()
    source.answer()
    finish(work)
    undertaking.conclude()
    cleared = 30 - len(source.retained)
    assert 0 < cleared < 30
    assert undertaking.has_rest
    source.is_prompt = True
    finish(undertaking.go_on(FAST))
    undertaking.conclude()
    assert source.retained == {}
    assert not undertaking.has_rest
    assert undertaking.go_on(FAST) is None
    assert len(undertaking.backups) == 1
    assert undertaking.can_undo
    finish(undertaking.undo(FAST))
    undertaking.conclude()
    assert source.retained == before
    assert not undertaking.can_undo
    assert undertaking.undo(FAST) is None
