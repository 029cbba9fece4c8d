"""What a message says, in the views of the message pane: by key and mouse, at both sizes."""

from __future__ import annotations

import io
import json
import struct
import time
from typing import TYPE_CHECKING

import cbor2
import pytest
from textual.widget import Widget

from mqttui.core.message import DUP, MessageDetail
from mqttui.settings.preferences import Preferences
from mqttui.ui.screens.decoders import DecoderScreen
from mqttui.ui.tabs.diff import DiffTab
from mqttui.ui.tabs.history import HistoryTab
from mqttui.ui.tabs.registry import TABS
from mqttui.ui.widgets.diff_view import DiffView
from mqttui.ui.widgets.hex_view import HexView
from mqttui.ui.widgets.history_list import HistoryList
from mqttui.ui.widgets.value_view import ValueView
from tests.support.hostile_strings import unsafe_characters

if TYPE_CHECKING:
    from mqttui.ui.widgets.message_pane import MessagePane

SIZES = [(80, 24), (160, 50)]
NESTED = {"solar": {"power_w": 0.5, "deep": {"x": 1}}, "list": [1, 2, 3], "last": "end"}


async def show(explorer, topic: str = "lab/a", tab: str = "value") -> MessagePane:
    """Select a topic and give the keyboard to a tab of its pane."""
    await explorer.settle()
    assert explorer.tree.go_to(explorer.app.connection.workspace.store.find(topic.encode()))
    screen = explorer.app.connection.explorer
    await screen.action_show_tab(tab)
    await explorer.settle()
    pane: MessagePane = screen.query_one("#message-pane")
    pane.focus_first()
    await explorer.settle()
    return pane


def text(explorer) -> str:
    return "\n".join(explorer.screen())


# Value


@pytest.mark.parametrize("size", SIZES)
async def test_value_folds_and_names_the_path(explore, source, size) -> None:
    """The path and unit of what the cursor is on stand in the frame; folds outlive a message."""
    source.publish("lab/a", json.dumps(NESTED))
    async with explore(*size) as explorer:
        pane = await show(explorer)
        await explorer.press("down", "down")
        assert "$.solar.power_w  W" in text(explorer)
        assert '"power_w": 0.5 W,' in text(explorer)
        await explorer.press("left", "left")
        assert "$.solar " in text(explorer)
        assert "… }  2 members" in text(explorer)
        assert "power_w" not in pane.query_one(ValueView).text
        source.publish("lab/a", json.dumps({**NESTED, "last": "later"}))
        await explorer.settle()

        def is_decoded() -> bool:
            # After one that took long the next message waits for its turn.
            explorer.draw(time.time())
            return '"later"' in pane.query_one(ValueView).text

        await explorer.until(is_decoded)
        assert "power_w" not in pane.query_one(ValueView).text
        await explorer.press("right", "E", "C")
        assert pane.query_one(ValueView).text.split("\n") == [
            "{",
            '  "solar": { … }  2 members',
            '  "list": [1, 2, 3],',
            '  "last": "later"',
            "}",
        ]
        await explorer.press("E")
        assert "deep" in pane.query_one(ValueView).text


async def test_value_folds_by_mouse(explore, source) -> None:
    """A click on the mark folds, one elsewhere moves the cursor, a double click folds too."""
    source.publish("lab/a", json.dumps(NESTED))
    async with explore(160, 50) as explorer:
        pane = await show(explorer)
        view = pane.query_one(ValueView)
        await explorer.pilot.click(view, offset=(1, 1))
        await explorer.settle()
        assert "power_w" not in view.text
        await explorer.pilot.click(view, offset=(8, 2))
        await explorer.settle()
        assert view.pointed[0] == ("list",)
        await explorer.pilot.click(view, offset=(8, 1), times=2)
        await explorer.settle()
        assert "power_w" in view.text


async def test_cursor_stays_on_its_value(explore, source) -> None:
    """When members come before it, the cursor goes along; at the end it stays at the end."""
    source.publish("lab/a", '{"a":{"x":1},"v":1}')
    async with explore(160, 50) as explorer:
        pane = await show(explorer)
        view = pane.query_one(ValueView)
        await explorer.press("down", "down", "down", "down")
        assert view.pointed[0] == ("v",)
        source.publish("lab/a", '{"a":{"x":1,"y":2,"z":3},"new":0,"v":2}')
        await explorer.settle()
        assert view.pointed[0] == ("v",)
        await explorer.press("end")
        source.publish("lab/a", '{"v":3}')
        await explorer.settle()
        assert view.pointed[0] == ()
        assert view._cursor == 2


async def test_copy_begins_with_what_the_cursor_is_on(explore, source) -> None:
    """An object is copied as JSON; without the keyboard in the value the topic comes first."""
    source.publish("lab/a", json.dumps(NESTED))
    async with explore(160, 50) as explorer:
        await show(explorer)
        await explorer.press("down", "Y")
        offered = explorer.app.screen._offered
        assert offered[0].path == "$.solar"
        assert json.loads(offered[0].text) == NESTED["solar"]
        await explorer.press("escape")
        explorer.tree.focus()
        await explorer.press("Y")
        assert explorer.app.screen._offered[0].name == "topic"


# Decoders


@pytest.mark.parametrize("size", SIZES)
async def test_decoder_is_chosen_for_a_filter_shown_and_removed(explore, source, size) -> None:
    """It counts at once in pane, tree and history, is remembered, and says for which topics."""
    source.publish("lab/a", struct.pack("<f", 12.5))
    source.publish("lab/b", struct.pack("<f", -2.0))
    async with explore(*size) as explorer:
        pane = await show(explorer)
        memory = explorer.app.connection.workspace.memory
        await explorer.press("d")
        screen = explorer.app.screen
        assert isinstance(screen, DecoderScreen)
        names = [option.name for option in screen._list.items]
        for _ in range(names.index("float32-le")):
            await explorer.pilot.press("down")
        assert "12.5" in next(line for line in explorer.screen() if "float32 little" in line)
        await explorer.press("t", "t", "enter")
        await explorer.until(lambda: memory.read("decoders"))
        assert memory.read("decoders") == [{"topic_filter": "lab/#", "decoder": "float32-le"}]
        assert "float32 little-endian (chosen for lab/#)" in text(explorer)
        assert pane.query_one(ValueView).text.startswith("12.5")
        assert "12.5" in explorer.row_of(" a ")
        assert "-2" in explorer.row_of(" b ")
        await explorer.press("d", "delete")
        await explorer.until(lambda: memory.read("decoders") is None)
        await explorer.settle()
        assert "chosen" not in text(explorer)
        assert "0x" in explorer.row_of(" a ")


async def test_a_click_on_a_tab_leaves_the_keyboard_where_it_is(explore, source) -> None:
    """In the pane, where the view that had it is hidden, and in the tree."""
    source.publish("lab/a", '{"v": 1}')
    async with explore(160, 50) as explorer:
        pane = await show(explorer, tab="history")

        async def click_on(name: str) -> None:
            row, line = next((y, t) for y, t in enumerate(explorer.screen()) if "Properties" in t)
            await explorer.pilot.click(offset=(line.index(name) + 1, row))
            await explorer.until(lambda: f"[{name}]" in text(explorer))
            await explorer.settle()

        await click_on("Raw")
        assert isinstance(explorer.app.screen.focused, HexView)
        await click_on("Value")
        assert isinstance(explorer.app.screen.focused, ValueView)
        await explorer.press("escape")
        assert explorer.tree.has_focus
        await click_on("Raw")
        assert pane.tab == "raw"
        assert explorer.tree.has_focus


async def test_decoder_is_offered_by_a_click_on_the_guess(explore, source) -> None:
    """What the value was read as can be clicked."""
    source.publish("lab/a", '{"v": 1}')
    async with explore(160, 50) as explorer:
        await show(explorer)
        await explorer.pilot.click("#message-head", offset=(2, 2))
        await explorer.until(lambda: isinstance(explorer.app.screen, DecoderScreen))
        await explorer.press("escape")
        assert not isinstance(explorer.app.screen, DecoderScreen)


async def test_decoder_that_fails_says_why_and_hides_nothing(explore, source) -> None:
    """The bytes stay in sight with the reason, and the row of the tree shows the message."""
    source.publish("lab/a", "plain text")
    async with explore(160, 50) as explorer:
        await show(explorer)
        workspace = explorer.app.connection.workspace
        workspace.reader.set_rules(workspace.reader.rules.with_rule("lab/a", "gzip"))
        await explorer.settle()
        assert "not gzip" in text(explorer)
        assert "70 6c 61 69 6e" in text(explorer)
        assert "plain text" in explorer.row_of(" a ")


async def test_impossible_filter_is_refused(explore, source) -> None:
    """A sentence says what is wrong, and nothing is chosen."""
    source.publish("lab/a", "1")
    async with explore(160, 50) as explorer:
        await show(explorer)
        await explorer.press("d", "e")
        explorer.app.screen.query_one("#decoder-filter").value = "lab/#/x"
        await explorer.press("enter", "down", "enter")
        assert isinstance(explorer.app.screen, DecoderScreen)
        assert any("#" in each.message for each in explorer.app._notifications)
        assert not explorer.app.connection.workspace.reader.rules.rules


async def test_protobuf_by_a_file(explore, source, tmp_path) -> None:
    """A .proto file is asked for by its path; its messages then are among the decoders."""
    file = tmp_path / "lab.proto"
    file.write_text('syntax = "proto3"; message Reading { float volt = 1; string who = 2; }')
    source.publish("lab/a", b"\x0d\x00\x00\x90\x40\x12\x02me")
    async with explore(160, 50) as explorer:
        await show(explorer)
        await explorer.press("d", "o")
        await explorer.until(lambda: explorer.app.screen.query("#schema Input"))
        field = explorer.app.screen.query_one("#schema Input")
        field.value = str(tmp_path / "missing.proto")
        await explorer.press("enter")
        await explorer.until(lambda: "is no file" in text(explorer))
        field.value = str(file)
        await explorer.press("enter")
        await explorer.until(lambda: isinstance(explorer.app.screen, DecoderScreen))
        await explorer.press("enter")
        await explorer.until(lambda: not isinstance(explorer.app.screen, DecoderScreen))
        await explorer.settle()
        assert "Protobuf Reading (chosen for lab/a)" in text(explorer)
        assert '"volt": 4.5' in text(explorer).replace("volt:", '"volt":')


async def test_binary_formats_are_read_in_the_tree(explore, source) -> None:
    """A row shows what a guess makes of bytes."""
    source.publish("lab/a", cbor2.dumps({"v": 4.8}))
    async with explore(160, 50) as explorer:
        await show(explorer)
        assert '{ "v": 4.8 }' in explorer.row_of(" a ")
        assert "looks like CBOR" in text(explorer)


@pytest.mark.parametrize("size", SIZES)
async def test_image_is_shown_small(explore, source, size) -> None:
    """Two pixels in a cell, in their colours, made on a thread; the next image replaces it."""
    image = pytest.importorskip("PIL.Image")
    payloads = []
    for colour in ((255, 0, 0), (0, 0, 255)):
        stream = io.BytesIO()
        image.new("RGB", (20, 8), colour).save(stream, "PNG")
        payloads.append(stream.getvalue())
    source.publish("lab/a", payloads[0])
    async with explore(*size) as explorer:
        pane = await show(explorer)
        view = pane.query_one(ValueView)
        for payload, name in zip(payloads, ("#ff0000", "#0000ff"), strict=True):
            source.publish("lab/a", payload)
            pane._shown.hurry()
            await explorer.settle()
            await explorer.until(lambda: view.decoded.picture is not None)
            await explorer.until(lambda name=name: _first_colour(view) == name)
        assert "20 × 8 pixels" in view.text
        assert view.row_count == len(view.text.split("\n")) + 4


def _first_colour(view: ValueView) -> str | None:
    """Return the colour of the first half block in the rows of a view."""
    for row in range(view.row_count):
        for segment in view.render_line(row - view.scroll_offset.y):
            if segment.text == "▀":
                return segment.style.color.triplet.hex
    return None


async def test_limit_of_what_is_shown_is_a_setting(explore, source) -> None:
    """What is not laid out is said above the value."""
    source.publish("lab/a", "x" * 5_000)
    preferences = Preferences(frame_rate_hz=0.5, theme="dark", shown_limit_bytes=1_000)
    async with explore(160, 50, preferences) as explorer:
        pane = await show(explorer)
        assert "showing 1.0 kB of 5.0 kB" in text(explorer)
        assert pane.query_one(ValueView).text.count("x") == 1_000


# History


@pytest.mark.parametrize("size", SIZES)
async def test_history_lists_holds_filters_and_opens(explore, source, size) -> None:
    """All of it by keys, and enter shows the message under the cursor."""
    began = time.time() - 3600
    for number in range(1, 31):
        messages = [(b"lab/a", b"value %d" % number, DUP if number == 30 else 0, None)]
        source.deliver(messages, began + number)
    async with explore(*size) as explorer:
        pane = await show(explorer, tab="history")
        tab = pane.query_one(HistoryTab)
        assert "30 kept" in text(explorer)
        rows = [line for line in explorer.screen() if "value 3" in line and "│" in line]
        assert any("0D" in row for row in rows)
        await explorer.press("space")
        source.publish("lab/a", "value 31")
        await explorer.settle()
        assert "HELD, 1 new" in text(explorer)
        assert tab.list.number_at(0) == 30
        await explorer.press("space")
        assert tab.list.number_at(0) == 31
        await explorer.press("slash", "1", "2", "enter")
        assert tab.list.row_count == 1
        assert "1 with “12”" in text(explorer)
        await explorer.press("enter")
        assert pane.tab == "value"
        assert pane.query_one(ValueView).text == "value 12"
        assert "message 12 of 31" in text(explorer)
        await explorer.press("escape")
        assert pane.query_one(ValueView).text == "value 31"


async def test_rows_that_are_looked_at_stay_while_messages_come(explore, source) -> None:
    """The cursor is on a message, not on a row; what was evicted is counted."""
    preferences = Preferences(1_000_000, frame_rate_hz=0.5, theme="dark")
    for number in range(100):
        source.publish("lab/a", f"value {number}")
    async with explore(160, 50, preferences) as explorer:
        pane = await show(explorer, tab="history")
        listed = pane.query_one(HistoryList)
        await explorer.press("down", "down", "down")
        assert listed.pointed.number == 98
        line = listed.row_of(98) - listed.scroll_offset.y
        source.deliver([(b"lab/a", b"x" * 500, 0, None)] * 1_000)
        await explorer.settle()
        assert listed.pointed.number == 98
        assert listed.row_of(98) - listed.scroll_offset.y == line
        source.deliver([(b"lab/a", b"x" * 500, 0, None)] * 1_000)
        await explorer.settle()
        evicted = pane.node.evicted
        assert evicted > 0
        assert f"{evicted:,} older evicted" in text(explorer)


async def test_two_marked_messages_are_compared(explore, source) -> None:
    """Marks have letters; the older one is the old side whichever was marked first."""
    for number in range(1, 6):
        source.publish("lab/a", json.dumps({"v": number, "same": True}))
    async with explore(160, 50) as explorer:
        pane = await show(explorer, tab="history")
        await explorer.press("down", "m", "down", "down", "m")
        assert [mark.number for mark in pane.query_one(HistoryList).marks] == [5, 3]
        assert any(" A " in line and '"v": 5' in line for line in explorer.screen())
        await explorer.press("c")
        assert pane.tab == "diff"
        assert "message 3" in text(explorer)
        assert "v: 3 → 5 (+2)" in text(explorer)
        await explorer.press("escape")
        assert not pane.is_frozen
        assert "v: 4 → 5 (+1)" in text(explorer)


async def test_double_click_opens_a_message(explore, source) -> None:
    """By mouse as by enter."""
    for number in range(1, 6):
        source.publish("lab/a", f"value {number}")
    async with explore(160, 50) as explorer:
        pane = await show(explorer, tab="history")
        await explorer.pilot.click(HistoryList, offset=(5, 2), times=2)
        await explorer.settle()
        assert pane.tab == "value"
        assert pane.query_one(ValueView).text == "value 3"


# Diff


@pytest.mark.parametrize("size", SIZES)
async def test_diff_with_the_message_before(explore, source, size) -> None:
    """It follows the topic; u unfolds, [ and ] choose another old message, space holds."""
    source.publish("lab/a", '{"v":1,"same":0}')
    async with explore(*size) as explorer:
        pane = await show(explorer, tab="diff")
        assert "There is no earlier message" in text(explorer)
        source.publish("lab/a", '{"v":2.5,"same":0}')
        source.publish("lab/a", '{"v":4,"same":0}')
        await explorer.settle()
        tab = pane.query_one(DiffTab)
        assert tab.report.summary == "1 changed; compared value by value"
        assert "v: 2.5 → 4 (+1.5)" in text(explorer)
        assert "1 value the same" in text(explorer)
        await explorer.press("u")
        assert '"same": 0' in text(explorer)
        await explorer.press("u", "left_square_bracket")
        assert "v: 1 → 4 (+3)" in text(explorer)
        await explorer.press("right_square_bracket")
        assert "v: 2.5 → 4 (+1.5)" in text(explorer)
        await explorer.press("space")
        tab._again_at = 0.0
        source.publish("lab/a", '{"v":4,"same":0}')
        await explorer.settle()
        assert "nothing changed" in text(explorer)


async def test_large_messages_are_compared_apart(explore, source) -> None:
    """What takes long runs on a thread, and its result appears by itself."""
    old = [{"id": number, "v": 0} for number in range(1_000)]
    new = [{"id": number, "v": int(number == 500)} for number in range(1_000)]
    source.publish("lab/a", json.dumps(old))
    source.publish("lab/a", json.dumps(new))
    async with explore(160, 50) as explorer:
        pane = await show(explorer, tab="diff")
        tab = pane.query_one(DiffTab)
        await explorer.until(lambda: tab.report is not None)
        assert pane.query_one(DiffView).diff[0].text == "[500].v: 0 → 1 (+1)"


# Raw and properties


@pytest.mark.parametrize("size", SIZES)
async def test_raw_bytes_of_any_length(explore, source, size) -> None:
    """Offsets, bytes and characters; a megabyte costs what is in sight."""
    payload = b"AB\x00\x1b\n" + bytes(range(256)) * 4_000
    source.publish("lab/a", payload)
    async with explore(*size) as explorer:
        pane = await show(explorer, tab="raw")
        view = pane.query_one(HexView)
        assert "41 42 00 1b 0a" in text(explorer)
        assert "AB␀␛␊" in text(explorer)
        assert f"{len(payload):,} bytes" in text(explorer)
        view.scroll_end(animate=False)
        await explorer.settle()
        last = (len(payload) - 1) // view._row_bytes * view._row_bytes
        assert f"{last:05x}" in text(explorer)


async def test_properties_or_why_there_are_none(explore, source) -> None:
    """MQTT 5 says none, MQTT 3.1.1 has none."""
    block = b"\x03\x00\x04text\x26\x00\x01k\x00\x05[red]\x02\x00\x00\x02\x58"
    source.deliver([(b"lab/a", b"1", 0, MessageDetail(properties=block))])
    source.publish("lab/b", "1")
    async with explore(160, 50) as explorer:
        await show(explorer, tab="properties")
        screen = text(explorer)
        assert "k = [red]" in screen
        assert "content type" in screen
        assert "10 min when it came" in screen
        await explorer.press("down", "enter")
        assert "k = [red]" in text(explorer)
        await explorer.press("escape")
        await show(explorer, "lab/b", "properties")
        assert "none: the message came without properties" in text(explorer)


async def test_a_presenter_does_not_claim_that_there_were_no_properties(explore, source) -> None:
    """Properties with a secret are hidden, which is not the same as none."""
    block = b"\x26\x00\x05token\x00\x03abc"
    source.deliver([(b"lab/a", b"1", 0, MessageDetail(properties=block))])
    async with explore(160, 50, preferences=Preferences(is_presenting=True)) as explorer:
        await show(explorer, tab="properties")
        assert "none, or hidden while presenting" in text(explorer)
        assert "came without properties" not in text(explorer)


# All of them


@pytest.mark.parametrize("tab", [kind.name for kind in TABS])
async def test_a_frame_without_news_paints_nothing(explore, source, monkeypatch, tab) -> None:
    """Between two messages nothing is sent to the terminal."""
    source.publish("lab/a", '{"v":1}')
    source.publish("lab/a", '{"v":2}')
    async with explore(160, 50) as explorer:
        await show(explorer, tab=tab)
        # The time stands still.
        frames = explorer.app.connection.frames
        frames._draw = frames._draw_rest = lambda now: None
        now = time.time()
        explorer.draw(now)
        await explorer.pilot.pause()
        refreshed: list[Widget] = []
        original = Widget.refresh

        def refresh(widget, *regions, **options):
            refreshed.append(widget)
            return original(widget, *regions, **options)

        pane = explorer.app.connection.explorer.query_one("#message-pane")
        monkeypatch.setattr(Widget, "refresh", refresh)
        for _ in range(3):
            explorer.draw(now)
            await explorer.pilot.pause()
        assert [each for each in refreshed if pane in each.ancestors_with_self] == []


@pytest.mark.parametrize("tab", [kind.name for kind in TABS])
@pytest.mark.parametrize("size", SIZES)
async def test_hostile_messages_stay_harmless(explore, source, tab, size) -> None:
    """No control character of a topic, payload or property reaches the screen, and no markup."""
    topic = "evil/\x1b[31m[red]\u202e"
    block = b"\x03\x00\x08\x1b[2J\xe2\x80\xae!\x08\x00\x04[/a]"
    payloads = [
        b"\x1b[2J\x1b]0;owned\x07",
        b'{"\\u001b[2J": "[bold]x[/]", "k\\u202e": [1, {"\\u0007": "\\ud800"}]}',
        b'{"\\u001b[2J": "[bold]y[/]", "k\\u202e": [2, {"\\u0007": "\\udfff"}]}',
        cbor2.dumps({"\x1b[2J": "\u202e[red]", b"\x00": "\u2028"}),
        b"\xff\xfe\x00\x1b[2J" * 20,
        b"line\x1b[1A\nline\r\n\x9b31m",
    ]
    async with explore(*size) as explorer:
        for payload in payloads:
            detail = MessageDetail(properties=block)
            source.deliver([(topic.encode(), payload, 0, detail)])
            await show(explorer, topic, tab)
            assert not unsafe_characters(text(explorer).replace("\n", "")), payload


async def test_flood_of_the_busiest_topic_costs_what_is_visible(
    explore, source, monkeypatch
) -> None:
    """20,000 messages between two frames cost the rows in sight of a few frames, not one each."""
    source.publish("lab/a", "0")
    async with explore(160, 50) as explorer:
        pane = await show(explorer, tab="history")
        listed = pane.query_one(HistoryList)
        read: list[object] = []
        value_of = listed._value_of
        monkeypatch.setattr(listed, "_value_of", lambda *args: read.append(args) or value_of(*args))
        for _ in range(20):
            source.deliver([(b"lab/a", b"%d", 0, None)] * 1_000)
        await explorer.settle()
        # Such a list is painted some times in a second only.
        explorer.draw(time.time() + 1)
        await explorer.pilot.pause()
        assert "20,001 kept" in text(explorer)
        assert listed.number_at(0) == 20_001
        # The frames of the app itself may have come in between.
        assert 0 < len(read) <= 10 * listed.size.height < 1_000


@pytest.mark.parametrize("size", SIZES)
async def test_decoders_of_a_hostile_topic(explore, source, size) -> None:
    """Neither its name nor what a decoder makes of its message takes effect; a choice counts."""
    topic = b"evil/\x1b[31m[red]\xe2\x80\xae/\xff"
    source.deliver([(topic, b"\x1b[2J\xff\xfe", 0, None)])
    async with explore(*size) as explorer:
        await explorer.settle()
        node = explorer.app.connection.workspace.store.find(topic)
        assert explorer.tree.go_to(node)
        await explorer.settle()
        await explorer.press("d")
        for _ in range(3):
            assert not unsafe_characters(text(explorer).replace("\n", ""))
            await explorer.press("t")
        await explorer.press("down", "enter")
        assert not isinstance(explorer.app.screen, DecoderScreen)
        reader = explorer.app.connection.workspace.reader
        assert reader.decoder_of(node.path) != "auto"
