"""Differences of texts by line and of binary payloads by byte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.payload.diff.alignment import Alignment, Match, align

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHORTEST_SAME_BYTES = 2


@dataclass(frozen=True, slots=True)
class LineEdit:
    """From line `old_start` (from 0) on, `removed` lines give way to `added` ones.

    `new_start` is where the added lines begin in the new text.
    """

    old_start: int
    new_start: int
    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineDiff:
    """The edits that make the new text of the old one, in order.

    With `is_coarse` the texts differ too much: all between the first and the last difference is
    one edit.
    """

    edits: tuple[LineEdit, ...]
    is_coarse: bool


@dataclass(frozen=True, slots=True)
class ByteEdit:
    """From byte `old_start` on, `removed` bytes give way to `added` ones.

    `new_start` is where the added bytes begin in the new payload.
    """

    old_start: int
    new_start: int
    removed: bytes
    added: bytes


@dataclass(frozen=True, slots=True)
class ByteDiff:
    """The edits that make the new bytes of the old ones, in order; `is_coarse` as for lines."""

    edits: tuple[ByteEdit, ...]
    is_coarse: bool


def diff_lines(old: str, new: str) -> LineDiff:
    """Return how the lines of a text changed."""
    old_lines, new_lines = old.split("\n"), new.split("\n")
    found = align(old_lines, new_lines)
    edits = tuple(
        LineEdit(i1, j1, tuple(old_lines[i1:i2]), tuple(new_lines[j1:j2]))
        for i1, i2, j1, j2 in gaps(found, len(old_lines), len(new_lines))
    )
    return LineDiff(edits, found.is_coarse)


def apply_lines(old: str, diff: LineDiff) -> str:
    """Return the text that a diff makes of the old one."""
    lines: list[str] = []
    old_lines = old.split("\n")
    position = 0
    for edit in diff.edits:
        lines += old_lines[position : edit.old_start]
        lines += edit.added
        position = edit.old_start + len(edit.removed)
    return "\n".join(lines + old_lines[position:])


def diff_bytes(old: bytes, new: bytes) -> ByteDiff:
    """Return how bytes changed; payloads of equal length are compared place by place."""
    if len(old) == len(new):
        return ByteDiff(tuple(_by_place(old, new)), False)
    found = align(old, new)
    # A lone byte that happens to be the same would tear a change apart.
    matches = [match for match in found.matches if _is_worth_it(match, old, new)]
    edits = tuple(
        ByteEdit(i1, j1, old[i1:i2], new[j1:j2])
        for i1, i2, j1, j2 in gaps(Alignment(matches, False), len(old), len(new))
    )
    return ByteDiff(edits, found.is_coarse)


def apply_bytes(old: bytes, diff: ByteDiff) -> bytes:
    """Return the bytes that a diff makes of the old ones."""
    parts: list[bytes] = []
    position = 0
    for edit in diff.edits:
        parts += (old[position : edit.old_start], edit.added)
        position = edit.old_start + len(edit.removed)
    return b"".join([*parts, old[position:]])


def changed_span(old: str, new: str) -> tuple[int, int, int, int]:
    """Return the part of two lines that differs: start and end in the old, then in the new one."""
    shorter = min(len(old), len(new))
    start = 0
    while start < shorter and old[start] == new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, len(old) - end, start, len(new) - end


def gaps(found: Alignment, old_length: int, new_length: int) -> list[tuple[int, int, int, int]]:
    """Return what lies between matches: start and end in the old sequence, then in the new one."""
    result = []
    i = j = 0
    for match in (*found.matches, Match(old_length, new_length, 0)):
        if match.old > i or match.new > j:
            result.append((i, match.old, j, match.new))
        i, j = match.old + match.length, match.new + match.length
    return result


def _by_place(old: bytes, new: bytes) -> list[ByteEdit]:
    edits: list[ByteEdit] = []
    position, length = 0, len(old)
    while position < length:
        # Whole blocks that are the same are passed over at the speed of C.
        if old[position : position + 256] == new[position : position + 256]:
            position += 256
            continue
        while old[position] == new[position]:
            position += 1
        start = position
        while position < length and old[position] != new[position]:
            position += 1
        edits.append(ByteEdit(start, start, old[start:position], new[start:position]))
    return edits


def _is_worth_it(match: Match, old: Sequence[int], new: Sequence[int]) -> bool:
    is_at_edge = match.old == match.new == 0 or (
        match.old + match.length == len(old) and match.new + match.length == len(new)
    )
    return is_at_edge or match.length >= _SHORTEST_SAME_BYTES
