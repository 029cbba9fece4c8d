"""The program on a clock that stands still."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from mqttui.settings.preferences import Preferences
from mqttui.ui import app as app_module
from mqttui.ui.app import MqttuiApp
from screenshots.classroom_source import BEGAN_S

if TYPE_CHECKING:
    from pathlib import PurePath

    from textual.pilot import Pilot

    from mqttui.ui.connections import OpenConnection
    from screenshots.classroom_source import ClassroomSource

PLAYED_S = 61.0
STEPS_PER_FRAME = 10


class StillApp(MqttuiApp):
    """The program, but time passes only when it is told to."""

    # Textual looks for styles beside the module of a subclass.
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        Path(app_module.__file__).parent / path for path in MqttuiApp.CSS_PATH
    ]

    def __init__(self, source: ClassroomSource | None) -> None:
        self._classroom = source
        super().__init__(
            source,
            Preferences(theme="dark"),
            clock=lambda: source.now_s if source is not None else 0.0,
            wall_clock=lambda: BEGAN_S + (source.now_s if source is not None else 0.0),
        )

    def _turn(self, connection: OpenConnection) -> None:
        """Turn only by hand."""

    def let_broker_report(self) -> None:
        """Let the broker speak of itself as well."""
        assert self._classroom is not None
        self._classroom.broker_reports = True

    async def play(self, pilot: Pilot[None]) -> None:
        """Let the class publish for as long as it takes to look lived in."""
        assert self._classroom is not None
        assert self.connection is not None
        steps = 0
        while self._classroom.now_s < PLAYED_S:
            self._classroom.play()
            steps += 1
            if steps % STEPS_PER_FRAME == 0:
                await self.show(pilot)
            while self.connection.frames.drain_slice():
                pass
        await self.show(pilot)

    async def show(self, pilot: Pilot[None]) -> None:
        """Draw one frame."""
        assert self.connection is not None
        while self.connection.frames.drain_slice():
            pass
        now = self._wall_clock()
        self.connection.draw_tree(now)
        self.connection.draw_rest(now)
        await pilot.pause()
