"""Whether what boards say can be true: one table of what is wrong and what is found."""

from __future__ import annotations

import pytest

from mqttui.devices.checks import Check, Finding
from tests.unit.devices.fleets import INFO, PATH, ClassRoom


def found(info: dict[str, object], count: int = 12, **values: object) -> tuple[Finding, ...]:
    """Return what stands out of a board with such samples."""
    room = ClassRoom()
    board = room.board(**info)
    room.samples(count, **values)
    return board.findings


@pytest.mark.parametrize(
    ("info", "values", "check", "words"),
    [
        ({}, {"p": 0.6}, Check.POWER, "P is 600.0 mW, but V times I is 500.0 mW"),
        ({}, {"p": 500.0}, Check.UNIT, "P seems to be in mW"),
        ({}, {"i": 1.0, "p": 0.005}, Check.UNIT, "I seems to be in mA"),
        ({}, {"i": 97.0, "p": 485.0}, Check.UNIT, "Then it is 97.00 mA"),
        ({"shunt": 0.01}, {"i": 40.0, "p": 200.0}, Check.UNIT, "Were mA sent as A?"),
        ({}, {"i": -0.1, "p": -0.5}, Check.SIGN, "flows backwards (-100.0 mA)"),
        ({}, {"i": -0.1, "p": 0.5}, Check.SIGN, "The signs differ"),
        ({}, {"v": -1.0, "p": -0.1}, Check.SIGN, "cannot measure a negative voltage"),
        ({}, {"i": 3.2, "p": 16.0, "clip": 1}, Check.CLIPPED, "of at least 3.200 A"),
        ({}, {"v": 16.0, "p": 1.6, "over": 1}, Check.OVER_RANGE, "Choose 32 V"),
        ({"bus_range": 32}, {"v": 30.0, "p": 3.0}, Check.OVER_RANGE, "more than the 26 V"),
        ({}, {"v": 15.9, "p": 1.59}, Check.FULL_SCALE, "the end of the 16 V range"),
        ({"shunt_range": 40}, {"i": 0.4, "p": 2.0}, Check.FULL_SCALE, "of the 40 mV range"),
        ({}, {"v": None, "i": None, "p": None, "err": "ENODEV"}, Check.SENSOR, "SDA, SCL"),
        ({}, {"t": 1_764_000_000_000 - 7_200_000}, Check.CLOCK, "2 h behind. Full quarters"),
        ({}, {"t": None}, Check.CLOCK, "have no date"),
        ({"dropped": 41}, {}, Check.DROPPED, "41 samples"),
        ({"resets": 1}, {}, Check.SUPPLY, "was reset once"),
        ({"rssi": -85}, {}, Check.SIGNAL, "-85 dBm"),
    ],
)
def test_what_is_wrong_is_said(info, values, check: Check, words: str) -> None:
    """A sentence of the right kind, with the numbers in it."""
    sentences = [each.sentence for each in found(info, **values) if each.check is check]
    assert any(words in sentence for sentence in sentences), sentences


@pytest.mark.parametrize(
    ("info", "values"),
    [
        ({}, {}),
        ({}, {"i": 0.0, "p": 0.0}),
        ({}, {"v": 0.0, "i": 0.0, "p": 0.0}),
        ({}, {"p": 0.501}),
        ({}, {"p": None}),
        ({"bus_range": 32}, {"v": 24.0, "p": 2.4}),
        ({"shunt": 0.01}, {"i": 20.0, "p": 100.0}),
        ({"rssi": -60}, {}),
    ],
)
def test_nothing_is_said_of_what_is_right(info, values) -> None:
    """Rounding, an open circuit and a missing power are no mistakes."""
    assert found(info, **values) == ()


def test_one_sample_of_another_moment_is_no_mistake_in_the_power() -> None:
    """A load that was switched while V, I and P were taken shows up once."""
    room = ClassRoom()
    board = room.board()
    room.samples(8)
    room.samples(1, first=9, p=1.0)
    assert board.findings == ()


def test_gaps_restarts_and_two_senders() -> None:
    """What the numbers of the samples tell."""
    room = ClassRoom()
    board = room.board()
    room.samples(5)
    room.samples(5, first=9)
    assert [each.check for each in board.findings] == [Check.GAPS]
    assert "3 samples missing in 1 gap" in board.findings[0].sentence
    room.samples(5, first=1)
    assert [each.check for each in board.findings] == [Check.RESTARTS, Check.GAPS]
    assert not board.findings[0].is_warning
    for number in range(30):
        room.samples(1, first=100 + number)
        room.samples(1, first=5000 - number)
    assert [each.check for each in board.findings] == [Check.MIXED]


def test_silence_of_a_board_that_says_it_is_online() -> None:
    """Five of its intervals and ten seconds; a board that is offline may be silent."""
    room = ClassRoom()
    board = room.board()
    room.samples(5)
    room.now += 9
    room.look()
    assert board.findings == ()
    room.now += 60
    room.look()
    assert [each.check for each in board.findings] == [Check.SILENT]
    room.publish(f"{PATH}/status", "offline")
    room.look()
    assert board.findings == ()


def test_samples_of_a_board_that_is_said_to_be_offline() -> None:
    """What was under way is no contradiction; what goes on is."""
    room = ClassRoom()
    board = room.board()
    room.samples(3)
    room.publish(f"{PATH}/status", "offline")
    room.samples(3, first=4)
    assert board.findings == ()
    room.samples(6, first=7)
    assert [each.check for each in board.findings] == [Check.GONE]
    room.now += 300
    room.look()
    assert board.findings == ()


def test_a_board_that_never_sent_a_sample() -> None:
    """Only ours is known to send any."""
    room = ClassRoom()
    room.publish("plug/LWT", "Online")
    room.publish(f"{PATH}/info", INFO)
    room.publish(f"{PATH}/status", "online")
    room.now += 20
    room.look()
    ours, other = room.fleet.boards
    assert ours.findings == ()
    room.now += 20
    room.look()
    assert [each.check for each in ours.findings] == [Check.SILENT]
    assert other.findings == ()


def test_a_board_that_does_not_wake() -> None:
    """It had said when; a minute late is not late."""
    room = ClassRoom()
    board = room.board()
    room.publish(f"{PATH}/status", f"sleeping {int(room.now + 300) * 1000}")
    room.now += 350
    room.look()
    assert board.findings == ()
    room.now += 60
    room.look()
    assert [each.check for each in board.findings] == [Check.OVERSLEPT]


def test_what_was_kept_while_offline_says_nothing_of_the_clock() -> None:
    """Late samples have a reason, as long as one is in time."""
    room = ClassRoom()
    board = room.board()
    room.now += 100
    for number in range(1, 31):
        taken_at = room.now - 31 + number
        room.publish(f"{PATH}/data", {"n": number, "up": 1000 * number, "t": int(taken_at * 1000)})
    room.publish(f"{PATH}/data", {"n": 31, "up": 31_000, "t": int(room.now * 1000), "v": 5.0})
    room.look()
    assert board.findings == ()
