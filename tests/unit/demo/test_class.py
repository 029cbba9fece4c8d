"""The simulated class publishes what a real one does, the same for the same seed."""

from __future__ import annotations

import itertools
import json
import struct
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.topic import filter_problem, topic_problem
from mqttui.demo.boards import HABITS, boards
from mqttui.demo.careless import ConfusedStudent, FloodingStudent
from mqttui.demo.classroom import classroom
from mqttui.demo.instruments import LabInstruments
from mqttui.demo.simulated import Beat
from mqttui.demo.sky import Sky

if TYPE_CHECKING:
    from mqttui.demo.boards import Board
    from mqttui.demo.simulated import Outgoing, SimulatedClient

STARTED_AT_MS = 1_795_000_000_000


def _published(clients: list[SimulatedClient], until_s: float, step_s: float) -> list[Outgoing]:
    """Return what the clients publish, asked every `step_s` seconds."""
    messages: list[Outgoing] = []
    for step in range(int(until_s / step_s) + 1):
        for client in clients:
            messages += client.messages_due(step * step_s)
    return messages


def _boards(seed: int = 49) -> list[Board]:
    return boards(Sky(seed), seed, STARTED_AT_MS)


def _board(wanted: str, value: object) -> Board:
    """Return the first board that has a habit."""
    numbers = [number for number, habits in enumerate(HABITS) if getattr(habits, wanted) == value]
    return _boards()[numbers[0]]


def _data(board: Board, until_s: float) -> list[dict[str, float]]:
    return [json.loads(message.payload) for message in _published([board], until_s, 0.05)]


@given(st.lists(st.floats(0.001, 1.5), min_size=1, max_size=30))
def test_a_beat_does_not_depend_on_when_it_is_asked(steps: list[float]) -> None:
    """The times are the same whether asked often or seldom."""
    beat, reference = Beat(0.2, 0.1), Beat(0.2, 0.1)
    moments = list(itertools.accumulate(steps))
    times = [at_s for now_s in moments for at_s in beat.times_until(now_s)]
    expected = []
    for moment in range(int(moments[-1] * 100) + 1):
        expected += reference.times_until(moment / 100)
    expected += reference.times_until(moments[-1])
    assert times == expected


def test_a_beat_does_not_catch_up_with_a_night() -> None:
    """After a long gap it goes on from now instead of sending hours of readings."""
    beat = Beat(0.2)
    beat.times_until(1.0)
    after = beat.times_until(30_000.0) + beat.times_until(30_000.5)
    assert 2 <= len(after) <= 4
    assert after[-1] == pytest.approx(30_000.5, abs=0.21)


def test_the_same_seed_gives_the_same_messages() -> None:
    """And another seed gives others."""
    first, second, other = (
        _published(classroom(seed, STARTED_AT_MS), 8, 0.02) for seed in (1, 1, 2)
    )
    assert first == second
    assert first != other


def test_what_a_board_publishes_does_not_depend_on_how_often_it_is_asked() -> None:
    """Readings belong to their time, not to the moment of the question."""
    often, seldom = (_published(list(_boards()), 6, step_s) for step_s in (0.01, 1.0))
    assert sorted(m.topic for m in often) == sorted(m.topic for m in seldom)
    assert sorted(m.payload for m in often) == sorted(m.payload for m in seldom)


def test_the_class_publishes_500_to_600_messages_per_second() -> None:
    """Most of them come from the student who floods."""
    until_s = 90
    messages = _published(classroom(49, STARTED_AT_MS), until_s, 0.02)
    assert 450 < len(messages) / until_s < 600
    by_root = Counter(message.topic.partition("/")[0] for message in messages)
    assert {"iot49", "lab", "weather", "tele", "stat", "zigbee2mqtt", ""} <= set(by_root)


def test_every_topic_can_be_published_to_and_every_client_is_unique() -> None:
    """Topics, wills and filters are valid; client identifiers differ."""
    clients = classroom(49, STARTED_AT_MS)
    assert len({client.client_id for client in clients}) == len(clients)
    messages = _published(clients, 30, 0.02)
    messages += [message for client in clients for message in client.greeting(0)]
    messages += [client.will for client in clients if client.will]
    assert {topic_problem(message.topic) for message in messages} == {None}
    filters = [name for client in clients for name in client.topic_filters]
    assert len(filters) == 12
    assert {filter_problem(name) for name in filters} == {None}


def test_every_board_is_announced() -> None:
    """`info` and `status` are retained, the will says offline on the same topic."""
    for board in _boards():
        info, status = board.greeting(0)
        assert board.will is not None
        assert (status.topic, status.payload, status.retain) == (board.will.topic, b"online", True)
        assert (board.will.payload, board.will.retain) == (b"offline", True)
        facts = json.loads(info.payload)
        assert info.retain
        assert board.prefix.startswith("iot49/bench")
        assert board.prefix.endswith("-" + facts["uid"][-6:])
        assert len(facts["uid"]) == 12
        assert {"fw", "chip", "ip", "rssi", "rate", "shunt"} <= set(facts)


def test_readings_are_plausible() -> None:
    """P = V I within the sensor's resolution, values in the range of the panel, in order."""
    for board, habits in zip(_boards(), HABITS, strict=True):
        if habits.is_silent:
            continue
        samples = _data(board, 20)
        assert len(samples) == pytest.approx(20 * 5, abs=2)
        numbers = [sample["n"] for sample in samples]
        assert numbers == list(range(1, len(numbers) + 1))
        for earlier, later in itertools.pairwise(samples):
            assert later["t"] - earlier["t"] == pytest.approx(200, abs=1)
            assert later["up"] - earlier["up"] == pytest.approx(200, abs=1)
        for sample in samples:
            if "err" in sample:
                continue
            assert abs(sample["p"] - sample["v"] * abs(sample["i"])) <= 1e-3 + 1e-9
            assert 0 <= sample["v"] <= 6.6
            assert -0.001 <= sample["i"] <= 0.2


def test_a_board_drops_off_and_comes_back() -> None:
    """While it is away it publishes nothing, and its sequence shows the gap."""
    board = _board("drops_off", True)
    presence = [board.is_present(second) for second in range(180)]
    changes = [second for second in range(1, 180) if presence[second] != presence[second - 1]]
    assert presence[0]
    assert len(changes) >= 4
    numbers = [sample["n"] for sample in _data(board, 60)]
    gaps = [
        later - earlier for earlier, later in itertools.pairwise(numbers) if later > earlier + 1
    ]
    assert len(gaps) == 1
    assert gaps[0] == pytest.approx((changes[1] - changes[0]) * 5, abs=3)


def test_a_silent_board_is_online_and_sends_nothing() -> None:
    """Only its retained messages show that it exists."""
    board = _board("is_silent", True)
    assert _published([board], 60, 0.1) == []
    assert board.is_present(30)
    assert len(board.greeting(0)) == 2


def test_a_loose_wire_shows_as_an_error_now_and_then() -> None:
    """The reading is missing then, not 0."""
    samples = _data(_board("has_loose_wire", True), 120)
    errors = [sample for sample in samples if "err" in sample]
    assert 0 < len(errors) < len(samples) / 20
    assert all("v" not in sample and "i" not in sample for sample in errors)


def test_a_sweep_draws_the_whole_curve() -> None:
    """From almost short circuit to almost open circuit."""
    samples = _data(_board("load", "sweep"), 30)
    volts = [sample["v"] for sample in samples]
    assert min(volts) < 0.8
    assert max(volts) > 5.5


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (b'{"id": "a1", "op": "get"}', {"ok": True, "id": "a1", "rate": 5.0}),
        (b'{"id": "a2", "op": "set", "rate": 10}', {"ok": True, "id": "a2", "rate": 10.0}),
        (
            b'{"id": "a3", "op": "set", "rate": 999}',
            {"ok": False, "id": "a3", "error": "ValueError: rate 0.1..20 Hz", "rate": 5.0},
        ),
    ],
)
def test_a_board_answers_commands(command: bytes, expected: dict[str, object]) -> None:
    """The reply carries the identifier of the command and the rate that now holds."""
    board = _boards()[0]
    (reply,) = board.answer(command, 1.0)
    assert reply.topic == f"{board.prefix}/reply"
    assert json.loads(reply.payload) == expected


def test_a_command_changes_the_rate() -> None:
    """After the command the board publishes at the new rate."""
    board = _boards()[0]
    board.messages_due(1.0)
    board.answer(b'{"op": "set", "rate": 20}', 1.0)
    assert len(_published([board], 3.0, 0.05)) == pytest.approx(40, abs=1)


@given(st.one_of(st.binary(max_size=40), st.sampled_from([b"[]", b"1", b"[" * 100_000])))
def test_no_command_breaks_a_board(payload: bytes) -> None:
    """Nonsense is answered with an error."""
    (reply,) = _boards()[0].answer(payload, 0.0)
    assert json.loads(reply.payload)["ok"] is False


def test_the_flood_stays_in_its_range() -> None:
    """300 to 500 messages per second in every second."""
    student = FloodingStudent(1)
    per_second = [
        sum(len(student.messages_due(second + part / 10)) for part in range(1, 11))
        for second in range(1, 100)
    ]
    assert min(per_second) > 300
    assert max(per_second) < 510
    assert max(per_second) - min(per_second) > 50


def test_most_of_what_the_confused_student_sends_is_no_json() -> None:
    """Broken JSON, spaces in topics, wrong encodings and an empty payload are all there."""
    messages = _published([ConfusedStudent(1)], 6, 0.1)
    assert any(" " in message.topic for message in messages)
    assert any(message.topic.startswith("/") for message in messages)
    assert any(message.topic.endswith("/") for message in messages)
    assert any(not message.payload for message in messages)
    assert any(b"\x1b[" in message.payload for message in messages)

    def is_broken(payload: bytes) -> bool:
        try:
            json.loads(payload, parse_constant=_refuse)
        except ValueError:
            return True
        return False

    broken = [message for message in messages if is_broken(message.payload)]
    assert len(broken) > len(messages) / 2
    assert any(_is_not_utf8(message.payload) for message in messages)


def test_binary_payloads_are_what_they_say() -> None:
    """Floats near 1 g, sixteen-bit counts, a PNG that decodes, MessagePack of a map."""
    by_topic: dict[str, bytes] = {
        message.topic: message.payload for message in _published([LabInstruments(1)], 5, 0.1)
    }
    x, y, z = struct.unpack("<3f", by_topic["lab/accelerometer/raw"])
    assert abs(x) < 0.1
    assert abs(y) < 0.1
    assert z == pytest.approx(1, abs=0.05)
    counts = struct.unpack(">64H", by_topic["lab/spectrometer/counts"])
    assert max(counts) > 5 * min(counts) > 0
    assert by_topic["lab/camera/thumbnail.png"].startswith(b"\x89PNG\r\n\x1a\n")
    assert by_topic["lab/scale/reading.msgpack"][:4] == b"\x83\xa1g\xca"
    assert struct.unpack(">f", by_topic["lab/scale/reading.msgpack"][4:8])[0] > 200


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _is_not_utf8(payload: bytes) -> bool:
    try:
        payload.decode()
    except UnicodeDecodeError:
        return True
    return False
