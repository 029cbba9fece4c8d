"""Keys that come in one burst mean what they would mean one by one."""

from __future__ import annotations

from textual.events import Key

from mqttui.ui.app import MqttuiApp
from tests.ui.conftest import PREFERENCES, Explorer


def burst(explorer, *keys: str) -> None:
    """Let keys come at once, as from a terminal whose line was slow."""
    for key in keys:
        explorer.app.post_message(Key(key, key if len(key) == 1 else None))


async def test_what_follows_a_command_belongs_to_what_it_opens(explore) -> None:
    """Text for the search, a panel, a screen, that were never open, is not taken for commands."""
    async with explore(80, 24) as explorer:
        explorer.source.publish("anna/lamp", "on")
        await explorer.settle()
        app = explorer.app

        burst(
            explorer, "slash", *"lamp", "enter", "s", "a", *"anna", "tab", "2", "enter", "a", *"xy"
        )
        await explorer.until(lambda: getattr(app.focused, "value", "") == "xy")
        assert explorer.source.calls == ["subscribe anna"]
        assert explorer.source.status.subscriptions[-1].requested_qos == 2

        burst(explorer, "escape", "escape", "question_mark", "escape", "o")
        await explorer.until(lambda: app.focused is explorer.tree)
        await explorer.until(lambda: explorer.outline.order.name != "NAME")
        assert len(app.screen_stack) == 1


async def test_keys_of_a_hurry_wait_for_the_first_screen(source) -> None:
    """What is typed before anything is drawn reaches the panel that it opens."""
    app = MqttuiApp(source, PREFERENCES)
    for key in ("s", "a", *"anna", "enter"):
        app.post_message(Key(key, key if len(key) == 1 else None))
    async with app.run_test(size=(80, 24)) as pilot:
        await Explorer(app, pilot, source).until(lambda: source.calls)
        assert source.calls == ["subscribe anna"]
