"""`mqttui device` against an emulated board: the command as its users run it, and power cuts."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import serial

from mqttui.deploy.board_programs import BOOT
from mqttui.deploy.facts import read_files
from mqttui.deploy.install import finish_interrupted, install
from mqttui.deploy.plan import plan_install
from mqttui.deploy.serial_board import SerialBoard
from tests.support.board.emulated_board import BoardOptions, EmulatedBoard
from tests.support.publisher import publisher
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.integration.conftest import StartBoard
    from tests.support.certificates import CertificateAuthority
    from tests.support.mosquitto import Mosquitto

ROOT = Path(__file__).resolve().parents[2]

MAIN = """\
import time, parts.one, two
while True:
    print("ONLINE %s", parts.one.AGE, two.AGE)
    time.sleep_ms(100)
"""


def firmware(age: str) -> dict[str, bytes]:
    """Return three files that say together how old they are."""
    # More than one chunk, so that a cut can happen in the middle of a file.
    padding = "#" * 1500
    return {
        "/main.py": (MAIN % age).encode(),
        "/parts/one.py": f"AGE = '{age}'\n{padding}".encode(),
        "/two.py": f"AGE = '{age}'\n".encode(),
    }


def in_folder(files: dict[str, bytes], folder: Path) -> Path:
    """Write files as they are on a board into a folder and return it."""
    for path, content in files.items():
        target = folder / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def device(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Return what `mqttui device` did without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "mqttui", "device", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
    )


def ages(board: EmulatedBoard) -> set[str]:
    """Return the ages that a running board prints in one line."""
    with serial.Serial(board.port, timeout=15) as line:
        line.read_until(b"ONLINE ")
        return set(line.readline().decode().split())


@pytest.mark.parametrize("resets_on_open", [False, True])
def test_install_shows_sends_verifies_and_follows(
    start_board: StartBoard, tmp_path: Path, resets_on_open: bool
) -> None:
    """A bare board is online after one command; the next one sends only what changed."""
    board = start_board(BoardOptions(resets_on_open=resets_on_open))
    folder = in_folder(firmware("old"), tmp_path / "firmware")
    words = ["install", "--port", board.port, "--from", str(folder), "--yes"]
    first = device(*words)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "4 new, 0 changed, 0 as they are" in first.stdout
    assert first.stdout.index("sent /two.py") < first.stdout.index("sent /main.py")
    assert "The board says that it is online: old old old." in first.stdout
    in_folder({"/two.py": b"AGE = 'newer'\n"}, folder)
    second = device(*words)
    assert second.returncode == 0, second.stdout + second.stderr
    assert [line.split()[1] for line in second.stdout.splitlines() if " sent " in f" {line}"] == [
        "/two.py"
    ]
    assert "old old newer" in second.stdout
    board.stop()
    expected = {**firmware("old"), "/two.py": b"AGE = 'newer'\n", "/boot.py": BOOT.encode()}
    assert board.files() == expected


def test_configuration_and_authority_go_along(start_board: StartBoard, tmp_path: Path) -> None:
    """The files for one board are sent under the names that the firmware reads."""
    board = start_board()
    folder = in_folder({"/lib.py": b"", "/config.example.json": b"{}"}, tmp_path / "firmware")
    config = tmp_path / "anna.json"
    config.write_text('{"name": "anna"}')
    authority = tmp_path / "ca"
    authority.write_bytes(b"\x30\x03\x02\x01\x01")
    options = ["--from", str(folder), "--config", str(config), "--ca-file", str(authority)]
    done = device("install", "--port", board.port, "--yes", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "There is no main.py" in done.stdout
    board.stop()
    assert {path: content for path, content in board.files().items() if path != "/boot.py"} == {
        "/lib.py": b"",
        "/config.json": config.read_bytes(),
        "/ca.der": authority.read_bytes(),
    }


def test_a_class_gets_its_own_configurations(start_board: StartBoard, tmp_path: Path) -> None:
    """Each board has its row; one that is in no row is left alone and does not stop the others."""
    ids = ("240ac4aaaaaa", "240ac4bbbbbb", "240ac4cccccc")
    boards = [start_board(BoardOptions(unique_id=unique_id)) for unique_id in ids]
    folder = in_folder({"/config.json": b'{"port": 1883}', "/lib.py": b"x"}, tmp_path / "firmware")
    roster = tmp_path / "class.csv"
    roster.write_text("id,name,port\naaaaaa,anna,\ncccccc,carl,8883\n")
    ports = [word for board in boards for word in ("--port", board.port)]
    done = device("install", *ports, "--from", str(folder), "--roster", str(roster), "--yes")
    assert done.returncode == 1
    assert "2 of 3 boards are done." in done.stdout
    assert "240ac4bbbbbb is not in the roster" in done.stderr
    for board in boards:
        board.stop()
    first, second, third = (board.files() for board in boards)
    assert json.loads(first["/config.json"]) == {"name": "anna", "port": 1883}
    assert json.loads(third["/config.json"]) == {"name": "carl", "port": 8883}
    assert second == {}


# What a USB hub full of boards looks like to pyserial; a port without a USB device is no board.
WITH_PORTS = """
import sys
from serial.tools import list_ports, list_ports_common
def comports():
    ports = [list_ports_common.ListPortInfo(name) for name in sys.argv[1].split()]
    for port in ports[:-1]:
        port.vid, port.pid = 0x10C4, 0xEA60
    return ports
list_ports.comports = comports
from mqttui.cli.main import main
sys.exit(main(sys.argv[2:]))
"""


def test_all_boards_that_are_plugged_in_are_installed(
    start_board: StartBoard, tmp_path: Path
) -> None:
    """They are found by their USB ids, each gets its own line of the roster, others are left."""
    ids = ("240ac4aaaaaa", "240ac4bbbbbb", "240ac4cccccc")
    *plugged, other = [start_board(BoardOptions(unique_id=unique_id)) for unique_id in ids]
    folder = in_folder({"/config.json": b"{}", "/lib.py": b"x"}, tmp_path / "firmware")
    roster = tmp_path / "class.csv"
    roster.write_text("id,name\naaaaaa,anna\nbbbbbb,ben\ncccccc,carl\n")
    ports = " ".join(board.port for board in (*plugged, other))
    words = ["install", "--all", "--from", str(folder), "--roster", str(roster), "--yes"]
    done = subprocess.run(
        [sys.executable, "-c", WITH_PORTS, ports, "device", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 of 2 boards are done." in done.stdout
    for board in (*plugged, other):
        board.stop()
    names = [json.loads(board.files()["/config.json"])["name"] for board in plugged]
    assert names == ["anna", "ben"]
    assert other.files() == {}


def test_the_firmware_comes_online(
    start_board: StartBoard, tls_broker: Mosquitto, authority: CertificateAuthority, tmp_path: Path
) -> None:
    """The firmware that comes along, on a bare board: over TLS, with the clock from this machine,
    until the broker has its retained `online`. A wrong configuration changes nothing."""
    board = start_board(BoardOptions(is_clock_set=False, has_time_server=False))
    config = tmp_path / "config.json"
    values = {"name": "anna", "ssid": "classroom", "key": "chalk-and-board", "host": "localhost"}
    values |= {"port": tls_broker.tls_port, "ca": "/ca.der"}
    words = ["install", "--port", board.port, "--yes", "--config", str(config)]
    words += ["--ca-file", str(authority.ca_file)]
    config.write_text(json.dumps({**values, "rate": 1000}))
    refused = device(*words)
    assert refused.returncode == 1
    assert "The configuration is wrong, nothing was changed: rate" in refused.stderr
    assert "main.py" not in device("info", "--port", board.port).stdout
    config.write_text(json.dumps(values))
    done = device(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The board says that it is online: iot49/anna-123456." in done.stdout
    assert values["key"] not in done.stdout
    with watcher(tls_broker.host, tls_broker.port) as messages:
        wait_until(
            lambda: messages.get("iot49/anna-123456/status") == b"online",
            lambda: f"the status, got {messages}",
        )


def test_info_says_what_a_board_is_and_lets_it_run_on(start_board: StartBoard) -> None:
    """Version, chip, room, MAC address and files, in plain text; what ran is started again."""
    board = start_board(files=firmware("old"))
    done = device("info", "--port", board.port)
    assert done.returncode == 0, done.stderr
    assert "Emulated ESP32" in done.stdout
    assert "24:0a:c4:12:34:56" in done.stdout
    listed = device("list", "--roster", "--port", board.port)
    assert listed.stdout == "id,name,user,password\n240ac4123456,,,\n"
    assert "1.5 kB  /parts/one.py" in done.stdout
    assert ages(board) == {"old"}


def test_a_port_in_use_is_named_with_its_user(start_board: StartBoard) -> None:
    """The sentence says which program has the port open."""
    board = start_board()
    with serial.Serial(board.port, exclusive=True):
        done = device("info", "--port", board.port)
    assert done.returncode == 1
    assert f"(pid {os.getpid()}): close it there" in done.stderr
    assert f"{board.port} is used by " in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_silent_port_is_explained(start_board: StartBoard) -> None:
    """A port on which nobody answers leads to the buttons and to flashing; a program that has it
    open without locking it is named."""
    controller, line = os.openpty()
    port = os.ttyname(line)
    try:
        shared = device("info", "--port", port)
        os.close(line)
        silent = device("info", "--port", port)
    finally:
        os.close(controller)
    assert (shared.returncode, silent.returncode) == (1, 1)
    assert f"{port} is used by" in shared.stderr
    assert "hold BOOT, press EN, let go of both, then get the image" in silent.stderr
    assert f"mqttui device flash --port {port}" in silent.stderr
    assert "Traceback" not in silent.stderr


def test_without_a_person_nothing_is_changed(start_board: StartBoard, tmp_path: Path) -> None:
    """A pipe cannot answer the question, so the board is not even opened."""
    board = start_board(files=firmware("old"))
    folder = in_folder(firmware("new"), tmp_path / "firmware")
    done = device("install", "--port", board.port, "--from", str(folder))
    assert done.returncode == 1
    assert "--yes goes on without asking" in done.stderr
    assert ages(board) == {"old"}


@contextlib.contextmanager
def watcher(host: str, port: int) -> Iterator[dict[str, bytes]]:
    """Yield the newest payload of every topic of a broker, filled as they come."""
    messages: dict[str, bytes] = {}
    with publisher(host, port) as client:
        client.on_message = lambda _client, _data, message: messages.update(
            {message.topic: message.payload}
        )
        client.subscribe("#", 1)
        yield messages


class PowerCut(BaseException):
    """The board loses its power now."""


class CutBoard:
    """A board that loses its power after so many operations; a chunk of a file is one."""

    def __init__(self, board: SerialBoard, operations: int) -> None:
        self._board = board
        self._left = operations

    def _count(self, _sent_bytes: int = 0) -> None:
        if self._left == 0:
            raise PowerCut
        self._left -= 1

    def run(self, program: str, on_output: Callable[[bytes], None] | None = None) -> str:
        self._count()
        return self._board.run(program, on_output)

    def write_file(
        self, path: str, content: bytes, on_progress: Callable[[int], None] | None = None
    ) -> None:
        self._count()
        self._board.write_file(path, content, self._count)

    def read_file(self, path: str) -> bytes:
        return self._board.read_file(path)

    def restart(self) -> None:
        self._board.restart()

    def next_line(self, deadline_s: float) -> str | None:
        return self._board.next_line(deadline_s)


def test_a_power_cut_anywhere_leaves_the_old_or_the_new_files(start_board: StartBoard) -> None:
    """Whenever the power goes, all files are of one age, and a second install mends the rest."""
    outcomes = []
    for operations in count(step=2):
        board = start_board(files=firmware("old"))
        with SerialBoard(board.port) as line:
            plan = plan_install(firmware("new"), read_files(line), None)
            try:
                install(CutBoard(line, operations), plan)
            except PowerCut:
                board.press_reset()
                wait_until(lambda cut=board: cut.resets == 1, "the reset")
            else:
                break
        found = ages(board)
        assert len(found) == 1, f"after {operations} operations: {found}"
        outcomes += found
        if operations % 4 == 0 or found == {"new"}:
            with SerialBoard(board.port) as line:
                finish_interrupted(line)
                install(line, plan_install(firmware("new"), read_files(line), None))
            board.stop()
            assert board.files() == {**firmware("new"), "/boot.py": BOOT.encode()}
        board.stop()
    # Once the new files are valid they stay so, and both kinds of cut have happened.
    assert sorted(outcomes, reverse=True) == outcomes
    assert set(outcomes) == {"old", "new"}


@pytest.mark.parametrize("moved", [0, 1, 2, 3])
def test_the_board_finishes_moves_that_were_begun(start_board: StartBoard, moved: int) -> None:
    """With the list of moves complete, boot.py gets every file into place before main.py runs."""
    new = firmware("new")
    staged = {f"/.install/{number}": path for number, path in enumerate(new)}
    files: dict[str, str | bytes] = {**firmware("old"), "/boot.py": BOOT}
    files["/.install/moves"] = json.dumps(list(staged.items()))
    for number, (place, path) in enumerate(staged.items()):
        files[path if number < moved else place] = new[path]
    board = start_board(files=files)
    assert ages(board) == {"new"}
    board.stop()
    assert board.files() == {**new, "/boot.py": BOOT.encode()}


def test_what_an_interruption_left_goes(start_board: StartBoard, tmp_path: Path) -> None:
    """Files that never became valid are removed also when there is nothing to send."""
    left: dict[str, str | bytes] = {"/.install/0": b"x" * 5000, "/.install/moves.new": "[]"}
    board = start_board(files={**firmware("old"), **left, "/boot.py": BOOT})
    folder = in_folder(firmware("old"), tmp_path / "firmware")
    done = device("install", "--port", board.port, "--from", str(folder), "--yes")
    assert done.returncode == 0, done.stderr
    assert "All 4 files are on the board already." in done.stdout
    board.stop()
    assert board.files() == {**firmware("old"), "/boot.py": BOOT.encode()}


def test_a_running_board_is_followed_line_by_line(start_board: StartBoard) -> None:
    """Lines come one by one, and none when the time is over."""
    board = start_board(
        files={"main.py": "import time\nfor n in range(3):\n    print('line', n)\n"}
    )
    with SerialBoard(board.port) as line:
        line.restart()
        lines = []
        deadline_s = time.monotonic() + 15
        while "line 2" not in lines:
            text = line.next_line(deadline_s)
            assert text is not None
            lines.append(text)
        assert lines[-3:] == ["line 0", "line 1", "line 2"]
        assert line.next_line(time.monotonic() - 1) is None
