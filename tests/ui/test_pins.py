"""Pinned topics above the tree."""

from __future__ import annotations

import json

import pytest

from mqttui.settings.broker_memory import memory_of
from mqttui.settings.connection import ConnectionSettings

SIZES = [(80, 24), (160, 50)]
SETTINGS = ConnectionSettings(host="broker.example", port=1883)


@pytest.fixture
def lab(source):
    """Let a few topics wait in the source."""
    for number in range(1, 6):
        source.publish(f"lab/board{number}/volt", f"4.{number}")
    return source


@pytest.fixture
def remembering(tmp_path):
    """Return the options of an app that remembers, and the file in which it does."""
    return {"settings": SETTINGS, "memory_folder": tmp_path}, memory_of(SETTINGS, tmp_path).path


def pinned(explorer) -> list[str]:
    """Return the rows of the pinned topics as they are on the screen."""
    lists = explorer.app.screen.query("PinList")
    if not lists or not lists.first().display:
        return []
    pins = lists.first()
    return [pins.render_line(y).text.rstrip() for y in range(pins.size.height)]


def remembered(path) -> list[str]:
    """Return the pins in the file."""
    return json.loads(path.read_text()).get("pins", []) if path.exists() else []


async def go_to(explorer, topic: str) -> None:
    assert explorer.tree.go_to(explorer.app.connection.workspace.store.find(topic))
    await explorer.settle()


@pytest.mark.parametrize("size", SIZES)
async def test_a_pinned_topic_shows_its_value_and_can_be_gone_to(explore, lab, size) -> None:
    """It stands above the tree whatever the tree shows; enter leads to its place."""
    async with explore(*size) as explorer:
        await go_to(explorer, "lab/board3/volt")
        await explorer.press("asterisk")
        assert pinned(explorer)[0].split()[:3] == ["★", "lab/board3/volt", "4.3"]
        lab.publish("lab/board3/volt", "9.9")
        await explorer.settle()
        assert "9.9" in pinned(explorer)[0]
        await explorer.press("C", "home", "shift+tab")
        assert explorer.app.focused.id == "pins"
        assert explorer.selected == "lab/board3/volt"
        await explorer.press("enter")
        assert explorer.app.focused is explorer.tree
        assert explorer.strips()[explorer.line_of_cursor()].text.split()[1] == "volt"


async def test_pins_come_back_after_a_restart(explore, lab, remembering) -> None:
    """Topics and branches, in the order of pinning, also those that do not exist yet."""
    options, path = remembering
    async with explore(**options) as explorer:
        for topic in ("lab/board2/volt", "lab/board1/volt"):
            await go_to(explorer, topic)
            await explorer.press("asterisk")
        await explorer.press("home", "asterisk")
        await explorer.until(lambda: len(remembered(path)) > 2)
    async with explore(**options) as explorer:
        await explorer.until(lambda: pinned(explorer))
        await explorer.settle()
        rows = pinned(explorer)
        assert [row.split()[1] for row in rows] == ["lab/board2/volt", "lab/board1/volt", "lab"]
        assert "not seen yet" in rows[0]
        lab.publish("lab/board2/volt", "5.0")
        await explorer.settle()
        rows = pinned(explorer)
        assert "5.0" in rows[0]
        assert "not seen yet" in rows[1]
        assert "1 topic" in rows[2]


async def test_unpinning_by_star_and_by_delete(explore, lab, remembering) -> None:
    """The same key pins and unpins; the last one takes the list and its memory away."""
    options, path = remembering
    async with explore(**options) as explorer:
        for topic in ("lab/board2/volt", "lab/board1/volt"):
            await go_to(explorer, topic)
            await explorer.press("asterisk")
        await explorer.press("asterisk")
        assert [row.split()[1] for row in pinned(explorer)] == ["lab/board2/volt"]
        await explorer.press("shift+tab", "delete")
        assert pinned(explorer) == []
        await explorer.until(lambda: not remembered(path))


async def test_by_mouse(explore, lab) -> None:
    """A click selects a pin, a second one goes to its place."""
    async with explore() as explorer:
        for topic in ("lab/board2/volt", "lab/board4/volt"):
            await go_to(explorer, topic)
            await explorer.press("asterisk")
        await explorer.press("C", "home")
        await explorer.pilot.click("#pins", offset=(5, 0))
        await explorer.settle()
        assert explorer.selected == "lab/board2/volt"
        await explorer.pilot.click("#pins", offset=(5, 0), times=2)
        await explorer.settle()
        assert explorer.app.focused is explorer.tree
        assert explorer.outline.index_of(explorer.tree.selected) is not None


async def test_a_damaged_memory_is_said_and_the_rest_kept(explore, lab, remembering) -> None:
    """What is no path is left out with a count."""
    options, path = remembering
    path.write_text(json.dumps({"pins": ["lab/board1/volt", 7, None], "other": {"kept": True}}))
    async with explore(**options) as explorer:
        await explorer.until(lambda: pinned(explorer))
        assert [row.split()[1] for row in pinned(explorer)] == ["lab/board1/volt"]
        messages = [notification.message for notification in explorer.app._notifications]
        assert messages == ["2 remembered pins could not be used and are left out."]
        await go_to(explorer, "lab/board2/volt")
        await explorer.press("asterisk")
        await explorer.until(lambda: "lab/board2/volt" in path.read_text())
        assert json.loads(path.read_text())["other"] == {"kept": True}


async def test_only_rows_that_changed_are_painted(explore, lab) -> None:
    """A frame without news paints no pin, one message paints one row."""
    async with explore() as explorer:
        for number in (1, 2, 3):
            await go_to(explorer, f"lab/board{number}/volt")
            await explorer.press("asterisk")
        now = explorer.app.connection.workspace.wall_clock() + 3
        explorer.draw(now)
        pins = explorer.app.screen.query_one("PinList")
        regions = []
        pins.refresh = lambda *changed, **options: regions.extend(changed)
        explorer.draw(now)
        assert regions == []
        lab.deliver([(b"lab/board2/volt", b"7", 0, None)], received_at=now)
        explorer.app.connection.frames.drain_slice()
        explorer.draw(now)
        assert [region.y for region in regions] == [1]


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_topics_are_pinned_tamed(explore, lab, size) -> None:
    """A name of 60 kB, controls and markup: nothing raw, every row as wide as the list."""
    names = ["evil/[red]\x1b]52;c;aGk=\x07\u202e", "x" * 60_000, "wide/" + "漢" * 80]
    lab.deliver([(name.encode(), b"\x1b[2J[b]", 0, None) for name in (*names,)])
    lab.deliver([(b"raw/\xff\xfe", b"\xff", 0, None)])
    async with explore(*size) as explorer:
        for name in (*(name.encode() for name in names), b"raw/\xff\xfe"):
            await go_to(explorer, name)
            await explorer.press("asterisk")
        await explorer.settle()
        rows = pinned(explorer)
        assert len(rows) >= 3
        assert all(row.isprintable() for row in rows)
        pins = explorer.app.screen.query_one("PinList")
        assert all(pins.render_line(y).cell_length == pins.row_cells for y in range(len(rows)))
        assert all(line.isprintable() for line in explorer.screen())
