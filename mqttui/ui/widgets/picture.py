"""A small picture as half blocks: each cell shows two pixels, one above the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from mqttui.ui.glyphs import HALF

if TYPE_CHECKING:
    from mqttui.payload.decoded import Picture


def picture_rows(picture: Picture, width: int) -> int:
    """Return how many rows of cells a picture takes in at most `width` columns."""
    columns, rows = _cells(picture, width)
    return rows if columns else 0


def picture_strip(picture: Picture, row: int, width: int) -> Strip:
    """Return one row of a picture that is made to fit `width` columns."""
    columns, rows = _cells(picture, width)
    upper = picture.rows[(2 * row) * picture.height // (2 * rows)]
    lower = picture.rows[(2 * row + 1) * picture.height // (2 * rows)]
    segments = []
    for column in range(columns):
        at = column * picture.width // columns
        style = Style(color=Color.from_rgb(*upper[at]), bgcolor=Color.from_rgb(*lower[at]))
        segments.append(Segment(HALF, style))
    return Strip(segments)


def _cells(picture: Picture, width: int) -> tuple[int, int]:
    """Return columns and rows of cells, in the proportions of the picture."""
    columns = max(0, min(width, picture.width))
    rows = max(1, round(picture.height * columns / picture.width / 2)) if columns else 0
    return columns, rows
