"""Sums over blocks agree with sums over everything."""

from __future__ import annotations

import statistics
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.charts import blocks as blocks_module
from mqttui.core.charts.blocks import Blocks


@pytest.fixture(autouse=True, scope="module")
def small_blocks():
    """Make blocks so small that a few values fill many."""
    patch = pytest.MonkeyPatch()
    patch.setattr(blocks_module, "SIZE", 4)
    yield
    patch.undo()


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.floats(-1e6, 1e6)),
        st.tuples(st.just("insert"), st.floats(-1e6, 1e6)),
        st.tuples(st.just("remove"), st.integers(1, 9)),
        st.tuples(st.just("look"), st.none()),
    ),
    max_size=60,
)


@given(ACTIONS, st.data())
def test_any_window_of_any_history_is_right(actions, data) -> None:
    """However values came, moved and went, sums and places are those of the plain list."""
    values = array("d")
    blocks = Blocks(values)
    for what, value in actions:
        if what == "append":
            values.append(value)
        elif what == "insert":
            place = data.draw(st.integers(0, len(values)))
            values.insert(place, value)
            blocks.inserted_at(place)
        elif what == "remove":
            count = min(value, len(values))
            del values[:count]
            blocks.removed_first(count)
        else:
            blocks.sum(0, len(values))
    first = data.draw(st.integers(0, len(values)))
    last = data.draw(st.integers(first, len(values)))
    window = list(values[first:last])
    total = blocks.sum(first, last)
    if not window:
        assert total is None
        return
    assert (total.count, total.low, total.high) == (len(window), min(window), max(window))
    assert total.mean == pytest.approx(statistics.fmean(window), rel=1e-9, abs=1e-6)
    assert total.squares / total.count == pytest.approx(
        statistics.pvariance(window), rel=1e-6, abs=1e-6
    )
    lowest, highest = blocks.extremes(first, last)
    assert lowest == first + window.index(min(window))
    assert highest == first + window.index(max(window))


def test_whole_blocks_are_summed_once(monkeypatch) -> None:
    """A second look at the same values works out what is beyond whole blocks only."""
    values = array("d", range(103))
    blocks = Blocks(values)
    blocks.sum(0, 103)
    summed = []
    original = blocks_module.sum_of

    def sum_of(part):
        summed.append(len(part))
        return original(part)

    monkeypatch.setattr(blocks_module, "sum_of", sum_of)
    blocks.sum(1, 103)
    assert summed == [3, 3]
