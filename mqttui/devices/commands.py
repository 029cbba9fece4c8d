"""Commands to a board with our firmware: `…/cmd`, answered on `…/reply` with the same id."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mqttui.core.publish.asking import Question
from mqttui.core.publishing import PublishRequest
from mqttui.devices.curve import curve_in
from mqttui.devices.info import LONGEST_PAYLOAD_BYTES, json_object
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

REPLY_TIMEOUT_S = 5.0
RATES_HZ = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
AVERAGINGS = (1, 2, 4, 8, 16, 32, 64, 128)
BUS_RANGES_V = (16, 32)
SHUNT_RANGES_MV = (0, 40, 80, 160, 320)
SWEEPS = ((20, 100), (50, 100), (100, 50), (20, 1000), (50, 1000))
"""Points and milliseconds between two of them; the slow ones are for turning a knob by hand."""

_QOS = 1
_LONGEST_ANSWER = 200


@dataclass(frozen=True, slots=True)
class BoardCommand:
    """A command: `op`, its values, what it is called, and how long its reply may take."""

    op: str
    title: str
    values: Mapping[str, Any] = field(default_factory=dict)
    timeout_s: float = REPLY_TIMEOUT_S


def set_command(key: str, value: float, title: str) -> BoardCommand:
    """Return the command that sets one value: rate, averaging, bus_range or shunt_range."""
    return BoardCommand("set", title, {key: value})


def sweep_command(points: int, interval_ms: int) -> BoardCommand:
    """Return the command for an I/V curve."""
    duration_s = points * interval_ms / 1000
    return BoardCommand(
        "sweep",
        f"sweep of {points} points in {duration_s:g} s",
        {"n": points, "interval_ms": interval_ms},
        # Conversions take their time beside the pauses, up to 0.14 s each.
        timeout_s=REPLY_TIMEOUT_S + 1.5 * duration_s,
    )


def question(path: str, command: BoardCommand, identifier: str) -> Question:
    """Return the question that a command to the board at `path` is."""
    payload = json.dumps({"id": identifier, "op": command.op, **command.values}).encode()
    request = PublishRequest(f"{path}/cmd", payload, _QOS)
    return Question(request, f"{path}/reply", None, identifier)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a board answered: whether it obeyed, and a printable sentence."""

    is_ok: bool
    words: str


def reply_of(command: BoardCommand, payload: bytes) -> Reply:
    """Return what a reply says."""
    value = json_object(payload, LONGEST_PAYLOAD_BYTES)
    if value is None:
        return Reply(False, "the reply is not a JSON object")
    if value.get("ok") is not True:
        why = value.get("error")
        text = printable(str(why)[:_LONGEST_ANSWER]) if why else "the board does not say why"
        return Reply(False, f"refused: {text}")
    if command.op == "set":
        now = ", ".join(f"{key} is {_shown(value.get(key))}" for key in command.values)
        return Reply(all(value.get(key) == told for key, told in command.values.items()), now)
    if command.op == "sweep":
        curve = curve_in(value)
        if curve is None:
            return Reply(False, "the reply has no curve")
        return Reply(True, f"{len(curve.points)} points measured")
    if command.op == "identify":
        return Reply(True, "its LED blinks for five seconds")
    if command.op == "reset":
        return Reply(True, "it starts again now")
    return Reply(True, "done")


def _shown(value: object) -> str:
    return printable(f"{value:g}" if isinstance(value, int | float) else str(value))[:20]
