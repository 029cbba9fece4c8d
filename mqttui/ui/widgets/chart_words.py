"""What is written around a chart: which line is which, its sums, and what is not drawn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.cells import cell_len

from mqttui.payload.printable import printable
from mqttui.payload.quantities import UNKNOWN, count_text, duration_text, rate_text
from mqttui.ui.glyphs import RIGHT, SIGMA
from mqttui.ui.widgets.cells import fitted, fitted_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.core.charts.live import ChartView, SeriesView
    from mqttui.core.charts.spec import ChartSpec, SeriesSpec
    from mqttui.ui.widgets.cells import Cells

LETTERS = "abcdefgh"
NAME_SHARE = 0.4
SIGNIFICANT_DIGITS = 4
NOT_FINITE = "not finite"


def series_role(number: int) -> str:
    """Return the role of a series, counted from 0."""
    return f"series-{number + 1}"


def series_names(series: Sequence[SeriesSpec]) -> list[str]:
    """Return a printable name for each: its path, with as much of its topic as tells them apart."""
    topics = list(dict.fromkeys(each.topic for each in series))
    ends = _distinct_ends(topics) if len(topics) > 1 else {topics[0]: ""} if topics else {}
    names = []
    for each in series:
        parts = [ends[each.topic], each.path]
        names.append(printable(" ".join(part for part in parts if part)) or "value")
    return names


def _distinct_ends(topics: Sequence[str]) -> dict[str, str]:
    """Return topics without the levels that all of them begin and end with."""
    split = [topic.split("/") for topic in topics]
    shortest = min(map(len, split))
    first = 0
    while first < shortest - 1 and len({levels[first] for levels in split}) == 1:
        first += 1
    last = 0
    while last < shortest - first - 1 and len({levels[-1 - last] for levels in split}) == 1:
        last += 1
    return {
        topic: "/".join(levels[first : len(levels) - last])
        for topic, levels in zip(topics, split, strict=True)
    }


def number_text(value: float | None, unit: str | None = None) -> str:
    """Return a number with few digits and its unit; `-` for what is not known, NaN has no unit."""
    if value is None:
        return UNKNOWN
    if not math.isfinite(value):
        return NOT_FINITE
    text = f"{value:,.0f}" if 1e4 <= abs(value) < 1e9 else f"{value:.{SIGNIFICANT_DIGITS}g}"
    return f"{text} {printable(unit)}" if unit else text


def title_text(spec: ChartSpec) -> str:
    """Return what a chart is called: its topics and the time it shows."""
    topics = list(dict.fromkeys(each.topic for each in spec.series))
    if not topics:
        return "empty chart"
    name = printable(topics[0]) if len(topics) == 1 else f"{len(topics)} topics"
    paths = ", ".join(dict.fromkeys(printable(each.path) for each in spec.series if each.path))
    return f"{name} {paths}".strip()


def window_text(spec: ChartSpec) -> str:
    """Return how much time a chart shows."""
    return "all that is kept" if spec.window_s is None else f"last {duration_text(spec.window_s)}"


def legend_rows(view: ChartView, width: int) -> list[Cells]:
    """Return a row per series: its letter, name, last value and sums, as far as there is room."""
    names = series_names([each.spec for each in view.series])
    name_cells = min(max(map(cell_len, names), default=0), max(6, int(NAME_SHARE * width)))
    rows = []
    for number, (series, name) in enumerate(zip(view.series, names, strict=True)):
        role = series_role(number)
        cells: Cells = [(f"{LETTERS[number]} ", role)]
        shown = fitted_end(name, name_cells)
        cells.append((shown + " " * (name_cells - cell_len(shown)), role))
        used = 2 + name_cells
        for text, text_role in _sums(series, is_xy=view.is_xy, is_x=view.is_xy and number == 0):
            if used + 2 + cell_len(text) > width:
                break
            cells += [("  ", "dim"), (text, text_role)]
            used += 2 + cell_len(text)
        rows.append(cells)
    return rows


def brief_legend(view: ChartView, window: str, width: int) -> Cells:
    """Return all series in one row, for charts of few rows: letters, names and last values."""
    names = series_names([each.spec for each in view.series])
    cells: Cells = []
    used = 0
    for number, (series, name) in enumerate(zip(view.series, names, strict=True)):
        value = number_text(series.figures.last, series.unit)
        text = f"{LETTERS[number]} {name} {value}"
        if used + cell_len(text) + 3 > width:
            break
        cells += [(text, series_role(number)), ("   ", "dim")]
        used += cell_len(text) + 3
    if used + cell_len(window) <= width:
        cells.append((window, "dim"))
    return cells


def _sums(series: SeriesView, *, is_xy: bool, is_x: bool) -> list[tuple[str, str]]:
    if not series.is_known:
        return [("nothing received yet", "dim")]
    figures, unit = series.figures, series.unit
    if not figures.count:
        if series.is_only_retained:
            return [("only retained values, which have no time", "dim")]
        return [("nothing in this time", "dim")]
    texts = [
        (number_text(figures.last, unit), "fact"),
        (f"min {number_text(figures.minimum)}", "dim"),
        (f"mean {number_text(figures.mean)}", "dim"),
        (f"max {number_text(figures.maximum)}", "dim"),
        (f"{SIGMA} {number_text(figures.sigma)}", "dim"),
        (rate_text(figures.rate_per_s), "dim"),
        (f"{count_text(figures.count)} points", "dim"),
    ]
    if is_x:
        texts.insert(0, (RIGHT, "dim"))
    elif series.spec.axis == "right" and not is_xy:
        texts.insert(1, ("right axis", "dim"))
    return texts


def losses_text(view: ChartView) -> str:
    """Return in one sentence what is not in the lines; empty when nothing is missing."""
    causes = (
        ("retained", "retained without a time"),
        ("unread", "without a number"),
        ("not_finite", "not a finite number"),
        ("missed", "forgotten before they were read"),
        ("evicted", "too old to be kept"),
        ("hidden", "at or below 0 on a log axis"),
    )
    parts = []
    for name, words in causes:
        count = sum(getattr(series.losses, name) for series in view.series)
        if count:
            parts.append(f"{count_text(count)} {words}")
    unpaired = sum(series.pairs.left_out for series in view.series if series.pairs is not None)
    if unpaired:
        parts.append(f"{count_text(unpaired)} without a partner in time")
    text = f"Not drawn: {', '.join(parts)}." if parts else ""
    oddities = (("untimed", "have no time of their own"), ("disordered", "went back in time"))
    for name, words in oddities:
        count = sum(getattr(series.losses, name) for series in view.series)
        if count:
            text += f" {count_text(count)} {words}."
    return text.strip()


def losses_row(view: ChartView, width: int) -> Cells:
    """Return the sentence about losses as a row."""
    return [(fitted(losses_text(view), width), "warning")]
