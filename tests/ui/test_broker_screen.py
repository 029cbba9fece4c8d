"""The broker screen says how the broker is, and why it does not know."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from mqttui.broker.sys.model import QUIET_S
from mqttui.core.source import SubscriptionStatus
from mqttui.settings.broker_memory import BrokerMemory
from mqttui.ui.screens.broker import BrokerScreen
from mqttui.ui.screens.explorer import ExplorerScreen
from tests.ui.conftest import CONNECTED

SIZES = [(80, 24), (160, 50)]


class Held:
    """An explorer whose broker speaks when a test wants it to."""

    def __init__(self, explorer) -> None:
        self.explorer = explorer
        self.now = time.time()
        workspace = explorer.app.connection.workspace
        workspace.wall_clock = lambda: self.now
        self.workspace = workspace
        self._draw = explorer.draw
        explorer.draw = lambda now: self._draw(self.now)

    async def tick(self, uptime: int, **values: object) -> None:
        """Let a second pass and the broker speak; `__` stands for a slash."""
        self.now += 1
        said = {"version": "mosquitto version 2.0.11", "uptime": f"{uptime} seconds"}
        said |= {name.replace("__", "/"): str(value) for name, value in values.items()}
        self.explorer.source.deliver(
            [
                (f"$SYS/broker/{name}".encode(), text.encode(), 0, None)
                for name, text in said.items()
            ],
            self.now,
        )
        frames = self.explorer.app.connection.frames
        while frames.drain_slice():
            pass
        for _ in range(2):
            self.explorer.draw(self.now)
            self.now += QUIET_S
        await self.explorer.pilot.pause()

    @property
    def text(self) -> str:
        return "\n".join(self.explorer.screen())

    def row_of(self, label: str) -> str:
        lines = self.explorer.screen()
        rows = [line for line in lines if label in line and not line.startswith("╭")]
        assert rows, self.text
        return " ".join(rows[0].strip("│▌ ").split("│")[0].split())


@pytest.fixture
def connected_source(source):
    """Return the fake source with a connection that began at a time."""
    source.status = replace(CONNECTED, connected_at_s=1.0)
    return source


@pytest.mark.parametrize("size", SIZES)
async def test_figures_loads_and_alarms(explore, connected_source, size) -> None:
    """Rates and totals stand beside their course; a restart is an alarm, kept after it is seen."""
    async with explore(*size) as explorer:
        held = Held(explorer)
        await explorer.press("4")
        assert isinstance(explorer.app.screen, BrokerScreen)
        await held.tick(
            100,
            publish__messages__received=1000,
            clients__connected=5,
            load__publish__received__1min="120.00",
        )
        assert held.row_of("messages in").startswith("messages in - 1,000")
        await held.tick(101, publish__messages__received=1042, publish__messages__dropped=7)
        assert held.row_of("messages in").startswith("messages in 42/s 1,042")
        assert held.row_of("messages dropped").startswith("messages dropped - 7")
        assert "mosquitto 2.0.11" in held.text
        await held.tick(102, publish__messages__received=1100)
        assert "⣀" in held.text or "⠒" in held.text or "⠉" in held.text
        await explorer.press("full_stop")
        assert "2.0/s" in held.row_of("messages in")
        await explorer.press("full_stop", "full_stop")
        assert "none so far" in held.text
        await held.tick(3)
        assert "Alarms 1" in held.text
        assert "was restarted" in held.text
        await explorer.press("a")
        assert explorer.app.connection.workspace.broker.alarms.unacknowledged == 0
        await explorer.press("escape")
        assert isinstance(explorer.app.screen, ExplorerScreen)
        log = explorer.app.connection.workspace.journal.log
        assert any("was restarted" in event.sentence for event in log.events())


async def test_clicks_do_what_keys_do(explore, connected_source) -> None:
    """A view, a window and a figure are chosen by the mouse."""
    async with explore(160, 50) as explorer:
        held = Held(explorer)
        await explorer.press("4")
        for uptime in (100, 101, 102):
            await held.tick(uptime, clients__connected=uptime)
        screen = explorer.app.screen
        line = explorer.screen()[0]
        await explorer.pilot.click("#broker-switches", offset=(line.index("Alarms") + 1, 0))
        assert screen.query_one("#broker-alarms-frame").display
        line = explorer.screen()[0]
        await explorer.pilot.click("#broker-switches", offset=(line.index("Figures") + 1, 0))
        figures = screen.query_one("#broker-figures")
        y = next(y for y, row in enumerate(figures.items) if row.label == "clients connected")
        await explorer.pilot.click("#broker-figures", offset=(5, y))
        await explorer.pilot.pause()
        assert "clients connected" in str(screen.query_one("#broker-curve-frame").border_title)
        line = explorer.screen()[0]
        await explorer.pilot.click("#broker-switches", offset=(line.index("all") + 1, 0))
        assert "[all]" in explorer.screen()[0]
        await explorer.press("t")
        assert explorer.selected == "$SYS"


async def test_a_figure_says_why_it_is_unknown(explore, connected_source) -> None:
    """A mosquitto that forgets is no broker with 0 clients."""
    async with explore(80, 24) as explorer:
        held = Held(explorer)
        await explorer.press("4")
        await held.tick(100, publish__messages__received=1)
        await explorer.press("down", "down")
        assert held.row_of("messages dropped").startswith("messages dropped -")
        assert "mosquitto before 2.0.16 forgets" in held.text


@pytest.mark.parametrize(
    ("subscriptions", "words"),
    [
        ((SubscriptionStatus("#", 0, 0),), "Press S to subscribe"),
        ((SubscriptionStatus("$SYS/#", 0, 0),), "said nothing so far"),
        ((SubscriptionStatus("$SYS/#", 0, None, "Not authorised."),), "refuses its $SYS topics"),
    ],
)
async def test_a_broker_that_says_nothing(explore, source, subscriptions, words) -> None:
    """Not subscribed, granted and silent, and refused are three things, each with what to do."""
    source.status = replace(CONNECTED, connected_at_s=1.0, subscriptions=subscriptions)
    async with explore(80, 24) as explorer:
        await explorer.press("4")
        text = "\n".join(explorer.screen())
        assert words in text
        await explorer.press("S")
        assert "subscribe $SYS/#" in source.calls


async def test_hostile_values_are_only_text(explore, connected_source) -> None:
    """A version with markup and control characters is shown as it is, made visible."""
    async with explore(80, 24) as explorer:
        held = Held(explorer)
        await explorer.press("4")
        await held.tick(
            100, version="mosquitto version \x1b[31m[red]9.9", clients__connected="\x1b[2J"
        )
        assert "[red]9.9" in held.text
        assert "\x1b" not in held.text
        await explorer.press("end", "pageup", "pageup")
        assert held.row_of("clients connected").startswith("clients connected -")


async def test_an_idle_broker_paints_nothing(explore, connected_source) -> None:
    """Between two reports a frame changes nothing on the screen."""
    async with explore(80, 24) as explorer:
        held = Held(explorer)
        await explorer.press("4")
        for uptime in (100, 101):
            await held.tick(uptime)
        screen = explorer.app.screen
        painted = []
        for widget in screen.query("*"):
            widget.refresh = lambda *_a, _w=widget, **_k: painted.append(_w)
        for _ in range(5):
            held.now += 0.1
            explorer.draw(held.now)
        assert painted == []


async def test_what_was_seen_is_remembered(explore, connected_source, tmp_path) -> None:
    """The last values are written when the explorer closes, and nothing else."""
    memory = BrokerMemory(tmp_path / "memory.json")
    async with explore(80, 24) as explorer:
        held = Held(explorer)
        held.workspace.memory = memory
        await explorer.press("4")
        await held.tick(100, clients__connected=7)
    assert memory.read("broker")["clients.connected"][0] == 7


@pytest.mark.parametrize("size", SIZES)
async def test_who_is_connected(explore, connected_source, size) -> None:
    """The log becomes a list with what is known, and without a log it says how to get one."""
    async with explore(*size) as explorer:
        held = Held(explorer)
        await explorer.press("4", "3")
        await held.tick(100, clients__connected=3)
        assert "log_dest topic" in held.text
        lines = (
            "New client connected from 10.0.0.7:4711 as ada [red] (p5, c1, k60, u'ada').",
            "New client connected from 10.0.0.8:4711 as dup (p2, c1, k60).",
            "Client dup already connected, closing old connection.",
            "New client connected from 10.0.0.9:4711 as gone\x1b[2J (p2, c1, k60).",
            "Client gone\x1b[2J closed its connection.",
        )
        messages = [(b"$SYS/broker/log/N", line.encode(), 0, None) for line in lines]
        connected_source.deliver(messages, held.now)
        await held.tick(101)
        rows = [line for line in explorer.screen() if " there " in line or " gone " in line]
        assert ["dup" in rows[0], "ada [red]" in rows[1], "gone␛" in rows[2]] == [True] * 3
        assert "taken over once" in rows[0]
        assert "connection lost" in rows[2]
        assert "known 2 of 3 connected" in held.text
        assert ("10.0.0.7" in rows[1]) == (size == SIZES[1])
        await explorer.press("down")
        assert "ada [red]; from 10.0.0.7; MQTT 5" in held.text
