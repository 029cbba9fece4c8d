"""Charts: what a picture costs with many points, and keys while one is drawn under load."""

from __future__ import annotations

import json
import os
import signal
import time
from statistics import median
from typing import TYPE_CHECKING

from bench.brokers import broker
from bench.measure_screen import CALM_S, KEY_RATIO, distribution, milliseconds, with_topics
from bench.publisher import Load, publisher
from bench.report import Chapter, Row, markdown_table, percentile
from bench.samples import Span, wait_for
from mqttui.core.charts.live import LiveChart
from mqttui.core.charts.reading import NumberReader
from mqttui.core.charts.spec import ChartSpec, SeriesSpec
from mqttui.core.message import Batch
from mqttui.core.store import TopicStore
from mqttui.ui.plotting import plotted
from mqttui.ui.widgets.chart_picture import plot_of

if TYPE_CHECKING:
    from bench.effort import Effort

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
    idle_keys: list[float] = []
    load_keys: list[float] = []
    idle_late: list[float] = []
    load_late: list[float] = []
    without_effect = 0
    load = Load(int(LOAD_RATE * effort.load_s), LOAD_TOPICS, rate=LOAD_RATE, has_numbers=True)
    with broker(sys_interval_s=0) as place:
        for _ in range(effort.repeats):
            with (
                publisher(place.port, load) as source,
                with_topics(place, LOAD_TOPICS, has_keys=True, has_numbers=True) as program,
            ):
                idle = wait_for(effort.load_s)
                os.kill(program.window.pid, signal.SIGUSR2)
                time.sleep(CALM_S)
                began = time.monotonic()
                source.go()
                source.wait()
                busy = Span(began, time.monotonic())
                time.sleep(CALM_S / 2)
                program.quit()
            idle_keys += milliseconds(program, "keys", idle)
            load_keys += milliseconds(program, "keys", busy)
            idle_late += milliseconds(program, "lateness", idle)
            load_late += milliseconds(program, "lateness", busy)
            without_effect += len(program.values("keys_without_effect", busy))
    ratio = percentile(load_keys, 99) / percentile(idle_keys, 99)
    row = Row(
        f"key to painted p99 with a chart of four series at {LOAD_RATE:,} msg/s",
        f"< {KEY_RATIO} × idle",
        f"{ratio:.2f} × ({percentile(load_keys, 99):.1f} against "
        f"{percentile(idle_keys, 99):.1f} ms)",
        ratio < KEY_RATIO and not without_effect,
    )
    table = markdown_table(
        ("", "samples", "p50 ms", "p90 ms", "p99 ms", "worst ms"),
        (
            distribution("key to painted, idle", idle_keys),
            distribution("key to painted, chart and load", load_keys),
            distribution("lateness, idle", idle_late),
            distribution("lateness, chart and load", load_late),
        ),
    )
    text = (
        f"**Keys.** The same program with {LOAD_TOPICS:,} topics: idle without a chart, and with"
        f" the chart of the topic under the cursor, four series, while {LOAD_RATE:,} msg/s come in."
        " The cursor goes from topic to topic, and the chart with it. Keys without effect:"
        f" {without_effect}."
    )
    return [row], [text, table]
