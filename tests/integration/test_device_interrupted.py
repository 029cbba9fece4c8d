"""A cable that is pulled in the middle of an installation: at any byte, old or new."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
import serial

from mqttui.deploy.board_programs import BOOT
from mqttui.deploy.facts import read_files
from mqttui.deploy.failures import DeployError
from mqttui.deploy.install import finish_interrupted, install
from mqttui.deploy.plan import plan_install, sha256_of
from mqttui.deploy.serial_board import SerialBoard
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.conftest import StartBoard
    from tests.support.board.emulated_board import EmulatedBoard

MAIN = """\
import os, time, parts.one
while True:
    print("AGES %s", parts.one.AGE, "old" if "former.py" in os.listdir() else "new")
    time.sleep_ms(50)
"""
FORMER = b"# of the old firmware only\n"
CUTS = 8


def firmware(age: str) -> dict[str, bytes]:
    """Return files that say together how old they are; only the old ones have a former.py."""
    # More than one chunk, so that a cut can happen in the middle of a file.
    files = {
        "/main.py": (MAIN % age).encode(),
        "/parts/one.py": f"AGE = '{age}'\n".encode() + b"#" * 3000,
    }
    return {**files, "/former.py": FORMER} if age == "old" else files


class Cable:
    """Counts what is written to serial lines, and breaks after so many bytes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent_bytes = 0
        self.limit_bytes: int | None = None
        self._write = serial.Serial.write
        monkeypatch.setattr(serial.Serial, "write", lambda line, data: self._send(line, data))

    def _send(self, line: serial.Serial, data: bytes) -> int | None:
        if self.limit_bytes is not None and self.sent_bytes + len(data) > self.limit_bytes:
            # What is on its way arrives, then the port is gone.
            self._write(line, data[: self.limit_bytes - self.sent_bytes])
            self.sent_bytes = self.limit_bytes
            raise serial.SerialException("the cable is pulled")
        self.sent_bytes += len(data)
        return self._write(line, data)

    @contextlib.contextmanager
    def breaks_after(self, size_bytes: int) -> Iterator[None]:
        """Let this many bytes through, from now on."""
        self.limit_bytes = self.sent_bytes + size_bytes
        yield
        self.limit_bytes = None


def install_on(port: str, age: str) -> None:
    """Install the files of an age; the old firmware's are listed as such."""
    installed = {"/former.py": sha256_of(FORMER)}
    with SerialBoard(port) as board:
        finish_interrupted(board)
        install(board, plan_install(firmware(age), read_files(board), None, installed))
        board.restart()


def ages(board: EmulatedBoard) -> set[str]:
    """Return the ages that a running board prints in one line."""
    with serial.Serial(board.port, timeout=15) as line:
        line.read_until(b"AGES ")
        return set(line.readline().decode().split())


def test_a_pulled_cable_leaves_old_or_new_files(
    start_board: StartBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut at points all over an installation, between packets and inside of them, with and without
    a reset afterwards: the board runs files of one age, a removal included, and a second
    installation mends it."""
    board = start_board(files=firmware("old"))
    cable = Cable(monkeypatch)
    install_on(board.port, "new")
    # From now on boot.py is there already.
    install_on(board.port, "old")
    before = cable.sent_bytes
    install_on(board.port, "new")
    total_bytes = cable.sent_bytes - before
    outcomes = []
    for number in range(1, CUTS + 1):
        install_on(board.port, "old")
        # The last cut is when all is done but a check and the restart.
        size_bytes = (total_bytes - 150) * number // CUTS
        with cable.breaks_after(size_bytes), pytest.raises(DeployError, match="broke"):
            install_on(board.port, "new")
        if number % 2:
            resets = board.resets
            board.press_reset()
            wait_until(lambda resets=resets: board.resets > resets, "the reset")
            found = ages(board)
            assert len(found) == 1, f"after {size_bytes} of {total_bytes} bytes: {found}"
            outcomes += found
        install_on(board.port, "new")
        assert ages(board) == {"new"}
        with SerialBoard(board.port) as line:
            there = {path: file.sha256 for path, file in read_files(line).items()}
        expected = {**firmware("new"), "/boot.py": BOOT.encode()}
        assert there == {path: sha256_of(content) for path, content in expected.items()}
    assert set(outcomes) == {"old", "new"}
    assert sorted(outcomes, reverse=True) == outcomes
