"""CBOR against its reference library and the examples of RFC 8949."""

from __future__ import annotations

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.payload.registry import decode
from mqttui.payload.tree import plain_value

TEXT = st.text(st.characters(exclude_categories=("Cs",)))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | TEXT
    | st.binary()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=30)
        | st.dictionaries(TEXT | st.integers(-(2**40), 2**40), inner, max_size=30)
    ),
    max_leaves=40,
)


@given(VALUES, st.booleans())
def test_what_the_reference_writes_is_read_back(value: object, is_canonical: bool) -> None:
    """Every value of the format comes back as it was, also in the shortest floats."""
    decoded = decode(cbor2.dumps(value, canonical=is_canonical), decoder="cbor")
    assert decoded.error is None
    assert decoded.tree is not None
    assert plain_value(decoded.tree) == value


# RFC 8949 appendix A.
@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ("1bffffffffffffffff", "18446744073709551615"),
        ("c249010000000000000000", "18446744073709551616"),
        ("3bffffffffffffffff", "-18446744073709551616"),
        ("c349010000000000000000", "-18446744073709551617"),
        ("f90001", "5.96e-08  # float16"),
        ("f93c00", "1.0  # float16"),
        ("fa47c35000", "100000.0  # float32"),
        ("fb3ff199999999999a", "1.1"),
        ("f97c00", "Infinity  # float16"),
        ("f97e00", "NaN  # float16"),
        ("f4", "false"),
        ("f6", "null"),
        ("f7", "undefined"),
        ("f0", "simple(16)"),
        ("f8ff", "simple(255)"),
        ("c074323031332d30332d32315432303a30343a30305a", "2013-03-21T20:04:00Z"),
        ("c11a514b67b0", "2013-03-21T20:04:00Z"),
        ("c1fb41d452d9ec200000", "2013-03-21T20:04:00.500000Z"),
        ("d74401020304", "h'01020304'  # tag 23"),
        ("d818456449455446", "h'6449455446'  # tag 24"),
        ("4401020304", "h'01020304'"),
        ("62225c", '"\\"\\\\"'),
        ("63e6b0b4", '"水"'),
        ("8301820203820405", "[\n  1,\n  [2, 3],\n  [4, 5]\n]"),
        ("a201020304", "{\n  1: 2,\n  3: 4\n}"),
        ("5f42010243030405ff", "h'0102030405'"),
        ("7f657374726561646d696e67ff", '"streaming"'),
        ("9f01820203ff", "[\n  1,\n  [2, 3]\n]"),
        ("bf61610161629f0203ffff", '{\n  "a": 1,\n  "b": [2, 3]\n}'),
    ],
)
def test_the_examples_of_the_rfc(payload: str, text: str) -> None:
    """What the RFC gives as an example is laid out in its own notation."""
    decoded = decode(bytes.fromhex(payload), decoder="cbor")
    assert (decoded.text, decoded.error) == (text, None)


# RFC 8949 appendix F.
NOT_WELL_FORMED = (
    "18 19 1a 1b 1901 1a0102 3b01020304050607 7801 5affffffff00 9f 9f01 bf bf01 bf0102 5f61ff "
    "5fff00 1c 1d 1e 3c fc fd fe ff 81ff 8200ff a1ff a1ff00 9f5f 5f5f4100ff f800 f81f "
    "1f 3f df00 41 61 81 8200 a1 a20102 a100 c0 81c0"
)


@pytest.mark.parametrize("payload", NOT_WELL_FORMED.split())
def test_what_is_not_well_formed_is_refused(payload: str) -> None:
    """Bytes that the RFC calls not well-formed are shown as bytes, with the reason."""
    data = bytes.fromhex(payload)
    decoded = decode(data, decoder="cbor")
    if data == b"\x5f\xff\x00":
        # The string ends; only what follows is wrong.
        assert decoded.error == "1 more bytes follow after the end of the value"
    else:
        assert decoded.kind == "hex"
        assert (decoded.error or "").startswith("not CBOR: ")


def test_tags_do_not_make_work() -> None:
    """A decimal fraction of a billion digits is shown as the two numbers that were sent."""
    payload = bytes.fromhex("c4821a3b9aca0001")
    assert decode(payload, decoder="cbor").text == "[1000000000, 1]  # tag 4"
    tower = b"\xc1" * 5000 + b"\x01"
    assert "more than 8 tags" in (decode(tower, decoder="cbor").error or "")


def test_a_huge_number_is_shown_in_hexadecimal() -> None:
    """Python would refuse to write it in decimal digits, and take long for fewer of them."""
    payload = b"\xc2\x59\x40\x00" + b"\xff" * 0x4000
    decoded = decode(payload, decoder="cbor")
    assert decoded.text == "0x" + "ff" * 0x4000


@pytest.mark.parametrize(
    ("payload", "guess"),
    [
        (cbor2.dumps({"v": 4.8}), "looks like CBOR"),
        (bytes.fromhex("d9d9f7a1617601"), "CBOR"),
        (cbor2.dumps("hello there"), "text"),
        (cbor2.dumps(4711), "binary"),
    ],
)
def test_the_guess_is_careful(payload: bytes, guess: str) -> None:
    """Objects and arrays are recognised; a scalar that fits would fit by chance."""
    assert decode(payload).guess == guess
