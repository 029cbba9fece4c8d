"""Garbage is collected in small portions, and what stays is visited once."""

from __future__ import annotations

import gc

import pytest

from mqttui.ui.garbage import FREEZE_ABOVE_S, MIDDLE_COLLECTIONS_PER_FULL, GarbagePacer


class Cycle:
    """Garbage that only the collector finds."""

    alive = 0

    def __init__(self) -> None:
        self.me = self
        Cycle.alive += 1

    def __del__(self) -> None:
        Cycle.alive -= 1


@pytest.fixture(autouse=True)
def _no_cycles() -> None:
    gc.collect()
    Cycle.alive = 0


def let_it_be_due() -> None:
    """Make as many young collections as a full one waits for."""
    while gc.get_count()[2] < MIDDLE_COLLECTIONS_PER_FULL:
        gc.collect(1)


def test_collection_is_given_back_as_it_was_found() -> None:
    """After the app everything is as before, also what was frozen."""
    before = gc.get_threshold()
    with GarbagePacer():
        assert gc.get_threshold() != before
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_nothing_is_collected_before_it_is_due() -> None:
    """Most calls do nothing."""
    with GarbagePacer() as pacer:
        pacer.pace()
        assert pacer.collections == 0


def test_cycles_are_found_when_a_collection_is_due() -> None:
    """What the interface leaves behind in circles is freed, with automatic collection off."""
    with GarbagePacer() as pacer:
        for _ in range(10):
            Cycle()
        gc.collect(1)
        for _ in range(10):
            Cycle()
        let_it_be_due()
        pacer.pace()
        assert pacer.collections == 1
        assert Cycle.alive == 0


@pytest.mark.parametrize(("pause_s", "freezes"), [(FREEZE_ABOVE_S * 2, 1), (FREEZE_ABOVE_S / 2, 0)])
def test_only_a_slow_collection_freezes(pause_s: float, freezes: int) -> None:
    """What made a collection slow is there to stay and is not visited again."""
    ticks = iter([0.0, pause_s])
    with GarbagePacer(clock=lambda: next(ticks)) as pacer:
        kept = [[] for _ in range(100)]
        let_it_be_due()
        frozen = gc.get_freeze_count()
        pacer.pace()
        assert pacer.freezes == freezes
        assert (gc.get_freeze_count() > frozen + len(kept) // 2) == bool(freezes)
        assert pacer.longest_pause_s == pytest.approx(pause_s)


def test_collection_that_was_off_is_on_meanwhile_and_off_afterwards() -> None:
    """The start of the program switches collection off; the pacer takes over from there."""
    gc.disable()
    try:
        with GarbagePacer():
            assert gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
