"""What a chart shows, as a table: one row per time, one column per line."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mqttui.core.charts.series import Series

# A cell that begins like this is a formula to a spreadsheet, and topics come from strangers.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_text(columns: Sequence[tuple[str, Series]], start_s: float, end_s: float) -> str:
    """Return the points from `start_s` to `end_s` of named series as CSV.

    The first column is the time in seconds since the epoch, the second the same in UTC by
    ISO 8601. Where a series has no point at a time its cell is empty; several points of one
    series at one time have rows of their own. Numbers are written so that they read back exactly.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["time_s", "time", *(_safe(name) for name, _ in columns)])
    for time_s, values in _rows([series for _, series in columns], start_s, end_s):
        cells = ["" if value is None else repr(value) for value in values]
        writer.writerow([repr(time_s), _iso(time_s), *cells])
    return text.getvalue()


def _rows(
    series: Sequence[Series], start_s: float, end_s: float
) -> Iterator[tuple[float, list[float | None]]]:
    """Yield times with the value of each series, in order."""
    windows = [each.between(start_s, end_s) for each in series]
    places = [window.start for window in windows]
    while True:
        heads = [
            each.times[place]
            for each, place, window in zip(series, places, windows, strict=True)
            if place < window.stop
        ]
        if not heads:
            return
        time_s = min(heads)
        values: list[float | None] = []
        for number, (each, window) in enumerate(zip(series, windows, strict=True)):
            place = places[number]
            if place < window.stop and each.times[place] == time_s:
                values.append(each.values[place])
                places[number] += 1
            else:
                values.append(None)
        yield time_s, values


def _iso(time_s: float) -> str:
    try:
        return datetime.fromtimestamp(time_s, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, OSError, ValueError):
        return ""


def _safe(name: str) -> str:
    """Return a heading that is text to a spreadsheet, and no lone surrogates."""
    text = name.encode("utf-8", "backslashreplace").decode()
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
