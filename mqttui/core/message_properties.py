"""The MQTT 5 properties of a message that was received, in words."""

from __future__ import annotations

from typing import NamedTuple

from mqttui.core.publish_properties import (
    CONTENT_TYPE,
    CORRELATION_DATA,
    MESSAGE_EXPIRY,
    PAYLOAD_FORMAT,
    RESPONSE_TOPIC,
    SUBSCRIPTION_IDENTIFIER,
    TOPIC_ALIAS,
    USER_PROPERTY,
    UnreadableProperties,
    read_properties,
)
from mqttui.payload.printable import printable
from mqttui.payload.quantities import ago_text, duration_text

_NAMES = {
    PAYLOAD_FORMAT: "payload format",
    MESSAGE_EXPIRY: "expiry",
    CONTENT_TYPE: "content type",
    RESPONSE_TOPIC: "response topic",
    CORRELATION_DATA: "correlation data",
    SUBSCRIPTION_IDENTIFIER: "subscription identifier",
    TOPIC_ALIAS: "topic alias",
    USER_PROPERTY: "user property",
}
_FORMATS = {0: "bytes, or not said", 1: "UTF-8 text"}


class PropertyRow(NamedTuple):
    """A property by its name in words and its value; both are safe for a terminal.

    With `is_problem` the row says why the rest of the properties cannot be read.
    """

    name: str
    value: str
    is_problem: bool = False


def property_rows(block: bytes, received_at: float, now: float) -> list[PropertyRow]:
    """Return the properties in a block as it came, in the order in which they were sent.

    Times are in seconds since the epoch. What cannot be read is said in a row of its own, with the
    bytes; nothing is raised.
    """
    rows: list[PropertyRow] = []
    try:
        for identifier, value in read_properties(block):
            rows.append(
                PropertyRow(_NAMES[identifier], _words(identifier, value, received_at, now))
            )
    except UnreadableProperties as problem:
        rows.append(PropertyRow("unreadable", str(problem), is_problem=True))
        rows.append(PropertyRow("all bytes", block[:1000].hex(" "), is_problem=True))
    return rows


def _words(identifier: int, value: object, received_at: float, now: float) -> str:
    if isinstance(value, bytes):
        return _bytes_words(value)
    if isinstance(value, tuple):
        name, text = value
        return f"{printable(name)} = {printable(text)}"
    if isinstance(value, str):
        return printable(value) or "(empty)"
    assert isinstance(value, int)
    if identifier == PAYLOAD_FORMAT:
        return {0: "bytes, or not said", 1: "UTF-8 text"}.get(
            value, f"{value}, which means nothing"
        )
    if identifier == MESSAGE_EXPIRY:
        return _expiry_words(value, received_at + value - now)
    if identifier == TOPIC_ALIAS:
        return f"{value}, for this connection only"
    return str(value)


def _expiry_words(expiry_s: int, left_s: float) -> str:
    """Return what the broker said when it sent the message (MQTT 5.0 section 3.3.2.3.3)."""
    if left_s > 0:
        return f"{duration_text(expiry_s)} when it came, {duration_text(left_s)} left"
    return f"{duration_text(expiry_s)} when it came, expired {ago_text(-left_s)}"


def _bytes_words(value: bytes) -> str:
    if not value:
        return "(empty)"
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value.hex(" ")
    return f"{value.hex(' ')}  “{text}”" if text.isprintable() else value.hex(" ")
