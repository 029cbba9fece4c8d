"""The whole way: ask, back up, publish, look again; cancelled, cut off, refused, undone."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from mqttui.core.retained.backup import read_backup
from mqttui.core.retained.fetching import RetainedMessage
from mqttui.core.retained.jobs import Clearing, LeftOut, Restoring
from mqttui.core.retained.pace import Pace, State
from mqttui.core.retained.work import RetainedWork, SavingError, Stage
from tests.support.retaining import RetainingSource

if TYPE_CHECKING:
    from collections.abc import Iterable

FAST = Pace(1e6, 10)


class Backups:
    """Keeps what is saved as the texts of files."""

    def __init__(self) -> None:
        self.files: dict[str, list[str]] = {}

    def __call__(self, name: str, lines: Iterable[str]) -> str:
        self.files[name] = list(lines)
        return name


@pytest.fixture
def source() -> RetainingSource:
    """Return a broker that retains thirty messages."""
    return RetainingSource(
        RetainedMessage(b"t/%d" % number, b"%d" % number, number % 3, b"\x03\x00\x01c")
        for number in range(30)
    )


@pytest.fixture
def backups() -> Backups:
    """Return where backups go."""
    return Backups()


def clearing(source: RetainingSource, backups: Backups, **options: object) -> RetainedWork:
    """Return the work that clears everything that is there."""
    job = Clearing("t/#", list(source.retained.values()))
    options.setdefault("pace", FAST)
    return RetainedWork(job, source, backups, wall_clock=lambda: 5.0, **options)  # type: ignore[arg-type]


def finish(work: RetainedWork, **until: object) -> RetainedWork:
    """Step until the end, or until `stage` is reached or `sent` messages are."""
    for step in count():
        assert step < 10_000, f"no end: {work.status}"
        if work.step(float(step)) is None:
            return work
        if work.status.stage is until.get("stage"):
            return work
        progress = work.status.progress
        if until.get("sent") and progress.total - progress.waiting >= until["sent"]:  # type: ignore[operator]
            return work
    raise AssertionError


def test_everything_is_cleared_backed_up_and_put_back(source, backups) -> None:
    """After the undo the broker retains byte for byte what it did before."""
    before = dict(source.retained)
    work = finish(clearing(source, backups))
    status = work.status
    assert source.retained == {}
    assert (status.progress.acknowledged, status.failed, status.is_checked) == (30, 0, True)
    assert status.backed_up == 30
    assert status.backup in backups.files
    backup = read_backup(backups.files[status.backup], "x")
    assert list(backup.messages) == list(before.values())
    assert work.rest() is None
    undo = finish(RetainedWork(Restoring("t/#", work.undoable()), source, backups, pace=FAST))
    assert source.retained == before
    assert (undo.status.done, undo.status.failed) == (30, 0)
    assert (undo.status.progress.sent, undo.status.progress.acknowledged) == (10, 20)
    assert undo.status.backup is None
    assert [undo.words(place) for place in (0, 29)] == ["put back", "put back"]


def test_the_backup_is_there_before_anything_is_published(source, backups) -> None:
    """And when it cannot be written, nothing is published at all."""
    work = clearing(source, backups)
    finish(work, stage=Stage.PUBLISHING)
    assert len(backups.files) == 1
    assert source.requests == []

    def full(name: str, lines: Iterable[str]) -> str:
        raise SavingError("x cannot be written: No space left on device.")

    failed = finish(clearing(source, full))
    assert source.requests == []
    assert failed.status.problem == (
        "Nothing was changed: x cannot be written: No space left on device."
    )
    assert failed.rest() is not None


def test_nothing_counts_before_the_acknowledgement(source, backups) -> None:
    """What is sent and not answered is in flight, not cleared."""
    source.is_prompt = False
    work = finish(clearing(source, backups), sent=10)
    assert work.status.progress.acknowledged == 0
    assert not any(work.is_carried_out(place) for place in range(30))
    assert work.words(0) == "sent, not acknowledged yet"


def test_a_cancel_says_how_far_it_came_and_can_be_gone_on_with(source, backups) -> None:
    """What was sent is awaited; the rest is there still, and the backup is not written twice."""
    source.is_prompt = False
    before = dict(source.retained)
    work = finish(clearing(source, backups), sent=10)
    work.cancel()
    work.step(100.0)
    assert not work.status.is_done
    source.answer()
    finish(work)
    status = work.status
    assert status.was_cancelled
    assert (status.progress.acknowledged, status.progress.waiting) == (10, 20)
    assert len(source.retained) == 20
    source.is_prompt = True
    job = work.rest()
    assert job is not None
    more = finish(RetainedWork(job, source, backups, pace=FAST, saved=work.saved))
    assert more.status.progress.acknowledged == 20
    assert source.retained == {}
    assert len(backups.files) == 1
    saved = [*work.undoable(), *more.undoable()]
    finish(RetainedWork(Restoring("t/#", saved), source, backups, pace=FAST))
    assert source.retained == before


def test_a_broker_that_falls_silent_does_not_hold_a_cancel(source, backups) -> None:
    """After some seconds what is unanswered is said to be unknown, and looked at."""
    source.is_prompt = False
    work = finish(clearing(source, backups), sent=10)
    work.cancel()
    work.step(100.0)
    work.step(105.0)
    assert not work.status.is_done
    work.step(110.0)
    finish(work)
    assert work.status.progress.unknown == 10
    # The second look says what the acknowledgements did not.
    assert work.words(0).startswith("still retained")


def test_a_lost_connection_says_what_was_done_and_what_not(source, backups) -> None:
    """What was on its way is unknown; when the connection is back the rest can be done."""
    source.is_prompt = False
    work = finish(clearing(source, backups), sent=10)
    source.answer(4)
    work.step(1000.0)
    source.disconnect()
    finish(work)
    status = work.status
    assert status.was_disconnected
    assert not status.is_checked
    assert "could not be checked" in (status.problem or "")
    assert status.progress.acknowledged == 4
    assert status.progress.unknown >= 6
    assert status.progress.waiting == 26 - status.progress.unknown
    source.reconnect()
    source.is_prompt = True
    job = work.rest()
    assert job is not None
    more = finish(RetainedWork(job, source, backups, pace=FAST, saved=work.saved))
    assert source.retained == {}
    assert more.status.progress.acknowledged == 26
    assert more.rest() is None


def test_refusals_and_broken_promises_are_told_apart(source, backups) -> None:
    """A broker may refuse, or acknowledge and do nothing (MQTT 3.1.1 has no other way)."""
    source.refused = {b"t/1", b"t/2"}
    source.ignored = {b"t/3"}
    work = finish(clearing(source, backups))
    status = work.status
    assert (status.progress.acknowledged, status.progress.refused, status.failed) == (28, 2, 1)
    assert status.progress.reasons == (("refused: not authorised", 2),)
    assert work.state(1) is State.REFUSED
    assert work.words(1) == "refused: not authorised"
    assert work.words(3).startswith("still retained")
    assert not work.is_carried_out(3)
    assert work.is_carried_out(4)
    # An undo of these would change nothing.
    undo = finish(RetainedWork(Restoring("t/#", work.undoable()), source, backups, pace=FAST))
    assert undo.status.left_out == ((LeftOut.SAME, 1),)
    assert undo.status.done == 27


def test_a_broker_that_does_not_answer_changes_nothing(source, backups) -> None:
    """Without a list nothing is published; a list with holes is used and said to have them."""
    source.fetch_problem = "The broker was not done after 120 s; the list may have holes."
    work = finish(clearing(source, backups))
    assert work.status.progress.acknowledged == 30
    assert "may have holes" in (work.status.problem or "")
    source.disconnect()
    nothing = finish(clearing(RetainingSource(), backups))
    assert nothing.status.progress.total == 0
    offline = finish(clearing(source, backups))
    assert offline.status.progress.total == 0
    assert "no connection" in (offline.status.problem or "")


def test_a_cancel_while_asking_ends_the_question(source, backups) -> None:
    """Nothing is saved and nothing is sent."""
    work = clearing(source, backups)
    work.step(0.0)
    work.cancel()
    finish(work)
    assert work.status.was_cancelled
    assert source.requests == []
    assert backups.files == {}
    assert work.rest() is work.job


def test_a_newer_value_that_is_overwritten_is_saved_first(source, backups) -> None:
    """So that putting back can be undone too."""
    work = finish(clearing(source, backups))
    newer = source.retained[b"t/5"] = RetainedMessage(b"t/5", b"newer", 1)
    job = Restoring("t/#", work.undoable(), overwrites=True)
    undo = finish(RetainedWork(job, source, backups, pace=FAST))
    assert source.retained[b"t/5"].payload == b"5"
    assert undo.status.backed_up == 1
    (saved,) = undo.undoable()
    assert saved.message == newer


def test_what_was_sent_at_qos_0_before_a_lost_connection_is_not_believed(source, backups) -> None:
    """Nobody has acknowledged it, so that it belongs to the rest until a second look."""
    before = dict(source.retained)
    work = finish(clearing(source, backups))
    undo = RetainedWork(Restoring("t/#", work.undoable()), source, backups, pace=FAST)
    finish(undo, stage=Stage.CHECKING)
    assert undo.status.progress.sent == 10
    source.disconnect()
    finish(undo)
    source.reconnect()
    del source.retained[b"t/0"]
    job = undo.rest()
    assert job is not None
    more = finish(RetainedWork(job, source, backups, pace=FAST))
    assert [item.message.topic for item in more.items] == [b"t/0"]
    assert more.status.left_out == ((LeftOut.SAME, 9),)
    assert source.retained == before
