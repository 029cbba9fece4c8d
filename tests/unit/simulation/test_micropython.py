"""Files for MicroPython run on CPython, each board with modules of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.simulation.clock import VirtualClock
from mqttui.simulation.micropython import Interpreter, module, time_module

if TYPE_CHECKING:
    from pathlib import Path

PERIOD = 1 << 30


@pytest.fixture
def board_files(tmp_path: Path) -> Path:
    """A folder with two files, one of which imports the other and a module of the board."""
    counter = "import machine\nfrom micropython import const\ncount = const(0)\n"
    (tmp_path / "counter.py").write_text(counter)
    (tmp_path / "program.py").write_text("import counter, struct\ncounter.count += 1\n")
    return tmp_path


def test_a_board_imports_its_own_modules_once(board_files: Path) -> None:
    """Files import each other, what is built in, and CPython's modules."""
    board = Interpreter(board_files, {"machine": module("machine", name="esp32")})
    program = board.load("program")
    assert board.load("program") is program
    assert program.counter.count == 1
    assert program.counter.machine.name == "esp32"
    assert program.struct.calcsize("H") == 2


def test_boards_share_nothing(board_files: Path) -> None:
    """Two boards have two copies, and this interpreter has none."""
    boards = [Interpreter(board_files, {"machine": module("machine")}) for _ in range(2)]
    counters = [board.load("program").counter for board in boards]
    assert counters[0] is not counters[1]
    assert [counter.count for counter in counters] == [1, 1]
    with pytest.raises(ImportError):
        __import__("counter")


def test_a_file_that_fails_can_be_loaded_again(board_files: Path) -> None:
    """What it raised is raised, and it is not left half imported."""
    board = Interpreter(board_files, {})
    with pytest.raises(ImportError, match="machine"):
        board.load("program")
    with pytest.raises(ImportError, match="no module named 'nothing' on this board"):
        board.load("nothing")


@given(st.integers(0, 1 << 40), st.integers(-PERIOD // 2, PERIOD // 2 - 1))
def test_ticks_wrap_around_as_on_a_board(now_us: int, delta: int) -> None:
    """The difference of two ticks is right over the wrap."""
    clock = VirtualClock()
    clock.sleep_us(now_us)
    board_time = time_module(clock)
    now = board_time.ticks_us()
    assert 0 <= now < PERIOD
    assert board_time.ticks_diff(board_time.ticks_add(now, delta), now) == delta


def test_the_epoch_is_that_of_an_esp32() -> None:
    """Seconds count from 2000 and the calendar is right."""
    board_time = time_module(VirtualClock(epoch_us=1_764_081_000_250_000))
    assert board_time.gmtime(0)[:3] == (2000, 1, 1)
    assert board_time.gmtime()[:5] == (2025, 11, 25, 14, 30)
    assert board_time.time() + 946_684_800 == 1_764_081_000
    assert board_time.time_ns() // 1_000_000 % 1000 == 250


def test_what_is_planned_happens_while_a_board_sleeps() -> None:
    """In the order of time, at its time."""
    clock = VirtualClock()
    seen: list[int] = []
    clock.call_at(300, lambda: seen.append(clock.now_us()))
    clock.call_at(100, lambda: seen.append(clock.now_us()))
    clock.sleep_us(200)
    assert seen == [100]
    clock.sleep_us(200)
    assert seen == [100, 300]
    assert clock.now_us() == 400
