"""The first paint: what it shows, and what comes after it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from mqttui.settings.preferences import Preferences
from mqttui.ui.app import MqttuiApp
from mqttui.ui.screens.explorer import ExplorerScreen
from mqttui.ui.widgets.message_pane import MessagePane

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


class HeldExplorer(ExplorerScreen):
    """An explorer whose pane does not come before a test says so."""

    def complete(self) -> None:
        """Wait for the test."""

    def go_on(self) -> None:
        """Do what waited."""
        super().complete()


async def wait_for(is_true: Callable[[], object], deadline_s: float = 10.0) -> None:
    """Wait for a condition, and fail if it does not come true."""
    ends_at = time.monotonic() + deadline_s
    while not is_true():
        assert time.monotonic() < ends_at, "waited in vain"
        await asyncio.sleep(0.01)


async def test_keys_before_the_pane_is_there_are_kept(
    source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was selected meanwhile is shown by the pane as soon as it comes."""
    monkeypatch.setattr("mqttui.ui.connections.ExplorerScreen", HeldExplorer)
    app = MqttuiApp(source, Preferences())
    source.publish("alpha", "17")
    source.publish("beta", "23.5")
    async with app.run_test(size=(120, 30)) as pilot:
        explorer = app.connection.explorer
        assert isinstance(explorer, HeldExplorer)
        await wait_for(
            lambda: app.connection.workspace.store.topics == 2 and explorer._tree.row_count == 2
        )
        await pilot.press("down", "down", "space", "tab", "escape", "space")
        assert not explorer.is_complete
        assert explorer._tree.selected.path == "beta"
        explorer.go_on()
        await wait_for(lambda: explorer.is_complete)
        pane = explorer.query_one(MessagePane)
        assert pane.node is explorer._tree.selected
        await wait_for(lambda: pane.query_one("#message-value").row_count == 1)


async def test_nothing_moves_when_the_pane_comes(source, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its room is reserved from the first paint on, so tree and bars keep their places."""
    monkeypatch.setattr("mqttui.ui.connections.ExplorerScreen", HeldExplorer)
    app = MqttuiApp(source, Preferences())
    async with app.run_test(size=(120, 30)) as pilot:
        explorer = app.connection.explorer
        parts = ("#status-bar", "#topic-tree", "#pane-frame", "KeyBar")
        await pilot.pause()
        before = [explorer.query_one(part).region for part in parts]
        assert all(region.area for region in before)
        explorer.go_on()
        await wait_for(lambda: explorer.is_complete)
        await pilot.pause()
        assert [explorer.query_one(part).region for part in parts] == before


async def test_leaving_before_the_pane_is_there_is_no_error(source) -> None:
    """A key that quits counts from the first moment."""
    app = MqttuiApp(source, Preferences())
    async with app.run_test(size=(120, 30)) as pilot:
        app.connection.explorer.complete()
        await pilot.press("q")
    assert app.return_code == 0
