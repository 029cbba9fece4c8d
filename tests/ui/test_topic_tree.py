"""The topic tree shows the store, and its cursor is a topic whatever happens around it."""

from __future__ import annotations


async def test_tree_shows_what_the_store_has(explore, source) -> None:
    """Topics appear as branches and rows with their last value."""
    source.publish("home/kitchen/temperature", "21.5")
    source.publish("home/kitchen/state", "online", retain=True)
    async with explore() as explorer:
        await explorer.press("E", "j", "j")
        assert explorer.selected == "home/kitchen"
        assert "21.5" in explorer.row_of("temperature")
        assert "⚑ online" in explorer.row_of("state")
        assert "2 topics" in explorer.row_of("home")
