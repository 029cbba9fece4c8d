"""What a person types about a chart: limits of an axis, the unit of a series."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from mqttui.core.charts.spec import Range

LONGEST_UNIT = 16


def range_of_texts(low: str, high: str, *, is_log: bool = False) -> Range | None:
    """Return the limits of an axis, None where both texts are empty: it follows the values.

    A comma may stand for the decimal point. Raises `ValueError` with a sentence.
    """
    if not low.strip() and not high.strip():
        return None
    if not low.strip() or not high.strip():
        raise ValueError("A fixed range needs both limits; leave both empty to follow the values.")
    limits = _number(low), _number(high)
    if limits[0] >= limits[1]:
        raise ValueError(f"The lower limit {low.strip()} must be below the upper {high.strip()}.")
    if is_log and limits[0] <= 0:
        raise ValueError("On a logarithmic axis the lower limit must be above 0.")
    return limits


def texts_of_range(limits: Range | None) -> tuple[str, str]:
    """Return the limits of an axis as they can be typed; empty where it follows the values."""
    return ("", "") if limits is None else (f"{limits[0]:.12g}", f"{limits[1]:.12g}")


def unit_of_text(text: str) -> str | None:
    """Return a unit, None for an empty text: the key or the value tells it.

    Raises `ValueError` with a sentence.
    """
    unit = printable(text.strip())
    if len(unit) > LONGEST_UNIT:
        raise ValueError(f"A unit has no more than {LONGEST_UNIT} characters.")
    return unit or None


def _number(text: str) -> float:
    shown = printable(text.strip()[:40])
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        raise ValueError(f"“{shown}” is not a number.") from None
    if not math.isfinite(number):
        raise ValueError(f"“{shown}” is no limit of an axis.")
    return number
