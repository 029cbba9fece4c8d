"""The simulated class publishes what a real one does, the same for the same seed."""

from __future__ import annotations

import itertools
import json
import struct
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mqttui.core.topic import filter_problem, topic_problem
from mqttui.demo.boards import HABITS, boards
from mqttui.demo.careless import ConfusedStudent, FloodingStudent
from mqttui.demo.classroom import classroom
from mqttui.demo.instruments import LabInstruments
from mqttui.demo.simulated import Beat, Presence
from mqttui.demo.sky import Sky
from mqttui.settings.paths import firmware_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mqttui.demo.board import Board
    from mqttui.demo.boards import Habits
    from mqttui.demo.simulated import Outgoing, SimulatedClient

STARTED_AT_MS = 1_795_000_000_000


class _Broker:
    """Takes what clients publish and acknowledges it; `until` plays on from where it was."""

    def __init__(self, clients: Sequence[SimulatedClient]) -> None:
        self.published: list[Outgoing] = []
        self.now_s = 0.0
        self._clients = clients
        self._connected: set[SimulatedClient] = set()

    def until(self, end_s: float, step_s: float = 0.05) -> list[Outgoing]:
        """Return what is published until then, asked every `step_s` seconds."""
        before = len(self.published)
        for step in range(round((end_s - self.now_s) / step_s) + 1):
            for client in self._clients:
                self._serve(client, self.now_s + step * step_s)
        self.now_s = end_s
        return self.published[before:]

    def command(self, board: Board, content: object) -> dict[str, Any]:
        """Return the reply to a command."""
        payload = content if isinstance(content, bytes) else json.dumps(content).encode()
        said = board.received(f"{board.prefix}/cmd", payload, False, self.now_s)
        self._take(board, said)
        # A board in the middle of a measurement looks at it a moment later.
        said += self.until(self.now_s + 0.1)
        replies = [each for each in said if each.topic == f"{board.prefix}/reply"]
        return dict(json.loads(replies[0].payload))

    def _serve(self, client: SimulatedClient, now_s: float) -> None:
        self._take(client, client.messages_due(now_s))
        if client.presence(now_s) is not Presence.HERE:
            if client in self._connected:
                self._connected.discard(client)
                client.lost()
        elif client not in self._connected:
            self._connected.add(client)
            self._take(client, client.greeting(now_s))

    def _take(self, client: SimulatedClient, messages: list[Outgoing]) -> None:
        for message in messages:
            if message.qos:
                client.acknowledged()
        self.published += messages


def _published(
    clients: Sequence[SimulatedClient], until_s: float, step_s: float = 0.05
) -> list[Outgoing]:
    return _Broker(clients).until(until_s, step_s)


def _boards(seed: int = 49) -> list[Board]:
    return boards(firmware_folder(), Sky(seed), seed, STARTED_AT_MS)


def _board(is_wanted: Callable[[Habits], object]) -> Board:
    """Return the first board with such habits."""
    numbers = [number for number, habits in enumerate(HABITS) if is_wanted(habits)]
    return _boards()[numbers[0]]


def _data(messages: list[Outgoing]) -> list[dict[str, Any]]:
    """Return the samples among messages."""
    return [json.loads(each.payload) for each in messages if each.topic.endswith("/data")]


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
    first, second, other = (_published(classroom(seed, STARTED_AT_MS), 5) for seed in (1, 1, 2))
    assert first == second
    assert first != other


def test_when_a_board_samples_does_not_depend_on_how_often_it_is_asked() -> None:
    """Samples belong to their time, not to the moment of the question."""
    often, seldom = (
        [(sample["n"], sample["t"], sample.get("v")) for sample in _data(messages)]
        for messages in (_published([_boards()[0]], 6, step_s) for step_s in (0.01, 0.5))
    )
    assert len(often) > 25
    assert often == seldom


def test_the_class_publishes_500_to_600_messages_per_second() -> None:
    """Most of them come from the student who floods."""
    until_s = 60
    messages = _published(classroom(49, STARTED_AT_MS), until_s)
    assert 450 < len(messages) / until_s < 600
    by_root = Counter(message.topic.partition("/")[0] for message in messages)
    assert {"iot49", "lab", "weather", "tele", "stat", "zigbee2mqtt", "homeassistant", ""} <= set(
        by_root
    )
    assert {topic_problem(message.topic) for message in messages} == {None}


def test_every_client_is_unique_and_what_it_is_called_is_valid() -> None:
    """Wills and filters are valid; client identifiers differ."""
    clients = classroom(49, STARTED_AT_MS)
    assert len({client.client_id for client in clients}) == len(clients)
    for client in clients:
        client.greeting(0)
    wills = [client.will for client in clients if client.will]
    assert {topic_problem(will.topic) for will in wills} == {None}
    filters = [name for client in clients for name in client.topic_filters]
    assert len(filters) >= 12
    assert {filter_problem(name) for name in filters} == {None}


def test_every_board_is_announced() -> None:
    """`info` and `status` are retained, the will says offline on the same topic."""
    for board in _boards():
        info, status = board.greeting(0)[:2]
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
    """P = V I as printed, values in the range of the circuit, in order and in time."""
    for board, habits in zip(_boards(), HABITS, strict=True):
        period_ms = 1000 / habits.settings.get("rate", 5)
        samples = _data(_published([board], 8))
        assert len(samples) > 5
        assert [sample["n"] for sample in samples] == list(range(1, len(samples) + 1))
        for earlier, later in itertools.pairwise(samples):
            if not habits.settings.get("sleep"):
                assert later["t"] - earlier["t"] == pytest.approx(period_ms, abs=2)
        highest_a = 2.5 if habits.load == "motor" else 0.2
        for sample in samples:
            if "err" not in sample:
                assert sample["p"] == pytest.approx(sample["v"] * sample["i"], abs=1e-5)
                assert 0 <= sample["v"] <= 6.6
                assert -0.06 <= sample["i"] <= highest_a


def test_a_board_without_wifi_keeps_its_samples() -> None:
    """It is cut off and comes back; nothing is missing, and it was late for some."""
    board = _board(lambda habits: habits.drops_off)
    broker = _Broker([board])
    samples = _data(broker.until(30))
    assert board.presence(30) is Presence.CUT
    assert samples[-1]["t"] == pytest.approx(STARTED_AT_MS + 20_000, abs=300)
    samples += _data(broker.until(40))
    assert board.presence(40) is Presence.HERE
    numbers = [sample["n"] for sample in samples]
    assert numbers == list(range(1, numbers[-1] + 1))
    assert numbers[-1] == pytest.approx(200, abs=3)


def test_a_board_sleeps_and_says_until_when() -> None:
    """Awake for two seconds; it leaves with a farewell and counts on when it wakes."""
    board = _board(lambda habits: habits.settings.get("sleep"))
    broker = _Broker([board])
    messages = broker.until(10)
    assert board.presence(10) is Presence.LEFT
    status = json.loads(messages[-1].payload)
    assert (messages[-1].topic, messages[-1].retain) == (f"{board.prefix}/status", True)
    assert status["status"] == "sleeping"
    assert status["wake"] == pytest.approx(STARTED_AT_MS + 22_000, abs=500)
    after = broker.until(26)
    assert after[1].payload == b"online"
    assert _data(after)[0]["n"] == _data(messages)[-1]["n"] + 1


def test_a_loose_wire_shows_as_an_error_now_and_then() -> None:
    """The reading is missing then, not 0."""
    samples = _data(_published([_board(lambda habits: habits.has_loose_wire)], 120))
    errors = [sample for sample in samples if "err" in sample]
    assert 0 < len(errors) < len(samples) / 20
    assert all("v" not in sample and "i" not in sample for sample in errors)


def test_commands_work() -> None:
    """Rate, identify, sweep and reset; what is wrong is said and changes nothing."""
    board = _boards()[0]
    broker = _Broker([board])
    broker.until(1)
    refused = broker.command(board, {"id": "a", "op": "set", "rate": 999})
    assert (refused["ok"], refused["id"], refused["rate"]) == (False, "a", 5)
    assert refused["error"].startswith("rate: ")
    assert broker.command(board, {"op": "set", "rate": 10})["rate"] == 10
    assert len(_data(broker.until(3.1))) == pytest.approx(20, abs=2)
    assert broker.command(board, {"op": "identify"})["ok"]
    board.received(f"{board.prefix}/cmd", b'{"id": 1, "op": "sweep"}', False, broker.now_s)
    (reply,) = [each for each in broker.until(9) if each.topic.endswith("/reply")]
    curve = json.loads(reply.payload)
    assert (curve["ok"], len(curve["v"]), curve["i"][0]) == (True, 20, pytest.approx(0, abs=1e-3))
    assert curve["v"] == sorted(curve["v"], reverse=True)
    assert board.board.lights == 20
    assert broker.command(board, {"op": "reset"})["ok"]
    after = broker.until(13)
    assert [each.payload for each in after if each.topic.endswith("/status")] == [b"online"]
    assert _data(after)[0]["n"] == 1


@settings(deadline=None, max_examples=30)
@given(st.one_of(st.binary(max_size=40), st.sampled_from([b"[]", b"1", b"[" * 100_000])))
def test_no_command_breaks_a_board(payload: bytes) -> None:
    """Nonsense is answered with an error."""
    board = _boards()[0]
    broker = _Broker([board])
    broker.until(0.1)
    assert broker.command(board, payload)["ok"] is False


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
