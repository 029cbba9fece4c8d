"""The simulated board: the firmware in a time that it is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mqttui.settings.paths import firmware_folder
from mqttui.simulation.board import SimulatedBoard
from mqttui.simulation.circuit import Steady

EPOCH_US = 1_795_000_000_000_000


def _board(**settings: object) -> SimulatedBoard:
    circuit = Steady(5.0, 0.1234)
    return SimulatedBoard(
        firmware_folder(), {"name": "anna", **settings}, "02c0ffee1234", circuit, EPOCH_US
    )


def _run(board: SimulatedBoard, from_s: float, to_s: float) -> list[tuple[str, Any]]:
    """Return what is published, the last level and the JSON; all of it is acknowledged."""
    said = []
    for step in range(round(from_s * 50), round(to_s * 50)):
        for published in board.run_until(step * 20_000):
            board.acknowledged(published.qos)
            text = published.payload.decode()
            value = json.loads(text) if text.startswith("{") else text
            said.append((published.topic.rpartition("/")[2], value))
    return said


def test_a_board_is_called_and_born_as_the_firmware_says() -> None:
    """Topic, client id, will and filters are its own."""
    board = _board()
    assert (board.topic, board.client_id) == ("iot49/anna-ee1234", "anna-02c0ffee1234")
    assert (board.will.topic, board.will.payload) == ("iot49/anna-ee1234/status", b"offline")
    board.connected(0, "192.0.2.1", -60)
    assert board.topic_filters[0] == "iot49/anna-ee1234/cmd"
    (_, info), (_, status) = _run(board, 0, 0.1)[:2]
    assert (info["rssi"], info["ip"], info["chip"]) == (-60, "192.0.2.1", "esp32")
    assert status == "online"


def test_without_a_connection_samples_wait_and_then_come_in_order() -> None:
    """Nothing is said, nothing is missing, and no more than the window is in flight."""
    board = _board(rate=10)
    assert _run(board, 0, 3) == []
    board.connected(3_000_000, "", -60)
    at_once = board.run_until(3_000_000)
    assert sum(published.qos for published in at_once) <= 10
    for published in at_once:
        board.acknowledged(published.qos)
    first = [json.loads(each.payload) for each in at_once if each.topic.endswith("/data")]
    rest = [value for name, value in _run(board, 3, 4) if name == "data"]
    numbers = [sample["n"] for sample in (*first, *rest)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == pytest.approx(40, abs=1)
    board.lost()
    assert _run(board, 4, 5) == []


def test_a_long_gap_is_not_caught_up() -> None:
    """A laptop that slept for an hour does not bring an hour of samples."""
    board = _board(rate=10)
    board.connected(0, "", -60)
    _run(board, 0, 1)
    assert len(_run(board, 3600, 3601)) == pytest.approx(10, abs=2)


def test_a_sensor_that_is_found_later_is_used_after_the_next_connection() -> None:
    """As in main.py; until then samples say what is wrong."""
    board = _board()
    board.bus.unplugged.add(0x40)
    board._start(0)
    board.connected(0, "", -60)
    said = dict(_run(board, 0, 1))
    assert said["info"]["sensor"] is None
    assert "no INA219" in said["data"]["err"]
    board.bus.unplugged.clear()
    board.lost()
    board.connected(1_000_000, "", -60)
    assert dict(_run(board, 1, 2))["data"]["v"] == pytest.approx(5.0)


def test_a_reset_forgets_and_a_sleep_remembers() -> None:
    """Both say farewell and are away for their time; only sleep keeps the number of samples."""
    board = _board(sleep=10, awake=1)
    board.connected(0, "", -60)
    said = _run(board, 0, 3)
    last = [value for name, value in said if name == "data"][-1]
    assert said[-1][1]["status"] == "sleeping"
    wake_s = said[-1][1]["wake"] / 1000 - EPOCH_US / 1e6
    assert not board.is_on(round((wake_s - 0.1) * 1e6))
    assert board.is_on(round((wake_s + 0.1) * 1e6))
    now_s = wake_s + 0.2
    board.connected(round(now_s * 1e6), "", -60)
    board.heard(f"{board.topic}/cmd", b'{"op": "reset"}', False, round(now_s * 1e6))
    said = _run(board, now_s, now_s + 1)
    assert dict(said)["data"]["n"] == last["n"] + 1
    assert said[-1] == ("status", "offline")
    assert not board.is_on(round((now_s + 1) * 1e6))
    board.connected(round((now_s + 4) * 1e6), "", -60)
    assert dict(_run(board, now_s + 4, now_s + 4.1))["data"]["n"] == 1
    assert board.restarts == 2


def test_wrong_settings_are_refused_by_the_firmware() -> None:
    """With its own sentence."""
    with pytest.raises(ValueError, match=r"rate: 0\.1 to 20"):
        _board(rate=50)
