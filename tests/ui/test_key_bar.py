"""The line of keys: what it shows, what it leaves out, and that it can be clicked."""

from __future__ import annotations

import pytest

from mqttui.ui.widgets.key_bar import Key, KeyBar, at, fitting

KEYS = [
    Key("slash", "/", "Find"),
    Key("space", "space", "Pause"),
    Key("question_mark", "?", "Help", is_everywhere=True),
    Key("q", "q", "Quit", is_everywhere=True),
]


@pytest.mark.parametrize(
    ("width", "names"),
    [
        (32, ["slash", "space", "question_mark", "q"]),
        (31, ["slash", "question_mark", "q"]),
        (20, ["slash", "question_mark", "q"]),
        (21, ["slash", "question_mark", "q"]),
        (19, ["question_mark", "q"]),
        (13, ["question_mark", "q"]),
        (6, ["question_mark"]),
        (0, []),
    ],
)
def test_keys_of_the_whole_program_stay_longest(width: int, names: list[str]) -> None:
    """Where room is short, help and quitting are still told, in their usual place."""
    assert [key.name for key in fitting(KEYS, width)] == names


def test_a_cell_belongs_to_the_key_painted_there() -> None:
    """`/ Find space Pause`: the gap belongs to nobody."""
    found = [at(KEYS, cell) for cell in (0, 5, 6, 7, 17, 99)]
    assert found == [KEYS[0], KEYS[0], None, KEYS[1], KEYS[1], None]


async def test_the_bar_shows_the_bindings_of_the_focused_widget(explore) -> None:
    """The keys of the tree and of the program stand on the last line."""
    async with explore(80, 24) as explorer:
        last = explorer.screen()[-1]
        for text in ("/ Find", "space Pause", "enter Open/close", "? Help", "q Quit"):
            assert text in last
        for text in ("p Publish", "s Subscriptions"):
            assert text in last
        # There are more than fit.
        assert last.rstrip().endswith("? Help …")


async def test_the_bar_follows_the_focus(explore) -> None:
    """In the message pane there is no branch to open."""
    async with explore(120, 24) as explorer:
        explorer.source.publish("a", "1")
        await explorer.settle()
        await explorer.press("down", "tab")
        await explorer.until(lambda: "Open/close" not in explorer.screen()[-1])
        assert "q Quit" in explorer.screen()[-1]


async def test_a_click_presses_the_key(explore) -> None:
    """Each key can be clicked; so can its title, and the gap between two does nothing."""
    async with explore(80, 24) as explorer:
        bar = explorer.app.screen.query_one(KeyBar)
        column = explorer.screen()[-1].index("space Pause")
        await explorer.pilot.click(bar, offset=(column - 1, 0))
        assert not explorer.app.connection.explorer.is_paused
        await explorer.pilot.click(bar, offset=(column + 7, 0))
        await explorer.until(lambda: explorer.app.connection.explorer.is_paused)


async def test_the_pointer_explains_the_key_under_it(explore) -> None:
    """The explanation of the registry is the tooltip, and goes away with the pointer."""
    async with explore(80, 24) as explorer:
        bar = explorer.app.screen.query_one(KeyBar)
        column = explorer.screen()[-1].index("q Quit")
        await explorer.pilot.hover(bar, offset=(column, 0))
        assert bar.tooltip == "Leave; one line says what was seen"
        await explorer.pilot.hover("#topic-tree")
        assert bar.tooltip is None


async def test_letters_are_no_keys_while_something_is_typed(explore) -> None:
    """In a line of text `q` is a letter: the bar names the other keys of help and quitting."""
    async with explore(80, 24) as explorer:
        await explorer.press("slash")
        await explorer.until(lambda: "F1 Help" in explorer.screen()[-1])
        assert "^q Quit" in explorer.screen()[-1]
        assert " q Quit" not in explorer.screen()[-1]
        assert "/ Find" not in explorer.screen()[-1]
        await explorer.press("escape")
        await explorer.until(lambda: " q Quit ? Help" in explorer.screen()[-1])


def test_the_way_back_is_shown_where_there_is_room_for_one_key() -> None:
    """`esc` never gives way to another key, wherever it stands."""
    keys = [*KEYS, Key("escape", "esc", "Back")]
    assert [key.name for key in fitting(keys, 8)] == ["escape"]
    assert [key.name for key in fitting(keys, 17)] == ["question_mark", "escape"]
