"""What a board says it is: `…/info`, retained, and the values that its replies repeat."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_PAYLOAD_BYTES = 16_384
_LONGEST_TEXT = 60


@dataclass(frozen=True, slots=True)
class BoardInfo:
    """What is known of a board; None for what it does not say. All text is printable.

    `shunt_range_mv` is 0 while the range follows the current, `sleep_s` 0 for a board that never
    sleeps. `dropped` counts samples that did not
    fit into the buffer, `waiting` those that are in it, `sensor_resets` brown-outs of the sensor.
    """

    uid: str | None = None
    firmware: str | None = None
    micropython: str | None = None
    chip: str | None = None
    sensor: str | None = None
    address: str | None = None
    rssi_dbm: float | None = None
    rate_hz: float | None = None
    averaging: float | None = None
    bus_range_v: float | None = None
    shunt_range_mv: float | None = None
    shunt_ohm: float | None = None
    sleep_s: float | None = None
    buffer: float | None = None
    dropped: float | None = None
    waiting: float | None = None
    sensor_resets: float | None = None

    @property
    def speaks_our_protocol(self) -> bool:
        """Whether the board obeys the commands that our firmware knows."""
        return self.uid is not None and self.firmware is not None and self.rate_hz is not None


_TEXTS = {
    "uid": ("uid",),
    "firmware": ("fw", "firmware", "version", "sw"),
    "micropython": ("mpy", "micropython"),
    "chip": ("chip", "board"),
    "sensor": ("sensor",),
    "address": ("ip",),
}
_NUMBERS = {
    "rssi_dbm": ("rssi",),
    "rate_hz": ("rate",),
    "averaging": ("averaging",),
    "bus_range_v": ("bus_range",),
    "shunt_range_mv": ("shunt_range",),
    "shunt_ohm": ("shunt",),
    "sleep_s": ("sleep",),
    "buffer": ("buffer",),
    "dropped": ("dropped",),
    "waiting": ("waiting",),
    "sensor_resets": ("resets",),
}


def json_object(payload: bytes, longest_bytes: int) -> dict[str, Any] | None:
    """Return the JSON object in a payload, None for everything else."""
    if len(payload) > longest_bytes or payload[:1] != b"{":
        return None
    try:
        # The decoding of bytes would guess between UTF-8, 16 and 32 first.
        value = json.loads(payload.decode())
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def told_by(value: Mapping[str, Any], before: BoardInfo) -> BoardInfo:
    """Return what is known when a message with these members has come."""
    told: dict[str, Any] = {}
    for field, keys in _TEXTS.items():
        texts = (_text(value[key]) for key in keys if key in value)
        found = next((text for text in texts if text), None)
        if found is not None:
            told[field] = found
    for field, keys in _NUMBERS.items():
        numbers = (number_of(value[key]) for key in keys if key in value)
        number = next((each for each in numbers if each is not None), None)
        if number is not None:
            told[field] = number
    return replace(before, **told) if told else before


def number_of(value: object) -> float | None:
    """Return a finite number, None for everything else; true and false are no numbers."""
    if type(value) is float:
        return value if math.isfinite(value) else None
    if type(value) is int and abs(value) < 1 << 62:
        return value
    return None


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = printable(str(value)[:_LONGEST_TEXT])
    return text or None
