"""A chart as a table."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.charts.export import csv_text
from mqttui.core.charts.series import Series


def series_of(*points) -> Series:
    """Return a series of (time, value)."""
    series = Series()
    for time_s, value in points:
        series.append(time_s, value)
    return series


def test_series_of_different_times_stand_side_by_side() -> None:
    """A cell is empty where a series has no point."""
    v = series_of((0.0, 1.5), (2.0, 2.5))
    i = series_of((0.0, 0.1), (1.0, 0.2))
    assert csv_text([("v (V)", v), ("i (A)", i)], -1, 9).splitlines() == [
        "time_s,time,v (V),i (A)",
        "0.0,1970-01-01T00:00:00.000+00:00,1.5,0.1",
        "1.0,1970-01-01T00:00:01.000+00:00,,0.2",
        "2.0,1970-01-01T00:00:02.000+00:00,2.5,",
    ]


def test_only_what_is_seen_is_written() -> None:
    """The window counts, both ends included."""
    text = csv_text([("v", series_of((0.0, 1.0), (1.0, 2.0), (2.0, 3.0)))], 1.0, 1.0)
    assert len(text.splitlines()) == 2


def test_a_heading_is_never_a_formula() -> None:
    """Topics come from strangers, tables are opened in spreadsheets."""
    heading = csv_text([("=cmd()", Series()), ("\ud800", Series())], 0, 1).splitlines()[0]
    assert heading == "time_s,time,'=cmd(),\\udcff".replace("\\udcff", "\\ud800")


@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 5).map(float), st.floats(-1e300, 1e300)),
            max_size=8,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_numbers_read_back_exactly(table) -> None:
    """Every point of every series is in its column, in order."""
    columns = [(f"s{place}", series_of(*points)) for place, points in enumerate(table)]
    rows = list(csv.reader(io.StringIO(csv_text(columns, -1, 9))))[1:]
    for place, (_, series) in enumerate(columns):
        cells = [(float(row[0]), float(row[2 + place])) for row in rows if row[2 + place]]
        assert cells == list(zip(series.times, series.values, strict=True))
