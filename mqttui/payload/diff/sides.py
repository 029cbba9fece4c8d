"""The difference of two messages side by side: old on the left, new on the right, by line."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from mqttui.payload.diff.rows import CONTEXT_LINES, MOST_ROWS
from mqttui.payload.diff.sequence import ByteDiff, LineDiff, LineEdit, diff_lines
from mqttui.payload.hexdump import visible_ascii
from mqttui.payload.quantities import count_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mqttui.payload.decoded import Decoded
    from mqttui.payload.diff.payloads import MessageDiff
    from mqttui.payload.diff.rows import DiffKind

BYTES_PER_ROW = 8


class SideRow(NamedTuple):
    """What stands in one row: a part of the old message, of the new one, or of both.

    None is nothing. What is `folded` is a sentence in `old`. All text is safe for a terminal and on
    one line.
    """

    kind: DiffKind
    old: str | None
    new: str | None


def side_rows(
    found: MessageDiff,
    old: Decoded,
    new: Decoded,
    payloads: tuple[bytes, bytes],
    *,
    shows_same: bool = False,
) -> tuple[SideRow, ...]:
    """Return two messages side by side; with `shows_same` what stayed the same is not folded.

    Values are compared as they are laid out, a member on a line, bytes in rows of eight.
    """
    diff = found.diff
    if isinstance(diff, ByteDiff):
        rows = _byte_rows(diff, payloads[0], shows_same)
    else:
        old_lines, new_lines = old.text.split("\n"), new.text.split("\n")
        is_text = isinstance(diff, LineDiff)
        edits = diff.edits if isinstance(diff, LineDiff) else _member_edits(old_lines, new_lines)
        rows = _line_rows(edits, old_lines, new_lines, not is_text, shows_same)
    listed: list[SideRow] = []
    for row in rows:
        if len(listed) == MOST_ROWS:
            listed.append(_folded(f"only the first {MOST_ROWS:,} rows are listed"))
            break
        listed.append(row)
    return tuple(listed)


def _member_edits(old: list[str], new: list[str]) -> Sequence[LineEdit]:
    """Return the edits between laid out values; a comma at the end belongs to what follows."""
    bare = ("\n".join(line.removesuffix(",") for line in lines) for lines in (old, new))
    return [
        LineEdit(
            edit.old_start,
            edit.new_start,
            tuple(old[edit.old_start : edit.old_start + len(edit.removed)]),
            tuple(new[edit.new_start : edit.new_start + len(edit.added)]),
        )
        for edit in diff_lines(*bare).edits
    ]


def _line_rows(
    edits: Sequence[LineEdit], old: list[str], new: list[str], has_members: bool, shows_same: bool
) -> Iterator[SideRow]:
    at_old = at_new = 0
    for edit in edits:
        same = list(zip(old[at_old : edit.old_start], new[at_new : edit.new_start], strict=True))
        yield from _same_rows(same, at_old > 0, True, shows_same)
        yield from _paired(edit.removed, edit.added, has_members)
        at_old = edit.old_start + len(edit.removed)
        at_new = edit.new_start + len(edit.added)
    same = list(zip(old[at_old:], new[at_new:], strict=True))
    yield from _same_rows(same, at_old > 0, False, shows_same)


def _same_rows(
    pairs: list[tuple[str, str]], has_before: bool, has_after: bool, shows_same: bool
) -> Iterator[SideRow]:
    """Return lines that stayed; of many only those next to a change."""
    head = CONTEXT_LINES if has_before else 0
    tail = CONTEXT_LINES if has_after else 0
    folded = len(pairs) - head - tail
    if shows_same or folded <= 1:
        head, tail, folded = len(pairs), 0, 0
    for before, after in pairs[:head]:
        yield SideRow("same", before, after)
    if folded:
        yield _folded(f"{folded:,} lines the same (u)")
    for before, after in pairs[len(pairs) - tail :] if tail else ():
        yield SideRow("same", before, after)


def _paired(removed: Sequence[str], added: Sequence[str], has_members: bool) -> Iterator[SideRow]:
    """Return what gave way beside what came: members by their name, lines in their order."""
    if not has_members:
        for before, after in zip_longest(removed, added):
            yield _changed(before, after)
        return
    at = 0
    for before in removed:
        name = before.partition(":")[0]
        places = (
            place for place in range(at, len(added)) if added[place].partition(":")[0] == name
        )
        place = next(places, None)
        if place is None:
            yield _changed(before, None)
            continue
        for after in added[at:place]:
            yield _changed(None, after)
        yield _changed(before, added[place])
        at = place + 1
    for after in added[at:]:
        yield _changed(None, after)


def _changed(before: str | None, after: str | None) -> SideRow:
    kind: DiffKind = "changed"
    if before is None or after is None:
        kind = "added" if before is None else "removed"
    return SideRow(kind, before, after)


def _byte_rows(diff: ByteDiff, old: bytes, shows_same: bool) -> Iterator[SideRow]:
    position = shift = 0
    for edit in diff.edits:
        yield from _same_bytes(old[position : edit.old_start], position, shift, shows_same)
        olds = _dumped(edit.removed, edit.old_start)
        news = _dumped(edit.added, edit.new_start)
        for before, after in zip_longest(olds, news):
            yield _changed(before, after)
        position = edit.old_start + len(edit.removed)
        shift = edit.new_start + len(edit.added) - position
    yield from _same_bytes(old[position:], position, shift, shows_same)


def _same_bytes(data: bytes, start: int, shift: int, shows_same: bool) -> Iterator[SideRow]:
    if data and not shows_same:
        plural = "" if len(data) == 1 else "s"
        yield _folded(f"{count_text(len(data))} byte{plural} the same (u)")
        return
    news = _dumped(data, start + shift)
    for before, after in zip(_dumped(data, start), news, strict=True):
        yield SideRow("same", before, after)


def _dumped(data: bytes, start: int) -> Iterator[str]:
    columns = BYTES_PER_ROW * 3 - 1
    for at in range(0, len(data), BYTES_PER_ROW):
        row = data[at : at + BYTES_PER_ROW]
        yield f"{start + at:04x}  {row.hex(' '):<{columns}}  {visible_ascii(row)}"


def _folded(sentence: str) -> SideRow:
    return SideRow("folded", sentence, None)
