"""Which topic answers which, where nothing but its name tells: `…/cmd` and `…/reply`."""

from __future__ import annotations

import json
from typing import Any

from mqttui.core.topic import topic_problem

_ANSWERS = {"cmd": "reply", "command": "reply", "request": "response"}
_REQUESTS = {"reply": "cmd", "response": "request"}

LONGEST_READ_BYTES = 65_536
"""Longer payloads are not read for an id."""


def answer_topic_of(topic: str) -> str | None:
    """Return where the answer to a command on `topic` is published, None if no convention says."""
    return _sibling(topic, _ANSWERS)


def request_topic_of(topic: str) -> str | None:
    """Return where the command was published that is answered on `topic`, None if unknown."""
    return _sibling(topic, _REQUESTS)


def _sibling(topic: str, names: dict[str, str]) -> str | None:
    above, slash, name = topic.rpartition("/")
    other = names.get(name)
    if other is None or not slash:
        return None
    found = f"{above}/{other}"
    return found if topic_problem(found) is None else None


def id_of(payload: bytes) -> str | int | None:
    """Return the member `id` of a JSON object, None if there is none that can be compared."""
    if len(payload) > LONGEST_READ_BYTES or not payload.lstrip().startswith(b"{"):
        return None
    try:
        value: Any = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    found = value.get("id") if isinstance(value, dict) else None
    return found if type(found) in (str, int) else None
