"""The looks of an explorer come back with its broker."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.order import Order
from mqttui.settings.broker_memory import memory_of
from mqttui.settings.connection import ConnectionSettings
from mqttui.ui.layout_memory import SECTION, Layout, json_of_layout, layout_of
from mqttui.ui.pane_layout import Shares
from mqttui.ui.theme import HIGH_CONTRAST, LIGHT
from mqttui.ui.widgets.row_columns import Column
from tests.ui.conftest import PREFERENCES

SETTINGS = ConnectionSettings(host="broker.example", port=1883)
AUTOMATIC = replace(PREFERENCES, theme="dark")

layouts = st.builds(
    Layout,
    shares=st.builds(Shares, *[st.none() | st.floats(0.05, 0.95).map(lambda s: round(s, 4))] * 3),
    columns=st.none() | st.frozensets(st.sampled_from(Column)),
    order=st.sampled_from(Order),
    theme=st.none() | st.text(),
    panel=st.none() | st.text(),
)


@given(layouts)
def test_a_layout_survives_json(layout: Layout) -> None:
    """What is written is read again."""
    assert layout_of(json.loads(json.dumps(json_of_layout(layout)))) == layout


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_nonsense_in_the_file_is_no_layout(value) -> None:
    """Whatever stands there, the explorer opens."""
    assert layout_of(value) == Layout()
    every = dict.fromkeys(("shares", "columns", "order", "theme", "panel"), value)
    found = layout_of(every)
    assert found.shares == Shares()
    assert found.order is Order.NAME


async def test_everything_comes_back(explore, source, tmp_path) -> None:
    """Lines, columns, order, theme and the open panel are as they were left."""
    source.publish("a/b", "1")
    options = {"settings": SETTINGS, "memory_folder": tmp_path}
    async with explore(160, 50, **options) as explorer:
        await explorer.press("E", "ctrl+left", "ctrl+left", "o", "v")
        assert "[x] Rate" in "\n".join(explorer.screen())
        await explorer.press("down", "down", "space", "escape", "L", "escape")
        assert "/min" not in explorer.row_of("b ")
        explorer.app.theme = LIGHT.name
        await explorer.settle()
    async with explore(160, 50, **options) as explorer:
        await explorer.until(lambda: explorer.app.screen.query("#dock"))
        await explorer.settle()
        screen = explorer.app.screen
        assert screen.query_one("#tree-frame").region.width == 76
        assert explorer.outline.order is Order.RECENT
        assert Column.RATE not in explorer.tree.columns
        assert explorer.app.theme == LIGHT.name
        assert screen.query_one("#dock").current == "log"
        assert explorer.tree.has_focus


async def test_nothing_is_written_while_nothing_changes(explore, source, tmp_path) -> None:
    """Opening and closing an explorer leaves no file behind."""
    async with explore(settings=SETTINGS, memory_folder=tmp_path) as explorer:
        await explorer.press("down", "tab")
    assert list(tmp_path.iterdir()) == []


async def test_a_change_is_written_soon_and_not_only_at_the_end(explore, source, tmp_path) -> None:
    """Who loses the connection to this terminal keeps the layout."""
    async with explore(160, 50, settings=SETTINGS, memory_folder=tmp_path) as explorer:
        await explorer.press("ctrl+left")
        await explorer.until(lambda: memory_of(SETTINGS, tmp_path).read(SECTION))
        remembered = memory_of(SETTINGS, tmp_path).read(SECTION)
        assert remembered == {"shares": {"tree_of_width": 0.4875}}


async def test_a_typed_theme_counts_more_than_a_remembered_one(explore, source, tmp_path) -> None:
    """What was chosen for the broker stays for the next time."""
    memory_of(SETTINGS, tmp_path).write(SECTION, {"theme": LIGHT.name})
    options = {"settings": SETTINGS, "memory_folder": tmp_path}
    async with explore(**options) as explorer:
        assert explorer.app.theme == LIGHT.name
    typed = replace(PREFERENCES, theme="high-contrast", overrides_remembered_theme=True)
    async with explore(preferences=typed, **options) as explorer:
        assert explorer.app.theme == HIGH_CONTRAST.name
    assert memory_of(SETTINGS, tmp_path).read(SECTION) == {"theme": LIGHT.name}


async def test_a_folder_that_cannot_be_written_is_told(explore, source, tmp_path) -> None:
    """The layout works and a sentence says that it will not come back."""
    in_the_way = tmp_path / "brokers"
    in_the_way.write_text("not a folder")
    async with explore(160, 50, settings=SETTINGS, memory_folder=in_the_way) as explorer:
        await explorer.press("ctrl+left")
        notices = explorer.app._notifications
        await explorer.until(lambda: any("cannot be written" in each.message for each in notices))
        assert explorer.app.screen.query_one("#tree-frame").region.width == 78


async def test_columns_can_be_left_to_the_width_again(explore, source) -> None:
    """The list shows what was chosen, and tells who chose."""
    source.publish("a/b", "1")
    async with explore(160, 50) as explorer:
        await explorer.press("E", "v")
        assert "as the width allows" in "\n".join(explorer.screen())
        await explorer.press("space")
        assert explorer.tree.columns == {Column.TREND, Column.RATE, Column.AGE}
        assert "chosen by you" in "\n".join(explorer.screen())
        await explorer.press("a", "v")
        assert explorer.tree.columns is None
        assert explorer.app.screen is explorer.app.connection.explorer
