"""Installing through the interface: an emulated board at its port, and a real broker."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest

from mqttui.deploy.board_setup import Answers, BrokerChoice
from mqttui.deploy.plugged import ONLINE_WAIT_S, Installation, PluggedBoards, Stage, propose
from mqttui.settings.connection import ConnectionSettings
from mqttui.settings.preferences import Preferences
from mqttui.transport.session import Session
from mqttui.ui.app import MqttuiApp
from tests.support.board.emulated_board import BoardOptions
from tests.support.teacher import Teacher

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.conftest import StartBoard
    from tests.support.mosquitto import Mosquitto

KEY = "chalk-and-board"


@pytest.mark.mosquitto
async def test_a_bare_board_comes_online(broker: Mosquitto, start_board: StartBoard) -> None:
    """Named, looked at, configured, installed, followed, and confirmed by the broker; looked at
    again it is up to date, and its secret was in sight nowhere."""
    board = start_board(BoardOptions(is_clock_set=False))
    settings = ConnectionSettings("localhost", broker.port)
    session = Session(settings)
    session.start()
    app = MqttuiApp(session, Preferences(frame_rate_hz=20), settings=settings)
    seen = []
    try:
        async with app.run_test(size=(120, 50)) as pilot:
            teacher = Teacher(app, pilot, 2 * ONLINE_WAIT_S)
            await teacher.until(lambda: app.connection.explorer.is_complete, "the explorer")
            await pilot.press("3", "I")
            await teacher.reads("Serial ports")
            await pilot.press("p", *board.port, "enter")
            await teacher.reads("not looked at")
            await pilot.press("enter")
            await teacher.reads("it needs the name of the Wi-Fi")
            await teacher.reads("24:0a:c4:12:34:56")
            await pilot.press("c", *"anna", "enter", *"classroom", "enter", *KEY)
            seen.append(teacher.screen)
            await pilot.press("ctrl+s")
            await teacher.reads("i installs; nothing has been written yet.")
            seen.append(teacher.screen)
            await pilot.press("i")
            await teacher.reads("enter installs")
            await pilot.press("enter")
            await teacher.reads("says that it is online: iot49/anna-123456")
            await teacher.reads("has it as online, too.")
            seen.append(teacher.screen)
            await pilot.press("l")
            await teacher.reads("What the board prints; esc ends.")
            board.press_reset()
            await teacher.reads("| ONLINE iot49/anna-123456")
            await pilot.press("escape")
            await teacher.reads("installed, online")
            await pilot.press("enter")
            await teacher.reads("Plan: All")
            await teacher.reads("firmware up to date")
    finally:
        session.stop()
    assert all(KEY not in each for each in seen)
    board.stop()
    config = json.loads(board.files()["/config.json"])
    assert (config["name"], config["key"], config["port"]) == ("anna", KEY, broker.port)


def test_two_boards_at_once(start_board: StartBoard) -> None:
    """Each has its own thread and its own files."""
    ports = [start_board(BoardOptions(unique_id=f"240ac400000{n}")).port for n in range(2)]
    boards = PluggedBoards()
    broker = BrokerChoice(ConnectionSettings("127.0.0.1", 1))
    going_on = []
    for number, port in enumerate(ports):
        answers = Answers(name=f"board{number}", ssid="classroom")
        look = boards.look(port, lambda: False)
        going_on.append(boards.installation(port, propose(look, answers, broker)))
        cancel_when(going_on[-1], lambda path, sent_bytes: False, at_line=True)
    threads = [threading.Thread(target=each.run) for each in going_on]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(ONLINE_WAIT_S)
    assert [each.stage for each in going_on] == [Stage.FOLLOWING] * 2
    for number, port in enumerate(ports):
        survey = boards.look(port, lambda: False).survey
        assert survey.facts.unique_id == f"240ac400000{number}"
        assert json.loads(survey.own["/config.json"])["name"] == f"board{number}"


def test_a_cancel_leaves_the_old_files(start_board: StartBoard) -> None:
    """Cancelled in the middle of a file the board has what it had, and a new try completes it;
    cancelled while the board is awaited the files are there."""
    board = start_board(files={"/main.py": "print('old')\n"})
    boards = PluggedBoards()
    broker = BrokerChoice(ConnectionSettings("127.0.0.1", 1))
    answers = Answers(name="anna", ssid="classroom")
    look = boards.look(board.port, lambda: False)
    first = boards.installation(board.port, propose(look, answers, broker))
    cancel_when(first, lambda path, sent_bytes: path == "/mqtt.py" and sent_bytes > 0)
    first.run()
    assert (first.stage, first.topic) == (Stage.SENDING, None)
    assert first.problem is not None
    assert "all of its old files" in first.problem
    look = boards.look(board.port, lambda: False)
    assert look.survey.files["/main.py"].size_bytes == len("print('old')\n")
    assert "/config.json" not in look.survey.files
    second = boards.installation(board.port, propose(look, answers, broker))
    cancel_when(second, lambda path, sent_bytes: False, at_line=True)
    second.run()
    assert second.stage is Stage.FOLLOWING
    assert second.problem == "The files are installed; nobody waited until the board is online."
    third = boards.installation(board.port, propose(look, answers, broker))
    third.run()
    assert third.problem is not None
    assert "changed since the plan was shown" in third.problem
    assert not boards.look(board.port, lambda: False).update.to_send


def cancel_when(
    installation: Installation, is_time: Callable[[str, int], bool], *, at_line: bool = False
) -> None:
    """Cancel an installation at a certain byte, or at the first line of the restarted board."""

    class Sent(dict[str, int]):
        def __setitem__(self, path: str, sent_bytes: int) -> None:
            super().__setitem__(path, sent_bytes)
            if is_time(path, sent_bytes):
                installation.cancel()

    class Heard(type(installation.lines)):  # type: ignore[misc]
        def append(self, line: str) -> None:
            super().append(line)
            if at_line:
                installation.cancel()

    installation.sent_bytes = Sent()
    installation.lines = Heard()
