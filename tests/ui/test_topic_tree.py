"""The topic tree shows the store, and its cursor is a topic whatever happens around it."""

from __future__ import annotations

import random
import re
import time
from typing import TYPE_CHECKING

import pytest
from textual.events import MouseScrollDown
from textual.widget import Widget

from mqttui.core.outline import Order
from mqttui.core.search.query import Query

if TYPE_CHECKING:
    from textual.geometry import Region


def topics_of(count: int, prefix: str = "t") -> list[tuple[bytes, bytes, int, None]]:
    """Return one message for each of `count` topics below 100 branches."""
    return [(b"%s/%02d/%06d" % (prefix.encode(), i % 100, i), b"1", 0, None) for i in range(count)]


@pytest.fixture
def house(source):
    """Let a small house of topics wait in the source."""
    for room in ("attic", "kitchen", "porch"):
        source.publish(f"house/{room}/temperature", f"{len(room)}.5")
        source.publish(f"house/{room}/status", "online", retain=True)
    source.publish("garden/pump", "off")
    return source


async def test_tree_shows_what_the_store_has(explore, house) -> None:
    """Topics appear as branches and rows with their last value."""
    async with explore() as explorer:
        await explorer.press("E", "j", "j")
        assert explorer.selected == "garden/pump"
        assert "7.5" in explorer.rows()[8]
        assert "⚑ online" in explorer.row_of("status")
        assert "6 topics" in explorer.row_of("house")
        assert len(explorer.rows()) == 2 + 1 + 3 + 6


async def test_a_new_value_replaces_the_old_one(explore, house) -> None:
    """A row follows its topic."""
    async with explore() as explorer:
        await explorer.press("E")
        house.publish("garden/pump", "on at last")
        await explorer.settle()
        assert "on at last" in explorer.row_of("pump")


async def test_arrows_open_and_close_branches(explore, house) -> None:
    """Right opens and goes in, left closes and goes to the parent."""
    async with explore() as explorer:
        await explorer.press("C", "home")
        assert [row.split()[1] for row in explorer.rows()] == ["garden", "house"]
        await explorer.press("down", "right")
        assert len(explorer.rows()) == 5
        await explorer.press("right", "right")
        assert explorer.selected == "house/attic"
        await explorer.press("right")
        assert explorer.selected == "house/attic/status"
        await explorer.press("left")
        assert explorer.selected == "house/attic"
        await explorer.press("left", "left", "left")
        assert explorer.selected == "house"
        assert len(explorer.rows()) == 2


async def test_enter_toggles_and_e_and_c_reach_everything_below(explore, house) -> None:
    """One key opens a branch, another all that is below it."""
    async with explore() as explorer:
        await explorer.press("C", "home", "down", "enter")
        assert len(explorer.rows()) == 5
        await explorer.press("e")
        assert len(explorer.rows()) == 11
        await explorer.press("c")
        assert len(explorer.rows()) == 2


async def test_home_end_and_pages_stay_within_the_rows(explore, source) -> None:
    """The cursor goes to the ends and by pages, and never past them."""
    source.deliver(topics_of(500))
    async with explore(80, 24) as explorer:
        await explorer.press("E", "end")
        assert explorer.selected == "t/99/000499"
        await explorer.press("pagedown")
        assert explorer.selected == "t/99/000499"
        await explorer.press("home")
        assert explorer.selected == "t"
        await explorer.press("pagedown")
        assert explorer.tree.selected.depth == 2
        await explorer.press("pageup", "pageup")
        assert explorer.selected == "t"


async def test_clicks_select_and_open(explore, house) -> None:
    """A click selects; a click on the mark and a double click open and close."""
    async with explore() as explorer:
        await explorer.press("C")
        await explorer.pilot.click("#topic-tree", offset=(20, 1))
        await explorer.settle()
        assert explorer.selected == "house"
        assert len(explorer.rows()) == 2
        await explorer.pilot.click("#topic-tree", offset=(1, 1))
        await explorer.settle()
        assert len(explorer.rows()) == 5
        await explorer.pilot.double_click("#topic-tree", offset=(20, 1))
        await explorer.settle()
        assert len(explorer.rows()) == 2
        await explorer.pilot.click("#topic-tree", offset=(20, 9))
        assert explorer.selected == "house"


async def test_cursor_keeps_its_line_while_rows_come_in_above(explore, source) -> None:
    """The selected row does not move on the screen when topics are inserted before it."""
    source.deliver([(b"m/%03d" % i, b"1", 0, None) for i in range(100)])
    async with explore(80, 40) as explorer:
        await explorer.press("E", *["down"] * 5)
        line = explorer.line_of_cursor()
        for round_ in range(5):
            source.deliver([(b"a%d/x%02d" % (round_, i), b"1", 0, None) for i in range(30)])
            await explorer.settle()
            assert explorer.selected == "m/003"
            assert explorer.line_of_cursor() == line


async def test_rows_under_the_eye_stay_when_the_cursor_is_out_of_sight(explore, source) -> None:
    """Once the user has scrolled away, the top row stays put while rows come in above it."""
    source.deliver([(b"m/%03d" % i, b"1", 0, None) for i in range(300)])
    async with explore(80, 40) as explorer:
        await explorer.press("E", "down")
        explorer.tree.scroll_to(y=150, animate=False)
        await explorer.settle()
        assert explorer.line_of_cursor() is None
        top = explorer.rows()[0]
        source.deliver([(b"a/%03d" % i, b"1", 0, None) for i in range(50)])
        await explorer.settle()
        assert explorer.rows()[0].split()[0] == top.split()[0]


async def test_the_wheel_scrolls_and_leaves_the_cursor_alone(explore, source) -> None:
    """Scrolling is looking, not selecting."""
    source.deliver(topics_of(300))
    async with explore(80, 40) as explorer:
        await explorer.press("E", "down", "down")
        selected = explorer.selected
        for _ in range(10):
            explorer.tree.post_message(
                MouseScrollDown(explorer.tree, 5, 5, 0, 1, 0, False, False, False)
            )
        await explorer.pilot.pause()
        await explorer.settle()
        assert explorer.tree.scroll_offset.y > 0
        assert explorer.selected == selected


@pytest.mark.parametrize("seed", range(6))
async def test_selection_stays_on_its_topic_whatever_happens(explore, source, seed) -> None:
    """Through random traffic, orders, filters, opening and closing, only a key moves it."""
    chance = random.Random(seed)
    source.deliver(topics_of(400))
    async with explore(90, 30) as explorer:
        await explorer.press("E", *["pagedown"] * chance.randrange(1, 9))
        selected = explorer.tree.selected
        assert selected is not None
        for _ in range(40):
            act = chance.randrange(6)
            if act == 0:
                source.deliver(topics_of(chance.randrange(50), chance.choice("asz")))
            elif act == 1:
                source.deliver(
                    [(b"t/%02d/new%d" % (chance.randrange(99), chance.randrange(9)), b"", 0, None)]
                )
            elif act == 2:
                await explorer.pilot.press("o")
            elif act == 3:
                text = chance.choice(["", "t/", "00001", "+/05/#", "new"])
                explorer.app.connection.explorer._search_for(Query(text) if text else None)
            elif act == 4:
                await explorer.pilot.press(chance.choice("EC"))
            else:
                explorer.tree.scroll_to(y=chance.randrange(500), animate=False)
            await explorer.settle()
            assert explorer.tree.selected is selected
            shown = [row.node for row in explorer.outline.window(explorer.tree._top, 30)]
            cursor = explorer.line_of_cursor()
            if cursor is not None:
                assert selected is shown[cursor] or _is_below(selected, shown[cursor])
            if selected in shown[: explorer.tree.size.height]:
                assert cursor == shown.index(selected)


def _is_below(node, branch) -> bool:
    while node is not None:
        if node is branch:
            return True
        node = node.parent
    return False


async def test_filter_hides_the_selected_topic_and_gives_it_back(explore, house) -> None:
    """What is explained on the right stays; the bright row returns when the filter goes."""
    async with explore() as explorer:
        await explorer.press("E", "end")
        assert explorer.selected == "house/porch/temperature"
        await explorer.press("slash", *"pump")
        assert explorer.selected == "house/porch/temperature"
        assert [row.split()[1] for row in explorer.rows()] == ["garden", "off"]
        await explorer.press("escape")
        assert explorer.strips()[explorer.line_of_cursor()].text.split()[1] == "temperature"
        await explorer.press("up")
        assert explorer.selected == "house/porch/status"


async def test_order_changes_keep_the_cursor_on_its_line(explore, house) -> None:
    """Another order moves the rows around the cursor, not the cursor."""
    async with explore(100, 40) as explorer:
        house.deliver([(b"house/kitchen/temperature", b"9", 0, None)] * 50)
        await explorer.press("E", "home")
        orders = [explorer.outline.order]
        for _ in range(3):
            await explorer.press("o")
            orders.append(explorer.outline.order)
            assert explorer.selected == "garden"
        assert orders == list(Order)
        assert "most messages first" in "\n".join(explorer.screen())
        assert explorer.rows()[0].split()[1] == "house"


async def test_follow_jumps_to_what_changes_and_ends_with_a_key(explore, house) -> None:
    """`f` follows the topic that changed last; moving by hand stops it."""
    async with explore() as explorer:
        await explorer.press("C", "f")
        house.publish("deep/down/below", "here")
        house.publish("$SYS/broker/uptime", "5 seconds")
        explorer.tree._followed_at = 0.0
        await explorer.settle()
        assert explorer.selected == "deep/down/below"
        assert "following" in explorer.screen()[0]
        await explorer.press("up")
        house.publish("garden/pump", "on")
        explorer.tree._followed_at = 0.0
        await explorer.settle()
        assert explorer.selected == "deep/down"
        assert "following" not in explorer.screen()[0]


async def test_only_rows_on_the_screen_are_rendered(explore, source) -> None:
    """With 100,000 topics a frame renders as many rows as fit, and no more."""
    source.deliver(topics_of(100_000))
    async with explore(160, 50) as explorer:
        await explorer.press("E")
        assert explorer.tree.virtual_size.height == 100_101
        height = explorer.tree.size.height
        explorer.tree._painter.painted_rows = 0
        explorer.tree.scroll_to(y=50_000, animate=False)
        assert 0 < explorer.tree._painter.painted_rows <= height
        source.deliver(topics_of(100_000))
        while explorer.app.connection.frames.drain_slice():
            pass
        explorer.tree._painter.painted_rows = 0
        explorer.draw(time.time())
        assert 0 < explorer.tree._painter.painted_rows <= height
        assert len(explorer.tree._lines) == height
        assert explorer.tree._painter.remembered <= 2 * height


async def test_a_frame_without_change_repaints_nothing(explore, house, monkeypatch) -> None:
    """When nothing visible is new, no widget asks to be painted."""
    async with explore(160, 50) as explorer:
        await explorer.press("E", "down", "down")
        now = time.time() + 3600
        explorer.draw(now)
        await explorer.pilot.pause()
        asked = _recorded_refreshes(monkeypatch)
        for _ in range(20):
            explorer.draw(now)
        assert asked == []


async def test_only_the_line_that_changed_is_repainted(explore, house, monkeypatch) -> None:
    """A new value on one topic repaints its line and those of the branches above."""
    async with explore(160, 50) as explorer:
        await explorer.press("E", "home")
        now = time.time() + 3600
        explorer.draw(now)
        await explorer.pilot.pause()
        asked = _recorded_refreshes(monkeypatch)
        house.deliver([(b"house/attic/status", b"offline", 0, None)], received_at=now)
        explorer.app.connection.frames._wall_clock = lambda: now
        explorer.app.connection.frames.drain_slice()
        explorer.draw(now)
        lines = {
            region.y for widget, regions in asked if widget is explorer.tree for region in regions
        }
        assert lines == {2, 3, 4}


def _recorded_refreshes(monkeypatch) -> list[tuple[Widget, tuple[Region, ...]]]:
    asked: list[tuple[Widget, tuple[Region, ...]]] = []
    original = Widget.refresh

    def refresh(widget, *regions, **options):
        asked.append((widget, regions))
        return original(widget, *regions, **options)

    monkeypatch.setattr(Widget, "refresh", refresh)
    return asked


UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
HOSTILE = [
    ("[bold red]x[/]/[link=http://a]", b"[bold]y[/bold] [@click=quit]z[/]"),
    ("esc/\x1b[31mred\x1b]0;title\x07", b"\x1b[2J\x1b[H\x9b31m\x07"),
    ("bidi/\u202eevil\u2066", "\u202etxt.exe\u200b\ufeff".encode()),
    ("wide/温度计/🌡️🧪👩‍👩‍👧", "二十度 🌡️".encode() * 50),
    ("long/" + "n" * 60_000, b"p" * 500_000),
    ("marks/z" + "\u0301" * 5000, ("a" + "\u0301" * 5000).encode()),
    ("deep/" + "/".join(str(i) for i in range(300)), b"bottom"),
    ("//a//", b"empty levels"),
    ("nl/a\nb\tc\r", b"line1\nline2\ttab\rcr"),
    ("$SYS/[x]", bytes(range(256))),
]


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (30, 12), (12, 6)])
async def test_hostile_topics_and_payloads_stay_harmless(explore, source, size) -> None:
    """Markup, escape sequences, bidirectional text and giants never reach the terminal raw."""
    for topic, payload in HOSTILE:
        source.publish(topic, payload)
        source.deliver([(topic.encode() + b"\xff\xfe", payload, 1, None)])
    async with explore(*size) as explorer:
        await explorer.press("E")
        for _ in range(3):
            await explorer.press("pagedown")
        for topic, _ in HOSTILE:
            for name in (topic.encode(), topic.encode() + b"\xff\xfe"):
                assert explorer.tree.go_to(explorer.app.connection.workspace.store.find(name))
                await explorer.settle()
                for line in explorer.screen():
                    assert line.isprintable()
                    assert not UNSEEN.search(line)
                width = explorer.tree.size.width
                assert all(strip.cell_length == width for strip in explorer.strips())


@pytest.mark.parametrize("text", ["", "pump"])
async def test_nothing_is_left_to_do_once_all_is_shown(explore, house, text) -> None:
    """An idle tree keeps no spare turn busy, with and without a filter."""
    async with explore() as explorer:
        await explorer.press("E")
        if text:
            await explorer.press("slash", *text)
        house.publish("garden/hose", "off")
        await explorer.settle()
        while explorer.app.connection.explorer.unfold_more():
            pass
        assert not explorer.outline.has_backlog
        frames = explorer.app.connection.frames
        frames.turn()
        assert max(frames.turn() for _ in range(3)) > 0.01
