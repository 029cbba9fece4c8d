"""A text becomes the bytes that its mode says, or the place of the error is told."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.publish.draft import PayloadMode
from mqttui.core.publish.payload_text import BadPayload, Place, check_json, payload_of, text_of


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
    ("mode", "text", "sentence", "place"),
    [
        (PayloadMode.HEX, "0a\n0g", "Not hex: g is no digit, at line 2, column 2.", (2, 2)),
        (PayloadMode.HEX, "0x0a 1x2", "Not hex: x is no digit, at line 1, column 7.", (1, 7)),
        (PayloadMode.HEX, "0a1", "the number of digits is odd.", None),
        (PayloadMode.BASE64, "AA!A", "Not base64: ! is not used there, at line 1", (1, 3)),
        (PayloadMode.BASE64, "AAA", "Not base64: = is missing at the end.", None),
        (PayloadMode.BASE64, "AA==AA==", "Not base64", None),
        (PayloadMode.JSON, "", "Not JSON: it is empty.", None),
        (PayloadMode.JSON, '{"a": 1,}', "Not JSON: a comma too many, at line 1, column", None),
        (
            PayloadMode.JSON,
            "[1,\n 2",
            "a comma or the end is missing, at line 2, column 3.",
            (2, 3),
        ),
        (PayloadMode.JSON, "{a: 1}", "a key in double quotes is missing, at line 1", (1, 2)),
        (PayloadMode.JSON, "[1] x", "more text after the end, at line 1, column 5.", (1, 5)),
        (PayloadMode.JSON, '{"a": NaN}', "NaN is no JSON number, at line 1, column 7.", (1, 7)),
        (PayloadMode.JSON, "[" * 100_000, "nested too deeply", None),
        (PayloadMode.TEXT, "a\n\udc80", "U+DC80 cannot be sent as UTF-8, at line 2", (2, 1)),
    ],
)
def test_the_place_of_an_error_is_told(
    mode: PayloadMode, text: str, sentence: str, place: tuple[int, int] | None
) -> None:
    """One sentence with line and column, from one."""
    with pytest.raises(BadPayload) as caught:
        payload_of(mode, text)
    assert sentence in str(caught.value)
    if place is not None:
        assert caught.value.place == Place(*place)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_every_json_is_valid(value: object) -> None:
    """What a library writes is sent as it is."""
    text = json.dumps(value, indent=2)
    assert payload_of(PayloadMode.JSON, text) == text.encode()


def test_numbers_may_be_as_long_as_they_like() -> None:
    """Ten thousand digits are valid JSON; a key that comes twice is odd."""
    assert check_json("1" * 10_000) is None
    assert check_json('{"a": {"b": 1, "b": 2}}') == "the key b occurs more than once"
