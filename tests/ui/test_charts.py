"""Charts: of the selected topic, and those that are pinned."""

from __future__ import annotations

import json
import struct
import time

import pytest

from mqttui.core.charts.pinned import SECTION
from mqttui.core.charts.spec import ChartSpec, SeriesSpec
from mqttui.core.message import RETAIN
from mqttui.ui.tabs.chart import ChartTab
from mqttui.ui.widgets.chart_view import ChartView
from mqttui.ui.widgets.number_list import NumberList


def deliver(source, count=20, topic=b"b/data", ends_at=None, **scale) -> None:
    """Let a board send numbers, one message per second until now."""
    ends_at = ends_at or time.time()
    for place in range(count):
        values = {"n": place, "v": place * 0.1, "i": place * 0.01}
        payload = json.dumps(values).encode()
        source.deliver([(topic, payload, 0, None)], ends_at - count + 1 + place)


async def open_chart(explorer) -> ChartTab:
    """Select the board's data and show its chart."""
    await explorer.press("down", "down", "full_stop", "full_stop", "full_stop")
    await explorer.until(lambda: explorer.app.screen.query(ChartTab))
    await explorer.settle()
    tab = explorer.app.screen.query_one(ChartTab)
    await explorer.until(lambda: tab.query_one(ChartView).picture is not None)
    return tab


def chart_text(explorer) -> str:
    """Return what the chart shows."""
    return explorer.app.screen.query(ChartView).first().text


async def test_a_topic_with_numbers_has_a_chart(explore, source) -> None:
    """The first number that is neither a time nor a counter is drawn, with unit and sums."""
    deliver(source)
    async with explore(160, 50) as explorer:
        tab = await open_chart(explorer)
        assert [series.path for series in tab.spec.series] == ["v"]
        text = chart_text(explorer)
        assert "a v" in text
        assert "1.9 V" in text
        assert "mean 0.95" in text
        assert any("\u2800" < letter < "\u28ff" for letter in text)
        assert "[Chart]" in "\n".join(explorer.screen())


async def test_more_numbers_can_be_drawn_and_taken_out(explore, source) -> None:
    """The list toggles a line; its letter tells which is which."""
    deliver(source)
    async with explore(160, 50) as explorer:
        tab = await open_chart(explorer)
        tab.query_one(NumberList).focus()
        await explorer.press("end", "enter")
        assert [series.path for series in tab.spec.series] == ["v", "i"]
        assert "[b] i" in "\n".join(explorer.screen())
        await explorer.press("space")
        assert [series.path for series in tab.spec.series] == ["v"]


async def test_a_click_toggles_a_number(explore, source) -> None:
    """By mouse: a double click on a row of the list."""
    deliver(source)
    async with explore(160, 50) as explorer:
        tab = await open_chart(explorer)
        await explorer.pilot.click(NumberList, offset=(4, 2), times=2)
        await explorer.settle()
        assert [series.path for series in tab.spec.series] == ["v", "i"]


async def test_what_was_chosen_stays_with_its_topic(explore, source) -> None:
    """Going to another topic and back shows the same lines."""
    deliver(source)
    source.publish("b/other", '{"x": 1}')
    async with explore(160, 50) as explorer:
        tab = await open_chart(explorer)
        tab.query_one(NumberList).focus()
        await explorer.press("end", "enter")
        explorer.tree.focus()
        await explorer.press("down")
        assert [series.path for series in tab.spec.series] == ["x"]
        await explorer.press("up")
        assert [series.path for series in tab.spec.series] == ["v", "i"]


async def test_the_next_board_begins_with_the_same_lines(explore, source) -> None:
    """Going down the list of boards compares the same numbers."""
    deliver(source)
    deliver(source, topic=b"c/data")
    async with explore(160, 50) as explorer:
        tab = await open_chart(explorer)
        tab.query_one(NumberList).focus()
        await explorer.press("end", "enter")
        explorer.tree.go_to(explorer.app.connection.workspace.store.find("c/data"))
        await explorer.settle()
        assert [(each.topic, each.path) for each in tab.spec.series] == [
            ("c/data", "v"),
            ("c/data", "i"),
        ]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("plus", "last 5 min"),
        ("minus", "last 10 s"),
        ("space", "HELD"),
        ("left", "HELD"),
        ("l", "log axis"),
        ("t", "device time"),
        ("v", "range fixed"),
    ],
)
async def test_keys_change_a_chart(explore, source, key, words) -> None:
    """Each says below the chart what is not as usual; most keys go back the same way."""
    deliver(source, 100)
    async with explore(160, 50) as explorer:
        await open_chart(explorer)
        explorer.app.screen.query_one(ChartView).focus()
        await explorer.press(key)
        assert words in chart_text(explorer)
        if key in ("space", "l", "t", "v"):
            await explorer.press(key)
            assert words not in chart_text(explorer)
        if key == "left":
            await explorer.press("end")
            assert words not in chart_text(explorer)


async def test_a_chart_is_dragged_through_time(explore, source) -> None:
    """A pressed button takes the picture along: to the right shows what was before."""
    deliver(source, 120)
    async with explore(160, 50) as explorer:
        tab = await open_chart(explorer)
        chart = tab.query_one(ChartView)
        chart.focus()
        await explorer.press("minus", "minus")
        end_s = chart.picture.end_s
        width = chart.size.width
        await explorer.pilot.mouse_down(ChartView, offset=(5, 12))
        await explorer.pilot.hover(ChartView, offset=(5 + width // 2, 14))
        await explorer.pilot.mouse_up(ChartView, offset=(5 + width // 2, 14))
        await explorer.settle()
        assert "HELD" in chart.text
        moved_s = chart.picture.end_s - end_s
        assert -6 < moved_s < -3
        # Once the button is up the mouse moves nothing.
        held_s = chart.picture.end_s
        await explorer.pilot.hover(ChartView, offset=(5, 12))
        await explorer.settle()
        assert chart.picture.end_s == held_s
        await explorer.pilot.mouse_down(ChartView, offset=(width - 5, 12))
        await explorer.pilot.hover(ChartView, offset=(2, 12))
        await explorer.pilot.mouse_up(ChartView, offset=(2, 12))
        await explorer.settle()
        assert "HELD" not in chart.text


async def test_one_number_against_another_and_on_an_axis_of_its_own(explore, source) -> None:
    """`x` draws the second over the first, `A` gives it the right axis."""
    deliver(source)
    async with explore(160, 50) as explorer:
        tab = await open_chart(explorer)
        explorer.app.screen.query_one(ChartView).focus()
        await explorer.press("x")
        assert not tab.spec.is_xy
        tab.query_one(NumberList).focus()
        await explorer.press("end", "enter")
        explorer.app.screen.query_one(ChartView).focus()
        await explorer.press("x")
        assert "x-y" in chart_text(explorer)
        assert "→" in chart_text(explorer)
        await explorer.press("x", "A")
        assert "right axis" in chart_text(explorer)
        await explorer.press("x")
        assert "right axis" not in chart_text(explorer)


async def test_a_retained_value_is_not_drawn_as_now(explore, source) -> None:
    """It has no time; the chart says so."""
    source.publish("b/data", "21.5 °C", retain=True)
    async with explore(160, 50) as explorer:
        await open_chart(explorer)
        assert "Not drawn: 1 retained without a time." in chart_text(explorer)
        assert "only retained values" in chart_text(explorer)
        assert "nothing to draw yet" in chart_text(explorer)


async def test_a_chart_that_shows_the_same_is_not_drawn_again(explore, source) -> None:
    """Frames without news cost nothing."""
    now = time.time()
    deliver(source, ends_at=now)
    async with explore(160, 50) as explorer:
        await open_chart(explorer)
        view = explorer.app.screen.query_one(ChartView)
        await explorer.press("space") if view.has_focus else view.action_toggle_hold()
        picture = view.picture
        for ahead_s in range(1, 20):
            view.refresh_frame(now + ahead_s)
        assert view.picture is picture


async def test_a_retained_value_of_long_ago_says_why_it_is_not_drawn(explore, source) -> None:
    """Also when it is older than the time that is shown."""
    source.deliver([(b"b/data", b"21.5", RETAIN, None)], time.time() - 600)
    async with explore(160, 50) as explorer:
        await open_chart(explorer)
        assert "only retained values, which have no time" in chart_text(explorer)


async def test_keys_of_a_chart_without_numbers_do_no_harm(explore, source) -> None:
    """A topic of words has nothing to draw, whatever is pressed."""
    source.publish("b/data", "online")
    async with explore(160, 50) as explorer:
        tab = await open_chart(explorer)
        tab.query_one(ChartView).focus()
        await explorer.press(*"AxvltP+-")
        assert tab.spec.series == ()
        assert "There is no number to draw in this topic." in [
            notice.message for notice in explorer.app._notifications
        ]


async def test_a_low_pane_has_the_numbers_beside_the_chart(explore, source) -> None:
    """Where tree and message share 24 rows, a line can be seen all the same."""
    deliver(source)
    async with explore(80, 24) as explorer:
        tab = await open_chart(explorer)
        numbers, view = tab.query_one(NumberList), tab.query_one(ChartView)
        assert numbers.region.right <= view.region.x
        assert view.region.right <= tab.region.right
        assert any("\u2800" < letter < "\u28ff" for letter in view.text)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (160, 50)])
async def test_a_chart_is_readable_at_both_sizes(explore, source, width, height) -> None:
    """There is a line, an axis and a sum also where room is scarce."""
    deliver(source)
    async with explore(width, height) as explorer:
        await open_chart(explorer)
        explorer.app.screen.query_one(ChartView).focus()
        await explorer.settle()
        await explorer.until(lambda: "┤" in chart_text(explorer))
        assert "1.9 V" in chart_text(explorer)


async def pin(explorer) -> None:
    """Pin the chart that is shown as a new one."""
    explorer.app.screen.query_one(ChartView).focus()
    await explorer.pilot.press("P")
    await explorer.until(lambda: explorer.app.screen.query("#pin-places"))
    await explorer.pilot.press("enter")
    await explorer.until(lambda: explorer.app.screen is explorer.app.connection.explorer)


async def open_charts(explorer):
    """Open the screen of charts."""
    explorer.tree.focus()
    await explorer.pilot.press("2")
    await explorer.until(lambda: explorer.app.screen.query("#charts-grid"))
    await explorer.settle()
    return explorer.app.screen


async def test_pinned_charts_are_side_by_side_and_remembered(explore, source) -> None:
    """A pinned chart stands on the screen of charts and in the memory of the broker."""
    deliver(source)
    async with explore(160, 50) as explorer:
        await open_chart(explorer)
        await pin(explorer)
        memory = explorer.app.connection.workspace.memory
        assert memory.read(SECTION) == [
            ChartSpec((SeriesSpec("b/data", "v"),), window_s=60).to_json()
        ]
        screen = await open_charts(explorer)
        assert len(screen.query(ChartView)) == 1
        assert "b/data v" in "\n".join(explorer.screen())
        await explorer.press("plus")
        await explorer.until(lambda: memory.read(SECTION)[0]["window_s"] == 300)
        await explorer.press("enter")
        await explorer.until(lambda: explorer.app.screen is explorer.app.connection.explorer)
        assert explorer.selected == "b/data"


async def test_lines_of_several_topics_share_a_chart(explore, source) -> None:
    """A topic of another board can be added; it is told apart by its name."""
    deliver(source)
    deliver(source, topic=b"c/data")
    async with explore(160, 50) as explorer:
        await open_chart(explorer)
        await pin(explorer)
        explorer.tree.go_to(explorer.app.connection.workspace.store.find("c/data"))
        await open_charts(explorer)
        await explorer.pilot.press("a")
        await explorer.until(lambda: explorer.app.screen.query("#number-choice"))
        await explorer.pilot.press("down", "enter", "a")
        await explorer.until(lambda: explorer.app.screen.query("#charts-grid"))
        await explorer.settle()
        view = explorer.app.screen.query_one(ChartView)
        assert [series.topic for series in view.spec.series] == ["b/data", "c/data"]
        await explorer.until(lambda: "a b v" in chart_text(explorer))
        assert "b c v" in chart_text(explorer)
        await explorer.press("d")
        assert len(view.spec.series) == 1


async def test_a_chart_can_be_unpinned_and_shown_alone(explore, source) -> None:
    """`z` shows one chart and all again, `del` removes it."""
    deliver(source)
    charts = [ChartSpec((SeriesSpec("b/data", path),)).to_json() for path in ("v", "i")]
    async with explore(160, 50) as explorer:
        explorer.app.connection.workspace.memory.write(SECTION, [*charts, {"series": 1}])
        screen = await open_charts(explorer)
        assert "2 pinned  1 could not be read" in explorer.screen()[0]
        await explorer.press("tab", "z")
        assert [view.display for view in screen.query(ChartView)] == [False, True]
        await explorer.press("escape")
        assert [view.display for view in screen.query(ChartView)] == [True, True]
        await explorer.press("delete")
        await explorer.until(lambda: len(screen.query(ChartView)) == 1)
        memory = explorer.app.connection.workspace.memory
        await explorer.until(lambda: memory.read(SECTION) == charts[:1])
        await explorer.press("delete")
        await explorer.until(lambda: not screen.query(ChartView))
        assert "No chart is pinned yet" in "\n".join(explorer.screen())
        await explorer.press("escape")
        assert explorer.app.screen is explorer.app.connection.explorer


async def test_chosen_decoder_counts_for_charts(explore, source) -> None:
    """What bytes are is known only by the decoder that was chosen for their topic."""
    for value in (1.5, 2.5, 4.0):
        source.deliver([(b"lab/raw", struct.pack("<f", value), 0, None)])
    async with explore(160, 50) as explorer:
        tab = await open_chart(explorer)
        assert not tab.spec.series
        reader = explorer.app.connection.workspace.reader
        reader.set_rules(reader.rules.with_rule("lab/#", "float32-le"))
        explorer.draw(time.time() + 1)
        await explorer.until(lambda: tab.spec.series)
        explorer.draw(time.time() + 2)
        picture = tab.query_one(ChartView).picture
        assert picture.series[0].figures.last == 4.0
