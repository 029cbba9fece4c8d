"""A chart that follows its topics: reads what is new, and says what is to be drawn now."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import chain
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from mqttui.core.charts.axis import limits_of
from mqttui.core.charts.figures import Figures, figures_of
from mqttui.core.charts.pairing import Pairs, paired
from mqttui.core.charts.reduction import Curve, reduced
from mqttui.core.charts.series import Series, TopicSeries
from mqttui.core.message import RETAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mqttui.core.charts.series import ReadNumber
    from mqttui.core.charts.spec import Axis, ChartSpec, SeriesSpec
    from mqttui.core.node import Entry
    from mqttui.core.store import TopicStore

READ_STEP = 64
"""Messages that are read between two looks at the clock."""

PAIR_TOLERANCE_INTERVALS = 0.5
SHORTEST_PAIR_TOLERANCE_S = 0.05
SHORTEST_SPAN_S = 1.0


class Reader(Protocol):
    """Finds numbers in messages."""

    def number(self, series: SeriesSpec) -> ReadNumber:
        """Return what reads the value of a message."""

    def device_time(self, series: SeriesSpec) -> ReadNumber:
        """Return what reads the time that a message itself tells, in seconds since the epoch."""

    def unit(self, series: SeriesSpec, entry: Entry) -> str | None:
        """Return the unit that a message tells of the value, None if it tells none."""


@dataclass(frozen=True, slots=True)
class Losses:
    """What of a topic's messages is not in its line, by cause.

    `retained` have no time, `unread` no number, `not_finite` are NaN or infinite, `missed` were
    forgotten before they were read, `evicted` were forgotten after, `hidden` are at or below 0 on a
    logarithmic axis. In the line, but not as sent: `untimed` stand at their time of arrival since
    they tell none, the time of `disordered` ones went backwards.
    """

    retained: int = 0
    unread: int = 0
    not_finite: int = 0
    missed: int = 0
    evicted: int = 0
    hidden: int = 0
    untimed: int = 0
    disordered: int = 0


@dataclass(frozen=True, slots=True)
class SeriesView:
    """One series of a picture. `is_known` is False while nothing was received on its topic.

    `is_only_retained` says that nothing is in the line because all that is kept was retained.
    """

    spec: SeriesSpec
    is_known: bool
    unit: str | None = None
    curve: Curve = field(default_factory=Curve)
    figures: Figures = field(default_factory=Figures)
    losses: Losses = field(default_factory=Losses)
    pairs: Pairs | None = None
    is_only_retained: bool = False


@dataclass(frozen=True, slots=True)
class ChartView:
    """What is drawn now: the series, the time on the axis, the limits of both vertical axes.

    With `is_xy` the first series has no line of its own and the others have `pairs`; `x_limits`
    are then those of its values. Limits are None where there is nothing to draw.
    """

    series: tuple[SeriesView, ...]
    start_s: float
    end_s: float
    left: tuple[float, float] | None
    right: tuple[float, float] | None
    is_xy: bool = False
    x_limits: tuple[float, float] | None = None


class LiveChart:
    """Follows the topics of a `ChartSpec` in a store.

    While it is paused the end of the window stands still; reading goes on, so that nothing is
    missing when it goes on. Times are seconds since the epoch.
    """

    def __init__(
        self,
        store: TopicStore,
        reader: Reader,
        spec: ChartSpec,
        timer: Callable[[], float] = perf_counter,
    ) -> None:
        self._store = store
        self._reader = reader
        self._timer = timer
        self._spec = spec
        self._followed: dict[tuple[str, str], TopicSeries] = {}
        self._paused_at_s: float | None = None

    @property
    def spec(self) -> ChartSpec:
        """What is shown."""
        return self._spec

    def show(self, spec: ChartSpec) -> None:
        """Show something else; series that stay keep what was read."""
        if spec.time != self._spec.time:
            self._followed.clear()
        self._spec = spec
        wanted = {series.place for series in spec.series}
        self._followed = {
            place: followed for place, followed in self._followed.items() if place in wanted
        }

    def read_anew(self) -> None:
        """Read everything again: the messages are decoded in another way."""
        self._followed.clear()

    # Time

    @property
    def is_paused(self) -> bool:
        """Whether the end of the window stands still."""
        return self._paused_at_s is not None

    def pause(self, now_s: float) -> None:
        """Stand still at what is shown now."""
        if self._paused_at_s is None:
            self._paused_at_s = self._newest(now_s)

    def go_on(self) -> None:
        """Follow the present again."""
        self._paused_at_s = None

    def scroll(self, windows: float, now_s: float) -> None:
        """Move the window by a share of its length, back if negative; the present is the end."""
        self.pause(now_s)
        assert self._paused_at_s is not None
        if self._spec.window_s is None:
            return
        end_s = self._paused_at_s + windows * self._spec.window_s
        oldest_s = self._oldest_kept()
        if oldest_s < math.inf:
            end_s = max(end_s, oldest_s + self._spec.window_s)
        self._paused_at_s = end_s
        if end_s >= self._newest(now_s):
            self._paused_at_s = None

    # Reading

    def read(self, now_s: float, budget_s: float) -> bool:
        """Read messages for about `budget_s`; return whether more wait."""
        deadline = self._timer() + budget_s
        is_waiting = False
        for spec in self._spec.series:
            series = self._follow(spec, now_s)
            if series is None:
                continue
            while series.waiting and self._timer() < deadline:
                series.read(READ_STEP)
            is_waiting = is_waiting or series.waiting > 0
        return is_waiting

    def _follow(self, spec: SeriesSpec, now_s: float) -> TopicSeries | None:
        """Return the series of a topic that reaches back as far as it is to be seen."""
        node = self._store.find(spec.topic)
        if node is None:
            return None
        window_s = self._spec.window_s
        since_s = -math.inf
        if window_s is not None and self._spec.time == "arrival" and not self.is_paused:
            since_s = now_s - window_s
        followed = self._followed.get(spec.place)
        if followed is None or followed.begins_s > max(since_s, self._first_kept(spec)):
            is_device = self._spec.time == "device"
            followed = TopicSeries(
                node,
                self._reader.number(spec),
                read_time=self._reader.device_time(spec) if is_device else None,
                since_s=since_s,
            )
            self._followed[spec.place] = followed
        return followed

    def _first_kept(self, spec: SeriesSpec) -> float:
        node = self._store.find(spec.topic)
        entries = node.entries() if node is not None else ()
        return entries[0][0] if entries else math.inf

    # What is drawn

    def stamp(self, now_s: float, columns: int) -> object:
        """Return a value that is another one whenever the picture could look different."""
        window_s = self._spec.window_s
        versions = tuple(
            (followed.series.version, followed.missed, followed.retained)
            for followed in self._followed.values()
        )
        end = self._paused_at_s
        if end is None and window_s is not None and self._spec.time == "arrival":
            end = math.floor(now_s / window_s * columns)
        return self._spec, versions, end, columns

    def view(self, now_s: float, columns: int) -> ChartView:
        """Return what is drawn in so many columns."""
        return self.view_between(*self._window(now_s), columns)

    def _window(self, now_s: float) -> tuple[float, float]:
        spec = self._spec
        end_s = self._newest(now_s) if self._paused_at_s is None else self._paused_at_s
        oldest_s = self._oldest()
        if spec.window_s is not None:
            return end_s - spec.window_s, end_s
        return min(end_s - SHORTEST_SPAN_S, end_s if oldest_s is None else oldest_s), end_s

    def view_between(self, start_s: float, end_s: float, columns: int) -> ChartView:
        """Return what is drawn of a time, both ends included, in so many columns."""
        spec = self._spec
        views = [self._series_view(each, start_s, end_s, columns) for each in spec.series]
        if spec.is_xy and len(views) > 1:
            return self._xy_view(views, start_s, end_s)
        return ChartView(
            tuple(views),
            start_s,
            end_s,
            self._limits(views, "left"),
            self._limits(views, "right"),
        )

    def _series_view(
        self, spec: SeriesSpec, start_s: float, end_s: float, columns: int
    ) -> SeriesView:
        followed = self._followed.get(spec.place)
        node = self._store.find(spec.topic)
        if followed is None or node is None:
            return SeriesView(spec, is_known=False, unit=spec.unit)
        series = followed.series
        curve = reduced(series, start_s, end_s, columns, is_log=self._spec.is_log)
        unit = spec.unit
        if unit is None and node.last is not None:
            unit = self._reader.unit(spec, node.last)
        losses = Losses(
            followed.retained,
            series.unread,
            series.not_finite,
            followed.missed,
            series.evicted,
            curve.hidden,
            followed.untimed,
            series.disordered,
        )
        figures = figures_of(series, start_s, end_s)
        is_only_retained = not figures.count and all(
            flags & RETAIN for _, _, flags, _ in node.entries()
        )
        return SeriesView(
            spec, True, unit, curve, figures, losses, is_only_retained=is_only_retained
        )

    def _xy_view(self, views: list[SeriesView], start_s: float, end_s: float) -> ChartView:
        x, *others = views
        x_series = self._series(x.spec)
        joined = []
        for view in others:
            y_series = self._series(view.spec)
            interval_s = view.curve.interval_s or 0.0
            tolerance_s = max(SHORTEST_PAIR_TOLERANCE_S, PAIR_TOLERANCE_INTERVALS * interval_s)
            pairs = paired(x_series, y_series, start_s, end_s, tolerance_s)
            joined.append(replace(view, pairs=pairs))
        ys = chain.from_iterable(view.pairs.y for view in joined if view.pairs is not None)
        xs = chain.from_iterable(view.pairs.x for view in joined if view.pairs is not None)
        left = self._spec.y_range or limits_of(ys)
        return ChartView(
            (x, *joined), start_s, end_s, left, None, is_xy=True, x_limits=limits_of(xs)
        )

    def _limits(self, views: Iterable[SeriesView], axis: Axis) -> tuple[float, float] | None:
        of_axis = [view for view in views if view.spec.axis == axis]
        fixed = self._spec.y_range if axis == "left" else self._spec.right_range
        if of_axis and fixed is not None and not (self._spec.is_log and fixed[0] <= 0):
            return fixed
        values = chain.from_iterable(piece[1] for view in of_axis for piece in view.curve.pieces)
        return limits_of(values, is_log=self._spec.is_log)

    def columns(self) -> list[tuple[SeriesSpec, Series]]:
        """Return everything that was read of each series."""
        return [(spec, self._series(spec)) for spec in self._spec.series]

    def _series(self, spec: SeriesSpec) -> Series:
        followed = self._followed.get(spec.place)
        return followed.series if followed is not None else Series()

    def _newest(self, now_s: float) -> float:
        """Return the end of a window that follows the present.

        A device's clock may be off, so in its time the present is its newest message.
        """
        if self._spec.time == "arrival" and self._spec.window_s is not None:
            return now_s
        lasts = [each.series.times[-1] for each in self._followed.values() if each.series.times]
        return max(lasts, default=now_s)

    def _oldest_kept(self) -> float:
        """Return when the window can begin at the earliest, infinity if there is nothing."""
        if self._spec.time == "arrival":
            return min((self._first_kept(each) for each in self._spec.series), default=math.inf)
        oldest_s = self._oldest()
        return math.inf if oldest_s is None else oldest_s

    def _oldest(self) -> float | None:
        firsts = [each.series.times[0] for each in self._followed.values() if each.series.times]
        return min(firsts, default=None)
