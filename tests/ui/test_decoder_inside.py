"""Choosing the decoder of what is inside a container."""

from __future__ import annotations

import gzip
import struct

import pytest

from mqttui.ui.screens.decoders import DecoderScreen
from tests.ui.test_message_tabs import show, text


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_decoder_of_the_content_is_chosen_and_remembered(explore, source, size) -> None:
    """`i` goes inside gzip, esc comes out, and what is chosen there says so above the value."""
    source.publish("lab/a", gzip.compress(struct.pack("<f", 4.5)))
    async with explore(*size) as explorer:
        await show(explorer)
        memory = explorer.app.connection.workspace.memory
        await explorer.press("d", "i")
        assert any("Nothing is inside" in each.message for each in explorer.app._notifications)
        screen = explorer.app.screen

        def point_at(name: str) -> None:
            names = [option.name for option in screen._list.items]
            screen._list.action_move_to(names.index(name))

        point_at("gzip")
        await explorer.press("i")
        assert "Decoder of what is inside gzip of lab/a" in text(explorer)
        await explorer.press("escape")
        assert isinstance(explorer.app.screen, DecoderScreen)
        assert screen._list.item.name == "gzip"
        await explorer.press("i")
        point_at("gzip:float32-le")
        assert "4.5" in next(line for line in explorer.screen() if "float32 little" in line)
        await explorer.press("enter")
        await explorer.until(lambda: memory.read("decoders"))
        assert memory.read("decoders") == [{"topic_filter": "lab/a", "decoder": "gzip:float32-le"}]
        assert "gzip → float32 little-endian (chosen for lab/a)" in text(explorer)
        await explorer.press("d")
        assert explorer.app.screen._list.item.name == "gzip"
        await explorer.press("i")
        assert explorer.app.screen._list.item.name == "gzip:float32-le"
