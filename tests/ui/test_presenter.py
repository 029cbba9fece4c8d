"""What was sent from here is as secret as what was received, while presenting."""

from __future__ import annotations

from mqttui.settings.preferences import Preferences
from tests.ui.test_publish_panel import TOPIC, opened, panel, screen


async def test_a_presenter_shows_no_secret_that_was_sent(explore) -> None:
    """A class reads neither on the list of what was sent nor in the form what is a secret."""
    preferences = Preferences(frame_rate_hz=0.5, is_presenting=True)
    async with explore(160, 50, preferences=preferences) as explorer:
        await opened(explorer, payload='{"password": "hunter2"}')
        await explorer.press("ctrl+s")
        await opened(explorer, payload="on")
        await explorer.press("ctrl+s", "ctrl+l")
        assert f"{TOPIC}: hidden while presenting" in screen(explorer)
        await explorer.press("down", "enter")
        assert "hunter2" not in screen(explorer)
        assert panel(explorer)._form.editor.text == "on"
