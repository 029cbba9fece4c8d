"""Differences of texts and bytes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.payload.diff.alignment import align
from mqttui.payload.diff.sequence import (
    ByteEdit,
    LineEdit,
    apply_bytes,
    apply_lines,
    changed_span,
    diff_bytes,
    diff_lines,
)

TEXTS = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=30).map("\n".join)


@given(TEXTS, TEXTS)
def test_applying_a_diff_of_lines_gives_the_new_text(old: str, new: str) -> None:
    """Lines that are added, dropped or empty all come out right."""
    assert apply_lines(old, diff_lines(old, new)) == new


@given(st.binary(max_size=120), st.binary(max_size=120))
def test_applying_a_diff_of_bytes_gives_the_new_bytes(old: bytes, new: bytes) -> None:
    """Payloads of any length."""
    assert apply_bytes(old, diff_bytes(old, new)) == new


@given(st.lists(st.integers(0, 3), max_size=40), st.lists(st.integers(0, 3), max_size=40))
def test_an_alignment_is_a_longest_common_subsequence(old: list[int], new: list[int]) -> None:
    """Matches are equal, in order, and as many as dynamic programming finds."""
    found = align(old, new, most_steps=10**6)
    i = j = 0
    for match in found.matches:
        assert match.old >= i
        assert match.new >= j
        assert match.length > 0
        i, j = match.old + match.length, match.new + match.length
        assert old[match.old : i] == new[match.new : j]
    assert i <= len(old)
    assert j <= len(new)
    lengths = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for a in range(len(old)):
        for b in range(len(new)):
            lengths[a + 1][b + 1] = (
                lengths[a][b] + 1 if old[a] == new[b] else max(lengths[a][b + 1], lengths[a + 1][b])
            )
    assert sum(match.length for match in found.matches) == lengths[-1][-1]


@pytest.mark.parametrize(
    ("old", "new", "edits"),
    [
        ("a\nb\nc", "a\nb\nc", []),
        ("a\nb\nc", "a\nx\nc", [LineEdit(1, 1, ("b",), ("x",))]),
        ("a\nc", "a\nb\nc", [LineEdit(1, 1, (), ("b",))]),
        ("a\nb", "b", [LineEdit(0, 0, ("a",), ())]),
        ("a", "b", [LineEdit(0, 0, ("a",), ("b",))]),
    ],
)
def test_edits_of_lines(old: str, new: str, edits: list[LineEdit]) -> None:
    """An edit says where lines went and where others came."""
    assert list(diff_lines(old, new).edits) == edits


@pytest.mark.parametrize(
    ("old", "new", "edits"),
    [
        (b"\x00\x01\x02\x03", b"\x00\xff\xfe\x03", [ByteEdit(1, 1, b"\x01\x02", b"\xff\xfe")]),
        (b"abcdef", b"abXcdef", [ByteEdit(2, 2, b"", b"X")]),
        (b"abcdef", b"def", [ByteEdit(0, 0, b"abc", b"")]),
        (bytes(1000), bytes(999) + b"\x01", [ByteEdit(999, 999, b"\x00", b"\x01")]),
    ],
)
def test_edits_of_bytes(old: bytes, new: bytes, edits: list[ByteEdit]) -> None:
    """Equal lengths are compared by place, others by what stayed."""
    assert list(diff_bytes(old, new).edits) == edits


def test_texts_without_much_in_common_are_given_up_in_bounded_time() -> None:
    """The edit is then everything between the first and the last difference, and says so."""
    chance = random.Random(3)
    old = "\n".join(["same", *(str(chance.randrange(40)) for _ in range(9000)), "end"])
    new = "\n".join(["same", *(str(chance.randrange(40)) for _ in range(9000)), "end"])
    diff = diff_lines(old, new)
    assert diff.is_coarse
    assert len(diff.edits) == 1
    assert apply_lines(old, diff) == new
    noise = chance.randbytes(60_000)
    coarse = diff_bytes(noise, noise[1:30_000] + chance.randbytes(30_000))
    assert coarse.is_coarse


def test_the_span_that_changed_within_a_line() -> None:
    """A view marks the changed part of two lines."""
    assert changed_span("v = 4.8 V", "v = 5.25 V") == (4, 7, 4, 8)
    assert changed_span("same", "same") == (4, 4, 4, 4)
