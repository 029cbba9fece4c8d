"""What a board says about itself, read from whatever it prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from mqttui.deploy import board_programs
from mqttui.deploy.facts import read_facts, read_files
from mqttui.deploy.failures import (
    DeployError,
    PortState,
    cannot_open,
    no_answer,
    said_by_board,
)
from mqttui.deploy.ports import SerialPort, only_port, port_state, program_name, usb_ports

if TYPE_CHECKING:
    from pathlib import Path

FACTS = {"board": "ESP32 module", "id": "240ac4123456", "flash_bytes": 4194304}


class PrintingBoard:
    """A board that prints a fixed text for each program."""

    port = "/dev/ttyUSB0"

    def __init__(self, **printed: str) -> None:
        self._printed = {
            board_programs.WHO: printed.get("who", '["micropython", [1, 22, 0]]'),
            board_programs.FACTS: printed.get("facts", json.dumps(FACTS)),
            board_programs.files_below(): printed.get("files", ""),
        }

    def run(self, program: str, on_output: object = None) -> str:
        return self._printed[program]


def facts_of(**printed: str) -> object:
    """Return the facts that a board prints."""
    return read_facts(PrintingBoard(**printed))  # type: ignore[arg-type]


def test_what_is_missing_is_unknown() -> None:
    """A board that tells little is shown with what it tells; unknown sizes stay unknown."""
    facts = read_facts(PrintingBoard())  # type: ignore[arg-type]
    assert (facts.release_text, facts.board, facts.flash_bytes) == (
        "1.22.0",
        "ESP32 module",
        4194304,
    )
    assert facts.mac_address == "24:0a:c4:12:34:56"
    assert facts.disk_free_bytes is None


@pytest.mark.parametrize(
    ("printed", "sentence"),
    [
        ({"who": '["micropython", [1, 9, 2]]'}, "This is MicroPython 1.9.2, needs 1.22"),
        ({"who": '["micropython", [1, 21, 0]]'}, "This is MicroPython 1.21.0, needs 1.22"),
        (
            {"who": '["micropython", [1, 19, 1], "Generic S3 module with ESP32S3"]'},
            "mqttui device flash --port /dev/ttyUSB0 ESP32_GENERIC_S3.bin",
        ),
        ({"who": '["circuitpython", [9, 1, 0]]'}, "runs circuitpython 9.1.0; MicroPython 1.22"),
        ({"who": '["micro\\u001b[2J", [9, 1, 0]]'}, "runs micro␛[2J 9.1.0"),
        ({"who": "garbage"}, "does not say what it runs"),
        ({"who": '["micropython", "x"]'}, "does not say what it runs"),
        ({"facts": "[]"}, "cannot be read"),
        ({"facts": "{"}, "cannot be read"),
    ],
)
def test_an_unsuitable_board_is_a_sentence(printed: dict[str, str], sentence: str) -> None:
    """Too old, another Python, nonsense: a sentence says which, whatever was printed."""
    with pytest.raises(DeployError) as caught:
        facts_of(**printed)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("line", ["x", "[1]", '["/a", "many", "f"]', "null"])
def test_a_file_list_that_cannot_be_read_is_refused(line: str) -> None:
    """Half a line would mean that a file is taken for another."""
    with pytest.raises(DeployError):
        read_files(PrintingBoard(files=line))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (PortState("/dev/ttyUSB0", exists=False, is_accessible=False), "There is no port"),
        (
            PortState("/dev/ttyUSB0", exists=True, is_accessible=False, group="dialout"),
            "sudo usermod -aG dialout $USER",
        ),
        (
            PortState("/dev/ttyUSB0", exists=True, is_accessible=False, group="root"),
            "ask the administrator",
        ),
        (
            PortState("/dev/ttyUSB0", exists=True, is_accessible=True, users=("thonny",)),
            "/dev/ttyUSB0 is used by thonny: close it there",
        ),
        (PortState("/dev/ttyUSB0", exists=True, is_accessible=True), "used by another program"),
    ],
)
def test_a_port_that_cannot_be_opened_says_what_to_do(state: PortState, sentence: str) -> None:
    """Missing, forbidden or in use: each has its own remedy."""
    assert sentence in cannot_open(state)


@pytest.mark.parametrize(
    ("heard", "sentence"),
    [
        ("", "Nothing on /dev/ttyUSB0 answers as MicroPython does. Press"),
        ("hello from a sketch\r\n", "(it prints 'hello from a sketch')"),
        ("\x1b]0;x\x07", "(it prints '␛]0;x␇')"),
        ("rst:0x10\r\ninvalid header: 0xffffffff\r\n", "has nothing in its flash yet. Hold BOOT"),
        ("waiting for download\r\n", "has nothing in its flash yet"),
    ],
)
def test_a_port_without_micropython_names_the_command(heard: str, sentence: str) -> None:
    """What was heard instead is shown, and the buttons and the command are named."""
    said = no_answer("/dev/ttyUSB0", heard)
    assert sentence in said
    assert said.endswith("run: mqttui device flash --port /dev/ttyUSB0 ESP32_GENERIC.bin")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["/usr/bin/python3", "/usr/bin/thonny"], "thonny"),
        (["python3", "-u", "-m", "mpremote", "repl"], "mpremote"),
        (["python3", "-c", "import serial"], "python3"),
        (["python3"], "python3"),
        ([""], "python3"),
    ],
)
def test_a_python_program_has_the_name_of_its_script(words: list[str], name: str) -> None:
    """Thonny is a python3 to the system, and a person looks for Thonny."""
    assert program_name("python3", words) == name
    assert program_name("picocom", words) == "picocom"


def test_only_ports_with_a_usb_device_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bridge is named by its USB id, an unknown device by its own word, a built-in port not."""
    built_in = ListPortInfo("/dev/ttyS0")
    bridge, other = ListPortInfo("/dev/ttyUSB1"), ListPortInfo("/dev/ttyACM0")
    bridge.vid, bridge.pid, bridge.serial_number = 0x1A86, 0x7523, "0001"
    other.vid, other.pid, other.product = 0x1234, 0x5678, "Oscilloscope"
    monkeypatch.setattr(list_ports, "comports", lambda: [bridge, built_in, other])
    assert usb_ports() == [
        SerialPort("/dev/ttyACM0", "Oscilloscope", "1234:5678", None),
        SerialPort("/dev/ttyUSB1", "CH340 bridge", "1a86:7523", "0001"),
    ]


def test_a_file_is_no_port(tmp_path: Path) -> None:
    """An ordinary file with the name of a port is not opened."""
    file = tmp_path / "ttyUSB0"
    file.touch()
    assert not port_state(str(file)).exists
    assert not port_state(str(tmp_path / "missing")).exists


def test_the_only_board_needs_no_name() -> None:
    """One board is taken, several are listed, none is explained."""
    ports = [SerialPort(f"/dev/ttyUSB{n}", "CP210x bridge", "10c4:ea60", None) for n in (0, 1)]
    assert only_port(ports[:1]) == "/dev/ttyUSB0"
    with pytest.raises(DeployError, match=r"2 boards \(/dev/ttyUSB0, /dev/ttyUSB1\)"):
        only_port(ports)
    with pytest.raises(DeployError, match="No board is plugged in"):
        only_port([])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('Traceback:\n  File "<stdin>"\r\nOSError: [Errno 28] ENOSPC\r\n', "The flash"),
        ("MemoryError: memory allocation failed", "The memory"),
        ("ValueError: \x1b]0;x\x07\n\n", "ValueError: ␛]0;x␇"),
        ("", "an error without words"),
    ],
)
def test_an_error_of_the_board_is_its_last_line(text: str, sentence: str) -> None:
    """Known errors are explained, others quoted, and nothing in them steers the terminal."""
    assert sentence in said_by_board(text)
    assert "\x1b" not in said_by_board(text)
