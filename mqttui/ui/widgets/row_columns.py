"""Which columns a row of the topic tree has, and how wide they are.

Pure. A row begins with the name; the value comes next, the columns of figures end it.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import NamedTuple, TypeAlias


class Column(Enum):
    """A column that can be switched; `about` says what stands in it."""

    VALUE = ("value", "Value", "the last value, on one line")
    TREND = ("trend", "Trend", "the last minute: values of a number, else messages")
    RATE = ("rate", "Rate", "messages per second, mean of the last 10 seconds")
    COUNT = ("count", "Count", "messages since mqttui was started")
    SIZE = ("size", "Size", "bytes of the last payload")
    AGE = ("age", "Age", "time since the last message")

    def __init__(self, column_id: str, title: str, about: str) -> None:
        self.column_id = column_id
        self.title = title
        self.about = about


Columns: TypeAlias = "frozenset[Column] | None"
"""The chosen columns; None lets the width choose."""

TREND_CELLS = 8
GAP_CELLS = 1

COLUMN_CELLS = {
    Column.TREND: TREND_CELLS + GAP_CELLS,
    Column.RATE: 9,
    Column.COUNT: 13,
    Column.SIZE: 8,
    Column.AGE: 7,
}
"""With the gap before it; the order is that of the row."""

_FROM_WIDTH = {
    Column.RATE: 34,
    Column.AGE: 46,
    Column.TREND: 72,
    Column.COUNT: 100,
    Column.SIZE: 124,
}
"""From which width on a column is shown; the order is that of their weight."""

END_CELLS = 1
"""The last cell of a row stays blank: it touches the frame, or lies below the scroll bar."""

NAME_CELLS = 16
"""What chosen columns must leave to the name."""

MESSAGES_BELOW_FROM_WIDTH = 60


class RowLayout(NamedTuple):
    """The columns of a row that is `width` cells wide.

    `figures` are the columns at the end with their cells, without the trend, which comes before
    them. `room` is what they and the blank at the end leave to name and value.
    `tells_messages_below` says that a branch has its messages beside its topics.
    """

    width: int
    room: int
    figures: tuple[tuple[Column, int], ...]
    has_value: bool
    has_trend: bool
    has_count: bool
    has_size: bool
    tells_messages_below: bool


@lru_cache(maxsize=64)
def row_layout(width: int, chosen: Columns = None) -> RowLayout:
    """Return what fits into `width` cells; of chosen columns the lightest are left out first."""
    shown = shown_columns(width, chosen)
    cells_of_columns = sum(COLUMN_CELLS[column] for column in shown if column in COLUMN_CELLS)
    return RowLayout(
        width=width,
        room=width - END_CELLS - cells_of_columns,
        figures=tuple(
            (column, cells)
            for column, cells in COLUMN_CELLS.items()
            if column in shown and column is not Column.TREND
        ),
        has_value=Column.VALUE in shown,
        has_trend=Column.TREND in shown,
        has_count=Column.COUNT in shown,
        has_size=Column.SIZE in shown,
        tells_messages_below=width >= MESSAGES_BELOW_FROM_WIDTH and Column.COUNT not in shown,
    )


def shown_columns(width: int, chosen: Columns) -> frozenset[Column]:
    """Return the columns for which there is room, of those that were chosen if any were."""
    if chosen is None:
        fitting = {column for column, from_width in _FROM_WIDTH.items() if width >= from_width}
        return frozenset({Column.VALUE, *fitting})
    shown = {Column.VALUE} & chosen
    room = width - END_CELLS
    for column in _FROM_WIDTH:
        if column in chosen and room - COLUMN_CELLS[column] >= NAME_CELLS:
            shown.add(column)
            room -= COLUMN_CELLS[column]
    return frozenset(shown)


def toggled(chosen: Columns, column: Column, width: int) -> frozenset[Column]:
    """Return the columns with one switched on or off, beginning with what the width had chosen."""
    return (shown_columns(width, None) if chosen is None else chosen) ^ {column}


def columns_of(names: object) -> Columns:
    """Return the columns of a remembered list of ids; None for what is no such list."""
    if not isinstance(names, list):
        return None
    return frozenset(column for column in Column if column.column_id in names)


def names_of(columns: Columns) -> list[str] | None:
    """Return the ids of chosen columns, to be remembered."""
    if columns is None:
        return None
    return [column.column_id for column in Column if column in columns]
