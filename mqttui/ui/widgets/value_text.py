"""Lines of a value as rows of cells: tokens of JSON, long lines wrapped, units."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from rich.cells import cell_len, chop_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.ui.widgets.cells import Cells

_JSON_TOKEN = re.compile(
    r"""(?P<key>"(?:[^"\\]|\\.)*"(?=:))
    | (?P<string>"(?:[^"\\]|\\.)*"?)
    | (?P<number>-?[0-9][0-9.eE+-]*)
    | (?P<literal>[A-Za-z-]+)
    | (?P<mark>[{}\[\],:]+)""",
    re.VERBOSE,
)
Row: TypeAlias = tuple[int, int, int]
"""(line, first character, character after the last)."""


def json_cells(line: str) -> Cells:
    """Return a line of laid out JSON with the roles of its tokens."""
    cells: Cells = []
    position = 0
    for token in _JSON_TOKEN.finditer(line):
        if token.start() > position:
            cells.append((line[position : token.start()], "mark"))
        cells.append((token.group(), token.lastgroup or "value"))
        position = token.end()
    if position < len(line):
        cells.append((line[position:], "value"))
    return cells


def wrapped_rows(lines: Sequence[str], width: int) -> list[Row]:
    """Return which part of which line stands on each row of a view that is `width` cells wide.

    A view without a width has no rows: it has not been laid out yet.
    """
    rows: list[Row] = []
    if width <= 0:
        return rows
    append = rows.append
    for index, line in enumerate(lines):
        length = len(line)
        if length <= width and (line.isascii() or cell_len(line) <= width):
            append((index, 0, length))
            continue
        start = 0
        parts = (
            (len(line[at : at + width]) for at in range(0, length, width))
            if line.isascii()
            else (len(part) for part in chop_cells(line, width))
        )
        for size in parts:
            append((index, start, start + size))
            start += size
    return rows


def part_of(cells: Cells, start: int, end: int) -> Cells:
    """Return the characters from `start` to `end` of a row, each with its role."""
    part: Cells = []
    position = 0
    for text, role in cells:
        if position >= end:
            break
        after = position + len(text)
        if after > start:
            part.append((text[max(0, start - position) : end - position], role))
        position = after
    return part


def with_unit(cells: Cells, unit: str) -> Cells:
    """Return a line with a unit behind its value: the comma belongs to what follows."""
    text, role = cells[-1]
    if text != ",":
        return [*cells, (f" {unit}", "dim")]
    return [*cells[:-1], (f" {unit}", "dim"), (text, role)]
