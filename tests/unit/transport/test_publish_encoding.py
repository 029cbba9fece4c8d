"""PUBLISH packets, compared with those of paho."""

from __future__ import annotations

import paho.mqtt.client as paho
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from mqttui.core.publishing import PublishProperties, PublishRequest
from mqttui.transport.publish_encoding import (
    property_block,
    publish_packet,
    pubrel_packet,
    reason_string,
    varint,
)
from tests.support.scripted_socket import ScriptedSocket


def of_paho(request: PublishRequest, packet_id: int, *, is_mqtt5: bool, is_dup: bool) -> bytes:
    """Return what paho sends for the same message."""
    client = paho.Client(
        CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5 if is_mqtt5 else paho.MQTTv311
    )
    sock = ScriptedSocket([])
    client._sock = sock
    client._send_publish(
        packet_id,
        request.topic.encode(),
        request.payload,
        request.qos,
        request.retain,
        is_dup,
        paho.MQTTMessageInfo(packet_id),
    )
    client._sock = None
    return bytes(sock.sent)


@given(
    topic=st.text(st.characters(exclude_characters="#+\0", exclude_categories=["Cs"]), min_size=1),
    payload=st.binary(max_size=300),
    qos=st.integers(0, 2),
    packet_id=st.integers(1, 65_535),
    flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_packets_are_those_of_paho(
    topic: str, payload: bytes, qos: int, packet_id: int, flags: tuple[bool, bool, bool]
) -> None:
    """Every combination of topic, payload, QoS, retain and DUP is the same byte for byte."""
    is_retained, is_dup, is_mqtt5 = flags
    request = PublishRequest(topic, payload, qos, is_retained)
    is_dup = is_dup and qos > 0
    mine = publish_packet(request, packet_id, is_mqtt5=is_mqtt5, is_dup=is_dup)
    assert mine == of_paho(request, packet_id, is_mqtt5=is_mqtt5, is_dup=is_dup)


@pytest.mark.parametrize("size", [0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])
def test_lengths_at_their_borders(size: int) -> None:
    """A length takes one to four bytes (MQTT 5.0 table 1-1)."""
    encoded = varint(size)
    assert len(encoded) == 1 + (size > 127) + (size > 16_383) + (size > 2_097_151)
    assert sum((byte & 127) << 7 * place for place, byte in enumerate(encoded)) == size


def test_properties_are_read_by_paho() -> None:
    """All properties come out of paho's own reader as they went in."""
    block = property_block(
        PublishProperties(
            content_type="text/plain",
            response_topic="a/b",
            correlation_data=b"\x00\xff",
            message_expiry_s=70_000,
            is_text=True,
            user_properties=(("a", "1"), ("a", "ü")),
        )
    )
    read = Properties(PacketTypes.PUBLISH)
    read.unpack(varint(len(block)) + block)
    assert (read.ContentType, read.ResponseTopic) == ("text/plain", "a/b")
    assert (read.CorrelationData, read.MessageExpiryInterval) == (b"\x00\xff", 70_000)
    assert read.PayloadFormatIndicator == 1
    assert read.UserProperty == [("a", "1"), ("a", "ü")]


def test_no_properties_are_no_bytes() -> None:
    """An empty set of properties has a length of zero."""
    assert property_block(PublishProperties()) == b""
    packet = publish_packet(
        PublishRequest("t", b"x", properties=PublishProperties()), 0, is_mqtt5=True
    )
    assert packet == b"\x30\x05\x00\x01t\x00x"


def test_a_pubrel() -> None:
    """PUBREL has its reserved bits and the identifier (section 3.6)."""
    assert pubrel_packet(0x1234) == b"\x62\x02\x12\x34"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.booleans())
def test_the_reason_string_is_found(text: str, has_more: bool) -> None:
    """Also behind user properties."""
    properties = Properties(PacketTypes.PUBACK)
    properties.ReasonString = text
    if has_more:
        properties.UserProperty = ("name", "value")
    packed = properties.pack()
    user = b"\x26\x00\x01k\x00\x01v"
    assert reason_string(packed) == text
    behind = bytes((packed[0] + len(user),)) + user + packed[1:]
    if behind[0] < 128:
        assert reason_string(behind) == text


@given(st.binary(max_size=40))
def test_a_broken_block_has_no_reason(block: bytes) -> None:
    """Whatever the broker sends, reading its comment ends without an exception."""
    found = reason_string(block)
    assert found is None or isinstance(found, str)
    assert reason_string(b"\x05\x1f\x00\x09ab") is None
