"""Finding bytes in a payload."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.payload.byte_search import MOST_HITS, BytePattern, hits_in, pattern_of


@pytest.mark.parametrize(
    ("text", "data", "is_text"),
    [
        ("0x1b5b", b"\x1b\x5b", False),
        (r"\x1b\x5b", b"\x1b\x5b", False),
        (" 1B 5b ", b"\x1b\x5b", False),
        ("de:ad:be:ef", b"\xde\xad\xbe\xef", False),
        ("0x1b, 0x5b", b"\x1b\x5b", False),
        ("ff", b"ff", True),
        ("0x1", b"0x1", True),
        ("1b 5", b"1b 5", True),
        ("bad cafe", b"bad cafe", True),
        ("on line", b"on line", True),
        ("°C", "°C".encode(), True),
    ],
)
def test_bytes_and_text_are_told_apart(text, data, is_text) -> None:
    """What cannot be bytes is text, and what could be a word too."""
    assert pattern_of(text) == BytePattern(data, is_text)


def test_nothing_is_looked_for_by_blanks_alone() -> None:
    """An empty line is no search; a blank within a text belongs to it."""
    assert pattern_of("") is None
    assert pattern_of("  ") is None
    assert pattern_of("a ").data == b"a "


def test_the_pattern_is_shown_as_it_is_understood() -> None:
    """Nothing that was pasted steers the terminal."""
    assert pattern_of("0x1b5b").shown == "bytes 1b 5b"
    assert pattern_of("a\x1b[2J").shown == "text “a␛[2J”"


def test_text_is_found_in_any_case_and_bytes_as_they_are() -> None:
    """`ON` is found by `on`, but 0x6f6e means these bytes."""
    assert hits_in(b"on ON oN", pattern_of("on")) == [0, 3, 6]
    assert hits_in(b"on ON oN", pattern_of("0x6f6e")) == [0]
    assert len(hits_in(b"a" * (MOST_HITS + 5), pattern_of("a"))) == MOST_HITS


@given(st.binary(max_size=60), st.text(max_size=8))
def test_a_hit_is_where_the_pattern_stands(payload, text) -> None:
    """Whatever is typed: hits are in order, do not overlap, and hold what was looked for."""
    pattern = pattern_of(text)
    if pattern is None:
        return
    hits = hits_in(payload, pattern)
    size = len(pattern.data)
    for at in hits:
        found = payload[at : at + size]
        assert found.lower() == pattern.data.lower() if pattern.is_text else found == pattern.data
    assert all(after - before >= size for before, after in pairwise(hits))
