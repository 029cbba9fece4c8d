"""MicroPython's flash image: what it is for, and the esptool commands that write it.

Writing flash is esptool's job. It is GPL and runs as a program of its own, if it is installed.
"""

from __future__ import annotations

import struct
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.deploy.failures import DeployError
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from pathlib import Path

# Header of an image (ESP-IDF, esp_app_format.h): magic, then the chip id at byte 12.
_MAGIC = 0xE9
_HEADER = struct.Struct("<B11xH")


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip: its name, what esptool calls it, MicroPython's image, and where that begins."""

    name: str
    esptool_name: str
    image_name: str
    offset: int


_CHIPS = {
    0: Chip("ESP32", "esp32", "ESP32_GENERIC", 0x1000),
    2: Chip("ESP32-S2", "esp32s2", "ESP32_GENERIC_S2", 0x1000),
    5: Chip("ESP32-C3", "esp32c3", "ESP32_GENERIC_C3", 0),
    9: Chip("ESP32-S3", "esp32s3", "ESP32_GENERIC_S3", 0),
    13: Chip("ESP32-C6", "esp32c6", "ESP32_GENERIC_C6", 0),
}
CHIPS = tuple(_CHIPS.values())


@dataclass(frozen=True, slots=True)
class FlashImage:
    """A file for the flash of one kind of chip."""

    path: Path
    chip: Chip
    size_bytes: int


def read_image(path: Path) -> FlashImage:
    """Return what an image is for, by its header; raise `DeployError` when it is none."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER.size)
        size_bytes = path.stat().st_size
    except OSError as error:
        raise DeployError(f"{path} cannot be read: {error.strerror}.") from None
    magic, number = _HEADER.unpack(head) if len(head) == _HEADER.size else (0, 0)
    if magic != _MAGIC:
        raise DeployError(
            f"{path} is no image for the flash of an ESP32: take the .bin file from the "
            "MicroPython download page."
        )
    if number not in _CHIPS:
        names = ", ".join(chip.name for chip in CHIPS)
        raise DeployError(f"{path} is for another chip (number {number}); known are {names}.")
    return FlashImage(path, _CHIPS[number], size_bytes)


def chip_of(machine: str) -> Chip | None:
    """Return the chip in MicroPython's own words about a board, None when they name none."""
    words = machine.upper().replace("-", "")
    found = [chip for chip in CHIPS if chip.name.replace("-", "") in words]
    return max(found, key=lambda chip: len(chip.name), default=None)


def flash_commands(port: str, image: FlashImage) -> list[list[str]]:
    """Return the commands that erase the flash of a board and write an image, in this order."""
    esptool = [sys.executable, "-m", "esptool", "--chip", image.chip.esptool_name, "--port", port]
    return [
        [*esptool, "erase-flash"],
        [*esptool, "write-flash", hex(image.chip.offset), str(image.path)],
    ]


def shown_command(command: list[str]) -> str:
    """Return a command as a person would type it."""
    return " ".join(["esptool", *(printable(word) for word in command[3:])])
