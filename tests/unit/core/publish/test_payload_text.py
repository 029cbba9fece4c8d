"""A text becomes the bytes that its mode says, or the place of the error is told."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.publish.draft import PayloadMode
from mqttui.core.publish.payload_text import (
    BadPayload,
    Place,
    check_json,
    payload_of,
    place_of,
    text_of,
)


@given(st.binary())
def test_bytes_survive_hex_and_base64(payload: bytes) -> None:
    """However they are written down, the same bytes come out."""
    assert payload_of(PayloadMode.HEX, payload.hex()) == payload
    assert payload_of(PayloadMode.HEX, payload.hex(":", 2)) == payload
    assert payload_of(PayloadMode.BASE64, base64.b64encode(payload).decode()) == payload
    assert payload_of(PayloadMode.BASE64, base64.urlsafe_b64encode(payload).decode()) == payload


@given(st.binary())
def test_what_was_received_can_be_sent_again(payload: bytes) -> None:
    """The text that shows a payload for editing stands for exactly that payload."""
    assert payload_of(*text_of(payload)) == payload


def test_writings_of_hex() -> None:
    """Spaces, commas, colons, line feeds and the prefix 0x are skipped."""
    for text in ("0aff", "0A FF", "0x0aff", "0x0a, 0xff", "0a:ff", "0a\nff", "0X0A 0XFF"):
        assert payload_of(PayloadMode.HEX, text) == b"\x0a\xff"


@pytest.mark.parametrize(
    ("mode", "text", "words", "position"),
    [
        (PayloadMode.HEX, "0a\n0g", "Not hex: g is no digit", 4),
        (PayloadMode.HEX, "0x0a 1x2", "Not hex: x is no digit", 6),
        (PayloadMode.HEX, "0a1", "Not hex: a byte has two digits", None),
        (PayloadMode.BASE64, "AA!A", "Not base64: ! is not used there", 2),
        (PayloadMode.BASE64, "AAA", "Not base64: = is missing at the end", None),
        (PayloadMode.BASE64, "AA==AA==", "Not base64", None),
        (PayloadMode.JSON, " ", "Not JSON: it is empty", None),
        (PayloadMode.JSON, '{"a": 1 ,}', "Not JSON: a comma too many", None),
        (PayloadMode.JSON, "[1,\n 2", "Not JSON: a comma or the end is missing", 6),
        (PayloadMode.JSON, "{a: 1}", "Not JSON: a key in double quotes is missing", 1),
        (PayloadMode.JSON, "[1] x", "Not JSON: more text after the end", 4),
        (PayloadMode.JSON, '{"a": NaN}', "Not JSON: NaN is no JSON number", 6),
        (PayloadMode.JSON, "[" * 100_000, "nested too deeply", None),
        (PayloadMode.TEXT, "a\n\udc80", "U+DC80 cannot be sent as UTF-8", 2),
    ],
)
def test_where_a_text_goes_wrong_is_told(
    mode: PayloadMode, text: str, words: str, position: int | None
) -> None:
    """In words, with the position where there is one."""
    with pytest.raises(BadPayload) as caught:
        payload_of(mode, text)
    assert words in str(caught.value)
    if position is not None:
        assert caught.value.position == position


def test_places_are_counted_from_one() -> None:
    """As editors do."""
    assert place_of("ab\ncd", 0) == Place(1, 1)
    assert str(place_of("ab\ncd", 4)) == "line 2, column 2"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_every_json_is_valid(value: object) -> None:
    """What a library writes is sent as it is."""
    text = json.dumps(value, indent=2)
    assert payload_of(PayloadMode.JSON, text) == text.encode()


def test_numbers_may_be_as_long_as_they_like() -> None:
    """Ten thousand digits are valid JSON; a key that comes twice is odd."""
    assert check_json("1" * 10_000) is None
    assert check_json('{"a": {"b": 1, "b": 2}}') == "the key b occurs more than once"
