"""The charts that a user keeps of one broker, as they are remembered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mqttui.core.charts.spec import MAX_CHARTS, MAX_SERIES, ChartSpec, SeriesSpec, chart_of_json

SECTION = "charts"
"""The name under which a broker's memory keeps them."""


@dataclass(frozen=True, slots=True)
class PinnedCharts:
    """Charts in their order; `damaged` counts entries of the memory that were no charts."""

    charts: tuple[ChartSpec, ...] = ()
    damaged: int = 0

    def with_chart(self, chart: ChartSpec) -> PinnedCharts:
        """Return them with one more at the end; raise `ValueError` with a sentence."""
        if chart in self.charts:
            raise ValueError("This chart is pinned already.")
        if len(self.charts) >= MAX_CHARTS:
            raise ValueError(f"There are {MAX_CHARTS} pinned charts; remove one first.")
        return replace(self, charts=(*self.charts, chart))

    def with_series(self, place: int, series: tuple[SeriesSpec, ...]) -> PinnedCharts:
        """Return them with more lines in one chart; raise `ValueError` with a sentence."""
        chart = self.charts[place]
        known = {each.place for each in chart.series}
        new = tuple(each for each in series if each.place not in known)
        if not new:
            raise ValueError("The chart has this line already.")
        if len(chart.series) + len(new) > MAX_SERIES:
            raise ValueError(f"A chart has room for {MAX_SERIES} lines.")
        return self.with_change(place, replace(chart, series=(*chart.series, *new)))

    def with_change(self, place: int, chart: ChartSpec) -> PinnedCharts:
        """Return them with one of them changed."""
        charts = list(self.charts)
        charts[place] = chart
        return replace(self, charts=tuple(charts))

    def without(self, place: int) -> PinnedCharts:
        """Return them without one."""
        return replace(self, charts=self.charts[:place] + self.charts[place + 1 :])

    def to_json(self) -> list[dict[str, Any]]:
        """Return them as JSON has it."""
        return [chart.to_json() for chart in self.charts]


def pinned_of_json(value: object) -> PinnedCharts:
    """Return the charts of a memory's section; what is none is counted."""
    if value is None:
        return PinnedCharts()
    if not isinstance(value, list):
        return PinnedCharts(damaged=1)
    charts = [chart_of_json(each) for each in value[:MAX_CHARTS]]
    usable = tuple(chart for chart in charts if chart is not None)
    return PinnedCharts(usable, len(value) - len(usable))
