"""Charts: units and limits set by hand, keys beside the chart, terminals that know only ASCII."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mqttui.core.charts.pinned import SECTION
from mqttui.core.charts.spec import ChartSpec, SeriesSpec, chart_of_json
from mqttui.ui.widgets.chart_view import ChartView
from mqttui.ui.widgets.number_list import NumberList
from tests.ui.conftest import PREFERENCES
from tests.ui.test_charts import chart_text, deliver, open_chart, open_charts


async def test_a_chart_in_ascii_has_lines_of_letters(explore, source) -> None:
    """Where only ASCII can be shown a line is not made of replaced dots, here and when pinned."""
    deliver(source)
    spec = ChartSpec((SeriesSpec("b/data", "v"), SeriesSpec("b/data", "i")))
    async with explore(100, 40, replace(PREFERENCES, is_ascii=True)) as explorer:
        await open_chart(explorer)
        assert "*" in chart_text(explorer)
        assert not any("\u2800" < letter < "\u28ff" for letter in chart_text(explorer))
        explorer.app.connection.workspace.memory.write(SECTION, [spec.to_json()])
        await open_charts(explorer)
        await explorer.until(lambda: "bbb" in chart_text(explorer))
        assert "aaa" in chart_text(explorer)


async def test_keys_of_the_chart_work_from_its_list_too(explore, source) -> None:
    """A line is chosen and looked at without going to the chart and back."""
    deliver(source, 100)
    async with explore(160, 50) as explorer:
        tab = await open_chart(explorer)
        explorer.tree.focus()
        await explorer.press("tab")
        assert tab.query_one(NumberList).has_focus
        await explorer.press("end", "space", "minus", "l", "A", "left")
        assert [series.axis for series in tab.spec.series] == ["left", "right"]
        assert tab.spec.window_s == 10
        assert tab.spec.is_log
        assert "HELD" in chart_text(explorer)


async def edit(explorer, *keys: str) -> None:
    """Open the dialog about units and limits and press keys in it."""
    await explorer.pilot.press("e")
    await explorer.until(
        lambda: any(box.size for box in explorer.app.screen.query("#chart-settings"))
    )
    await explorer.pilot.press(*keys)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (160, 50)])
async def test_units_and_limits_are_set_by_hand(explore, source, width, height) -> None:
    """They count in legend, list and axis; what is wrong is told; empty fields take them back."""
    deliver(source)
    async with explore(width, height) as explorer:
        tab = await open_chart(explorer)
        tab.chart.focus()
        await edit(explorer, *"5", "tab", *"2", "enter")
        await explorer.until(lambda: "must be below" in "\n".join(explorer.screen()))
        await explorer.pilot.press("backspace", *"10", "tab", *"mV", "ctrl+s")
        await explorer.until(lambda: not explorer.app.screen.query("#chart-settings"))
        await explorer.settle()
        assert tab.spec.y_range == (5, 10)
        assert tab.chart.picture.left == (5, 10)
        assert "1.9 mV" in chart_text(explorer)
        assert "range fixed" in chart_text(explorer)
        assert any("1.9 mV" in line and "[a] v" in line for line in explorer.screen())
        await edit(explorer, "escape")
        await explorer.until(lambda: not explorer.app.screen.query("#chart-settings"))
        assert tab.spec.y_range == (5, 10)
        await edit(explorer, "backspace", "tab", "backspace", "backspace", "enter")
        await explorer.until(lambda: not explorer.app.screen.query("#chart-settings"))
        assert tab.spec.y_range is None
        assert tab.spec.series[0].unit == "mV"


async def test_a_chart_is_set_up_by_mouse(explore, source) -> None:
    """Every choice can be clicked, and the limits of the right axis come with its first line."""
    deliver(source)
    async with explore(80, 24) as explorer:
        tab = await open_chart(explorer)
        # A pane that gets the keyboard takes more of the rows.
        tab.chart.focus()
        await explorer.settle()
        await explorer.pilot.click(NumberList, offset=(4, 2), times=2)
        await explorer.until(lambda: len(tab.spec.series) == 2)
        await explorer.pilot.click(ChartView, offset=(20, 4))
        await edit(explorer)
        screen = explorer.app.screen
        assert not screen.query_one("#chart-right-row").display
        for number, words in enumerate((" right", "5 min", "by device time", "logarithmic")):
            switch = screen.query("FormSwitch")[1 + number]
            text = "".join(segment.text for segment in switch.render_line(0))
            await explorer.pilot.click(switch, offset=(text.index(words) + 1, 0))
        await explorer.pilot.pause()
        assert screen.query_one("#chart-right-row").display
        bar = screen.query_one("KeyBar")
        await explorer.pilot.click(bar, offset=(4, 0))
        await explorer.until(lambda: not explorer.app.screen.query("#chart-settings"))
        spec = tab.spec
        assert [series.axis for series in spec.series] == ["left", "right"]
        assert (spec.window_s, spec.time, spec.is_log) == (300, "device", True)


async def test_what_is_set_by_hand_is_remembered_with_a_pinned_chart(explore, source) -> None:
    """It stands in the memory of the broker, and in the chart when it is shown again."""
    deliver(source)
    chart = ChartSpec((SeriesSpec("b/data", "v"), SeriesSpec("b/data", "i", axis="right")))
    async with explore(160, 50) as explorer:
        memory = explorer.app.connection.workspace.memory
        memory.write(SECTION, [chart.to_json()])
        await open_charts(explorer)
        await edit(explorer, *"-1", "tab", *"2,5", "tab", "0", "tab", "1", "tab", *"kV", "enter")
        await explorer.until(lambda: memory.read(SECTION)[0]["y_range"])
        assert chart_of_json(memory.read(SECTION)[0]) == ChartSpec(
            (SeriesSpec("b/data", "v", "kV"), SeriesSpec("b/data", "i", axis="right")),
            y_range=(-1, 2.5),
            right_range=(0, 1),
        )
        await explorer.pilot.press("escape")
        await open_charts(explorer)
        await explorer.until(lambda: "1.9 kV" in chart_text(explorer))
        picture = explorer.app.screen.query_one(ChartView).picture
        assert (picture.left, picture.right) == ((-1, 2.5), (0, 1))


async def test_a_chart_is_pinned_from_the_screen_of_charts(explore, source) -> None:
    """A topic of the tree is enough; one without numbers is told, and a chart that is there."""
    deliver(source)
    source.publish("b/words", "online")
    async with explore(80, 24) as explorer:
        find = explorer.app.connection.workspace.store.find
        notices = explorer.app._notifications

        async def choose(*keys: str) -> None:
            screen = explorer.app.screen
            await explorer.pilot.press(keys[0])
            await explorer.until(lambda: explorer.app.screen.query("#number-choice"))
            await explorer.pilot.press(*keys[1:])
            await explorer.until(lambda: explorer.app.screen is screen)
            await explorer.settle()

        await explorer.settle()
        explorer.tree.go_to(find("b/words"))
        await open_charts(explorer)
        await explorer.pilot.press("n")
        assert any("a topic with numbers" in each.message for each in notices)
        await explorer.pilot.press("escape")
        explorer.tree.go_to(find("b/data"))
        screen = await open_charts(explorer)
        # Where no chart is yet, adding a line makes the first.
        await choose("a", "down", "a")
        await choose("n", "down", "a")
        assert any("pinned already" in each.message for each in notices)
        await choose("n", "down", "enter", "down", "enter", "a")
        paths = [[each.path for each in view.spec.series] for view in screen.query(ChartView)]
        assert paths == [["v"], ["v", "i"]]
        assert screen.query(ChartView).last().has_focus
        memory = explorer.app.connection.workspace.memory
        await explorer.until(lambda: len(memory.read(SECTION)) == 2)


async def test_a_value_without_a_name_begins_anew(explore, source) -> None:
    """Its unit and log axis are not those of a number of another topic; NaN has no unit at all."""
    source.publish("b/data", "21.5 °C")
    source.publish("c/data", "false")
    source.publish("d/data", '{"v": NaN}')
    async with explore(80, 24) as explorer:
        find = explorer.app.connection.workspace.store.find
        tab = await open_chart(explorer)
        tab.chart.focus()
        await explorer.press("l")
        await edit(explorer, "tab", "tab", "K", "enter")
        await explorer.until(lambda: tab.spec.series[0].unit == "K")
        await explorer.settle()
        assert any("] value " in line and "21.5 K" in line for line in explorer.screen())
        explorer.tree.go_to(find("c/data"))
        await explorer.settle()
        assert tab.spec == ChartSpec((SeriesSpec("c/data", ""),))
        explorer.tree.go_to(find("d/data"))
        await explorer.settle()
        row = next(line for line in explorer.screen() if "[a] v" in line)
        assert "not finite" in row
        assert "nan" not in row
