"""Serial ports of this machine, and which of them are likely to be boards."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mqttui.deploy.failures import DeployError, PortState, cannot_open

if TYPE_CHECKING:
    from collections.abc import Sequence

# USB vendor and product of the bridges and chips that ESP32 boards have.
_CHIPS = {
    (0x10C4, 0xEA60): "CP210x bridge",
    (0x1A86, 0x7523): "CH340 bridge",
    (0x1A86, 0x55D4): "CH9102 bridge",
    (0x1A86, 0x55D3): "CH343 bridge",
    (0x0403, 0x6001): "FT232R bridge",
    (0x0403, 0x6015): "FT231X bridge",
    (0x303A, 0x1001): "ESP32-S3/C3/C6, USB-JTAG",
    (0x303A, 0x4001): "ESP32-S2/S3, MicroPython",
}


@dataclass(frozen=True, slots=True)
class SerialPort:
    """A serial port with a USB device behind it; `chip` is what is known of that."""

    device: str
    chip: str
    usb_id: str
    serial_number: str | None


def usb_ports() -> list[SerialPort]:
    """Return the serial ports that have a USB device, in the order of their names."""
    from serial.tools import list_ports

    return [
        SerialPort(
            device=port.device,
            chip=chip_name(port.vid, port.pid) or port.product or "unknown",
            usb_id=f"{port.vid:04x}:{port.pid:04x}",
            serial_number=port.serial_number,
        )
        for port in sorted(list_ports.comports())
        if port.vid is not None and port.pid is not None
    ]


def chip_name(vendor: int, product: int) -> str | None:
    """Return what stands on ESP32 boards with this USB id, None when it is not known."""
    return _CHIPS.get((vendor, product))


def only_port(ports: list[SerialPort]) -> str:
    """Return the port of the only board; raise `DeployError` when there is none or a choice."""
    if not ports:
        raise DeployError(
            "No board is plugged in: there is no serial port with a USB device. Use a cable with "
            "data lines, or name the port with --port."
        )
    if len(ports) > 1:
        names = ", ".join(port.device for port in ports)
        raise DeployError(f"There are {len(ports)} boards ({names}): name one with --port.")
    return ports[0].device


def require_port(port: str) -> None:
    """Raise `DeployError` when a port is missing, forbidden, or open in another program."""
    sentence = hindrance(port)
    if sentence is not None:
        raise DeployError(sentence)


def hindrance(port: str) -> str | None:
    """Return why a port cannot be opened as far as that is known beforehand, and what helps."""
    state = port_state(port)
    is_free = state.exists and state.is_accessible and not state.users
    return None if is_free else cannot_open(state)


def repl_command(port: str) -> list[str]:
    """Return the command that hands the terminal to MicroPython on a port."""
    return [sys.executable, "-m", "mpremote", "connect", port, "repl"]


def port_state(port: str) -> PortState:
    """Return what the system says about a port."""
    path = Path(port)
    try:
        details = path.stat()
    except OSError:
        return PortState(port, exists=False, is_accessible=False)
    if not stat.S_ISCHR(details.st_mode):
        return PortState(port, exists=False, is_accessible=False)
    return PortState(
        port,
        exists=True,
        is_accessible=os.access(path, os.R_OK | os.W_OK),
        group=_group_of(path),
        users=_users_of(path),
    )


def _group_of(path: Path) -> str | None:
    try:
        return path.group()
    except (KeyError, OSError):
        return None


def program_name(name: str, words: Sequence[str]) -> str:
    """Return what a person calls a program: of a Python the script or module that it runs.

    `name` is that of its file, `words` its command line.
    """
    if not name.startswith("python"):
        return name
    rest = list(words[1:])
    while rest and rest[0].startswith("-") and rest[0] not in ("-m", "-c"):
        rest.pop(0)
    if len(rest) > 1 and rest[0] == "-m":
        return rest[1]
    is_script = bool(rest) and bool(rest[0]) and not rest[0].startswith("-")
    return Path(rest[0]).name if is_script else name


def _users_of(path: Path) -> tuple[str, ...]:
    """Return the programs that have a file open, as far as Linux lets this user see them."""
    target = path.resolve()
    found = set()
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            is_user = any(link.readlink() == target for link in folder.iterdir())
            if is_user and folder.parent.name != str(os.getpid()):
                words = (folder.parent / "cmdline").read_bytes().decode(errors="replace")
                name = (folder.parent / "comm").read_text().strip()
                found.add(f"{program_name(name, words.split(chr(0)))} (pid {folder.parent.name})")
        except OSError:
            continue
    return tuple(sorted(found))
