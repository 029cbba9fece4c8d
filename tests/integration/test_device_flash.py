"""`mqttui device flash` runs esptool as a program of its own, after a question."""

from __future__ import annotations

import importlib.util
import json
import os
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.terminal_program import on_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]

# Writes down how it was called, and fails at the command that FAIL names.
ESPTOOL = """\
import json, os, sys
with open(os.environ["CALLS"], "a") as file:
    print(json.dumps(sys.argv[1:]), file=file)
sys.exit(os.environ.get("FAIL") in sys.argv)
"""


@pytest.fixture
def port() -> Iterator[str]:
    """Yield a port on which nobody answers."""
    controller, line = os.openpty()
    name = os.ttyname(line)
    os.close(line)
    yield name
    os.close(controller)


def environ(tmp_path: Path, *, has_esptool: bool = True, **values: str) -> dict[str, str]:
    """Return an environment with or without that esptool."""
    folder = tmp_path / "lib"
    folder.mkdir()
    if has_esptool:
        (folder / "esptool.py").write_text(ESPTOOL)
    path = f"{folder}{os.pathsep}{ROOT}"
    return {**os.environ, "PYTHONPATH": path, "CALLS": str(tmp_path / "calls"), **values}


def image_file(tmp_path: Path) -> Path:
    """Return an image for an ESP32-S3."""
    file = tmp_path / "image.bin"
    file.write_bytes(struct.pack("<B11xH", 0xE9, 9) + bytes(1000))
    return file


def command(*words: str) -> list[str]:
    """Return the command line of `mqttui device flash`."""
    return [sys.executable, "-m", "mqttui", "device", "flash", *words]


def test_the_image_is_written_after_the_word(tmp_path: Path, port: str) -> None:
    """A y erases nothing; the word does, and the image goes where its chip begins to read."""
    words = command(str(image_file(tmp_path)), "--port", port)
    variables = environ(tmp_path)
    with on_terminal(words, variables) as program:
        program.wait_for("Type erase to go on:")
        program.type("y\r")
        assert program.wait_for_end() == 0
        assert "Nothing was changed." in program.text
    calls = tmp_path / "calls"
    assert not calls.exists()
    with on_terminal(words, variables) as program:
        program.wait_for("Type erase to go on:")
        program.type("erase\r")
        assert program.wait_for_end() == 0
        assert "mqttui device install" in program.text
    chip = ["--chip", "esp32s3", "--port", port]
    assert [json.loads(line) for line in calls.read_text().splitlines()] == [
        [*chip, "erase-flash"],
        [*chip, "write-flash", "0x0", str(tmp_path / "image.bin")],
    ]


def test_a_failure_of_esptool_names_the_buttons(tmp_path: Path, port: str) -> None:
    """Nothing is written to a flash that could not be erased."""
    words = command(str(image_file(tmp_path)), "--port", port, "--yes")
    with on_terminal(words, environ(tmp_path, FAIL="erase-flash")) as program:
        assert program.wait_for_end() == 1
        assert "hold BOOT, press EN" in program.text
    assert len((tmp_path / "calls").read_text().splitlines()) == 1


@pytest.mark.skipif(importlib.util.find_spec("esptool") is not None, reason="esptool is installed")
def test_without_esptool_the_way_to_it_is_named(tmp_path: Path, port: str) -> None:
    """The commands are shown all the same; without a file the whole way is explained."""
    words = command(str(image_file(tmp_path)), "--port", port, "--yes")
    with on_terminal(words, environ(tmp_path, has_esptool=False)) as program:
        assert program.wait_for_end() == 1
        assert "write-flash 0x0" in program.text
        assert "pip install 'mqttui[flash]'" in program.text
    with on_terminal(command(), dict(os.environ)) as program:
        assert program.wait_for_end() == 0
        assert "ESP32_GENERIC_S3" in program.text
