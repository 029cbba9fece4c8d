"""Data types of the wire format survive a round trip, and nothing else gets through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.demo.broker.wire import (
    Fields,
    Properties,
    Property,
    ProtocolViolation,
    encoded_properties,
    encoded_varint,
    number_of,
    packet,
)

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@given(st.integers(0, 268_435_455))
def test_a_varint_survives(value: int) -> None:
    """What is encoded is read back, in at most four bytes."""
    encoded = encoded_varint(value)
    assert len(encoded) <= 4
    assert Fields(encoded).varint() == value


def test_the_lengths_of_the_specification() -> None:
    """The borders of MQTT 5.0 table 1-1."""
    borders = [(127, 1), (128, 2), (16_383, 2), (16_384, 3), (2_097_151, 3), (2_097_152, 4)]
    assert [len(encoded_varint(value)) for value, _ in borders] == [size for _, size in borders]


def test_a_varint_of_five_bytes_is_malformed() -> None:
    """The fifth byte is one too many."""
    with pytest.raises(ProtocolViolation, match="longer than four bytes"):
        Fields(b"\xff\xff\xff\xff\x01").varint()


@given(
    st.lists(st.tuples(TEXTS, TEXTS), max_size=5),
    st.integers(0, 0xFFFFFFFF),
    TEXTS,
    st.binary(max_size=20),
)
def test_properties_survive(
    pairs: list[tuple[str, str]], expiry_s: int, response: str, correlation: bytes
) -> None:
    """Every kind of property is read back in order."""
    properties: Properties = [
        (Property.MESSAGE_EXPIRY, expiry_s),
        (Property.RESPONSE_TOPIC, response),
        (0x09, correlation),
        (Property.SUBSCRIPTION_IDENTIFIER, 300),
        (Property.RECEIVE_MAXIMUM, 20),
        (0x01, 1),
        *((Property.USER_PROPERTY, pair) for pair in pairs),
    ]
    block = encoded_properties(properties)
    assert Fields(encoded_varint(len(block)) + block).properties() == properties


def test_a_property_that_does_not_exist_is_refused() -> None:
    """0x7E is no property."""
    with pytest.raises(ProtocolViolation, match="0x7e does not exist"):
        Fields(b"\x02\x7e\x00").properties()


def test_a_property_must_not_repeat() -> None:
    """Two expiry intervals are a protocol error, two user properties are fine."""
    twice = encoded_properties([(Property.RECEIVE_MAXIMUM, 1)]) * 2
    with pytest.raises(ProtocolViolation, match="twice") as caught:
        Fields(encoded_varint(len(twice)) + twice).properties()
    assert caught.value.reason_code == 0x82


@pytest.mark.parametrize("raw", [b"\0\x02\xff\xfe", b"\0\x03a\0b", b"\0\x05ab"])
def test_text_must_be_utf8_without_nul_and_complete(raw: bytes) -> None:
    """MQTT 5.0 section 1.5.4."""
    with pytest.raises(ProtocolViolation):
        Fields(raw).text()


def test_an_absent_number_has_its_default() -> None:
    """Absent is the default, present is the value."""
    assert number_of([], Property.RECEIVE_MAXIMUM, 65_535) == 65_535
    assert number_of([(Property.RECEIVE_MAXIMUM, 3)], Property.RECEIVE_MAXIMUM, 9) == 3


def test_a_packet_is_header_length_and_parts() -> None:
    """A long body gets a length of two bytes."""
    assert packet(0xD0) == b"\xd0\x00"
    assert packet(0x30, b"ab", b"c" * 200) == b"\x30\xca\x01ab" + b"c" * 200
