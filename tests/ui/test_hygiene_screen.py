"""The hygiene screen teaches: rules with counts, topics with sentences, and the way to them."""

from __future__ import annotations

import time

import pytest

from mqttui.core.hygiene.report import HygieneReport
from mqttui.core.hygiene.rules import Rule
from mqttui.ui.screens.explorer import ExplorerScreen
from mqttui.ui.screens.hygiene import HygieneScreen
from mqttui.ui.widgets.cells import Lines

SIZES = [(80, 24), (160, 50)]


@pytest.fixture
def careless(source):
    """Let topics of three careless students wait in the source."""
    source.publish("iot49/max-1234/My Sensor/data", '{"v": 4.8}')
    source.publish("/iot49/max-1234/data", '{"v": 4.8}')
    source.publish("iot49/max-1234/json", "{'v': 4.8}")
    source.publish("iot49/max-1234/good", '{"v": 4.8}')
    source.publish("temperature", "21.5")
    source.publish("$SYS/broker/a b", "1")
    return source


def row_of(explorer, text: str) -> str:
    """Return the line of the screen with `text` in it."""
    found = [line for line in explorer.screen() if text in line]
    assert found, f"{text} is not on the screen: {explorer.screen()}"
    return found[0]


async def open_hygiene(explorer) -> None:
    """Open the screen and let everything be looked at."""
    await explorer.press("y")
    hygiene = explorer.app.connection.workspace.hygiene
    while hygiene.looked_at < hygiene.topics:
        explorer.draw(time.time())
    for ahead_s in (3, 6):
        explorer.draw(time.time() + ahead_s)
    await explorer.settle()


@pytest.mark.parametrize("size", SIZES)
async def test_rules_are_counted_and_explained(explore, careless, size) -> None:
    """At both sizes every rule has its count, and the first broken one its explanation."""
    async with explore(*size) as explorer:
        await open_hygiene(explorer)
        assert isinstance(explorer.app.screen, HygieneScreen)
        text = "\n".join(explorer.screen())
        assert "4 findings on 4 of 5 topics" in text
        await explorer.press("end")
        both = text + "\n".join(explorer.screen())
        for rule in Rule:
            assert f"  {rule.title}" in both
        assert "1  Leading slash" in text
        assert "0  Not ASCII" in text
        assert "/iot49/max-1234/data" in text
        assert "Begin with" in text
        assert "esc Back" in explorer.screen()[-1]


@pytest.mark.parametrize("size", SIZES)
async def test_a_rule_leads_to_a_topic_and_on_to_the_tree(explore, careless, size) -> None:
    """Enter goes from the rule to its topics, and from a topic to its row, which is opened."""
    async with explore(*size) as explorer:
        await explorer.press("C")
        await open_hygiene(explorer)
        await explorer.press("down", "down")
        assert "My Sensor/data" in "\n".join(explorer.screen())
        assert "publish to iot49/max-1234/My-Sensor/data" in " ".join(
            line.strip() for line in explorer.screen()
        )
        await explorer.press("enter", "enter")
        assert isinstance(explorer.app.screen, ExplorerScreen)
        assert explorer.selected == "iot49/max-1234/My Sensor/data"
        assert explorer.line_of_cursor() is not None


async def test_a_filter_does_not_hide_where_one_goes(explore, careless) -> None:
    """A filter that would hide the topic is cleared on the way."""
    async with explore() as explorer:
        await explorer.press("slash", *"good", "enter")
        assert explorer.outline.search.query.text == "good"
        await open_hygiene(explorer)
        await explorer.press("enter", "enter")
        assert explorer.selected == "/iot49/max-1234/data"
        assert explorer.outline.search is None
        assert explorer.line_of_cursor() is not None


async def test_escape_goes_back_step_by_step(explore, careless) -> None:
    """From the topics to the rules, from the rules to the tree; `y` at once."""
    async with explore() as explorer:
        await open_hygiene(explorer)
        await explorer.press("enter", "escape")
        assert isinstance(explorer.app.screen, HygieneScreen)
        await explorer.press("escape")
        assert isinstance(explorer.app.screen, ExplorerScreen)
        await explorer.press("y", "enter", "y")
        assert isinstance(explorer.app.screen, ExplorerScreen)
        assert explorer.selected is None


async def test_the_mouse_does_what_the_keys_do(explore, careless) -> None:
    """A click shows a rule, a double click on a topic goes to it."""
    async with explore() as explorer:
        await open_hygiene(explorer)
        row = list(Rule).index(Rule.BROKEN_JSON)
        await explorer.pilot.click("#hygiene-rules", offset=(5, row))
        await explorer.settle()
        assert "cannot be parsed" in "\n".join(explorer.screen())
        await explorer.pilot.click("#hygiene-findings", offset=(5, 0), times=2)
        await explorer.settle()
        assert explorer.selected == "iot49/max-1234/json"


async def test_the_screen_follows_what_comes_in(explore, source) -> None:
    """It is drawn while it is open: a mistake appears, and goes away when it is mended."""
    async with explore() as explorer:
        await open_hygiene(explorer)
        assert "no topic was received yet" in explorer.screen()[0]
        source.publish("a-1234/x", "{'v'}")
        await explorer.settle()
        explorer.draw(time.time() + 10)
        await explorer.settle()
        assert row_of(explorer, "1  Nearly JSON")
        for _ in range(40):
            source.publish("a-1234/x", '{"v": 4.8}')
        await explorer.settle()
        explorer.draw(time.time() + 20)
        await explorer.settle()
        assert row_of(explorer, "0  Nearly JSON")


async def test_careless_topics_are_marked_in_the_tree(explore, careless) -> None:
    """The mark stands before the value, where a good topic has nothing, and moves no column."""
    async with explore() as explorer:
        await explorer.press("E")
        before = explorer.row_of("temperature"), explorer.row_of("good")
        assert "!" not in "".join(before)
        for _ in range(12):
            explorer.draw(time.time())
        for ahead_s in (3, 6):
            explorer.draw(time.time() + ahead_s)
        await explorer.settle()
        row = explorer.row_of("temperature")
        assert " !  21.5" in row
        assert row.index("21.5") == before[0].index("21.5")
        # Broken JSON has the mark of what cannot be read.
        assert "!" not in explorer.row_of("json")
        assert "!" not in explorer.row_of("good")


async def test_hostile_names_are_shown_as_text(explore, source) -> None:
    """Neither markup nor escape sequences of a topic or a key take effect."""
    source.publish("a-1234/[red]\x1b[31m x\u202e", '{"[bold]flux": 1.5}')
    async with explore() as explorer:
        await open_hygiene(explorer)
        text = "\n".join(explorer.screen())
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "[red]␛[31m x" in text
        await explorer.press("home", *["down"] * list(Rule).index(Rule.MISSING_UNIT))
        assert "[bold]flux is a number" in "\n".join(explorer.screen())


async def test_more_findings_than_are_kept_are_counted(explore, source, monkeypatch) -> None:
    """What is not listed is named with its number."""
    monkeypatch.setattr(HygieneReport.__init__, "__defaults__", (10,))
    source.deliver([(b"/a-1234/%d" % k, b"1", 0, None) for k in range(25)])
    async with explore() as explorer:
        await open_hygiene(explorer)
        assert row_of(explorer, "25  Leading slash")
        assert "and 15 more" in "\n".join(explorer.screen())


async def test_the_first_words_already_have_the_width_of_the_screen(
    explore, careless, monkeypatch
) -> None:
    """On a slow line a first picture with narrow lines would stand there for a while."""
    shown = []
    show = Lines.show

    def remember(lines, rows) -> None:
        if lines.id == "hygiene-words":
            shown.extend("".join(text for text, _ in row) for row in rows)
        show(lines, rows)

    async with explore(80, 24) as explorer:
        monkeypatch.setattr(Lines, "show", remember)
        await open_hygiene(explorer)
    assert shown[0] == ("A leading slash makes a first level without a name: anna/# does not match")
