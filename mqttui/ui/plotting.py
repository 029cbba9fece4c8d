"""Drawing by plotext: lines of numbers to rows of text with roles. The only place that imports it.

plotext keeps one figure for the whole process; it is cleared for every picture, and pictures are
made on the event loop only, so that two charts never meet in it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mqttui.core.charts.axis import Tick
    from mqttui.core.charts.spec import Axis
    from mqttui.ui.widgets.cells import Cells

AXIS_ROLE = "axis"
MARKER = "braille"
ASCII_MARKER = "*"

# The colour of a series is its number, which becomes its role again; nothing reaches a terminal.
_ESCAPE = re.compile(r"\x1b\[([0-9;]*)m")
_FOREGROUND = re.compile(r"38;5;(\d+)")
_FIRST_COLOUR = 101


@dataclass(frozen=True, slots=True)
class PlotLine:
    """A line in pieces, each (xs, ys). With `is_scattered` the points are not connected.

    `letter` tells it from others where there is no colour: it stands at its end, and in ASCII for
    each of its points.
    """

    pieces: tuple[tuple[list[float], list[float]], ...]
    role: str
    axis: Axis = "left"
    is_scattered: bool = False
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """The limits of an axis and its ticks."""

    low: float
    high: float
    ticks: tuple[Tick, ...]
    is_log: bool = False

    def place_of(self, value: float) -> float:
        """Return where a value stands; above 0 on a logarithmic axis."""
        return math.log10(value) if self.is_log else value


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture: its lines and axes. Without `right` there is no axis on the right.

    `gaps` are marked by a line from top to bottom in their middle.
    """

    lines: tuple[PlotLine, ...]
    x: Scale
    left: Scale | None
    right: Scale | None = None
    gaps: tuple[float, ...] = ()


def plotted(plot: Plot, width: int, height: int, *, is_ascii: bool = False) -> list[Cells]:
    """Return the rows of a picture of `width` × `height` cells, each text with its role."""
    figure = _figure()
    figure.clear()
    figure.plot_size(width, height)
    figure.canvas("default")
    plain = _plain_pixel()
    figure.axes(pixel=plain)
    roles: dict[int, str] = {}
    if plot.gaps:
        figure.event(list(plot.gaps), pixel=plain, style="dotted")
    for number, line in enumerate(plot.lines, _FIRST_COLOUR):
        roles[number] = line.role
        marker = _marker((line.letter or ASCII_MARKER) if is_ascii else MARKER, number)
        scale = plot.right if line.axis == "right" and plot.right is not None else plot.left
        for xs, ys in line.pieces:
            heights = ys if scale is None else [scale.place_of(y) for y in ys]
            signal = figure.signal(list(xs), heights, marker=marker, yside=line.axis)
            if not line.is_scattered:
                signal = signal.lines().density("full", "line")
            figure.draw(signal)
        if line.letter and not is_ascii and line.pieces:
            xs, ys = line.pieces[-1]
            end = ys[-1] if scale is None else scale.place_of(ys[-1])
            letter = _marker(line.letter, number)
            figure.draw(figure.signal([xs[-1]], [end], marker=letter, yside=line.axis))
    _set_scale(figure.ruler("x", "lower"), plot.x, plain)
    for side, scale in (("left", plot.left), ("right", plot.right)):
        if scale is not None:
            _set_scale(figure.ruler("y", side), scale, plain)
    text = str(figure.build())
    rows = [_cells(row, roles) for row in text.rstrip("\n").split("\n")]
    return [*rows[:height], *([] for _ in range(height - len(rows)))]


def _set_scale(ruler: Any, scale: Scale, pixel: Any) -> None:
    ruler.pixel(pixel)
    ruler.lim(scale.place_of(scale.low), scale.place_of(scale.high))
    ruler.ticks(
        [scale.place_of(tick.value) for tick in scale.ticks], [tick.label for tick in scale.ticks]
    )


def _cells(row: str, roles: dict[int, str]) -> Cells:
    """Return a row of plotext's output as text with roles; neighbours of one role are joined."""
    cells: Cells = []
    role = AXIS_ROLE
    for place, piece in enumerate(_ESCAPE.split(row)):
        if place % 2:
            found = _FOREGROUND.search(piece)
            role = roles.get(int(found[1]), AXIS_ROLE) if found else AXIS_ROLE
        elif piece and cells and cells[-1][1] == role:
            cells[-1] = (cells[-1][0] + piece, role)
        elif piece:
            cells.append((piece, role))
    return cells


@cache
def _figure() -> Any:
    import plotext

    plotext.terminal.limit(False, False)
    return plotext.figure


@cache
def _plain_pixel() -> Any:
    import plotext

    return plotext.pixel("default", "default")


@cache
def _marker(symbol: str, colour: int) -> Any:
    import plotext

    return plotext.marker(symbol, pixel=colour)
