"""Images for the flash are known by their header, never by their name."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.deploy.failures import DeployError
from mqttui.deploy.flash import chip_of, flash_commands, read_image, shown_command

if TYPE_CHECKING:
    from pathlib import Path


def image_file(folder: Path, chip_number: int) -> Path:
    """Return a file that begins as an image for a chip does."""
    file = folder / "image.bin"
    file.write_bytes(struct.pack("<B11xH", 0xE9, chip_number) + bytes(100))
    return file


@pytest.mark.parametrize(
    ("number", "chip", "place"),
    [
        (0, "esp32", "0x1000"),
        (2, "esp32s2", "0x1000"),
        (5, "esp32c3", "0x0"),
        (9, "esp32s3", "0x0"),
    ],
)
def test_the_commands_fit_the_chip_of_the_image(
    tmp_path: Path, number: int, chip: str, place: str
) -> None:
    """An image at the wrong place does not start, and esptool refuses the wrong chip."""
    file = image_file(tmp_path, number)
    erase, write = map(shown_command, flash_commands("/dev/ttyUSB0", read_image(file)))
    assert erase == f"esptool --chip {chip} --port /dev/ttyUSB0 erase-flash"
    assert write == f"esptool --chip {chip} --port /dev/ttyUSB0 write-flash {place} {file}"


@pytest.mark.parametrize("content", [b"", b"\xe9", b"\x00" * 100, b"PK\x03\x04" + bytes(100)])
def test_what_is_no_image_is_not_written(tmp_path: Path, content: bytes) -> None:
    """A page saved in place of the file, or an archive, leads to a sentence."""
    file = tmp_path / "ESP32_GENERIC.bin"
    file.write_bytes(content)
    with pytest.raises(DeployError, match="is no image"):
        read_image(file)
    with pytest.raises(DeployError, match="number 99"):
        read_image(image_file(tmp_path, 99))
    with pytest.raises(DeployError, match="cannot be read"):
        read_image(tmp_path / "missing.bin")


@pytest.mark.parametrize(
    ("machine", "image"),
    [
        ("ESP32 module with ESP32", "ESP32_GENERIC"),
        ("Generic ESP32 module with ESP32", "ESP32_GENERIC"),
        ("ESP32S3 module (spiram) with ESP32S3", "ESP32_GENERIC_S3"),
        ("LOLIN_S2_MINI with ESP32-S2FN4R2", "ESP32_GENERIC_S2"),
        ("ESP32C3 module with ESP32C3", "ESP32_GENERIC_C3"),
    ],
)
def test_a_board_names_its_chip(machine: str, image: str) -> None:
    """In the words of MicroPython of several years."""
    chip = chip_of(machine)
    assert chip is not None
    assert chip.image_name == image


@given(st.text())
def test_other_words_name_no_chip(words: str) -> None:
    """Nothing is guessed."""
    if "ESP32" not in words.upper().replace("-", ""):
        assert chip_of(words) is None
