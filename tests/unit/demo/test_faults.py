"""What goes wrong in a class is what was asked for, the same for the same seed."""

from __future__ import annotations

import json
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mqttui.demo.faults import Fault, TooManyFaultsError, planned_faults
from mqttui.demo.simulated import Presence
from mqttui.demo.simulated_class import ClassPlan, simulated_class
from mqttui.demo.spells import Pattern, Spells
from mqttui.settings.paths import firmware_folder

STARTED_AT_MS = 1_795_000_000_000
COUNTS = st.dictionaries(st.sampled_from(list(Fault)), st.integers(1, 9))


@settings(max_examples=40)
@given(COUNTS, st.integers(0, 30), st.integers(10, 40), st.integers())
def test_as_many_boards_have_a_fault_as_were_asked_for(
    wanted: dict[Fault, int], at_random: int, boards: int, seed: int
) -> None:
    """Random faults come on top; one board is always there to be copied."""
    planned = planned_faults(wanted, at_random, boards, random.Random(seed))
    assert planned == planned_faults(wanted, at_random, boards, random.Random(seed))
    counts = Counter(fault for faults in planned for fault in faults)
    assert len(planned) == boards
    assert all(counts[fault] >= count for fault, count in wanted.items())
    assert sum(counts.values()) <= sum(wanted.values()) + at_random
    assert Fault.DUPLICATE not in planned[0]
    if sum(wanted.values()) < boards and not at_random:
        assert max(map(len, planned)) <= 1


def test_more_faults_than_boards_are_refused() -> None:
    """The sentence names both; two boards cannot both be copies."""
    with pytest.raises(TooManyFaultsError, match="2 boards cannot have the fault duplicate"):
        planned_faults({Fault.DUPLICATE: 2}, 0, 2, random.Random(1))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.01, 30), min_size=1, max_size=60), st.integers())
def test_spells_do_not_depend_on_how_often_one_looks(steps: list[float], seed: int) -> None:
    """Their lengths stay within the pattern, and each that was seen is counted once."""
    pattern = Pattern(first_s=(1, 4), lasts_s=(2, 5), pause_s=(3, 9))
    spells, often = (Spells(random.Random(seed), pattern) for _ in range(2))
    now_s = 0.0
    begun = 0
    was_on = False
    for step_s in steps:
        for part in range(1, 20):
            is_on = often.is_on(now_s + step_s * part / 20)
            begun += is_on and not was_on
            was_on = is_on
        now_s += step_s
        is_on = often.is_on(now_s)
        begun += is_on and not was_on
        was_on = is_on
        assert spells.is_on(now_s) == is_on
    assert begun <= often.count <= begun + len(steps)
    assert spells.count <= often.count


def test_faults_do_what_they_are_called() -> None:
    """Wi-Fi, sensor, copied identity, clock and flood, each seen from outside."""
    faults = dict.fromkeys(Fault, 1)
    made = simulated_class(ClassPlan(6, "mixed", 3, faults), firmware_folder(), STARTED_AT_MS)
    by_fault = {
        fault: board
        for board, faults in zip(made.boards, made.faults, strict=True)
        for fault in faults
    }
    assert len(by_fault) == len(Fault)
    published: dict[Fault, list[tuple[str, bytes]]] = {fault: [] for fault in Fault}
    presences: set[Presence] = set()
    for fault, board in by_fault.items():
        board.greeting(0.0)
        for step in range(1, 60 * 20):
            if fault is Fault.WIFI:
                presences.add(board.presence(step / 20))
            for message in board.messages_due(step / 20):
                board.acknowledged()
                published[fault].append((message.topic, message.payload))
    assert presences == {Presence.HERE, Presence.CUT}
    errors = [payload for _, payload in published[Fault.SENSOR] if b'"err"' in payload]
    assert 0 < len(errors) < len(published[Fault.SENSOR]) * 0.8
    ids = Counter(board.client_id for board in made.boards)
    assert ids[by_fault[Fault.DUPLICATE].client_id] == 2
    samples = [payload for topic, payload in published[Fault.CLOCK] if topic.endswith("/data")]
    assert json.loads(samples[0])["t"] == pytest.approx(STARTED_AT_MS - 3_600_000, abs=500)
    debug = [payload for topic, payload in published[Fault.FLOOD] if topic.endswith("/debug")]
    assert len(debug) == pytest.approx(60 * 100, rel=0.02)
    counts = made.fault_counts()
    assert set(counts) == set(Fault)
    assert counts[Fault.SENSOR][1] >= 1


@pytest.mark.parametrize("profile", ["solar", "battery", "motor"])
def test_the_boards_of_a_profile_differ_and_measure_its_kind(profile: str) -> None:
    """Small currents of panels, a battery that becomes empty, a motor that starts."""
    plan = ClassPlan(3, profile, 1, settings={"averaging": 1, "rate": 20})  # type: ignore[arg-type]
    made = simulated_class(plan, firmware_folder(), STARTED_AT_MS)
    readings = []
    for board in made.boards:
        board.greeting(0.0)
        samples = []
        for step in range(1, 20 * 20):
            for message in board.messages_due(step / 20):
                board.acknowledged()
                if message.topic.endswith("/data"):
                    samples.append(json.loads(message.payload))
        readings.append([(sample["v"], sample["i"]) for sample in samples])
    assert readings[0] != readings[1]
    for reading in readings:
        volts, amperes = zip(*reading, strict=True)
        if profile == "solar":
            assert max(amperes) < 0.25
            assert max(volts) < 6.6
        elif profile == "battery":
            assert 0.2 < min(amperes) < max(amperes) < 0.6
            assert sum(volts[:20]) > sum(volts[-20:])
        else:
            assert max(amperes) > 1.0 > 0.0 > min(amperes)
