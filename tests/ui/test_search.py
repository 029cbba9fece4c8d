"""Searching in the explorer: what is typed, how it is meant, and the way from hit to hit."""

from __future__ import annotations

import time

import pytest
from textual.events import Key

from mqttui.core.search.query import Mode, Place, Query
from mqttui.core.search.search import ROUND_INTERVAL_S

SIZES = [(80, 24), (160, 50)]


@pytest.fixture
def lab(source):
    """Let a class of boards wait in the source."""
    for number in range(1, 5):
        source.publish(f"lab/board{number}/status", "offline" if number == 3 else "online")
        source.publish(f"lab/board{number}/volt", f"4.{number}")
    source.publish("garden", "quiet")
    return source


def screen_text(explorer) -> str:
    """Return the whole screen on one line, frames and line breaks taken out."""
    return " ".join(" ".join(explorer.screen()).replace("│", " ").split())


def marked(explorer) -> list[str]:
    """Return the names of the rows with the mark of a hit."""
    return [row.split()[1] for row in explorer.rows() if row.startswith("»")]


@pytest.mark.parametrize("size", SIZES)
async def test_n_goes_from_hit_to_hit_while_all_topics_stay(explore, lab, size) -> None:
    """Enter goes to the first hit, n and N on and back, round and round; the place is said."""
    async with explore(*size) as explorer:
        await explorer.press("slash", *"volt", "ctrl+f")
        assert not explorer.outline.is_filtered
        assert "4 hits" in screen_text(explorer)
        await explorer.press("enter")
        assert explorer.app.focused is explorer.tree
        assert explorer.selected == "lab/board1/volt"
        assert "1 of 4" in screen_text(explorer)
        seen = []
        for key in ("n", "n", "n", "n", "N"):
            await explorer.press(key)
            seen.append(explorer.selected)
        assert seen == [f"lab/board{number}/volt" for number in (2, 3, 4, 1, 4)]
        assert "4 of 4" in screen_text(explorer)
        assert "garden" in [row.node.path for row in explorer.outline.window(0, 20)]
        await explorer.press("escape")
        assert explorer.outline.search is None
        assert explorer.selected == "lab/board4/volt"


async def test_keys_typed_ahead_of_the_end_reach_the_tree(explore, lab) -> None:
    """Whoever types the end of the search and `n` in one go walks; `/` after esc begins anew."""
    async with explore() as explorer:
        await explorer.press("slash", *"volt", "ctrl+f")
        for key, character in (("enter", "\r"), ("n", "n"), ("n", "n")):
            explorer.app.post_message(Key(key, character))
        await explorer.settle()
        assert explorer.outline.search.query.text == "volt"
        assert explorer.selected == "lab/board3/volt"
        keys = (("slash", "/"), ("escape", None), ("slash", "/"), ("u", "u"), ("p", "p"))
        for key, character in keys:
            explorer.app.post_message(Key(key, character))
        await explorer.settle()
        assert explorer.outline.search.query.text == "up"


async def test_hits_are_marked_and_counted_in_closed_branches(explore, lab) -> None:
    """A mark before the row, not only a colour; a closed branch tells what it hides."""
    async with explore() as explorer:
        await explorer.press("slash", *"status", "ctrl+f", "enter")
        assert "lab" in explorer.row_of("▾ lab")
        assert "2 topics, 1 hit" in explorer.row_of("board2")
        await explorer.press("n", "N")
        assert explorer.line_of_cursor() is not None
        assert marked(explorer) == ["status"]
        await explorer.press("escape")
        assert marked(explorer) == []
        assert "hit" not in explorer.row_of("board3")


async def test_the_filter_goes_from_hit_to_hit_too(explore, lab) -> None:
    """Where only hits are shown n and N pass over the branches between them."""
    async with explore() as explorer:
        await explorer.press("slash", *"status", "enter", "n", "n")
        assert explorer.selected == "lab/board2/status"
        assert "2 of 4" in screen_text(explorer)


async def test_a_payload_that_changes_comes_and_goes(explore, lab) -> None:
    """The filter by payloads follows what the topics say."""
    async with explore() as explorer:
        await explorer.press("slash", "ctrl+t", *"offline")
        assert explorer.outline.search.query == Query("offline", place=Place.PAYLOADS)
        assert "1 hit" in screen_text(explorer)
        assert "board3" in explorer.row_of("board3")
        lab.publish("lab/board3/status", "online")
        lab.publish("lab/board1/status", "offline")
        await explorer.settle()
        explorer.draw(time.time() + ROUND_INTERVAL_S)
        await explorer.settle()
        assert "board1" in explorer.row_of("board1")
        assert not any("board3" in row for row in explorer.rows())
        await explorer.press(*"zz")
        assert "No payload matches. esc ends the search." in screen_text(explorer)


async def test_the_meaning_is_chosen_by_key_and_by_mouse(explore, lab) -> None:
    """Every meaning can be reached both ways and stands in brackets."""
    async with explore() as explorer:
        await explorer.press("slash", *"board+")
        assert "[auto: mqtt]" in screen_text(explorer)
        modes = []
        for _ in Mode:
            await explorer.press("ctrl+r")
            modes.append(explorer.outline.search.query.mode)
        assert modes == [*list(Mode)[1:], Mode.AUTO]
        row = next(line for line in explorer.screen() if " regex " in line)
        y = explorer.screen().index(row)
        await explorer.pilot.click(offset=(row.index(" regex ") + 2, y))
        await explorer.settle()
        assert explorer.outline.search.query == Query("board+", Mode.EXPRESSION)
        assert "[regex]" in screen_text(explorer)
        assert explorer.outline.search.hits == 8


async def test_what_is_no_expression_is_explained_as_one_types(explore, lab) -> None:
    """The sentence comes with the letter that breaks it and goes with the one that mends it."""
    async with explore() as explorer:
        await explorer.press("slash", "ctrl+r", "ctrl+r", "ctrl+r", *"board[3")
        assert "Not a regular expression yet: missing ]: [3." in screen_text(explorer)
        await explorer.press(*"4]/v")
        assert "Not a regular" not in screen_text(explorer)
        assert explorer.outline.search.hits == 2


async def test_a_search_that_is_ended_keeps_its_meaning(explore, lab) -> None:
    """The next search begins with an empty text and as the last one was meant."""
    async with explore() as explorer:
        await explorer.press("slash", "ctrl+t", "ctrl+f", *"on", "escape", "slash", *"volt")
        search = explorer.outline.search
        assert search.query == Query("volt", place=Place.PAYLOADS)
        assert not explorer.outline.is_filtered


async def test_without_a_search_there_is_no_next_hit(explore, lab) -> None:
    """The keys do nothing then, and nothing breaks when a search finds nothing."""
    async with explore() as explorer:
        await explorer.press("n", "N")
        assert explorer.selected is None
        await explorer.press("slash", *"zzz", "ctrl+f", "enter", "n", "N")
        assert explorer.selected is None
        assert "0 hits" in screen_text(explorer)


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_texts_reach_the_bar_as_they_are(explore, lab, size) -> None:
    """Nothing that is searched for or found is taken as markup or reaches the terminal raw."""
    hostile = "[bold]x[/]\x1b]52;c;aGk=\x07\u202e"
    lab.deliver([(f"evil/{hostile}".encode(), hostile.encode(), 0, None)])
    async with explore(*size) as explorer:
        await explorer.settle()
        await explorer.press("slash", "ctrl+f")
        bar = explorer.app.screen.query_one("SearchBar")
        for mode in Mode:
            for text in (hostile, "[bold]x[/]", "(\x1b", "\u202e#\x07"):
                bar.choose(mode=mode, place=Place.BOTH)
                bar._field.value = text
                await explorer.settle()
                assert all(line.isprintable() for line in explorer.screen())
        bar.choose(mode=Mode.TEXT)
        bar._field.value = "[bold]x"
        await explorer.settle()
        await explorer.press("enter")
        assert explorer.selected == f"evil/{hostile}"
        assert "[bold]x[/]␛" in screen_text(explorer)
