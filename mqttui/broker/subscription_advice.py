"""What to try when a broker refuses a topic filter or grants less than was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mqttui.broker.limits import BrokerLimits

_NARROWER = "Try a narrower filter, like the prefix of your own devices"
_ASK = "ask whoever runs the broker what this user may read"
_NAME_TOPICS = "Name the topics one by one, without + and #."
_NOT_SHARED = "Subscribe without $share/group/; every member then gets every message."

NO_ANSWER = f"{_NARROWER}, or {_ASK}."
CLOSES_CONNECTION = f"{_NARROWER}, or {_ASK}; adding it again tries once more."

# Section 3.9.3 of MQTT 5.0.
_SUBACK = {
    0x80: f"{_NARROWER}, or {_ASK}.",
    0x83: f"{_NARROWER}, or {_ASK}.",
    0x87: f"{_NARROWER}, or {_ASK}.",
    0x8F: f"{_NARROWER}; some brokers limit the number of levels or allow # only below a prefix.",
    0x91: "Ask for it again.",
    0x97: "Remove another filter first.",
    0x9E: _NOT_SHARED,
    0xA2: _NAME_TOPICS,
}


def suback_advice(code: int, requested_qos: int, *, is_mqtt5: bool) -> str | None:
    """Return what to try after the code of a SUBACK, None when there is nothing to mend."""
    if code <= 2:
        if code >= requested_qos:
            return None
        return f"Messages come with QoS {code} at most; ask for QoS {code} to agree."
    if code == 0x80 and not is_mqtt5:
        return f"{_NARROWER}, or {_ASK}; MQTT 3.1.1 has no room for a reason."
    return _SUBACK.get(code, f"{_NARROWER}, or {_ASK}.")


def limits_advice(topic_filter: str, limits: BrokerLimits) -> str | None:
    """Return what to try when CONNACK has ruled out a filter."""
    if topic_filter.startswith("$share/") and not limits.has_shared_subscriptions:
        return _NOT_SHARED
    return _NAME_TOPICS if not limits.has_wildcards else None
