"""A chart as the content of a PDF, PNG or SVG file."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMATS = (".pdf", ".png", ".svg")
WIDTH_INCHES, HEIGHT_INCHES = 8.0, 4.5
DOTS_PER_INCH = 150
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A line: its name with unit, and its pieces, each (xs, ys), not connected with each other."""

    name: str
    pieces: Sequence[tuple[Sequence[float], Sequence[float]]]
    is_on_right: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture. Without an `x_name` the horizontal axis is time in seconds since the epoch.

    Ranges are the limits of the axes; None leaves them to the values.
    """

    title: str
    lines: Sequence[FigureLine]
    x_name: str | None = None
    is_log: bool = False
    x_range: tuple[float, float] | None = None
    left_range: tuple[float, float] | None = None
    right_range: tuple[float, float] | None = None


def figure_bytes(figure: Figure, ending: str) -> bytes:
    """Return a figure as a file has it whose ending, one of `FORMATS`, says the format.

    Names come from strangers, so nothing in them is taken for TeX. Raises `SettingsError` with a
    sentence: matplotlib is not installed, or a device tells times that are no dates.
    """
    try:
        import matplotlib.dates as untyped_dates
        from matplotlib.figure import Figure as Canvas
    except ImportError:
        raise SettingsError(
            "Figures need matplotlib; install it with: pip install 'mqttui[plot]'"
        ) from None
    dates: Any = untyped_dates
    canvas = Canvas(figsize=(WIDTH_INCHES, HEIGHT_INCHES), layout="constrained")
    left = canvas.add_subplot()
    right = left.twinx() if any(line.is_on_right for line in figure.lines) else None
    is_time = figure.x_name is None
    handles = []
    for number, line in enumerate(figure.lines):
        axes: Any = right if line.is_on_right and right is not None else left
        for place, (xs, ys) in enumerate(line.pieces):
            # Matplotlib counts dates in days since 1970.
            shown_xs = [x / DAY_S for x in xs] if is_time else xs
            (drawn,) = axes.plot(
                shown_xs,
                ys,
                color=f"C{number}",
                marker="." if len(xs) == 1 or not is_time else None,
                linestyle="-" if is_time else "none",
            )
            if place == 0:
                drawn.set_label(_plain(line.name))
                handles.append(drawn)
    if is_time:
        locator = dates.AutoDateLocator()
        left.xaxis.set_major_locator(locator)
        left.xaxis.set_major_formatter(dates.AutoDateFormatter(locator))
        left.set_xlabel("time (UTC)")
    else:
        left.set_xlabel(_plain(figure.x_name or ""))
    for y_axis, limits in ((left, figure.left_range), (right, figure.right_range)):
        if y_axis is not None and figure.is_log:
            y_axis.set_yscale("log")
        if y_axis is not None and limits is not None:
            y_axis.set_ylim(*limits)
    if figure.x_range is not None and figure.x_range[0] < figure.x_range[1]:
        left.set_xlim(*(x / DAY_S if is_time else x for x in figure.x_range))
    left.set_title(_plain(figure.title))
    left.grid(visible=True, alpha=0.3)
    if handles:
        left.legend(handles=handles)
    content = io.BytesIO()
    try:
        canvas.savefig(content, format=ending.removeprefix("."), dpi=DOTS_PER_INCH)
    except (ValueError, OverflowError) as problem:
        raise SettingsError(f"The figure cannot be drawn: {problem}") from None
    return content.getvalue()


def _plain(text: str) -> str:
    """Return text in which matplotlib sees no formula."""
    return text.replace("\\", "\\\\").replace("$", r"\$")
