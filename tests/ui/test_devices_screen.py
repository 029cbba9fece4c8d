"""The screen of the boards: what a teacher sees at once, and what can be done from there."""

from __future__ import annotations

import json
import time

import pytest
from textual.widgets import Button, Input

from mqttui.core.message import RETAIN
from mqttui.core.publishing import Outcome, ReceiptStatus
from mqttui.settings.preferences import Preferences
from mqttui.simulation.solar_panel import Load, SolarPanel
from mqttui.ui.screens.devices import DevicesScreen
from mqttui.ui.screens.explorer import ExplorerScreen
from mqttui.ui.widgets.board_details import View

ANNA, BEN = "iot49/anna-123456", "iot49/ben-778899"
INFO = {
    "uid": "240ac4123456",
    "fw": "1.0",
    "chip": "esp32",
    "sensor": "INA219",
    "ip": "192.0.2.7",
    "rate": 1,
    "bus_range": 16,
    "shunt_range": 0,
    "shunt": 0.1,
    "dropped": 0,
    "waiting": 0,
}


class Class:
    """The app on a fake source, with a clock on which the test decides."""

    def __init__(self, explore, source, *size: int, **options: object) -> None:
        self.source = source
        self.now = time.time()
        self._running = explore(*size, wall_clock=lambda: self.now, **options)

    async def __aenter__(self) -> Class:
        self.explorer = await self._running.__aenter__()
        draw = self.explorer.draw
        self.explorer.draw = lambda now: draw(self.now)
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._running.__aexit__(*failure)

    @property
    def screen(self) -> DevicesScreen:
        screen = self.explorer.app.screen
        assert isinstance(screen, DevicesScreen)
        return screen

    @property
    def text(self) -> str:
        return "\n".join(self.explorer.screen())

    @property
    def sent(self) -> dict[str, object]:
        """The last command."""
        return json.loads(self.source.receipts[-1].request.payload)

    def publish(self, topic: str, content: object, *, retain: bool = False) -> None:
        payload = content if isinstance(content, str) else json.dumps(content)
        flags = RETAIN if retain else 0
        self.source.deliver([(topic.encode(), payload.encode(), flags, None)], self.now)

    async def show(self) -> None:
        """Let a second pass and draw."""
        frames = self.explorer.app.connection.frames
        while frames.drain_slice():
            pass
        self.now += 1.0
        self.explorer.draw(self.now)
        await self.explorer.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.explorer.pilot.press(*keys)
        await self.show()

    async def two_boards(self) -> None:
        """Anna's board measures and knows commands, Ben's has said goodbye and knows none."""
        self.publish(f"{ANNA}/info", INFO, retain=True)
        self.publish(f"{ANNA}/status", "online")
        self.publish(f"{BEN}/status", "offline")
        for number in range(1, 8):
            sample = {"n": number, "up": 1000 * number, "t": int(self.now * 1000)}
            self.publish(f"{ANNA}/data", sample | {"v": 5.0, "i": 0.1, "p": 0.5})
            self.now += 1.0
        await self.show()

    async def answer(self, **members: object) -> None:
        """Let Anna's board reply to the last command."""
        self.publish(f"{ANNA}/reply", {"id": self.sent["id"], "ok": True} | members)
        await self.show()


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_a_class_in_five_seconds(explore, source, size) -> None:
    """Who is there, what they measure, and what stands out; one key opens all about a board."""
    async with Class(explore, source, *size) as held:
        await held.press("3")
        assert "No board has said yet that it is there" in held.text
        await held.two_boards()
        assert "2 boards: 1 online, 1 offline" in held.text
        row = next(line for line in held.explorer.screen() if "online " in line and "anna" in line)
        assert "● online" in row
        assert all(value in row for value in ("5.000 V", "100.0 mA", "500.0 mW"))
        assert "○ offline" in held.text
        held.publish(f"{ANNA}/data", {"n": 9, "up": 9000, "v": 5.0, "i": 97.0, "p": 485.0})
        await held.show()
        assert "▲ unit +1" in held.text
        assert "1 with warnings" in held.text
        await held.press("enter")
        await held.show()
        assert "Were mA sent as A?" in " ".join(held.screen._details._lines.text.split())
        assert "of 16 V" in held.text
        assert "since" in held.text
        assert "missing 1" in held.text
        assert "192.0.2.7" in held.text
        assert all(len(line) <= size[0] for line in held.explorer.screen())
        is_wide = size[0] > 120
        assert ("list [all]" in held.text and "ben-778899" in held.text) or not is_wide
        await held.press("escape")
        assert "ben-778899" in held.text
        await held.press("escape")
        assert isinstance(held.explorer.app.screen, ExplorerScreen)


async def test_a_command_and_its_reply(explore, source) -> None:
    """The choice begins at what is in force; success is what the board confirms."""
    async with Class(explore, source, 100, 30) as held:
        await held.two_boards()
        await held.press("3", "enter", "r")
        assert "▌ rate 1/s  ◀ now" in held.text
        await held.press("down", "enter")
        assert held.source.receipts[-1].request.topic == f"{ANNA}/cmd"
        assert (held.sent["op"], held.sent["rate"]) == ("set", 2)
        assert "waiting for the reply" in held.text
        await held.answer(rate=2)
        assert "✓ rate 2/s: rate is 2 (answered in" in held.text
        assert "2.0/s wanted" in held.text
        await held.press("i")
        held.publish(
            f"{ANNA}/reply", {"id": held.sent["id"], "ok": False, "error": "no LED is configured"}
        )
        await held.show()
        assert "✗ identify: refused: no LED is configured" in held.text
        await held.press("u")
        source.receipts[-1].status = ReceiptStatus(Outcome.REFUSED, "not authorised", True)
        await held.show()
        assert "✗ present values: not authorised" in held.text


async def test_a_sweep_is_drawn_with_its_figures(explore, source) -> None:
    """Current and power over the voltage; maximum, open circuit, short circuit, fill factor."""
    panel = SolarPanel()
    loads = [Load(1e6)] + [Load(2 / (step / 29) ** 4) for step in range(1, 30)]
    points = [panel.operating_point(1.0, load) for load in loads]
    async with Class(explore, source, 80, 24) as held:
        await held.two_boards()
        await held.press("3", "enter", "s", "enter")
        assert (held.sent["op"], held.sent["n"]) == ("sweep", 20)
        assert "No I/V curve of this board was received yet" in held.text
        await held.answer(v=[v for v, _ in points], i=[i for _, i in points])
        assert "[I/V curve]" in held.text
        assert "MPP 833.0 mW at 4.825 V, 172.7 mA" in held.text
        assert "Voc 6.200 V" in held.text
        assert "Isc 179.9 mA" in held.text
        assert "fill factor 74.7 %" in held.text
        assert "⣀⣀⣀" in held.text
        await held.press("full_stop")
        assert held.screen._details.view is View.WORDS
        held.publish(f"{ANNA}/reply", {"ok": True, "v": [1, 2, 3, 4], "i": [1, 1, 1, 1]})
        await held.press("comma")
        assert "fill factor -" in held.text
        assert "The power is largest at the highest voltage" in held.text


async def test_a_reset_asks_for_the_name(explore, source) -> None:
    """Nothing is sent before it was typed."""
    async with Class(explore, source, 80, 24) as held:
        await held.two_boards()
        await held.press("3", "R")
        assert "Reset 1 board" in held.text
        await held.press(*"ben", "enter")
        assert "This is not the name; nothing was sent" in held.text
        await held.press("escape")
        assert not source.receipts
        await held.press("R")
        held.explorer.app.screen.query_one(Input).value = "anna-123456"
        await held.press("enter")
        assert held.sent["op"] == "reset"


async def test_commands_are_offered_only_where_they_make_sense(explore, source) -> None:
    """None for a board that knows none; none while it is away; buttons say the same as keys."""
    async with Class(explore, source, 160, 50) as held:
        await held.two_boards()
        await held.press("3")
        buttons = held.screen.query(Button)
        assert [str(each.label) for each in buttons if each.display] == [
            "Rate",
            "Averaging",
            "Range",
            "Sweep",
            "Identify",
            "Reset",
        ]
        assert "r Rate" in held.explorer.screen()[-1]
        await held.explorer.pilot.click("#board-identify")
        await held.show()
        assert held.sent["op"] == "identify"
        sent = len(source.receipts)
        await held.press("down", "i", "r")
        assert isinstance(held.explorer.app.screen, DevicesScreen)
        assert "r Rate" not in held.explorer.screen()[-1]
        assert not held.screen.query_one("#board-buttons").display
        held.publish(f"{ANNA}/status", "offline")
        await held.press("up")
        await held.press("i", "R")
        assert isinstance(held.explorer.app.screen, DevicesScreen)
        assert all(each.disabled for each in buttons)
        assert len(source.receipts) == sent


async def test_while_only_reading_no_command_is_sent(explore, source) -> None:
    """Buttons are there and off, and the title says why."""
    preferences = Preferences(frame_rate_hz=0.5, theme="dark", is_read_only=True)
    async with Class(explore, source, 160, 50, preferences=preferences) as held:
        await held.two_boards()
        await held.press("3", "i", "R", "s")
        await held.show()
        assert "READ ONLY: no commands" in held.text
        assert isinstance(held.explorer.app.screen, DevicesScreen)
        assert not source.receipts
        assert all(each.disabled for each in held.screen.query(Button))


async def test_a_presenter_shows_no_address(explore, source) -> None:
    """Neither that of the network nor the whole uid, which is one too."""
    preferences = Preferences(frame_rate_hz=0.5, theme="dark", is_presenting=True)
    async with Class(explore, source, 160, 50, preferences=preferences) as held:
        await held.two_boards()
        await held.press("3")
        await held.show()
        assert "address hidden" in held.text
        assert "192.0.2.7" not in held.text
        assert "240ac4" not in held.text
        assert "…123456" in held.text


async def test_the_mouse_does_what_the_keys_do(explore, source) -> None:
    """A click selects, a second one opens; options and views can be clicked."""
    async with Class(explore, source, 80, 24) as held:
        await held.two_boards()
        await held.press("3")
        line = held.explorer.screen()[1]
        await held.explorer.pilot.click("#devices-switches", offset=(line.index("not online"), 0))
        await held.show()
        assert "anna" not in held.text
        assert "ben-778899" in held.text
        await held.explorer.pilot.click("#devices-switches", offset=(line.index("all"), 0))
        await held.show()
        await held.explorer.pilot.click("#device-list", offset=(8, 0), times=2)
        await held.show()
        assert "show [values]" in held.text
        await held.explorer.pilot.click("#board-views", offset=(15, 0))
        await held.show()
        assert "show  values [chart]" in held.text
        await held.press("escape", "d", "f")
        assert "[trouble first]" in held.text
        assert "[online]" in held.text


async def test_to_the_tree_and_from_there(explore, source) -> None:
    """`o` goes to the topics of a board; from a topic of a board the screen opens on that board."""
    async with Class(explore, source, 80, 24) as held:
        await held.two_boards()
        await held.press("3", "down", "o")
        assert held.explorer.selected == BEN
        await held.press("3")
        assert held.screen._board.path == BEN


async def test_nothing_is_painted_while_nothing_changes(explore, source, monkeypatch) -> None:
    """A list of boards that are away sends nothing down the line."""
    async with Class(explore, source, 160, 50) as held:
        for number in range(60):
            held.publish(f"iot49/b{number:02d}/status", "offline", retain=True)
        await held.press("3")
        for _ in range(4):
            await held.show()
        painted = []
        for widget in held.screen.query("*"):
            monkeypatch.setattr(
                widget, "refresh", lambda *regions, widget=widget, **options: painted.append(widget)
            )
        for _ in range(4):
            await held.show()
        assert painted == []


async def test_hostile_boards_are_text(explore, source) -> None:
    """Names, infos and errors are shown, never obeyed."""
    hostile = "[red]\x1b[31m\u202e"
    path = f"iot49/{hostile}"
    async with Class(explore, source, 160, 50) as held:
        held.publish(f"{path}/info", INFO | {"fw": hostile, "chip": hostile, "uid": hostile})
        held.publish(f"{path}/status", "online")
        held.publish(f"{path}/data", {"n": 1, "v": 1.0, "err": hostile})
        await held.press("3")
        for _ in range(2):
            await held.show()
        await held.press("u")
        held.publish(f"{path}/reply", {"id": held.sent["id"], "ok": False, "error": hostile})
        await held.show()
        await held.press("R")
        assert "\x1b" not in held.text
        assert "\u202e" not in held.text
        assert "[red]␛[31m" in held.text
