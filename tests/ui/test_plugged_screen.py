"""The screen of the boards that are plugged in, over boards that a test makes up."""

from __future__ import annotations

import json
import time
from threading import Event
from typing import TYPE_CHECKING

import pytest

from mqttui.deploy.board_setup import Answers
from mqttui.deploy.facts import BoardFacts, BoardFile
from mqttui.deploy.failures import DeployError
from mqttui.deploy.plan import sha256_of
from mqttui.deploy.plugged import Look, Stage, read_firmware
from mqttui.deploy.ports import SerialPort
from mqttui.deploy.survey import Survey
from mqttui.settings.connection import ConnectionSettings
from mqttui.settings.preferences import Preferences
from mqttui.ui.screens.board_setup import SetupForm
from mqttui.ui.screens.devices import DevicesScreen
from mqttui.ui.screens.plugged import PluggedScreen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mqttui.deploy.plugged import Proposal

PORT = SerialPort("/dev/ttyUSB0", "CP210x bridge", "10c4:ea60", None)
SETTINGS = ConnectionSettings("broker.example", 1883, user="anna", password="never shown")
FIRMWARE = read_firmware()
CONFIG = {"name": "anna", "ssid": "classroom", "key": "old-secret", "host": "broker.example"}
TOPIC = "iot49/anna-123456"


class FakeInstallation:
    """An installation that goes as far as the test says."""

    def __init__(self, proposal: Proposal) -> None:
        self.proposal = proposal
        self.stage = Stage.STOPPING
        self.sent_bytes: dict[str, int] = {}
        self.lines: list[str] = []
        self.line_count = 0
        self.topic: str | None = None
        self.problem: str | None = None
        self.restarted_at: float | None = None
        self.is_over = False
        self.is_cancelled = False
        self.has_run = Event()

    def run(self) -> None:
        """Note the call."""
        self.has_run.set()

    def cancel(self) -> None:
        """Note the call."""
        self.is_cancelled = True


class FakeListening:
    """What a board prints, as the test says."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line_count = 0
        self.is_lost = False
        self.problem: str | None = None
        self.is_over = False

    def run(self) -> None:
        """Do nothing; the test goes on by itself."""

    def cancel(self) -> None:
        """End."""
        self.is_over = True


class FakeBoards:
    """What is plugged in, as the test says."""

    def __init__(self, found: list[SerialPort], files: Mapping[str, bytes] | None = None) -> None:
        self.found = found
        self.problem: str | None = None
        self.installations: list[FakeInstallation] = []
        self.files = dict(files or {})
        self.is_used = False
        self.heard = FakeListening()

    def ports(self) -> list[SerialPort]:
        """Return the ports."""
        return self.found

    def hindrance(self, port: str) -> str | None:
        """Return what is known before a port is opened."""
        return (
            "It is used by cat: close it there." if port == PORT.device and self.is_used else None
        )

    def look(self, port: str, is_unwanted: object) -> Look:
        """Return what is at a port, or fail."""
        if self.problem is not None:
            raise DeployError(self.problem)
        files = {
            path: BoardFile(path, len(content), sha256_of(content))
            for path, content in self.files.items()
        }
        own = {path: self.files[path] for path in ("/config.json",) if path in self.files}
        facts = BoardFacts(
            (1, 27, 0), "ESP32", "240ac4123456", 4_194_304, 111_000, 2_097_152, 2_000_000
        )
        return Look(Survey(facts, files, own, {}), FIRMWARE)

    def installation(self, port: str, proposal: Proposal) -> FakeInstallation:
        """Return one that goes nowhere by itself."""
        self.installations.append(FakeInstallation(proposal))
        return self.installations[-1]

    def listening(self, port: str) -> FakeListening:
        """Return the one that the test knows."""
        return self.heard


class Desk:
    """The screen in front of somebody."""

    def __init__(self, explorer, boards: FakeBoards) -> None:
        self.explorer = explorer
        self.boards = boards
        self.screen = PluggedScreen(explorer.app.connection.workspace, boards)
        explorer.app.push_screen(self.screen)

    @property
    def text(self) -> str:
        return "\n".join(self.explorer.screen())

    async def reads(self, *words: str) -> None:
        try:
            await self.explorer.until(lambda: all(each in self.text for each in words))
        except AssertionError:
            pytest.fail(f"waited in vain for {words}:\n{self.text}")

    async def press(self, *keys: str) -> None:
        await self.explorer.pilot.press(*keys)
        await self.explorer.until(lambda: not self.explorer.app.typed_ahead.is_busy)

    async def draw(self, now: float) -> None:
        while self.explorer.app.connection.frames.drain_slice():
            pass
        self.screen.draw(now)
        await self.explorer.pilot.pause()


async def test_without_a_board_it_says_what_to_do(explore) -> None:
    """Cable, driver and permissions; a port can be named, and its failure is the sentence of it."""
    async with explore(80, 24, settings=SETTINGS) as explorer:
        desk = Desk(explorer, FakeBoards([]))
        await desk.reads("No board is plugged in", "only charges", "driver", "dialout")
        await desk.press("p", *"/dev/x", "enter")
        await desk.reads("/dev/x", "named by hand", "not looked at")
        desk.boards.problem = "You have no permission to open /dev/x: ask \x1b[31mred."
        await desk.press("enter")
        await desk.reads("You have no permission to open /dev/x", "not usable")
        assert "\x1b" not in desk.text
        desk.boards.found, desk.boards.is_used = [PORT], True
        await desk.press("r")
        await desk.reads("2 boards plugged into", "/dev/ttyUSB0", "CP210x bridge", "/dev/x")
        await desk.press("home")
        await desk.reads("It is used by cat: close it there.")
        desk.boards.is_used = False
        await desk.press("r")
        await desk.reads("enter asks the board what it is")
        await desk.press("escape")
        assert explorer.app.screen is explorer.app.connection.explorer


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_info_and_plan_of_a_configured_board(explore, size) -> None:
    """What the board is, which files differ, and that its configuration stays."""
    files = {**FIRMWARE.bundle, "/config.json": json.dumps(CONFIG).encode(), "/main.py": b"old"}
    async with explore(*size, settings=SETTINGS) as explorer:
        desk = Desk(explorer, FakeBoards([PORT], files))
        await desk.reads("enter asks the board what it is")
        await desk.press("enter")
        differs = f"1 of {len(FIRMWARE.bundle)} firmware files differ"
        await desk.reads("1.27.0", "24:0a:c4:12:34:56", "4.2 MB", differs, "Plan: 1 new, 1 changed")
        lines = desk.screen.query_one("#plugged-lines").text
        assert "changed  /main.py" in lines
        assert "configuration on the board stays" in lines
        assert "i installs; nothing has been written yet." in lines
        await desk.press("i", "escape")
        assert desk.boards.installations == []


async def test_a_bare_board_is_configured_and_installed(explore, source) -> None:
    """The broker comes from the connection, secrets stay hidden; progress, ONLINE and what the
    broker has are shown, and esc cancels before it leaves."""
    async with explore(120, 40, settings=SETTINGS) as explorer:
        desk = Desk(explorer, FakeBoards([PORT]))
        await desk.reads("not looked at")
        await desk.press("enter")
        await desk.reads("needs the name of the Wi-Fi", "c opens the form")
        await desk.press("i")
        assert isinstance(explorer.app.screen, SetupForm)
        await desk.press(*"anna", "enter", *"classroom", "enter", *"hush-hush")
        assert "hush" not in desk.text
        await desk.press("ctrl+s")
        await desk.reads("name anna", "ssid classroom", "key (set, not shown)", "user anna")
        assert "hush" not in desk.text
        assert "never shown" not in desk.text
        await desk.press("i")
        await desk.reads("Install on 1 board", "anna: ESP32 240ac4123456", "enter installs")
        await desk.press("enter")
        (going_on,) = desk.boards.installations
        assert going_on.has_run.wait(10)
        written = json.loads(going_on.proposal.setup.files["/config.json"])
        assert written == {
            "name": "anna",
            "ssid": "classroom",
            "key": "hush-hush",
            "host": "broker.example",
            "user": "anna",
            "password": "never shown",
        }
        now = time.time()
        first = going_on.proposal.plan.to_send[0]
        going_on.stage = Stage.SENDING
        going_on.sent_bytes[first.path] = len(first.content)
        await desk.draw(now)
        await desk.reads(f"1 of {len(going_on.proposal.plan.to_send)} files", "100 %")
        await desk.press("escape")
        await desk.reads("esc pressed: ends where that is safe")
        assert going_on.is_cancelled
        assert explorer.app.screen is desk.screen
        going_on.stage, going_on.restarted_at = Stage.FOLLOWING, now
        going_on.lines.append("WIFI \x1b[2Jclassroom")
        going_on.line_count = 1
        going_on.topic, going_on.is_over = TOPIC, True
        await desk.draw(now)
        await desk.reads("says that it is online: iot49/anna-123456", "Waiting for its status")
        source.publish(f"{TOPIC}/status", "online")
        await desk.draw(now + 1)
        await desk.reads("has it as online, too", "installed, online")
        assert desk.screen._plugged[PORT.device].answers == Answers()
        await desk.press("escape")
        assert explorer.app.screen is explorer.app.connection.explorer


async def test_an_account_goes_to_a_board_only_with_its_broker(explore) -> None:
    """A board that has a broker keeps it and its account until somebody says otherwise."""
    config = {**CONFIG, "host": "other.example", "user": "ben", "password": "bens"}
    files = {"/config.json": json.dumps(config).encode()}
    async with explore(120, 40, settings=SETTINGS) as explorer:
        desk = Desk(explorer, FakeBoards([PORT], files))
        await desk.reads("not looked at")
        await desk.press("enter")
        await desk.reads("configuration on the board stays")
        item = desk.screen._plugged[PORT.device]
        assert item.proposal.setup.values == config
        await desk.press("c", "tab", "tab", "tab", "tab", *"192.0.2.9")
        await desk.reads("[broker.example:1883]")
        await desk.press(*["backspace"] * 9, "ctrl+s")
        await desk.reads("host broker.example", "user anna")
        assert item.proposal.setup.values == {
            **CONFIG,
            "host": "broker.example",
            "user": "anna",
            "password": "never shown",
        }


async def test_escape_cancels_the_board_under_the_cursor(explore) -> None:
    """Of two that are installed at once the other goes on, and nobody leaves it by accident."""
    files = {"/config.json": json.dumps(CONFIG).encode()}
    other = SerialPort("/dev/ttyUSB1", "CH340 bridge", "1a86:7523", None)
    async with explore(120, 40, settings=SETTINGS) as explorer:
        desk = Desk(explorer, FakeBoards([PORT, other], files))
        await desk.reads("2 boards plugged")
        for _ in range(2):
            await desk.press("enter")
            await desk.reads("i installs")
            await desk.press("i", "enter", "down")
        first, second = desk.boards.installations
        await desk.press("escape")
        assert (first.is_cancelled, second.is_cancelled) == (False, True)
        second.problem, second.is_over = "Cancelled.", True
        await desk.draw(time.time())
        await desk.press("escape")
        assert explorer.app.screen is desk.screen
        assert not first.is_cancelled
        await desk.press("escape")
        assert first.is_cancelled
        first.problem, first.is_over = "Cancelled.", True
        await desk.press("escape")
        assert explorer.app.screen is explorer.app.connection.explorer


async def test_lines_are_followed_until_escape(explore) -> None:
    """The last lines fill the pane, those before are counted, and a lost port is told."""
    async with explore(80, 24, settings=SETTINGS) as explorer:
        desk = Desk(explorer, FakeBoards([PORT]))
        await desk.reads("not looked at")
        await desk.press("l")
        heard = desk.boards.heard
        heard.lines = [f"DATA {number} \x1b[31m" for number in range(100)]
        heard.line_count = 300
        await desk.draw(time.time())
        await desk.reads("What the board prints", "DATA 99", "following its lines")
        shown = desk.text.count("| DATA ")
        assert f"{300 - shown} earlier lines" in desk.text
        assert "\x1b" not in desk.text
        heard.is_lost = True
        await desk.draw(time.time())
        await desk.reads("port lost, waiting", "until it is there again")
        await desk.press("escape")
        await desk.draw(time.time())
        await desk.reads("not looked at", "enter asks the board what it is")


async def test_it_is_reached_from_the_devices_unless_only_reading(explore) -> None:
    """A key leads there from the boards; with --read-only nothing is written anywhere."""
    async with explore(settings=SETTINGS) as explorer:
        await explorer.pilot.press("3", "I")
        await explorer.until(lambda: isinstance(explorer.app.screen, PluggedScreen))
    reading = Preferences(frame_rate_hz=0.5, theme="dark", is_read_only=True)
    async with explore(preferences=reading, settings=SETTINGS) as explorer:
        await explorer.pilot.press("I", "3", "I")
        await explorer.until(lambda: not explorer.app.typed_ahead.is_busy)
        assert isinstance(explorer.app.screen, DevicesScreen)
