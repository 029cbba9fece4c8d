"""Whether a board is there, by what it has said on its topic for that.

Our boards publish `online` on `…/status`, retained, and leave `offline` as their last will; one
that sleeps says `sleeping` and when it wakes, in milliseconds since 1970. Others have the same in
other words: Tasmota on `…/LWT`, Home Assistant and Zigbee2MQTT on `…/availability` and `…/state`,
Homie on `…/$state`, Shelly on `…/online`, mqtt-smarthome on `…/connected`.
"""

from __future__ import annotations

import json
import re
from enum import Enum
from typing import NamedTuple

from mqttui.payload.device_time import time_of

LONGEST_PAYLOAD_BYTES = 4_096


class Presence(Enum):
    """Where a board is, as it says itself."""

    ONLINE = "online"
    OFFLINE = "offline"
    SLEEPING = "sleeping"
    UNKNOWN = "unknown"


class Status(NamedTuple):
    """What a message says of the presence; `wakes_at` is in seconds since the epoch."""

    presence: Presence
    wakes_at: float | None = None


PRESENCE_TOPICS = frozenset(
    ("status", "LWT", "lwt", "availability", "state", "$state", "online", "connected")
)
"""Last levels of topics on which boards tell whether they are there."""

_WORDS = {
    **dict.fromkeys(("online", "connected", "available", "ready", "alive"), Presence.ONLINE),
    **dict.fromkeys(
        ("offline", "disconnected", "unavailable", "lost", "dead"),
        Presence.OFFLINE,
    ),
    **dict.fromkeys(("sleeping", "asleep", "sleep"), Presence.SLEEPING),
}
# A switch that is on is no board that is online: these count only where the topic asks for them.
_ANSWERS = {
    **dict.fromkeys((True, 1, 2, "true", "1", "2", "yes"), Presence.ONLINE),
    **dict.fromkeys((False, 0, "false", "0", "no"), Presence.OFFLINE),
}
_QUESTIONS = ("online", "connected")
_KEYS = ("status", "state", "availability", *_QUESTIONS)
_IS_TIME = re.compile(r"[0-9]{10,20}").fullmatch
_WAKING_KEYS = ("wake", "wake_at", "wakes_at", "next_wake", "next")


def status_of(topic_name: str, payload: bytes) -> Status | None:
    """Return what a message says on a topic with that last level, None if nothing of presence."""
    if not payload or len(payload) > LONGEST_PAYLOAD_BYTES:
        return None
    try:
        text = payload.decode().strip()
    except UnicodeDecodeError:
        return None
    if not text.startswith("{"):
        word, _, more = text.strip('"').partition(" ")
        presence = _presence_of(topic_name, word)
        if presence is None or (more and presence is not Presence.SLEEPING):
            return None
        return Status(presence, time_of(int(more)) if _IS_TIME(more) else None)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    for key in _KEYS:
        presence = _presence_of(key, value.get(key))
        if presence is not None:
            return Status(presence, _waking_time(value))
    return None


def _presence_of(name: str, value: object) -> Presence | None:
    if not isinstance(value, bool | int | str):
        return None
    if isinstance(value, str):
        value = value.lower()
        if value in _WORDS:
            return _WORDS[value]
    return _ANSWERS.get(value) if name in _QUESTIONS else None


def _waking_time(value: dict[str, object]) -> float | None:
    times = (time_of(value.get(key)) for key in _WAKING_KEYS)
    return next((time for time in times if time is not None), None)
