"""Charts as files: what is written, and what is said where nothing can be."""

from __future__ import annotations

import sys

import pytest

from mqttui.ui.widgets.chart_view import ChartView
from tests.ui.test_charts import deliver, open_chart


def problem(explorer) -> str:
    """Return what the dialog says is wrong."""
    return str(explorer.app.screen.query_one("#save-problem").content)


@pytest.mark.parametrize("ending", [".csv", ".png"])
async def test_what_is_seen_can_be_saved(explore, source, tmp_path, ending) -> None:
    """A table or a figure is written; a file that is there is not overwritten."""
    if ending == ".png":
        pytest.importorskip("matplotlib")
    deliver(source)
    path = tmp_path / f"solar{ending}"
    async with explore(160, 50) as explorer:
        await open_chart(explorer)
        explorer.app.screen.query_one(ChartView).focus()
        for attempt in (1, 2):
            await explorer.pilot.press("S")
            await explorer.until(lambda: explorer.app.screen.query("#save-path"))
            explorer.app.screen.query_one("#save-path").value = str(path)
            await explorer.pilot.press("enter")
            if attempt == 1:
                await explorer.until(
                    lambda: explorer.app.screen is explorer.app.connection.explorer
                )
                content = path.read_bytes()
        # A long path breaks the sentence on the screen.
        await explorer.until(lambda: "is there already" in problem(explorer))
    assert path.read_bytes() == content
    if ending == ".csv":
        lines = content.decode().splitlines()
        assert lines[0] == "time_s,time,v (V)"
        assert len(lines) == 21


async def test_an_ending_that_means_nothing_is_told(explore, source, tmp_path) -> None:
    """The dialog stays and says what can be written."""
    deliver(source)
    async with explore(160, 50) as explorer:
        await open_chart(explorer)
        explorer.app.screen.query_one(ChartView).focus()
        await explorer.pilot.press("S")
        await explorer.until(lambda: explorer.app.screen.query("#save-path"))
        explorer.app.screen.query_one("#save-path").value = str(tmp_path / "a.gif")
        await explorer.pilot.press("enter")
        await explorer.until(lambda: "must end in one of" in problem(explorer))
    assert list(tmp_path.iterdir()) == []


async def test_what_cannot_be_written_is_told(explore, source, tmp_path, monkeypatch) -> None:
    """A folder that is a file, and a figure without matplotlib: a sentence, and no file."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    deliver(source)
    (tmp_path / "file").write_text("mine")
    async with explore(80, 24) as explorer:
        await open_chart(explorer)
        explorer.app.screen.query_one(ChartView).focus()
        await explorer.pilot.press("S")
        await explorer.until(lambda: explorer.app.screen.query("#save-path"))
        field = explorer.app.screen.query_one("#save-path")
        field.value = str(tmp_path / "file" / "a.csv")
        await explorer.pilot.press("enter")
        await explorer.until(lambda: "cannot be written" in problem(explorer))
        field.value = str(tmp_path / "a.svg")
        await explorer.pilot.press("enter")
        await explorer.until(lambda: "mqttui[plot]" in problem(explorer))
        await explorer.pilot.press("escape")
        await explorer.until(lambda: explorer.app.screen is explorer.app.connection.explorer)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


async def test_a_line_that_was_chosen_just_now_is_saved_too(explore, source, tmp_path) -> None:
    """What was drawn last may have fewer lines than the chart."""
    deliver(source)
    path = tmp_path / "a.csv"
    async with explore(160, 50) as explorer:
        tab = await open_chart(explorer)
        tab.query_one("#chart-numbers").focus()
        await explorer.pilot.press("end", "space", "S")
        await explorer.until(lambda: explorer.app.screen.query("#save-path"))
        explorer.app.screen.query_one("#save-path").value = str(path)
        await explorer.pilot.press("enter")
        await explorer.until(lambda: explorer.app.screen is explorer.app.connection.explorer)
    assert path.read_text().splitlines()[0] == "time_s,time,v (V),i (A)"
