"""ThingFlow's readings: a JSON array `[sensor_id, ts, value]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.payload.formats import json
from mqttui.payload.request import UnreadableError
from mqttui.payload.tree import Node
from mqttui.payload.tree_reader import time_node
from mqttui.payload.tree_value import tree_value

if TYPE_CHECKING:
    from mqttui.payload.decoded import Decoded
    from mqttui.payload.request import DecodeRequest

_NAMES = ("sensor_id", "ts", "value")
# A board that never learned the time counts seconds from its start.
_EARLIEST_TIME_S = 946_684_800
_LATEST_TIME_S = 4_102_444_800


def decode(request: DecodeRequest) -> Decoded:
    """Return a reading with its three parts named; raise `UnreadableError` where it is none."""
    array = json.decode(request)
    root = array.tree
    assert root is not None
    if root.kind != "array" or len(root.children) != len(_NAMES) or not root.is_whole:
        raise UnreadableError("not a reading of ThingFlow: no array [sensor_id, ts, value]")
    sensor, ts, value = root.children
    if sensor.kind not in ("string", "number") or ts.kind != "number":
        raise UnreadableError("not a reading of ThingFlow: ts is not a number")
    for name, node in zip(_NAMES, (sensor, ts, value), strict=True):
        node.label, node.key = f'"{name}"', name
    if isinstance(ts.value, (int, float)) and _EARLIEST_TIME_S <= ts.value <= _LATEST_TIME_S:
        ts.note = time_node(ts.value, "", None).text
    else:
        ts.note = "not a time of day"
    named = Node("object", children=[sensor, ts, value])
    return tree_value(named, request, array.shown_bytes, error=array.error)
