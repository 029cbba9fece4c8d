"""The screen of the boards on a real broker, with a board that runs the firmware."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mqttui.devices.presence import Presence
from mqttui.settings.connection import ConnectionSettings
from mqttui.settings.preferences import Preferences
from mqttui.transport.session import Session
from mqttui.ui.app import MqttuiApp
from tests.support.firmware_board import FirmwareBoard
from tests.support.teacher import Teacher

if TYPE_CHECKING:
    from tests.support.mosquitto import Mosquitto


@pytest.mark.mosquitto
async def test_a_lesson(broker: Mosquitto) -> None:
    """A board is discovered, obeys, answers, draws its curve, and is missed when it is gone."""
    session = Session(ConnectionSettings(broker.host, broker.port))
    session.start()
    app = MqttuiApp(session, Preferences(frame_rate_hz=20))
    try:
        async with app.run_test(size=(160, 50)) as pilot:
            teacher = Teacher(app, pilot)
            await teacher.until(lambda: app.connection.explorer.is_complete, "the explorer")
            await pilot.press("3")
            await teacher.reads("No board has said yet that it is there")
            with FirmwareBoard(broker.host, broker.port, "anna") as board:
                await teacher.reads("1 board: 1 online")
                # 47 ohms at a panel in full sun.
                await teacher.reads("5.696 V  121.2 mA")
                await teacher.reads("missing 0")
                await pilot.press("r")
                await teacher.reads("rate 10/s  ◀ now")
                await pilot.press("down", "enter")
                await teacher.reads("✓ rate 20/s: rate is 20")
                (found,) = app.connection.workspace.fleet.boards
                assert found.path == board.topic
                await teacher.until(lambda: found.info.rate_hz == 20, "the new rate")
                await pilot.press("i")
                await teacher.reads("✗ identify: refused: no LED is configured")
                await pilot.press("s")
                await teacher.reads("sweep of 20 points in 2 s")
                await pilot.press("enter")
                await teacher.reads("20 points measured")
                await teacher.reads("Voc 6.2")
                assert found.curve is not None
                assert found.curve.fill_factor == pytest.approx(0.73, abs=0.03)
                assert (found.track.missing, found.track.restarts, found.findings) == (0, 0, ())
                board.kill()
                await teacher.until(lambda: found.presence is Presence.OFFLINE, "the last will")
                await teacher.reads("1 board: 1 offline")
                assert found.since_at is not None
                assert found.track.energy_j > 0
                last = app.connection.workspace.orders.last_of(board.topic)
                await pilot.press("i")
                assert app.connection.workspace.orders.last_of(board.topic) is last
    finally:
        session.stop()
