"""Properties of a received message are read so that they can be published again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.publish_properties import UnreadableProperties, properties_of
from mqttui.core.publishing import PublishProperties
from mqttui.transport.publish_encoding import property_block

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
properties = st.builds(
    PublishProperties,
    content_type=st.none() | texts,
    response_topic=st.none() | texts,
    correlation_data=st.none() | st.binary(max_size=20),
    message_expiry_s=st.none() | st.integers(0, 0xFFFF_FFFF),
    is_text=st.booleans(),
    user_properties=st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
)


def reading(block: bytes) -> PublishProperties | str | None:
    """Return the properties, or why they cannot be read."""
    try:
        return properties_of(block)
    except UnreadableProperties as refused:
        return str(refused)


@given(properties)
def test_what_was_written_is_read(chosen: PublishProperties) -> None:
    """Every property of section 3.3.2.3 that a publisher chooses comes back."""
    found = properties_of(property_block(chosen))
    assert (found or PublishProperties()) == chosen


def test_what_belongs_to_a_connection_is_left_out() -> None:
    """Subscription identifiers and aliases are not the publisher's."""
    assert properties_of(b"\x0b\x81\x01\x23\x00\x05") is None
    assert properties_of(b"") is None
    assert properties_of(b"\x01\x00") is None


@given(st.binary(max_size=40))
def test_no_block_does_harm(block: bytes) -> None:
    """Anything is read or refused with a sentence."""
    assert isinstance(reading(block), PublishProperties | str | None)


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (b"\x7f", "no property 127"),
        (b"\x03\x00\x05ab", "end in the middle"),
        (b"\x03\x00\x01\xff", "not valid UTF-8"),
        (b"\x0b\xff\xff\xff\xff\x01", "more than four bytes"),
    ],
)
def test_a_malformed_block_is_refused(block: bytes, words: str) -> None:
    """The sentence says which rule is broken."""
    with pytest.raises(UnreadableProperties, match=words):
        properties_of(block)
