"""The difference of two messages as rows to read, what stayed the same folded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from mqttui.payload.diff.payloads import change_text
from mqttui.payload.diff.sequence import ByteDiff, LineDiff
from mqttui.payload.diff.structure import StructureDiff
from mqttui.payload.folding import path_at
from mqttui.payload.hexdump import visible_ascii

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mqttui.payload.decoded import Decoded
    from mqttui.payload.diff.payloads import MessageDiff
    from mqttui.payload.diff.sequence import ByteEdit, LineEdit
    from mqttui.payload.diff.structure import Change, ChangeKind, Place
    from mqttui.payload.tree import Node

DiffKind = Literal["added", "removed", "changed", "moved", "same", "folded"]

MOST_ROWS = 5_000
CONTEXT_LINES = 2
_VALUE_CHARACTERS = 400
_BYTES_PER_ROW = 16


class DiffRow(NamedTuple):
    """A row by what happened to it; the text is safe for a terminal and on one line."""

    kind: DiffKind
    text: str


class DiffReport(NamedTuple):
    """All that there is to see of a difference.

    `summary` says in words how much changed and how it was compared; `notes` what to mind.
    """

    summary: str
    rows: tuple[DiffRow, ...]
    notes: tuple[str, ...]


def report(
    found: MessageDiff,
    old: Decoded,
    new: Decoded,
    old_payload: bytes,
    *,
    shows_same: bool = False,
) -> DiffReport:
    """Return a difference as rows; with `shows_same` what stayed the same is not folded."""
    diff = found.diff
    if isinstance(diff, StructureDiff):
        summary = _structure_summary(diff)
        rows = _structure_rows(diff, old, new, shows_same)
    elif isinstance(diff, LineDiff):
        lines = old.text.split("\n")
        summary = _sequence_summary(
            "line",
            sum(len(edit.removed) for edit in diff.edits),
            sum(len(edit.added) for edit in diff.edits),
        )
        rows = _line_rows(diff.edits, lines, shows_same)
    else:
        summary = _sequence_summary(
            "byte",
            sum(len(edit.removed) for edit in diff.edits),
            sum(len(edit.added) for edit in diff.edits),
        )
        rows = _byte_rows(diff, old_payload, shows_same)
    listed: list[DiffRow] = []
    notes = found.notes
    for row in rows:
        if len(listed) == MOST_ROWS:
            notes = (*notes, f"only the first {MOST_ROWS:,} rows of the difference are listed")
            break
        listed.append(row)
    return DiffReport(summary, tuple(listed), notes)


def _structure_summary(diff: StructureDiff) -> str:
    if not diff.changes:
        return "nothing changed; compared value by value"
    kinds: tuple[ChangeKind, ...] = ("changed", "added", "removed", "moved")
    counts = [f"{diff.count(kind):,} {kind}" for kind in kinds if diff.count(kind)]
    return f"{', '.join(counts)}; compared value by value"


def _sequence_summary(noun: str, removed: int, added: int) -> str:
    if not removed and not added:
        return f"nothing changed; compared {noun} by {noun}"
    parts = [
        f"{count:,} {noun}{'' if count == 1 else 's'} {verb}"
        for count, verb in ((removed, "removed"), (added, "added"))
        if count
    ]
    return f"{', '.join(parts)}; compared {noun} by {noun}"


def _structure_rows(
    diff: StructureDiff, old: Decoded, new: Decoded, shows_same: bool
) -> Iterator[DiffRow]:
    for change in diff.changes:
        yield DiffRow(change.kind, change_text(change, old.tree, new.tree, _VALUE_CHARACTERS))
    assert new.tree is not None
    changed: dict[Place, Change] = {
        change.new_place: change for change in diff.changes if change.new_place is not None
    }
    if not shows_same:
        same = _same_values(new.tree, (), changed)
        if same:
            yield DiffRow("folded", f"{same:,} value{'' if same == 1 else 's'} the same (u)")
        return
    yield DiffRow("folded", "the whole message:")
    around = {place[:-1] for place in changed}
    for index, line in enumerate(new.lines):
        kind: DiffKind = "same"
        if line.node is not None:
            place = path_at(new.lines, index)
            found = changed.get(place)
            # Items that stand in one row are shown by their array.
            is_around = line.last == index and place in around
            kind = found.kind if found is not None else "changed" if is_around else "same"
        yield DiffRow(kind, line.text)


def _same_values(node: Node, place: Place, changed: dict[Place, Change]) -> int:
    """Return how many scalars at and below a node are as they were; trees are bounded in depth."""
    if place in changed:
        return 0
    if not node.is_container:
        return 1
    is_array = node.kind == "array"
    return sum(
        _same_values(child, (*place, number if is_array else _name(child)), changed)
        for number, child in enumerate(node.children)
    )


def _name(node: Node) -> str:
    return node.key.hex() if isinstance(node.key, bytes) else str(node.key)


def _line_rows(edits: Sequence[LineEdit], lines: list[str], shows_same: bool) -> Iterator[DiffRow]:
    position = 0
    for edit in edits:
        yield from _same_lines(lines[position : edit.old_start], position > 0, True, shows_same)
        for line in edit.removed:
            yield DiffRow("removed", line)
        for line in edit.added:
            yield DiffRow("added", line)
        position = edit.old_start + len(edit.removed)
    yield from _same_lines(lines[position:], position > 0, False, shows_same)


def _same_lines(
    lines: list[str], has_before: bool, has_after: bool, shows_same: bool
) -> Iterator[DiffRow]:
    """Return lines that stayed; of many only those next to a change."""
    head = CONTEXT_LINES if has_before else 0
    tail = CONTEXT_LINES if has_after else 0
    folded = len(lines) - head - tail
    if shows_same or folded <= 1:
        for line in lines:
            yield DiffRow("same", line)
        return
    for line in lines[:head]:
        yield DiffRow("same", line)
    yield DiffRow("folded", f"{folded:,} lines the same (u)")
    for line in lines[len(lines) - tail :]:
        yield DiffRow("same", line)


def _byte_rows(diff: ByteDiff, old: bytes, shows_same: bool) -> Iterator[DiffRow]:
    position = 0
    for edit in diff.edits:
        yield from _same_bytes(old[position : edit.old_start], position, shows_same)
        yield from _edit_rows(edit)
        position = edit.old_start + len(edit.removed)
    yield from _same_bytes(old[position:], position, shows_same)


def _same_bytes(data: bytes, start: int, shows_same: bool) -> Iterator[DiffRow]:
    if data and not shows_same:
        yield DiffRow("folded", f"{len(data):,} byte{'' if len(data) == 1 else 's'} the same (u)")
    elif data:
        yield from _dump("same", data, start)


def _edit_rows(edit: ByteEdit) -> Iterator[DiffRow]:
    yield from _dump("removed", edit.removed, edit.old_start)
    yield from _dump("added", edit.added, edit.new_start)


def _dump(kind: DiffKind, data: bytes, start: int) -> Iterator[DiffRow]:
    columns = _BYTES_PER_ROW * 3 - 1
    for at in range(0, len(data), _BYTES_PER_ROW):
        row = data[at : at + _BYTES_PER_ROW]
        yield DiffRow(kind, f"{start + at:04x}  {row.hex(' '):<{columns}}  {visible_ascii(row)}")
