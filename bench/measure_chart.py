"""Charts: what a picture costs with many points, and keys while one is drawn under load."""

from __future__ import annotations

import json
import os
import signal
import time
from statistics import median
from typing import TYPE_CHECKING

from bench.keys import CALM_S, keys_under_load
from bench.publisher import Load
from bench.report import Chapter, Row, markdown_table
from mqttui.core.charts.live import LiveChart
from mqttui.core.charts.reading import NumberReader
from mqttui.core.charts.spec import ChartSpec, SeriesSpec
from mqttui.core.message import Batch
from mqttui.core.store import TopicStore
from mqttui.ui.plotting import plotted
from mqttui.ui.widgets.chart_picture import plot_of

if TYPE_CHECKING:
    from bench.effort import Effort
    from bench.samples import ProbedProgram

FEW_POINTS, MANY_POINTS = 1_000, 100_000
PATHS = ("a", "b", "c", "d")
WIDTH, HEIGHT = 78, 30
DRAWINGS = 20
POINTS_RATIO = 3.0
LOAD_RATE, LOAD_TOPICS = 20_000, 10_000


def measure(effort: Effort) -> Chapter:
    """Return the chapter about charts."""
    parts = [points(effort), keys(effort)]
    rows = [row for part_rows, _ in parts for row in part_rows]
    return Chapter("Charts", rows, [text for _, texts in parts for text in texts])


def chart_with(count: int, paths: tuple[str, ...]) -> tuple[LiveChart, float]:
    """Return a chart of so many points per series that has read them all, and its time."""
    store = TopicStore()
    for number in range(count):
        values = {path: (number * 7919 + place) % 1000 for place, path in enumerate(paths)}
        payload = json.dumps(values).encode()
        store.apply(Batch(number * 0.01, [(b"board/data", payload, 0, None)], len(payload)))
    store.settle(count * 0.01)
    series = tuple(SeriesSpec("board/data", path) for path in paths)
    chart = LiveChart(store, NumberReader(), ChartSpec(series, window_s=None))
    now_s = count * 0.01
    while chart.read(now_s, 1.0):
        pass
    return chart, now_s


def drawing_ms(chart: LiveChart, now_s: float) -> float:
    """Return the CPU milliseconds of one picture, from the series to rows of text."""
    before_s = time.thread_time()
    picture = chart.view(now_s, WIDTH)
    plot = plot_of(picture, WIDTH, HEIGHT, is_log=False)
    assert plot is not None
    plotted(plot, WIDTH, HEIGHT)
    return (time.thread_time() - before_s) * 1e3


def points(effort: Effort) -> tuple[list[Row], list[str]]:
    """Compare pictures of many points to pictures of few."""
    rows, lines = [], []
    for paths in (PATHS[:1], PATHS):
        charts = {count: chart_with(count, paths) for count in (FEW_POINTS, MANY_POINTS)}
        costs: dict[int, list[float]] = {count: [] for count in charts}
        for _ in range(DRAWINGS * effort.repeats):
            for count, (chart, now_s) in charts.items():
                costs[count].append(drawing_ms(chart, now_s))
        few, many = median(costs[FEW_POINTS]), median(costs[MANY_POINTS])
        lines.append([str(len(paths)), f"{few:.1f}", f"{many:.1f}", f"{many / few:.2f}"])
        rows.append(
            Row(
                f"a picture of {MANY_POINTS:,} points against {FEW_POINTS:,}, {len(paths)} series",
                f"≤ {POINTS_RATIO:.0f} ×",
                f"{many / few:.2f} × ({many:.1f} against {few:.1f} ms)",
                many / few <= POINTS_RATIO,
            )
        )
    headings = ("series", f"{FEW_POINTS:,} points, ms", f"{MANY_POINTS:,} points, ms", "ratio")
    text = (
        f"**Points.** CPU of one picture of {WIDTH}×{HEIGHT} cells, from the series that were read"
        " to rows of text, sums included; so many points in each series."
    )
    return rows, [text, markdown_table(headings, lines)]


def keys(effort: Effort) -> tuple[list[Row], list[str]]:
    """Compare keys while four series are drawn under load to keys of an idle program."""

    def show_chart(program: ProbedProgram) -> None:
        os.kill(program.window.pid, signal.SIGUSR2)
        time.sleep(CALM_S)

    load = Load(int(LOAD_RATE * effort.load_s), LOAD_TOPICS, rate=LOAD_RATE, has_numbers=True)
    samples = keys_under_load(effort, [load], LOAD_TOPICS, has_numbers=True, prepare=show_chart)
    row = samples.row(f"key to painted p99 with a chart of four series at {LOAD_RATE:,} msg/s")
    text = (
        f"**Keys.** The same program with {LOAD_TOPICS:,} topics: idle without a chart, and with"
        f" the chart of the topic under the cursor, four series, while {LOAD_RATE:,} msg/s come in."
        " The cursor goes from topic to topic, and the chart with it. Keys without effect:"
        f" {samples.without_effect}."
    )
    return [row], [text, samples.table("chart and load")]
