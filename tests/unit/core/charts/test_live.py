"""A chart that follows its topics."""

from __future__ import annotations

import json
import math

import pytest

from mqttui.core.charts.live import LiveChart
from mqttui.core.charts.spec import ChartSpec, SeriesSpec
from mqttui.core.message import RETAIN, Batch
from mqttui.core.store import TopicStore


class KeyReader:
    """Reads a key of a JSON object; its unit stands beside it."""

    def __init__(self) -> None:
        self.reads = 0

    def _key(self, entry, key):
        try:
            return json.loads(entry[1]).get(key)
        except ValueError:
            return None

    def number(self, series):
        """The value of the key that is the path."""

        def read(entry):
            self.reads += 1
            return self._key(entry, series.path)

        return read

    def device_time(self, series):
        """The key `ts`."""
        return lambda entry: self._key(entry, "ts")

    def unit(self, series, entry):
        """The key `unit`."""
        return self._key(entry, "unit")


class Bench:
    """A store, a reader and a chart of its topic `b/data`."""

    def __init__(self, spec: ChartSpec | None = None) -> None:
        self.store = TopicStore()
        self.reader = KeyReader()
        self.chart = LiveChart(self.store, self.reader, spec or ChartSpec((V,)), timer=lambda: 0.0)

    def send(self, at: float, topic: bytes = b"b/data", flags: int = 0, **values) -> None:
        """Receive an object."""
        payload = json.dumps(values).encode()
        self.store.apply(Batch(at, [(topic, payload, flags, None)], len(payload)))
        self.store.settle(at)

    def view(self, now: float, columns: int = 80):
        """Read everything and return what is drawn."""
        self.chart.read(now, 1.0)
        return self.chart.view(now, columns)


V = SeriesSpec("b/data", "v")
I = SeriesSpec("b/data", "i")  # noqa: E741


def points(series) -> list[tuple[float, float]]:
    """Return the drawn points of a series."""
    return [pair for piece in series.curve.pieces for pair in zip(*piece, strict=True)]


def test_a_chart_follows_the_present() -> None:
    """The window ends now; what is older leaves it."""
    bench = Bench()
    for second in range(100):
        bench.send(float(second), v=second)
    (series,) = (view := bench.view(99.0)).series
    assert (view.start_s, view.end_s) == (39.0, 99.0)
    assert points(series) == [(float(second), float(second)) for second in range(39, 100)]
    assert series.figures.mean == 69.0
    assert view.right is None
    low, high = view.left
    assert low < 39 < 99 < high


def test_only_what_is_in_sight_is_read_and_each_message_once() -> None:
    """A long history costs nothing; a longer window reads on."""
    bench = Bench()
    for second in range(1000):
        bench.send(float(second), v=1)
    bench.view(999.0)
    assert bench.reader.reads == 61
    bench.send(1000.0, v=1)
    bench.view(1000.0)
    assert bench.reader.reads == 62
    bench.chart.show(ChartSpec((V,), window_s=None))
    assert len(points(bench.view(1000.0, 2000).series[0])) == 1001


def test_reading_takes_no_longer_than_it_may() -> None:
    """The clock is looked at after a few messages; the rest is read the next time."""
    bench = Bench()
    ticks = iter(range(10_000))
    bench.chart = LiveChart(bench.store, bench.reader, ChartSpec((V,)), timer=lambda: next(ticks))
    for _ in range(1000):
        bench.send(5.0, v=1)
    assert bench.chart.read(5.0, 3.0)
    assert 0 < bench.reader.reads < 1000
    while bench.chart.read(5.0, 3.0):
        pass
    assert bench.reader.reads == 1000


def test_a_topic_that_is_not_there_yet_joins_when_it_comes() -> None:
    """A pinned chart can be opened before its board."""
    bench = Bench()
    (series,) = bench.view(5.0).series
    assert not series.is_known
    bench.send(6.0, v=2, unit="V")
    (series,) = bench.view(6.0).series
    assert (series.is_known, series.unit, points(series)) == (True, "V", [(6.0, 2.0)])


def test_a_pause_holds_the_window_and_loses_nothing() -> None:
    """What comes meanwhile is there when it goes on."""
    bench = Bench()
    bench.send(10.0, v=1)
    bench.view(10.0)
    bench.chart.pause(10.0)
    bench.send(30.0, v=2)
    assert bench.view(30.0).end_s == 10.0
    assert points(bench.view(30.0).series[0]) == [(10.0, 1.0)]
    bench.chart.go_on()
    assert points(bench.view(30.0).series[0]) == [(10.0, 1.0), (30.0, 2.0)]


def test_scrolling_back_shows_the_past_and_comes_to_the_present_again() -> None:
    """Half a window back and forth; there is nothing before the first point."""
    bench = Bench()
    for second in range(200):
        bench.send(float(second), v=second)
    bench.view(199.0)
    bench.chart.scroll(-0.5, 199.0)
    assert bench.view(205.0).end_s == 169.0
    assert points(bench.view(205.0).series[0])[0] == (109.0, 109.0)
    bench.chart.scroll(-100, 205.0)
    assert bench.view(205.0).start_s == 0.0
    bench.chart.scroll(100, 205.0)
    assert not bench.chart.is_paused
    assert bench.view(205.0).end_s == 205.0


def test_everything_that_is_not_drawn_is_told() -> None:
    """Retained, unread and what is not finite are counted by cause."""
    bench = Bench(ChartSpec((V,), is_log=True))
    bench.send(0.0, flags=RETAIN, v=1)
    bench.send(1.0, x=1)
    bench.send(2.0, v=math.nan)
    bench.send(3.0, v=-1)
    bench.send(4.0, v=10)
    losses = bench.view(5.0).series[0].losses
    assert (losses.retained, losses.unread, losses.not_finite, losses.hidden) == (1, 1, 1, 1)


def test_the_time_of_the_device_ends_with_its_newest_message() -> None:
    """A clock that is off by years is still drawn; what tells no time is counted."""
    bench = Bench(ChartSpec((V,), time="device"))
    bench.send(1000.0, v=1, ts=5.0)
    bench.send(1001.0, v=2, ts=6.0)
    view = bench.view(1002.0)
    assert view.end_s == 6.0
    assert points(view.series[0]) == [(5.0, 1.0), (6.0, 2.0)]
    bench.send(1002.0, v=3)
    assert bench.view(1002.0).series[0].losses.untimed == 1


def test_one_series_against_another() -> None:
    """An I/V curve: the first series is the horizontal axis."""
    bench = Bench(ChartSpec((V, I), is_xy=True))
    for second in range(5):
        bench.send(float(second), v=second, i=second * second)
    view = bench.view(5.0)
    assert view.is_xy
    assert view.series[1].pairs.x == [0, 1, 2, 3, 4]
    assert view.series[1].pairs.y == [0, 1, 4, 9, 16]
    assert view.x_limits[0] <= 0 < 4 <= view.x_limits[1]


def test_each_axis_has_limits_of_its_own_and_they_can_be_fixed() -> None:
    """A second axis is there when a series wants it."""
    right = SeriesSpec("b/data", "i", axis="right")
    bench = Bench(ChartSpec((V, right)))
    bench.send(1.0, v=1, i=1000)
    view = bench.view(1.0)
    assert view.left[1] < 10 < view.right[0]
    bench.chart.show(ChartSpec((V, right), y_range=(0, 5)))
    assert bench.view(1.0).left == (0, 5)


@pytest.mark.parametrize("change", ["message", "time", "pause"])
def test_the_stamp_changes_when_the_picture_does(change) -> None:
    """A chart of a silent topic need not be drawn again before a column has passed."""
    bench = Bench()
    bench.send(60.0, v=1)
    bench.view(60.0)
    before = bench.chart.stamp(60.0, 60)
    assert bench.chart.stamp(60.5, 60) == before
    now = 60.5
    if change == "message":
        bench.send(60.5, v=1)
        bench.view(60.5)
    elif change == "time":
        now = 61.0
    else:
        bench.chart.pause(60.5)
    assert bench.chart.stamp(now, 60) != before
