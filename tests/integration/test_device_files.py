"""`mqttui device backup`, `restore`, `wipe`, `run`, `logs` and `repl` against an emulated board."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.board.emulated_board import BoardOptions
from tests.support.terminal_program import on_terminal
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from tests.integration.conftest import StartBoard

ROOT = Path(__file__).resolve().parents[2]
DEVICE = (sys.executable, "-m", "mqttui", "device")
FILES: dict[str, str | bytes] = {
    "/boot.py": b"print('my own boot')\n",
    "/main.py": b"print('ready')\n",
    "/lib/data.bin": bytes(range(256)) * 9,
    "/config.json": b'{"key": "chalk"}',
}


def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment with a state folder of its own."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "MQTTUI_STATE_DIR": str(tmp_path / "state")}


def device(tmp_path: Path, *words: str) -> str:
    """Return what `mqttui device` printed; AssertionError when it failed."""
    done = subprocess.run(
        [*DEVICE, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        stdin=subprocess.DEVNULL,
        env=environ(tmp_path),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_wiped_board_gets_everything_back(start_board: StartBoard, tmp_path: Path) -> None:
    """Wiping makes a backup first, readable by its owner alone; restoring brings back every file,
    also a boot.py that is not ours."""
    board = start_board(files=FILES)
    said = device(tmp_path, "wipe", "--port", board.port, "--yes")
    assert "4 files" in said
    assert "The board is empty" in said
    (backup,) = (tmp_path / "state" / "boards").iterdir()
    assert str(backup) in said
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with zipfile.ZipFile(backup) as archive:
        assert archive.read("lib/data.bin") == FILES["/lib/data.bin"]
    assert "files        0" in device(tmp_path, "info", "--port", board.port)
    device(tmp_path, "restore", str(backup), "--port", board.port, "--yes")
    board.stop()
    assert board.files() == FILES


def test_a_backup_never_overwrites(start_board: StartBoard, tmp_path: Path) -> None:
    """The file that is named must not be there yet."""
    board = start_board(files=FILES)
    target = tmp_path / "board.zip"
    assert "4 files are in" in device(tmp_path, "backup", str(target), "--port", board.port)
    before = target.read_bytes()
    done = subprocess.run(
        [*DEVICE, "backup", str(target), "--port", board.port],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environ(tmp_path),
    )
    assert done.returncode == 2
    assert "is there already and is not overwritten" in done.stderr
    assert target.read_bytes() == before


def test_a_wrong_name_removes_nothing(start_board: StartBoard, tmp_path: Path) -> None:
    """The question before wiping wants the board's name, not a y."""
    board = start_board(files=FILES)
    with on_terminal([*DEVICE, "wipe", "--port", board.port], environ(tmp_path)) as program:
        program.wait_for("Type 123456 to remove them:")
        program.type("y\r")
        assert program.wait_for_end() == 0
        assert "Nothing was removed" in program.text
    board.stop()
    assert board.files() == FILES


def test_a_file_runs_without_being_kept(start_board: StartBoard, tmp_path: Path) -> None:
    """Its output appears with nothing in it that steers the terminal; an error is a sentence."""
    board = start_board()
    file = tmp_path / "try.py"
    file.write_text(
        "print('sum', sum(range(7)))\nprint('\\x1b[2Jclear')\nprint('open end', end='')"
    )
    said = device(tmp_path, "run", str(file), "--port", board.port)
    assert said.splitlines() == ["sum 21", "␛[2Jclear", "open end"]
    file.write_text("print('first')\nraise ValueError('broken')")
    done = subprocess.run(
        [*DEVICE, "run", str(file), "--port", board.port],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environ(tmp_path),
    )
    assert (done.returncode, done.stdout) == (1, "first\n")
    assert done.stderr == "mqttui: The board failed: ValueError: broken.\n"


def test_packages_come_from_files(start_board: StartBoard, tmp_path: Path) -> None:
    """What a package.json lists can be imported afterwards, with no network on the board; what is
    needed beside it and not at hand is told; the same again changes nothing."""
    board = start_board(BoardOptions(has_wifi=False), files={"/main.py": b"print('ready')"})
    package = tmp_path / "greeting"
    package.mkdir()
    (package / "hello.py").write_text("def greet():\n    print('hello from the package')\n")
    package_list = {"urls": [["greeting/hello.py", "hello.py"]], "deps": [["umqtt", "latest"]]}
    (package / "package.json").write_text(json.dumps(package_list))
    words = ["mip", str(package), "--port", board.port, "--yes"]
    done = subprocess.run(
        [*DEVICE, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environ(tmp_path),
    )
    assert done.returncode == 0, done.stderr
    assert "/lib/greeting/hello.py" in done.stdout
    assert "umqtt is needed, too" in done.stderr
    program = tmp_path / "try.py"
    program.write_text("import greeting.hello\ngreeting.hello.greet()\n")
    said = device(tmp_path, "run", str(program), "--port", board.port)
    assert said == "hello from the package\n"
    assert "Nothing was changed" in device(tmp_path, *words)


def test_logs_follow_a_board_through_resets(start_board: StartBoard, tmp_path: Path) -> None:
    """Lines come as they are printed, also after a reset; ctrl+c ends it well."""
    main = (
        "import time\nn = 0\nwhile True:\n    print('tick', n)\n    n += 1\n    time.sleep_ms(50)\n"
    )
    board = start_board(files={"main.py": main})
    log = tmp_path / "log"
    with log.open("wb") as stream:
        follower = subprocess.Popen(
            [*DEVICE, "logs", "--port", board.port], stdout=stream, env=environ(tmp_path)
        )
    try:
        wait_until(lambda: "tick" in log.read_text(), "a line")
        board.press_reset()
        wait_until(lambda: "tick 0\n" in log.read_text().partition("EMULATED")[2], "a line more")
        follower.send_signal(signal.SIGINT)
        assert follower.wait(15) == 0
    finally:
        follower.kill()
        follower.wait()


def test_the_terminal_is_handed_to_the_repl(start_board: StartBoard, tmp_path: Path) -> None:
    """MicroPython answers what is typed, and ctrl+] comes back."""
    board = start_board()
    with on_terminal([*DEVICE, "repl", "--port", board.port], environ(tmp_path)) as program:
        program.wait_for("Connected to MicroPython")
        # What is typed before mpremote has the terminal goes another way.
        wait_until(lambda: not program.echoes(), "the terminal to be handed over")
        program.type("\rsum(range(100))\r")
        program.wait_for("4950")
        program.type("\x1d")
        assert program.wait_for_end() == 0
