"""Finding text and bytes in a raw message."""

from __future__ import annotations

import pytest

from mqttui.ui.roles import role_style
from mqttui.ui.widgets.hex_view import HexView
from tests.support.hostile_strings import unsafe_characters
from tests.ui.test_message_tabs import show, text

PAYLOAD = bytes(range(30)) + b"\x1b[2J" + b"." * 2_000 + b"Status on" + b"-" * 3_000 + b"\x1b[2J"


def marked(view: HexView, role: str) -> str:
    """Return what is painted in the background of a role, row by row."""
    style = role_style(view, role)
    rows = (view.render_line(y) for y in range(view.size.height))
    return "".join(
        segment.text for row in rows for segment in row if segment.style.bgcolor == style.bgcolor
    )


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_bytes_are_found_and_walked_through(explore, source, size) -> None:
    """`/` asks, n and N go round; the hit is scrolled to, named and marked in both columns."""
    source.publish("lab/a", PAYLOAD)
    async with explore(*size) as explorer:
        pane = await show(explorer, tab="raw")
        view = pane.query_one(HexView)
        await explorer.press("slash", *"1b 5b", "enter")
        assert view.has_focus
        assert "hit 1 of 2 at 0x1e  bytes 1b 5b" in text(explorer)
        assert marked(view, "cursor").replace(" ", "") == "1b5b␛["
        assert any("▌ " in line and "1b 5b" in line for line in explorer.screen())
        await explorer.press("n")
        assert f"hit 2 of 2 at 0x{len(PAYLOAD) - 4:x}" in text(explorer)
        assert view.scroll_offset.y > 0
        assert marked(view, "cursor").replace(" ", "") == "1b5b␛["
        await explorer.press("n")
        assert "hit 1 of 2" in text(explorer)
        assert view.scroll_offset.y < 5
        await explorer.press("N")
        assert "hit 2 of 2" in text(explorer)
        await explorer.press("slash", "escape")
        assert "of 2 at" not in text(explorer)
        assert marked(view, "cursor") == ""


async def test_a_search_goes_on_in_the_next_message(explore, source) -> None:
    """Text is found in any case; what is not there is said, and a pasted escape does nothing."""
    source.publish("lab/a", PAYLOAD)
    async with explore(80, 24) as explorer:
        pane = await show(explorer, tab="raw")
        await explorer.press("n", *"status", "enter")
        assert "hit 1 of 1 at 0x7f2  text “status”" in text(explorer)
        source.publish("lab/a", "a STATUS, another status")
        await explorer.settle()
        assert "hit 2 of 2 at 0x12" in text(explorer)
        source.publish("lab/a", "nothing")
        await explorer.settle()
        assert "no hit of text “status”" in text(explorer)
        await explorer.press("n", "slash")
        pane.query_one("TextFilter").value = "\x1b[2J\u202e"
        await explorer.settle()
        assert not unsafe_characters(text(explorer).replace("\n", ""))
