"""Series of numbers, read from the history of a topic."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.charts.series import Series, TopicSeries
from mqttui.core.message import RETAIN, Batch
from mqttui.core.store import TopicStore


def number(entry):
    """Read a payload as a number."""
    try:
        return float(entry[1])
    except ValueError:
        return None


def store_with(*payloads: bytes, at=0.0, flags=0, budget=10_000_000) -> TopicStore:
    """Return a store in which topic t received payloads, one per second."""
    store = TopicStore(budget)
    for second, payload in enumerate(payloads):
        store.apply(Batch(at + second, [(b"t", payload, flags, None)], len(payload)))
        store.settle(at + second)
    return store


def test_a_series_follows_its_topic() -> None:
    """What is there is read first, then what comes, each message once."""
    store = store_with(b"1", b"2")
    series = TopicSeries(store.find("t"), number)
    series.read(10)
    assert series.waiting == 0
    store.apply(Batch(2.0, [(b"t", b"3", 0, None), (b"t", b"x", 0, None)], 2))
    assert series.waiting == 2
    series.read(10)
    series.read(10)
    assert list(series.series.times) == [0.0, 1.0, 2.0]
    assert list(series.series.values) == [1.0, 2.0, 3.0]
    assert series.series.unread == 1


def test_reading_can_be_spread_over_many_calls() -> None:
    """Each call reads no more than it may."""
    store = store_with(*[b"%d" % value for value in range(50)])
    series = TopicSeries(store.find("t"), number)
    for read in range(1, 51):
        series.read(1)
        assert len(series.series) == read
    assert list(series.series.values) == list(range(50))


def test_a_window_begins_late() -> None:
    """Older messages are not read at all."""
    store = store_with(b"1", b"2", b"3")
    series = TopicSeries(store.find("t"), number, since_s=1.0)
    series.read(10)
    assert list(series.series.values) == [2.0, 3.0]


def test_what_was_retained_has_no_time() -> None:
    """It is counted and left out."""
    store = store_with(b"1", flags=RETAIN)
    store.apply(Batch(5.0, [(b"t", b"2", 0, None)], 1))
    series = TopicSeries(store.find("t"), number)
    series.read(10)
    assert (list(series.series.values), series.retained) == ([2.0], 1)


def test_what_was_forgotten_before_it_was_read_is_counted_and_breaks_the_line() -> None:
    """A flood that evicts history leaves a hole that is told."""
    store = store_with(b"1", budget=200_000)
    series = TopicSeries(store.find("t"), number)
    series.read(10)
    count = 5000
    store.apply(Batch(9.0, [(b"t", b"2", 0, None)] * count, count))
    store.settle(9.0)
    series.read(10 * count)
    assert series.missed == store.find("t").evicted - 1 > 0
    assert series.missed + len(series.series) == count + 1
    assert list(series.series.breaks) == [1]


def test_the_time_of_the_device_counts_where_it_tells_one() -> None:
    """Messages without a time of their own have that of their arrival, and are counted."""
    store = store_with(b"1", b"2")
    times = {b"1": 100.0}
    series = TopicSeries(store.find("t"), number, read_time=lambda entry: times.get(entry[1]))
    series.read(10)
    assert (list(series.series.times), series.untimed) == ([1.0, 100.0], 1)
    assert list(series.series.times) == [1.0, 100.0]


def test_what_is_no_number_breaks_the_line() -> None:
    """NaN and infinities are counted, the next point stands alone."""
    series = Series()
    for value in (1.0, math.nan, 2.0, math.inf, 3.0, None, 4.0):
        series.append(0.0, value)
    assert list(series.values) == [1.0, 2.0, 3.0, 4.0]
    assert list(series.breaks) == [1, 2]
    assert (series.not_finite, series.unread) == (2, 1)


@given(
    st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9), st.just(math.nan)), max_size=60),
    st.integers(2, 20),
)
def test_a_series_is_bounded_and_counts_what_it_forgot(values, max_points) -> None:
    """However much comes, the newest points are kept and every message is accounted for."""
    series = Series(max_points)
    for place, value in enumerate(values):
        series.append(float(place), value)
    kept = [value for value in values if value is not None and math.isfinite(value)]
    assert len(series) <= max_points
    assert list(series.values) == kept[series.evicted :]
    assert series.evicted + len(series) + series.unread + series.not_finite == len(values)
    assert all(series.evicted <= each < series.evicted + len(series) for each in series.breaks)


def test_time_that_goes_backwards_is_put_in_order() -> None:
    """A point is put where it belongs, breaks stay with their points, and it is counted."""
    series = Series()
    for time_s, value in ((1.0, 1.0), (3.0, math.nan), (3.0, 3.0), (2.0, 2.0)):
        series.append(time_s, value)
    assert list(series.values) == [1.0, 2.0, 3.0]
    assert list(series.breaks) == [2]
    assert series.disordered == 1
