"""The message pane shows what a topic says, whatever it says and however fast."""

from __future__ import annotations

import json
import time
import unicodedata
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.app import App

import mqttui.ui
from mqttui.core import message_reader as message_reader_module
from mqttui.core.message import DUP, RETAIN, Batch, MessageDetail
from mqttui.core.store import TopicStore
from mqttui.settings.preferences import Preferences
from mqttui.ui.theme import OWN_VARIABLES, filter_variables
from mqttui.ui.widgets import message_pane as message_pane_module
from mqttui.ui.widgets.message_list import MessageList
from mqttui.ui.widgets.message_pane import MessagePane
from mqttui.ui.widgets.value_view import ValueView
from mqttui.ui.workspace import Workspace
from tests.ui.conftest import FakeSource

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.app import ComposeResult
    from textual.geometry import Region
    from textual.pilot import Pilot

STYLES = Path(mqttui.ui.__file__).parent / "styles" / "message_pane.tcss"
SIZES = [(80, 24), (160, 50), (40, 20), (80, 9)]
T0 = time.mktime((2026, 3, 4, 10, 42, 7, 0, 0, -1))
TOPIC = b"iot49/bench01/data"


def a_workspace() -> Workspace:
    """Return a workspace that nothing is received in."""
    return Workspace(FakeSource(), Preferences())


class PaneApp(App[None]):
    """The pane alone."""

    CSS_PATH = STYLES

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return what our styles use beside Textual's own."""
        return OWN_VARIABLES | filter_variables(self.current_theme)

    def compose(self) -> ComposeResult:
        """Yield the pane."""
        yield MessagePane(a_workspace(), clock=lambda: 0.0)


class Bench:
    """A pane on a store that a test fills."""

    def __init__(self, app: PaneApp, pilot: Pilot[None], history_bytes: int) -> None:
        self.app = app
        self.pilot = pilot
        self.store = TopicStore(history_bytes)
        self.now = T0

    @property
    def pane(self) -> MessagePane:
        """The pane."""
        return self.app.query_one(MessagePane)

    @property
    def list(self) -> MessageList:
        """The list of last messages."""
        return self.app.query_one(MessageList)

    @property
    def value(self) -> ValueView:
        """The value."""
        return self.app.query_one(ValueView)

    def receive(
        self,
        payload: bytes,
        topic: bytes = TOPIC,
        flags: int = 0,
        detail: MessageDetail | None = None,
        after_s: float = 0.0,
        count: int = 1,
    ) -> None:
        """Let the store take in messages that came together."""
        self.now += after_s
        messages = [(topic, payload, flags, detail)] * count
        self.store.apply(Batch(self.now, messages, len(payload) * count))
        self.store.settle(self.now)

    async def show(self, topic: bytes = TOPIC) -> None:
        """Select a topic and let it be painted."""
        self.pane.show_node(self.store.find(topic), self.now)
        await self.frame()

    async def frame(self, after_s: float = 0.0) -> None:
        """Draw a frame and let it be painted."""
        await self.pilot.pause()
        self.now += after_s
        self.pane.refresh_frame(self.now)
        await self.pilot.pause()

    def screen(self) -> str:
        """Return what is on the screen."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)


@asynccontextmanager
async def bench(
    size: tuple[int, int] = (80, 24), history_bytes: int = 10_000_000
) -> AsyncIterator[Bench]:
    """Run a pane on an empty store."""
    app = PaneApp()
    async with app.run_test(size=size) as pilot:
        yield Bench(app, pilot, history_bytes)


@pytest.mark.parametrize("size", SIZES)
async def test_topic_value_and_past_are_in_sight(size: tuple[int, int]) -> None:
    """Name, facts, value and earlier messages of a topic are on the screen at once."""
    async with bench(size) as b:
        for v in (4.1, 4.2, 4.3):
            b.receive(json.dumps({"v": v}).encode(), after_s=1)
        await b.show()
        screen = b.screen()
        assert "iot49/bench01/data" in screen
        assert "3 messages" in screen
        assert "10 B" in screen
        assert '  "v": 4.3' in screen
        assert "Messages  3 kept" in screen
        assert "10:42:09.000" in screen
        if size[1] > 9:
            assert "QoS 0" in screen
            assert "JSON" in screen
        lines = [line for line in screen.splitlines() if "10:42:" in line]
        assert [line.split('"v": ')[-1][:3] for line in lines][-3:] == ["4.3", "4.2", "4.1"]


async def test_marks_of_a_message_are_named() -> None:
    """Retained, duplicate, QoS, size as published and properties are all said."""
    async with bench() as b:
        detail = MessageDetail(properties=b"\x01\x01", full_size_bytes=3_100_000)
        b.receive(b"x" * 1000, flags=RETAIN | DUP | 0x02, detail=detail)
        await b.show()
        screen = b.screen()
        for fact in ("1 message", "QoS 1", "⚑ retained", "DUP", "3.1 MB", "2 B of properties"):
            assert fact in screen
        assert "▲ showing 1.0 kB of 3.1 MB" in screen
        assert "only the first 1.0 kB of 3.1 MB were kept" in b.value.text


async def test_live_message_after_a_retained_one_is_not_called_retained() -> None:
    """A live message says that there was a retained one, not that it is one."""
    async with bench() as b:
        b.receive(b"1", flags=RETAIN)
        b.receive(b"2")
        await b.show()
        assert "⚑ retained before" in b.screen()


async def test_steady_publisher_shows_its_interval() -> None:
    """Messages at equal distance are summed up as an interval, in ages whole seconds."""
    async with bench() as b:
        for _ in range(8):
            b.receive(b"1", after_s=0.2)
        await b.show()
        assert "every 200 ms" in b.screen()
        await b.frame(after_s=5)
        assert "5 s ago" in b.screen()


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_topics_and_payloads_stay_harmless(size: tuple[int, int]) -> None:
    """No control character and no markup of a topic or payload takes effect."""
    payloads = [
        b"\x1b[2J\x1b]0;owned\x07",
        b"[bold red]markup[/bold red] [link=x]y[/]",
        b"\xff\xfe\x00\x1b[2J" * 20,
        "\u202eevil\u2066 \u200b\ufeff \x9b31m".encode(),
        b'{"\x1b[2J": "[/]"}',
        b'{"a": "\\u001b[2J\\u202e"}',
        b"\r\n\t\x08" * 50,
        ("Z" + "\u0301" * 400).encode(),
        ("\U0001f468\u200d\U0001f469" * 30).encode(),
        b"\xed\xa0\x80",
    ]
    async with bench(size) as b:
        for number, payload in enumerate(payloads):
            topic = b"evil/\x1b[31m[red]\xff\xe2\x80\xae/%d" % number
            b.receive(payload, topic)
            b.receive(payload, topic)
            await b.show(topic)
            screen = b.screen()
            for character in screen:
                if character != "\n":
                    category = unicodedata.category(character)
                    assert category not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"), payload
            assert "[red]" in screen


@pytest.mark.parametrize("size", SIZES)
async def test_five_megabyte_payload_is_cut_and_said_to_be(size: tuple[int, int]) -> None:
    """Of a huge value the beginning is shown, and the sizes are named."""
    async with bench(size) as b:
        b.receive(json.dumps([{"v": 1, "name": "sensor"}] * 200_000).encode())
        await b.show()
        assert "▲ showing 64 kB of 5." in b.screen()
        await b.pilot.press("tab")
        b.value.scroll_end(animate=False)
        await b.pilot.pause()
        assert "▲ showing 64 kB of 5." in b.value.text.splitlines()[-1]
        assert b.value.row_count > 5000


async def test_broken_json_says_where() -> None:
    """A payload that looks like JSON and is not is shown as it came, with the reason."""
    async with bench() as b:
        b.receive(b'{"v": 1,\n "on": yes}')
        await b.show()
        screen = b.screen()
        assert '"on": yes}' in screen
        assert "not valid JSON: expected a value, at line 2, column 8" in screen


@pytest.mark.parametrize(
    ("width", "row"),
    [
        (160, "0000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  ················"),
        (60, "0000  00 01 02 03 04 05 06 07  ········"),
        (40, "0000  00 01 02 03  ····"),
    ],
)
async def test_hex_dump_fits_the_pane(width: int, row: str) -> None:
    """A hex dump uses as many columns as there are, and no row of it is wrapped."""
    async with bench((width, 30)) as b:
        b.receive(bytes(range(32)))
        await b.show()
        assert row in [line.strip(" ▁▂▃▄▅▆▇█") for line in b.screen().splitlines()]


@pytest.mark.parametrize("size", SIZES)
async def test_broken_json_is_marked_above_its_value(size: tuple[int, int]) -> None:
    """However long the value is, that it is broken is in sight."""
    async with bench(size) as b:
        b.receive(b'{"v": [' + b'"word", ' * 200 + b"]}")
        await b.show()
        assert "▲ not valid JSON" in b.screen()


async def test_empty_payload_explains_itself() -> None:
    """An empty payload is not just a blank pane."""
    async with bench() as b:
        b.receive(b"")
        await b.show()
        assert "empty: deletes a retained message" in b.screen()


async def test_a_frame_without_news_paints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within one second and without a message no row of the pane is painted again."""
    async with bench() as b:
        b.receive(b'{"v":1}')
        await b.show()
        painted = _count_paints(monkeypatch)
        for _ in range(5):
            await b.frame(after_s=0.1)
        assert painted == []


async def test_an_age_repaints_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """When only the age changes, only the row of the facts is painted."""
    async with bench() as b:
        b.receive(b'{"v":1}')
        await b.show()
        await b.frame(after_s=2)
        painted = _count_paints(monkeypatch)
        await b.frame(after_s=1)
        assert [(name, region.y, region.height) for name, region in painted] == [
            ("message-head", 1, 1)
        ]


async def test_only_changed_rows_of_a_value_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new value paints the rows in which it differs from the old one."""
    async with bench() as b:
        b.receive(b'{"a":1,"b":2,"c":3}')
        await b.show()
        painted = _count_paints(monkeypatch)
        b.receive(b'{"a":1,"b":5,"c":3}')
        await b.frame()
        rows = [region.y for name, region in painted if name == "message-value"]
        assert rows == [2]


def _count_paints(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Region]]:
    painted: list[tuple[str, Region]] = []
    for kind in (ValueView, MessageList, message_pane_module.Lines):
        original = kind.refresh

        def refresh(self, *regions, _original=original, **options):
            painted.extend((self.id, region) for region in regions or (self.size.region,))
            return _original(self, *regions, **options)

        monkeypatch.setattr(kind, "refresh", refresh)
    return painted


async def test_flood_costs_what_is_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    """20,000 messages between two frames cost one decoding and the visible rows."""
    async with bench() as b:
        b.receive(b'{"v":0}')
        await b.show()
        decoded: list[bytes] = []
        listed: list[bytes] = []
        decode, one_line = message_reader_module.decode, message_reader_module.one_line
        monkeypatch.setattr(
            message_reader_module,
            "decode",
            lambda payload, *rest, **more: (
                decoded.append(payload) or decode(payload, *rest, **more)
            ),
        )
        monkeypatch.setattr(
            message_reader_module,
            "one_line",
            lambda payload, width: listed.append(payload) or one_line(payload, width),
        )
        frames = 5
        for frame in range(frames):
            for part in range(20):
                b.receive(b'{"v":%d}' % (100 * frame + part), count=1000, after_s=0.005)
            await b.frame()
        assert decoded == [b'{"v":%d}' % (100 * frame + 19) for frame in range(frames)]
        assert 0 < len(listed) <= frames * b.list.size.height
        assert "100,001 messages" in b.screen()


async def test_an_expensive_value_is_decoded_less_often() -> None:
    """Decoding takes a bounded share of the time, and the last value is shown in the end."""
    ticks = iter(range(1000))

    class SlowClockApp(PaneApp):
        def compose(self) -> ComposeResult:
            yield MessagePane(a_workspace(), clock=lambda: float(next(ticks)))

    app = SlowClockApp()
    async with app.run_test(size=(80, 24)) as pilot:
        b = Bench(app, pilot, 10_000_000)
        b.receive(b"first")
        await b.show()
        b.receive(b"second")
        await b.frame()
        assert b.value.text == "first"
        # Every look at the clock takes a second, decoding one more; the share allows 1 in 20.
        for _ in range(25):
            await b.frame()
        assert b.value.text == "second"


@pytest.mark.parametrize("size", SIZES)
async def test_choosing_a_message_freezes_it_until_escape(size: tuple[int, int]) -> None:
    """A chosen message stays while others arrive, says so, and escape goes back to live."""
    async with bench(size) as b:
        for number in range(1, 11):
            b.receive(b"value %d" % number, after_s=1)
        await b.show()
        b.list.focus()
        await b.pilot.press("down", "down", "down")
        await b.frame()
        assert b.pane.is_frozen
        assert b.value.text == "value 8"
        assert "message 8 of 10" in b.screen()
        assert "esc: back to live" in b.screen()
        b.receive(b"value 11", after_s=1)
        await b.frame()
        assert b.value.text == "value 8"
        assert "message 8 of 11" in b.screen()
        assert b.list.cursor == 8
        await b.pilot.press("escape")
        await b.frame()
        assert not b.pane.is_frozen
        assert b.value.text == "value 11"


async def test_frozen_message_survives_its_eviction() -> None:
    """What somebody reads is not taken away, and what was evicted is counted."""
    async with bench(history_bytes=100_000) as b:
        for number in range(1, 21):
            b.receive(b"value %d" % number, after_s=1)
        await b.show()
        b.list.focus()
        await b.pilot.press("end")
        await b.frame()
        assert b.value.text == "value 1"
        b.receive(b"x" * 1000, count=500)
        await b.frame()
        node = b.store.find(TOPIC)
        assert node is not None
        assert node.evicted > 20
        assert b.value.text == "value 1"
        assert "message 1 of 520" in b.screen()
        assert f"{node.evicted:,} older evicted" in b.screen()
        kept = len(node.entries())
        assert f"{kept:,} kept" in b.screen()
        assert b.list.row_count == kept


async def test_up_from_the_newest_message_is_live_again() -> None:
    """The cursor leaves the list at its top, and the pane follows the topic."""
    async with bench() as b:
        b.receive(b"1")
        b.receive(b"2")
        await b.show()
        b.list.focus()
        await b.pilot.press("down")
        assert b.pane.is_frozen
        await b.pilot.press("up")
        assert not b.pane.is_frozen


async def test_click_chooses_a_message() -> None:
    """A click on a row shows that message."""
    async with bench() as b:
        for number in range(1, 6):
            b.receive(b"value %d" % number, after_s=1)
        await b.show()
        await b.pilot.click(MessageList, offset=(3, 2))
        await b.frame()
        assert b.value.text == "value 3"


async def test_scrolled_list_stays_on_its_messages() -> None:
    """Who scrolled down in the list keeps the same rows in sight while new messages arrive."""
    async with bench() as b:
        for number in range(100):
            b.receive(b"value %d" % number, after_s=1)
        await b.show()
        b.list.scroll_to(y=40, animate=False)
        await b.pilot.pause()
        before = [b.list.render_line(y).text for y in range(b.list.size.height)]
        assert "value 59" in before[0]
        for number in range(100, 107):
            b.receive(b"value %d" % number, after_s=1)
        await b.frame()
        after = [b.list.render_line(y).text for y in range(b.list.size.height)]
        assert after == before


async def test_chosen_message_stays_in_sight() -> None:
    """The row of a frozen message does not move away under new messages."""
    async with bench() as b:
        for number in range(30):
            b.receive(b"value %d" % number, after_s=1)
        await b.show()
        b.list.focus()
        await b.pilot.press("down", "down")
        b.receive(b"new", count=100, after_s=1)
        await b.frame()
        rows = [b.list.render_line(y).text for y in range(b.list.size.height)]
        assert "value 28" in rows[1]
        assert ["◀" in row for row in rows] == [index == 1 for index in range(len(rows))]


async def test_another_node_starts_live_and_at_its_top() -> None:
    """Selecting another topic forgets the frozen message and the scrolled place."""
    async with bench() as b:
        for _ in range(50):
            b.receive(json.dumps(list(range(1000, 1300))).encode())
        b.receive(b"other", b"other/topic")
        await b.show()
        b.value.scroll_to(y=5, animate=False)
        b.list.focus()
        await b.pilot.press("down", "down")
        await b.show(b"other/topic")
        assert not b.pane.is_frozen
        assert b.value.scroll_offset.y == 0
        assert b.value.text == "other"
        assert b.list.row_count == 1


@pytest.mark.parametrize("size", SIZES)
async def test_branch_is_summed_up(size: tuple[int, int]) -> None:
    """A branch shows its topics, messages and retained values, and what changed last below."""
    async with bench(size) as b:
        for number in range(12):
            b.receive(b"online", b"iot49/b%02d/status" % number, flags=RETAIN, after_s=1)
            b.receive(b'{"v":%d}' % number, b"iot49/b%02d/data" % number, after_s=1)
        branch = b.store.root.children["iot49"]
        b.pane.show_node(branch, b.now)
        await b.frame()
        screen = b.screen()
        assert "iot49/" in screen
        assert "24 topics" in screen
        assert "24 messages" in screen
        assert "⚑ 12 retained" in screen
        lines = screen.splitlines()
        first = next(line for line in lines if "data" in line)
        assert "b11/data" in first
        assert '{"v":11}' in first


async def test_huge_branch_is_summed_up_in_part_and_says_so() -> None:
    """A look at a branch of many topics is bounded, and what it could not count is said."""
    async with bench() as b:
        messages = [(b"big/%d" % number, b"1", RETAIN, None) for number in range(10_000)]
        b.store.apply(Batch(b.now, messages, 0))
        b.store.settle(b.now)
        b.pane.show_node(b.store.root.children["big"], b.now)
        await b.frame()
        assert "10,000 topics" in b.screen()
        assert "at least 3,000 retained" in b.screen()
        assert "(a part)" in b.screen()


async def test_branch_that_becomes_a_topic_shows_its_value() -> None:
    """When a message arrives on a branch that is shown, its value appears."""
    async with bench() as b:
        b.receive(b"1", b"a/b/c")
        b.pane.show_node(b.store.root.children["a"].children["b"], b.now)
        await b.frame()
        assert "Last changed below" in b.screen()
        b.receive(b"now a topic", b"a/b")
        await b.frame()
        await b.frame()
        assert "now a topic" in b.screen()
        assert "1 topic below" in b.screen()


async def test_nothing_selected_is_said() -> None:
    """Without a selection the pane says so."""
    async with bench() as b:
        b.pane.show_node(None, b.now)
        await b.frame()
        assert "Nothing selected" in b.screen()


async def test_resizing_wraps_again() -> None:
    """A long line is wrapped at the new width, and nothing of it is lost."""
    async with bench((100, 30)) as b:
        text = "".join(f"{number:04d}," for number in range(60))
        b.receive(text.encode())
        await b.show()
        for width in (60, 120, 40):
            await b.pilot.resize_terminal(width, 30)
            await b.frame()
            rows = [b.value.render_line(y).text.rstrip() for y in range(b.value.row_count)]
            assert "".join(rows) == text
