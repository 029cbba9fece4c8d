"""What can go wrong with a board, in sentences that say what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

OLDEST_RELEASE = (1, 22)
_LONGEST_QUOTE = 200
# What the boot loaders of ESP32 chips say about erased or foreign flash.
_EMPTY_FLASH = ("invalid header: 0x", "No bootable app", "waiting for download")


class DeployError(Exception):
    """Something that a person has to do first; the text is a sentence or two."""


class CancelledError(DeployError):
    """Somebody did not want to wait for a board any longer."""


@dataclass(frozen=True, slots=True)
class PortState:
    """What the system says about a port that cannot be opened.

    `group` is the group that owns it and `users` the programs that have it open; both can be
    unknown (None, empty).
    """

    port: str
    exists: bool
    is_accessible: bool
    group: str | None = None
    users: Sequence[str] = ()


def cannot_open(state: PortState) -> str:
    """Return why a port cannot be opened and what helps."""
    port = printable(state.port)
    if not state.exists:
        return (
            f"There is no port {port}. mqttui device list shows the boards that are plugged in; "
            "a cable that only charges has no data lines."
        )
    if not state.is_accessible:
        remedy = "ask the administrator of this machine for access"
        if state.group and state.group != "root":
            remedy = (
                f"become a member of the group {printable(state.group)} (sudo usermod -aG "
                f"{printable(state.group)} $USER) and log in again"
            )
        return f"You have no permission to open {port}: {remedy}."
    if state.users:
        names = ", ".join(printable(name) for name in state.users)
        return f"{port} is used by {names}: close it there, then try again."
    return f"{port} is used by another program: close it there, then try again."


def no_answer(port: str, heard: str = "") -> str:
    """Return what to do about a port on which nothing speaks MicroPython.

    `heard` is what came from there instead.
    """
    flash = f"Hold BOOT, press EN, let go of both, then {_flash_it(port)}"
    if any(word in heard for word in _EMPTY_FLASH):
        return f"The board at {printable(port)} has nothing in its flash yet. {flash}"
    lines = [line.strip() for line in heard.splitlines() if line.strip()]
    said = f" (it prints {printable(lines[-1])[:_LONGEST_QUOTE]!r})" if lines else ""
    return (
        f"Nothing on {printable(port)} answers as MicroPython does{said}. Press the button EN (or "
        "RST), which also wakes a board that sleeps, and try again. If the board has no "
        f"MicroPython yet: {flash[0].lower()}{flash[1:]}"
    )


def unsuitable(
    implementation: str, release: Sequence[int], port: str, image: str | None = None
) -> str | None:
    """Return why this interpreter cannot run the firmware, or None when it can.

    `image` is the name of MicroPython's image for the chip of the board, when that is known.
    """
    number = ".".join(str(part) for part in release)
    if implementation != "micropython":
        name = printable(implementation)
        problem = f"This board runs {name} {number}; MicroPython 1.22 or newer is needed."
    elif tuple(release[:2]) < OLDEST_RELEASE:
        problem = f"This is MicroPython {number}, needs 1.22 or newer."
    else:
        return None
    flash = _flash_it(port, image)
    return f"{problem} {flash[0].upper()}{flash[1:]} (this erases the board)"


def _flash_it(port: str, image: str | None = None) -> str:
    """Return the end of a sentence with the command that brings MicroPython onto a board."""
    which = f"the image {image} of" if image else "the image for its chip from"
    return (
        f"get {which} the MicroPython download page and run: "
        f"mqttui device flash --port {printable(port)} {image or 'ESP32_GENERIC'}.bin"
    )


def connection_broke(port: str) -> str:
    """Return what to say when a port went away in the middle."""
    return (
        f"The connection to {printable(port)} broke. Is the cable loose, or does the board "
        "restart because its power is too weak? Try again: it goes on where it stopped."
    )


def said_by_board(error_text: str) -> str:
    """Return what a traceback of the board says, as one sentence."""
    lines = [line.strip() for line in error_text.splitlines() if line.strip()]
    last = printable(lines[-1])[:_LONGEST_QUOTE] if lines else "an error without words"
    if "OSError: 28" in last or "ENOSPC" in last:
        return "The flash of the board is full: mqttui device info shows what is on it."
    if "MemoryError" in last:
        return "The memory of the board is full; press EN (or RST) and try again."
    return f"The board failed: {last}."
