"""Jumping to a place by a letter."""

from __future__ import annotations


async def test_a_letter_gives_the_keyboard_to_its_place(explore, source) -> None:
    """`ctrl+o` labels what is in sight from the top left; its letter goes there."""
    source.publish("a/b", "1")
    async with explore() as explorer:
        await explorer.press("down", "down")
        await explorer.press("ctrl+o")
        labels = {str(mark.content).strip() for mark in explorer.app.screen.query(".jump-letter")}
        assert labels == {"a", "s", "d"}
        await explorer.press("s")
        assert explorer.app.screen is explorer.app.connection.explorer
        assert explorer.app.focused.id == "message-value"
        await explorer.press("ctrl+o", "a")
        assert explorer.tree.has_focus


async def test_a_click_on_a_letter_goes_there(explore, source) -> None:
    """What can be typed can be clicked, and the last line says how to choose."""
    source.publish("a/b", "1")
    async with explore() as explorer:
        await explorer.press("down", "down")
        await explorer.press("ctrl+o")
        assert explorer.screen()[-1].startswith(" A letter goes to its place")
        await explorer.pilot.click(list(explorer.app.screen.query(".jump-letter"))[1])
        await explorer.until(lambda: explorer.app.focused.id == "message-value")


async def test_any_other_key_goes_back(explore, source) -> None:
    """Nothing moves when one thinks better of it."""
    async with explore() as explorer:
        for key in ("escape", "z", "1"):
            await explorer.press("ctrl+o")
            assert explorer.app.screen.query(".jump-letter")
            await explorer.press(key)
            assert explorer.app.screen is explorer.app.connection.explorer
            assert explorer.tree.has_focus


async def test_it_works_while_one_types(explore, source) -> None:
    """A text field takes letters but not this key."""
    async with explore() as explorer:
        await explorer.press("slash", "x")
        await explorer.press("ctrl+o")
        letters = [str(mark.content).strip() for mark in explorer.app.screen.query(".jump-letter")]
        assert letters[:2] == ["a", "s"]
        await explorer.press("s")
        assert explorer.tree.has_focus
        assert explorer.outline.search.query.text == "x"
