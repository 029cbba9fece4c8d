"""Two messages side by side."""

from __future__ import annotations

import json

import pytest

from mqttui.ui.widgets.diff_view import DiffView
from mqttui.ui.widgets.side_view import SideView
from tests.support.hostile_strings import unsafe_characters
from tests.ui.test_message_tabs import show, text


@pytest.mark.parametrize(("size", "is_beside"), [((80, 24), False), ((260, 50), True)])
async def test_messages_are_side_by_side_where_there_is_room(
    explore, source, size, is_beside
) -> None:
    """From 120 columns on by itself; `w` changes it and keeps the keyboard."""
    source.publish("lab/a", json.dumps({"v": 1, "gone": "x" * 200, "same": 0}))
    source.publish("lab/a", json.dumps({"v": 2, "same": 0, "\u001b[2Jnew": "\u202e"}))
    async with explore(*size) as explorer:
        pane = await show(explorer, tab="diff")
        sides, rows = pane.query_one(SideView), pane.query_one(DiffView)
        assert (sides.display, rows.display) == (is_beside, not is_beside)
        for expected in (is_beside, not is_beside, is_beside):
            assert (sides if expected else rows).has_focus
            lines = [line.split("│") for line in explorer.screen() if '"v": 1' in line]
            if expected:
                assert '~   "v": 1' in lines[0][-3]
                assert '~   "v": 2' in lines[0][-2]
                assert text(explorer).count("x" * 20) >= 1
            else:
                assert lines == []
                assert "v: 1 → 2 (+1)" in text(explorer)
            assert "1 changed, 1 added, 1 removed" in text(explorer)
            assert not unsafe_characters(text(explorer).replace("\n", ""))
            await explorer.press("w")


async def test_what_stayed_the_same_is_folded_on_both_sides(explore, source) -> None:
    """`u` unfolds; the next pair begins at the top."""
    lines = [f"line {number}" for number in range(60)]
    source.publish("lab/a", "\n".join(lines))
    source.publish("lab/a", "\n".join([*lines[:-1], "the end"]))
    async with explore(160, 50) as explorer:
        pane = await show(explorer, tab="diff")
        await explorer.press("w")
        view = pane.query_one(SideView)
        assert view.row_count == 4
        assert "57 lines the same (u)" in text(explorer)
        await explorer.press("u")
        assert view.row_count == 60
        await explorer.press("end")
        await explorer.until(lambda: "~ line 59" in text(explorer))
        assert "~ the end" in text(explorer)
