"""What a chart shows, as it is remembered: series, window, axes."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

TimeSource: TypeAlias = Literal["arrival", "device"]
Axis: TypeAlias = Literal["left", "right"]
Range: TypeAlias = tuple[float, float]
"""The lower and the upper limit of an axis, both finite, the lower one first."""

WINDOWS_S: tuple[float | None, ...] = (10, 60, 300, 900, 3600, None)
"""The windows one goes through by a key; None is everything that is kept."""

MAX_SERIES = 8
MAX_CHARTS = 64


@dataclass(frozen=True, slots=True)
class SeriesSpec:
    """A number in the messages of a topic.

    `topic` holds bytes that are no UTF-8 as lone surrogates. `path` is that of the decoded
    value. `unit` is None when the key or the value tells it, else what the user says.
    """

    topic: str
    path: str
    unit: str | None = None
    axis: Axis = "left"

    @property
    def place(self) -> tuple[str, str]:
        """Topic and path, which make a series the same as another."""
        return self.topic, self.path


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """A chart: up to `MAX_SERIES` series in one picture.

    `window_s` is None for all that is kept. `y_range` are the limits of the left axis,
    `right_range` those of the right one, None for what the values need. With `is_xy` the first
    series is the horizontal axis of the others.
    """

    series: tuple[SeriesSpec, ...] = ()
    window_s: float | None = 60
    y_range: Range | None = None
    is_log: bool = False
    is_xy: bool = False
    time: TimeSource = "arrival"
    right_range: Range | None = None

    @property
    def has_fixed_range(self) -> bool:
        """Whether an axis keeps its limits whatever the values are."""
        return self.y_range is not None or self.right_range is not None

    def to_json(self) -> dict[str, Any]:
        """Return the chart as JSON has it."""
        return asdict(self)


def chart_of_json(value: object) -> ChartSpec | None:
    """Return the chart that JSON describes, None for what is none."""
    if not isinstance(value, dict):
        return None
    listed = value.get("series")
    series = [_series(each) for each in listed] if isinstance(listed, list | tuple) else []
    if not series or len(series) > MAX_SERIES or None in series:
        return None
    window_s = value.get("window_s")
    if window_s is not None and not (_is_number(window_s) and window_s > 0):
        return None
    ranges = [value.get("y_range"), value.get("right_range")]
    if not all(each is None or _is_range(each) for each in ranges):
        return None
    left, right = (None if each is None else (float(each[0]), float(each[1])) for each in ranges)
    time = value.get("time", "arrival")
    if time not in ("arrival", "device"):
        return None
    return ChartSpec(
        tuple(cast("list[SeriesSpec]", series)),
        None if window_s is None else float(window_s),
        left,
        value.get("is_log") is True,
        value.get("is_xy") is True,
        time,
        right,
    )


def _series(value: object) -> SeriesSpec | None:
    if not isinstance(value, dict):
        return None
    fields: Mapping[str, Any] = value
    topic, path, unit = fields.get("topic"), fields.get("path"), fields.get("unit")
    axis = fields.get("axis", "left")
    if not (isinstance(topic, str) and isinstance(path, str) and topic):
        return None
    if axis not in ("left", "right") or not (unit is None or isinstance(unit, str)):
        return None
    return SeriesSpec(topic, path, unit, axis)


def _is_range(value: Any) -> bool:
    is_pair = isinstance(value, list | tuple) and len(value) == 2
    return is_pair and all(map(_is_number, value)) and value[0] < value[1]


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(cast("float", value))
