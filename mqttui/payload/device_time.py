"""The time that a device says beside its numbers, in seconds since the epoch."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mqttui.payload.extraction import LONGEST_PAYLOAD_BYTES, node_at
from mqttui.payload.registry import AUTOMATIC, decode
from mqttui.payload.request import NO_CONTEXT
from mqttui.payload.value_path import parse_path, path_text

if TYPE_CHECKING:
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.extraction import ReadPayload
    from mqttui.payload.request import Context

# From 2000 to 2100. Less is a time since the start of a board, which cannot be placed.
EARLIEST_S = 946_684_800
LATEST_S = 4_102_444_800
_PER_SECOND = (1, 1_000, 1_000_000, 1_000_000_000)
_LONGEST_TEXT = 40

TIME_KEYS = ("t", "ts", "time", "timestamp", "datetime", "date", "Time", "at", "epoch")
"""Keys under which a time is looked for, the likeliest first."""


def time_of(value: object) -> float | None:
    """Return seconds since the epoch, None for what is no time of day.

    Numbers may be seconds, milliseconds, microseconds or nanoseconds, which their size tells
    apart; texts follow ISO 8601 and are UTC where they name no zone.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        for per_second in _PER_SECOND:
            if EARLIEST_S * per_second <= value < LATEST_S * per_second:
                return value / per_second
        return None
    if not isinstance(value, str) or not 10 <= len(value) <= _LONGEST_TEXT:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        try:
            number = float(value)
        except ValueError:
            return None
        return time_of(number) if math.isfinite(number) else None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = moment.timestamp()
    return seconds if EARLIEST_S <= seconds < LATEST_S else None


def time_path(decoded: Decoded) -> str | None:
    """Return the path of the time within a payload, None if it has none that is plausible.

    Members of the outermost object count, and the second item of `[sensor_id, ts, value]`.
    """
    root = decoded.tree
    if root is None:
        return None
    if root.kind == "array":
        is_reading = len(root.children) == 3 and root.children[0].kind == "string"
        return "[1]" if is_reading and time_of(root.children[1].value) is not None else None
    named = {child.key: child for child in root.children}
    for key in TIME_KEYS:
        if key in named and time_of(named[key].value) is not None:
            return path_text((key,))
    return None


def compile_time(path: str, decoder: str = AUTOMATIC, context: Context = NO_CONTEXT) -> ReadPayload:
    """Return a function that reads the time at `path` in seconds since the epoch, else None.

    Raises `PathError` for what is no path; the function never raises.
    """
    steps = parse_path(path)

    def read(payload: bytes) -> float | None:
        if not payload or len(payload) > LONGEST_PAYLOAD_BYTES:
            return None
        if decoder in (AUTOMATIC, "json") and payload[0] in b"{[":
            try:
                value = json.loads(payload)
                for step in steps:
                    value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
            except (ValueError, RecursionError):
                pass
            else:
                return time_of(value)
        decoded = decode(payload, LONGEST_PAYLOAD_BYTES, decoder=decoder, context=context)
        node = None if decoded.tree is None else node_at(decoded.tree, steps)
        return None if node is None else time_of(node.value)

    return read
