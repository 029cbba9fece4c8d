"""MessagePack against its reference library, and where that gives up."""

from __future__ import annotations

from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.payload.registry import decode
from mqttui.payload.tree import plain_value

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=("Cs",)))
    | st.binary()
)
KEYS = st.text(st.characters(exclude_categories=("Cs",))) | st.integers(-(2**63), 2**64 - 1)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(KEYS, inner, max_size=20),
    max_leaves=40,
)


def packed(value: object) -> bytes:
    """Return a value as the reference library writes it."""
    data: Any = msgpack.packb(value)
    return bytes(data)


@given(VALUES)
def test_what_the_reference_writes_is_read_back(value: object) -> None:
    """Every value of the format comes back as it was."""
    decoded = decode(packed(value), decoder="msgpack")
    assert decoded.error is None
    assert decoded.tree is not None
    assert plain_value(decoded.tree) == value


@given(st.dictionaries(st.text(max_size=5), VALUES, min_size=1), st.data())
def test_a_beginning_is_shown_as_far_as_it_goes(value: object, data: st.DataObject) -> None:
    """Of a payload that was cut anywhere the members so far are shown, without an error."""
    payload = packed(value)
    cut = payload[: data.draw(st.integers(1, len(payload) - 1))]
    decoded = decode(cut, is_head=True, decoder="msgpack")
    assert decoded.error is None
    assert decoded.tree is not None
    assert decoded.tree.kind == "object"
    assert not decoded.tree.is_whole
    assert "not MessagePack: the payload ends" in str(decode(cut, decoder="msgpack").error)


@given(st.binary(max_size=300))
def test_what_the_reference_refuses_is_refused(payload: bytes) -> None:
    """Arbitrary bytes are MessagePack to both or to neither."""
    unpacker = msgpack.Unpacker(strict_map_key=False, unicode_errors="backslashreplace")
    unpacker.feed(payload)
    try:
        unpacker.skip()
        is_accepted = unpacker.tell() == len(payload)
    except (msgpack.UnpackException, ValueError):
        is_accepted = False
    if payload:
        assert (decode(payload, decoder="msgpack").error is None) == is_accepted


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (b"\x81\xa4temp\xcb@5\x80\x00\x00\x00\x00\x00", '{\n  "temp": 21.5\n}'),
        (b"\x81\xa4temp\xca\x41\xa8\xcc\xcd", '{\n  "temp": 21.1  # float32\n}'),
        (b"\x92\xd6\xff\x65\x53\xf1\x00\xc4\x02\x01\x02", "[2023-11-14T22:13:20Z, h'0102']"),
        (b"\x91\xd4\x07\x2a", "[\n  h'2a'  # extension 7\n]"),
        (b"\x81\x92\x01\x02\xc0", "{\n  [1, 2]: null\n}"),
        (b"\x91\xa2\xff\xfe", '[\n  "\\\\xff\\\\xfe"  # not valid UTF-8\n]'),
    ],
)
def test_samples(payload: bytes, text: str) -> None:
    """What boards send is recognised and laid out exactly so."""
    decoded = decode(payload)
    assert (decoded.text, decoded.guess) == (text, "looks like MessagePack")


def test_a_key_that_occurs_twice_is_shown_twice() -> None:
    """Both members are in the tree, and the place of the second is said."""
    decoded = decode(b"\x82\xa1a\x01\xa1a\x02", decoder="msgpack")
    assert decoded.text == '{\n  "a": 1,\n  "a": 2\n}'
    assert decoded.error == 'the key "a" occurs more than once, at offset 4'


def test_lengths_that_lie_cost_nothing() -> None:
    """A count of four billion items in a payload of ten bytes is found out by reading them."""
    for payload in (b"\xdd\xff\xff\xff\xff\x01\x02", b"\xc6\xff\xff\xff\xffabc", b"\xdf" * 400):
        assert decode(payload, decoder="msgpack").kind == "hex"


def test_what_follows_the_value_is_said() -> None:
    """Values that were sent one after the other are not mistaken for one."""
    decoded = decode(b"\x93\x01\x02\x03\x04\x05", decoder="msgpack")
    assert (decoded.text, decoded.shown_bytes) == ("[1, 2, 3]", 4)
    assert decoded.error == "2 more bytes follow after the end of the value"
