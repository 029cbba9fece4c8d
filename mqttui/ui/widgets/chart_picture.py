"""From what a chart shows to what is drawn of it: on the screen, and on paper."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mqttui.core.charts.axis import ticks_of, time_ticks
from mqttui.ui.plotting import Plot, PlotLine, Scale
from mqttui.ui.widgets.chart_words import LETTERS, series_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.core.charts.live import ChartView as Picture
    from mqttui.core.charts.spec import ChartSpec
    from mqttui.plots.figure_file import Figure

TICK_ROWS = 4
TIME_TICK_CELLS = 14
LONGEST_NAME = 60


def plot_of(picture: Picture, width: int, height: int, *, is_log: bool) -> Plot | None:
    """Return what plotext is to draw, None if there is nothing."""
    counts = max(2, height // TICK_ROWS), max(2, width // TIME_TICK_CELLS)
    lines = []
    for number, series in enumerate(picture.series):
        role = series_role(number)
        letter = LETTERS[number] if len(picture.series) > 1 else ""
        if series.pairs is not None and series.pairs.x:
            lines.append(
                PlotLine(
                    ((series.pairs.x, series.pairs.y),), role, is_scattered=True, letter=letter
                )
            )
        elif not picture.is_xy and series.curve.pieces:
            lines.append(PlotLine(series.curve.pieces, role, series.spec.axis, letter=letter))
    left = _scale(picture.left, counts[0], is_log=is_log and not picture.is_xy)
    right = _scale(picture.right, counts[0], is_log=is_log)
    if not lines or (left is None and right is None):
        return None
    if picture.is_xy:
        x = _scale(picture.x_limits, counts[1], is_log=False)
        assert x is not None
        return Plot(tuple(lines), x, left)
    ticks = tuple(time_ticks(picture.start_s, picture.end_s, counts[1]))
    gaps = [gap for series in picture.series for gap in series.curve.gaps]
    middles = tuple((start_s + end_s) / 2 for start_s, end_s in gaps)
    return Plot(
        tuple(lines), Scale(picture.start_s, picture.end_s, ticks), left, right, gaps=middles
    )


def figure_of(picture: Picture, names: Sequence[str], title: str, *, is_log: bool) -> Figure:
    """Return the picture as a figure for paper; `names` are those of its series."""
    from mqttui.plots.figure_file import Figure, FigureLine

    if picture.is_xy:
        lines = [
            FigureLine(name, [(series.pairs.x, series.pairs.y)])
            for name, series in zip(names, picture.series, strict=True)
            if series.pairs is not None
        ]
        return Figure(
            title, lines, x_name=names[0], x_range=picture.x_limits, left_range=picture.left
        )
    lines = [
        FigureLine(name, series.curve.pieces, series.spec.axis == "right")
        for name, series in zip(names, picture.series, strict=True)
        if series.curve.pieces
    ]
    return Figure(
        title,
        lines,
        is_log=is_log,
        x_range=(picture.start_s, picture.end_s),
        left_range=picture.left,
        right_range=picture.right,
    )


def file_name(spec: ChartSpec) -> str:
    """Return a name for the file of a chart that is safe on every system."""
    text = re.sub(r"[^A-Za-z0-9]+", "-", spec.series[0].topic if spec.series else "").strip("-")
    return f"chart-{text[-LONGEST_NAME:].strip('-') or 'series'}.csv"


def _scale(limits: tuple[float, float] | None, count: int, *, is_log: bool) -> Scale | None:
    if limits is None:
        return None
    return Scale(*limits, tuple(ticks_of(*limits, count, is_log=is_log)), is_log)
