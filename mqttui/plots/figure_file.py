"""A chart as a PDF, PNG or SVG file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mqttui.settings.toml_file import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FORMATS = (".pdf", ".png", ".svg")
WIDTH_INCHES, HEIGHT_INCHES = 8.0, 4.5
DOTS_PER_INCH = 150


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A line: its name with unit, and its pieces, each (xs, ys), not connected with each other."""

    name: str
    pieces: Sequence[tuple[Sequence[float], Sequence[float]]]
    is_on_right: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture. Without an `x_name` the horizontal axis is time in seconds since the epoch."""

    title: str
    lines: Sequence[FigureLine]
    x_name: str | None = None
    is_log: bool = False
    y_range: tuple[float, float] | None = None


def write_figure(figure: Figure, path: Path) -> None:
    """Draw a figure to a file whose ending says the format.

    Names come from strangers, so nothing in them is taken for TeX. Raises `SettingsError` with a
    sentence: matplotlib is not installed, the ending is none of `FORMATS`, the file exists or
    cannot be written.
    """
    if path.suffix.lower() not in FORMATS:
        raise SettingsError(f"{path}: the name must end in {', '.join(FORMATS)}.")
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
            shown_xs = (
                [dates.date2num(datetime.fromtimestamp(x, UTC)) for x in xs] if is_time else xs
            )
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
    if figure.is_log:
        left.set_yscale("log")
    if figure.y_range is not None:
        left.set_ylim(*figure.y_range)
    left.set_title(_plain(figure.title))
    left.grid(visible=True, alpha=0.3)
    if handles:
        left.legend(handles=handles)
    try:
        with path.open("xb") as stream:
            canvas.savefig(stream, format=path.suffix[1:].lower(), dpi=DOTS_PER_INCH)
    except FileExistsError:
        raise SettingsError(f"{path} exists already; it was left as it is.") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.") from None


def _plain(text: str) -> str:
    """Return text in which matplotlib sees no formula."""
    return text.replace("\\", "\\\\").replace("$", r"\$")
