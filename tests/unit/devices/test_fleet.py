"""Boards are found by what they say, and followed at a cost that is bounded."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from mqttui.core.store import TopicStore
from mqttui.devices import fleet as fleet_module
from mqttui.devices.fleet import Fleet
from mqttui.devices.presence import Presence
from mqttui.devices.selection import BoardOrder, Shown, counts_of, selected
from tests.unit.devices.fleets import INFO, PATH, START, UID, ClassRoom

if TYPE_CHECKING:
    import pytest


def test_boards_are_found_by_their_status_or_info_and_by_nothing_else() -> None:
    """In the order of their names, whenever they come."""
    room = ClassRoom()
    room.publish("lab/lamp/state", "ON")
    room.publish("status", "online")
    room.publish("$SYS/broker/status", "online")
    room.publish("zoo/info", {"opens": 9})
    room.publish("tele/plug/LWT", "Online", retain=True)
    room.publish(f"{PATH}/info", INFO, retain=True)
    room.look()
    assert [board.path for board in room.fleet.boards] == [PATH, "tele/plug"]
    version = room.fleet.version
    room.publish("lab/lamp/state", "online")
    room.publish("home/b/availability", b'{"state":"offline"}')
    room.look()
    assert [board.path for board in room.fleet.boards] == [
        "home/b",
        PATH,
        "lab/lamp",
        "tele/plug",
    ]
    assert room.fleet.version == version + 2
    presences = [board.presence for board in room.fleet.boards]
    offline, unknown, online, plug = presences
    assert (offline, unknown, online, plug) == (
        Presence.OFFLINE,
        Presence.UNKNOWN,
        Presence.ONLINE,
        Presence.ONLINE,
    )


def test_a_fleet_that_comes_late_finds_what_is_there() -> None:
    """The kept history is read, too."""
    room = ClassRoom()
    room.board()
    room.samples(5)
    late = Fleet(room.store)
    late.update(room.now, 1.0)
    (board,) = late.boards
    assert (board.track.samples, board.info.uid) == (5, UID)


def test_presence_has_a_time_unless_it_was_retained() -> None:
    """The will is live; a retained status does not tell when it was published."""
    room = ClassRoom()
    room.publish(f"{PATH}/status", "online", retain=True)
    room.look()
    (board,) = room.fleet.boards
    assert (board.presence, board.since_at) == (Presence.ONLINE, None)
    room.now += 60
    room.publish(f"{PATH}/status", "offline")
    room.look()
    assert (board.presence, board.since_at) == (Presence.OFFLINE, START + 60)
    room.now += 60
    room.publish(f"{PATH}/status", {"status": "sleeping", "wake": int(START + 900) * 1000})
    room.look()
    assert (board.presence, board.wakes_at) == (Presence.SLEEPING, START + 900)
    # The retained message was cleared.
    room.publish(f"{PATH}/status", b"")
    room.look()
    assert board.presence is Presence.UNKNOWN


def test_status_after_info_is_heard() -> None:
    """The topic of the presence may come when the board is known already."""
    room = ClassRoom()
    room.publish(f"{PATH}/info", INFO)
    room.look()
    room.publish(f"{PATH}/status", "online")
    room.look()
    (board,) = room.fleet.boards
    assert board.presence is Presence.ONLINE


def test_replies_bring_what_was_set_and_curves() -> None:
    """Also to commands of others; a retained reply is none."""
    room = ClassRoom()
    board = room.board()
    room.publish(f"{PATH}/reply", {"id": 1, "ok": True, "rate": 20, "dropped": 4})
    room.publish(f"{PATH}/reply", {"id": 2, "ok": True, "v": [0, 1, 2, 3], "i": [3, 3, 2, 0]})
    room.publish(f"{PATH}/reply", {"id": 3, "ok": True, "rate": 5}, retain=True)
    room.look()
    assert (board.info.rate_hz, board.info.dropped) == (20, 4)
    assert board.curve is not None
    assert (board.curve.open_circuit_v, board.curve_at) == (3, START)


def test_samples_are_read_in_steps_and_the_newest_is_shown_at_once() -> None:
    """A long history does not hold up the value of now."""
    room = ClassRoom()
    board = room.board()
    for number in range(1, 301):
        room.now += 1
        room.publish(f"{PATH}/data", {"n": number, "up": 1000 * number, "v": number / 100})
    room.fleet.update(room.now, 0.0)
    assert board.last is not None
    assert board.last.number == 300
    assert 0 < board.behind < 300
    room.look()
    assert (board.behind, board.track.samples, board.track.missing) == (0, 300, 0)


def test_a_board_in_sight_shows_what_is_newest_without_its_turn() -> None:
    """Among hundreds of busy boards the history is read in turn, what is looked at is of now."""
    room = ClassRoom()
    board = room.board()
    for number in range(1, 301):
        room.publish(f"{PATH}/data", {"n": number, "up": 1000 * number, "v": number / 100})
    room.publish(f"{PATH}/status", "offline")
    board.glance()
    assert board.last is not None
    assert (board.last.number, board.presence) == (300, Presence.OFFLINE)
    assert board.track.samples == 0
    room.look()
    assert (board.track.samples, board.last.number) == (300, 300)


def test_what_the_store_forgot_is_counted_and_no_gap() -> None:
    """The history was too small for what came between two looks."""
    room = ClassRoom()
    room.store.set_history_budget(20_000)
    board = room.board()
    room.samples(2)
    for number in range(3, 1003):
        room.publish(f"{PATH}/data", {"n": number, "up": 1000 * number, "v": 5.0, "i": 1.0})
    room.look()
    assert board.missed > 500
    assert board.missed + board.track.samples == 1002
    assert board.track.missing == 0


def test_retained_data_is_no_sample() -> None:
    """It has no time."""
    room = ClassRoom()
    board = room.board()
    room.publish(f"{PATH}/data", {"n": 1, "v": 5.0}, retain=True)
    room.look()
    assert (board.last, board.track.samples) == (None, 0)


def test_a_call_ends_with_its_budget_and_boards_take_turns() -> None:
    """The clock moves a second per look: a call reads a few boards, several calls all."""
    room = ClassRoom()
    for number in range(100):
        room.publish(f"iot49/b{number:03d}/status", "online")
    ticks = itertools.count()
    fleet = Fleet(room.store, timer=lambda: float(next(ticks)))
    fleet.update(START, 0.5)
    assert 0 < len(fleet.boards) < 100
    for _ in range(300):
        fleet.update(START, 0.5)
    assert len(fleet.boards) == 100
    assert {board.presence for board in fleet.boards} == {Presence.ONLINE}


def test_a_frame_without_news_reads_no_payload(monkeypatch: pytest.MonkeyPatch) -> None:
    """What costs is done again only where messages have come."""
    room = ClassRoom()
    room.board()
    room.publish("lab/lamp/state", "ON")
    room.samples(3)

    def fail(*_: object) -> None:
        raise AssertionError("read again")

    for name in ("status_of", "json_object", "sample_of"):
        monkeypatch.setattr(f"mqttui.devices.board.{name}", fail)
    monkeypatch.setattr("mqttui.devices.fleet.status_of", fail)
    room.publish("elsewhere", "1")
    room.look()


def test_boards_beyond_the_limit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded, and nothing is left out silently."""
    monkeypatch.setattr(fleet_module, "MOST_BOARDS", 3)
    room = ClassRoom()
    for number in range(5):
        room.publish(f"b{number}/status", "online")
    room.look()
    assert (len(room.fleet.boards), room.fleet.unlisted) == (3, 2)


def test_a_topic_leads_to_its_board() -> None:
    """Any level below the board's, and none above."""
    room = ClassRoom()
    board = room.board()
    assert room.fleet.board_of(room.store.find(f"{PATH}/info")) is board
    assert room.fleet.board_of(board.branch) is board
    assert room.fleet.board_of(board.branch.parent) is None
    assert Fleet(TopicStore()).board_of(None) is None


def test_selection_counts_and_order() -> None:
    """By name, or those in trouble first; all of them or one kind."""
    room = ClassRoom()
    for name, status in (("a", "online"), ("b", "offline"), ("c", "sleeping"), ("d", "online")):
        room.publish(f"{name}/status", status)
    room.samples(4, path="d", p=3.0)
    boards = room.fleet.boards
    counts = counts_of(boards)
    assert (counts.boards, counts.with_warnings) == (4, 1)
    assert counts.by_presence[Presence.ONLINE] == 2

    def names(shown: Shown, order: BoardOrder = BoardOrder.NAME) -> str:
        return "".join(board.name for board in selected(boards, shown, order))

    assert names(Shown.ALL) == "abcd"
    assert names(Shown.ALL, BoardOrder.TROUBLE) == "dbac"
    assert [names(each) for each in Shown] == ["abcd", "ad", "bc", "d"]
