"""Somebody in front of a running app, who waits for what is to be seen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from mqttui.ui.app import MqttuiApp


class Teacher:
    """Reads the screen of an app; `deadline_s` bounds every wait."""

    def __init__(self, app: MqttuiApp, pilot: Pilot[None], deadline_s: float = 30.0) -> None:
        self.app = app
        self.pilot = pilot
        self._deadline_s = deadline_s

    @property
    def screen(self) -> str:
        """Everything in sight."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    async def until(self, is_true: Callable[[], object], what: str) -> None:
        """Wait for a condition, and fail if it does not come true."""
        ends_at = time.monotonic() + self._deadline_s
        while not is_true():
            assert time.monotonic() < ends_at, f"waited in vain for {what}:\n{self.screen}"
            await self.pilot.pause(0.02)

    async def reads(self, words: str) -> None:
        """Wait until some words are in sight."""
        await self.until(lambda: words in self.screen, words)
