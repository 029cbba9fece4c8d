"""One measurement of a board, as `…/data` has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mqttui.devices.info import json_object, number_of
from mqttui.payload.device_time import time_of
from mqttui.payload.printable import printable
from mqttui.payload.units import unit_of_key

if TYPE_CHECKING:
    from mqttui.core.node import Entry

LONGEST_PAYLOAD_BYTES = 4_096
_LONGEST_ERROR = 80
_MOST_KEYS = 64

# Unit in a key: which quantity, and how much of it one is.
_UNITS = {
    "V": ("v", 1.0),
    "mV": ("v", 1e-3),
    "A": ("i", 1.0),
    "mA": ("i", 1e-3),
    "µA": ("i", 1e-6),
    "W": ("p", 1.0),
    "mW": ("p", 1e-3),
}


class Sample(NamedTuple):
    """A sample; None is what it does not say.

    `received_at` and `time_s`, the board's own time, are in seconds since the epoch. `number`
    counts samples since the start of the board and `up_ms` the time. `error` is printable.
    """

    received_at: float
    number: int | None = None
    up_ms: int | None = None
    time_s: float | None = None
    volts: float | None = None
    amperes: float | None = None
    watts: float | None = None
    is_clipped: bool = False
    is_over_range: bool = False
    error: str | None = None

    @property
    def power_w(self) -> float | None:
        """The power that is told, or voltage times current."""
        if self.watts is not None or self.volts is None or self.amperes is None:
            return self.watts
        return self.volts * self.amperes


def sample_of(entry: Entry) -> Sample | None:
    """Return the sample in a message, None for a message that is none.

    The keys are those of our firmware (`v`, `i`, `p` in volts, amperes and watts); of messages of
    others, such as `{"voltage_V": 5, "current_mA": 97}`, the units in the keys count.
    """
    value = json_object(entry[1], LONGEST_PAYLOAD_BYTES)
    if value is None:
        return None
    get = value.get
    volts, amperes, watts = number_of(get("v")), number_of(get("i")), number_of(get("p"))
    error = get("err")
    if volts is None and amperes is None and watts is None and error is None:
        found = _by_units(value)
        volts, amperes, watts = found.get("v"), found.get("i"), found.get("p")
        if not found:
            return None
    number, up_ms = get("n"), get("up")
    return Sample(
        entry[0],
        number if type(number) is int else None,
        up_ms if type(up_ms) is int else None,
        time_of(get("t")),
        volts,
        amperes,
        watts,
        bool(get("clip")),
        bool(get("over")),
        None if error is None else printable(str(error)[:_LONGEST_ERROR]),
    )


def _by_units(value: dict[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for key, member in list(value.items())[:_MOST_KEYS]:
        number = number_of(member)
        quantity, scale = _UNITS.get(unit_of_key(key, value) or "", ("", 0.0))
        if number is not None and quantity and quantity not in found:
            found[quantity] = number * scale
    return found
