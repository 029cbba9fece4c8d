"""MQTT 5 properties of a received message in words."""

from __future__ import annotations

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from mqttui.core.message_properties import property_rows


def packed(**values: object) -> bytes:
    """Return a block of properties as paho writes it, without its length."""
    properties = Properties(PacketTypes.PUBLISH)
    for name, value in values.items():
        setattr(properties, name, value)
    block: bytes = properties.pack()
    assert len(block) < 128
    return block[1:]


def rows(block: bytes, now: float = 1000.0) -> dict[str, str]:
    return {row.name: row.value for row in property_rows(block, 1000.0, now)}


def test_every_property_is_said() -> None:
    """Also those that belong to one connection."""
    found = rows(
        packed(
            PayloadFormatIndicator=1,
            ContentType="application/json",
            ResponseTopic="lab/\x1bé",
            CorrelationData=b"abc",
            SubscriptionIdentifier=7,
            TopicAlias=3,
            UserProperty=("who", "[red]me"),
        )
    )
    assert found == {
        "payload format": "UTF-8 text",
        "content type": "application/json",
        "response topic": "lab/␛é",
        "correlation data": "61 62 63  “abc”",
        "subscription identifier": "7",
        "topic alias": "3, for this connection only",
        "user property": "who = [red]me",
    }


def test_expiry_says_what_is_left() -> None:
    """The broker counts down to the time when it sent the message; from there the clock does."""
    block = packed(MessageExpiryInterval=600)
    assert rows(block)["expiry"] == "10 min when it came, 10 min left"
    assert rows(block, 1480.0)["expiry"] == "10 min when it came, 2 min left"
    assert rows(block, 1700.0)["expiry"] == "10 min when it came, expired 1 min ago"


def test_what_cannot_be_read_is_said_with_its_bytes() -> None:
    """What stands before it is read."""
    found = property_rows(packed(ContentType="text") + b"\x55\x01", 0.0, 0.0)
    assert [row.name for row in found] == ["content type", "unreadable", "all bytes"]
    assert "property 85" in found[1].value
    assert found[2].value.endswith("55 01")
    assert [row.is_problem for row in found] == [False, True, True]


def test_binary_and_empty_values() -> None:
    """Bytes that are no text are only hexadecimal; nothing is shown as a blank."""
    assert rows(packed(CorrelationData=b"\x00\xff"))["correlation data"] == "00 ff"
    assert rows(packed(ContentType=""))["content type"] == "(empty)"
    assert property_rows(b"", 0.0, 0.0) == []
