"""What is drawn: each scene is played on the app until it shows what it is to show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from textual.widgets import Input, TextArea

from mqttui.core.charts.pinned import SECTION
from mqttui.core.charts.spec import ChartSpec, SeriesSpec
from mqttui.core.source import Phase, Security, SourceStatus, SubscriptionStatus
from mqttui.simulation.solar_panel import Load, SolarPanel
from screenshots.checkup_scene import test_of_connection

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.pilot import Pilot

    from screenshots.still_app import StillApp

PATIENCE = 2000
BOARD = "iot49/bench02-53d9b6"

CONNECTED = SourceStatus(
    label="broker.example.org:8883",
    phase=Phase.CONNECTED,
    security=Security.VERIFIED,
    protocol="5",
    connected_at_s=-720.0,
    subscriptions=(SubscriptionStatus("#", 0, 0), SubscriptionStatus("$SYS/#", 0, 0)),
)
REFUSED = SourceStatus(
    label="broker.example.org:8883",
    phase=Phase.WAITING,
    security=Security.VERIFIED,
    problem="The certificate of broker.example.org:8883 expired on 1 March 2026.",
    advice="Whoever runs the broker has to renew it.",
    retries_by_itself=False,
)


async def _select_board(app: StillApp, pilot: Pilot[None]) -> None:
    assert app.connection is not None
    node = app.connection.workspace.store.find("iot49/bench02-53d9b6/data") or next(
        node for node in app.connection.workspace.store.topic_nodes() if node.name == "data"
    )
    app.connection.explorer.query_one("#topic-tree").go_to(node)  # type: ignore[attr-defined]
    await pilot.pause()
    await app.show(pilot)


async def explorer(app: StillApp, pilot: Pilot[None]) -> None:
    """A class at work, one board selected."""
    await app.play(pilot)
    await _select_board(app, pilot)


async def filtered(app: StillApp, pilot: Pilot[None]) -> None:
    """Only what matches an MQTT filter."""
    await app.play(pilot)
    await _select_board(app, pilot)
    await pilot.press("slash", *"+/+/status")
    for _ in range(5):
        await app.show(pilot)


async def search(app: StillApp, pilot: Pilot[None]) -> None:
    """A pinned topic, and payloads that are searched while all topics stay in sight."""
    await app.play(pilot)
    await _select_board(app, pilot)
    await pilot.press("asterisk", "slash", "ctrl+t", "ctrl+f", *"online")
    for _ in range(5):
        await app.show(pilot)
    await pilot.press("enter", "n")
    await pilot.press("slash")
    for _ in range(5):
        await app.show(pilot)


async def help_screen(app: StillApp, pilot: Pilot[None]) -> None:
    """Every key."""
    await app.play(pilot)
    await pilot.press("question_mark")
    await pilot.pause()


async def not_connected(app: StillApp, pilot: Pilot[None]) -> None:
    """What is wrong, in one sentence, and what to do."""
    await app.show(pilot)


async def connection(app: StillApp, pilot: Pilot[None]) -> None:
    """The choice of a broker."""
    await pilot.press(*"broker.example.org")
    await pilot.pause()


async def chart(app: StillApp, pilot: Pilot[None]) -> None:
    """Voltage and power of a board in the window in which its messages are read."""
    await app.play(pilot)
    await _select_board(app, pilot)
    assert app.connection is not None
    await app.connection.explorer.action_show_tab("chart")
    await _until(app, pilot, "#chart-numbers")
    numbers = app.screen.query_one("#chart-numbers")
    numbers.focus()
    await pilot.press("end", "enter")
    await _settle(app, pilot)
    app.screen.query_one("#chart-view").focus()
    await _settle(app, pilot)


async def charts(app: StillApp, pilot: Pilot[None]) -> None:
    """Pinned charts: lines of two boards, and one number against another."""
    await app.play(pilot)
    other = "iot49/bench03-364435"
    pinned = (
        ChartSpec((SeriesSpec(f"{BOARD}/data", "v"), SeriesSpec(f"{other}/data", "v"))),
        ChartSpec((SeriesSpec(f"{BOARD}/data", "p"), SeriesSpec(f"{other}/data", "p"))),
        ChartSpec((SeriesSpec(f"{BOARD}/data", "v"), SeriesSpec(f"{BOARD}/data", "i")), is_xy=True),
        ChartSpec((SeriesSpec("lab/scale/weight", ""),)),
    )
    assert app.connection is not None
    memory = app.connection.workspace.memory
    memory.write(SECTION, [each.to_json() for each in pinned[:3]])
    await pilot.press("2")
    await _until(app, pilot, "#charts-grid")
    await _settle(app, pilot)


async def publish(app: StillApp, pilot: Pilot[None]) -> None:
    """A command that the broker has acknowledged."""
    await app.play(pilot)
    await _select_board(app, pilot)
    await pilot.press("p")
    await _until(app, pilot, "PublishPanel")
    await _settle(app, pilot)
    app.screen.query_one("#topic-field", Input).value = f"{BOARD}/cmd"
    app.screen.query_one("#publish-editor", TextArea).text = '{"id": "a1", "op": "identify"}'
    app.screen.query_one("#publish-editor").focus()
    await _settle(app, pilot)
    await pilot.press("ctrl+s")
    await _settle(app, pilot)


async def subscriptions(app: StillApp, pilot: Pilot[None]) -> None:
    """Topic filters with what the broker granted and what each brings."""
    await app.play(pilot)
    await pilot.press("s")
    await _until(app, pilot, "SubscriptionPanel")
    await _settle(app, pilot)


async def log(app: StillApp, pilot: Pilot[None]) -> None:
    """What happened on the connection."""
    await app.play(pilot)
    await pilot.press("L")
    await _until(app, pilot, "LogPanel")
    await _settle(app, pilot)


async def busiest(app: StillApp, pilot: Pilot[None]) -> None:
    """Who floods the broker."""
    await app.play(pilot)
    await pilot.press("b")
    await _until(app, pilot, "#busiest-rows")
    await _settle(app, pilot)


async def broker(app: StillApp, pilot: Pilot[None]) -> None:
    """What the broker says of itself."""
    app.let_broker_report()
    await app.play(pilot)
    await pilot.press("4")
    await _until(app, pilot, "#broker-figures")
    await _settle(app, pilot)


async def devices(app: StillApp, pilot: Pilot[None]) -> None:
    """The boards of the class; where there is room, one of them with the curve it has measured."""
    await app.play(pilot)
    await _select_board(app, pilot)
    panel = SolarPanel()
    loads = [Load(1e6), *(Load(2 / (step / 39) ** 4) for step in range(1, 40))]
    points = [panel.operating_point(1.0, load) for load in loads]
    reply = {
        "id": "a1",
        "ok": True,
        "v": [round(volts, 3) for volts, _ in points],
        "i": [round(amperes, 6) for _, amperes in points],
    }
    assert app.connection is not None
    workspace = app.connection.workspace
    message = (f"{BOARD}/reply".encode(), json.dumps(reply).encode(), 0, None)
    workspace.store.apply_messages([message], workspace.wall_clock())
    workspace.store.settle(workspace.wall_clock())
    fleet = workspace.fleet
    fleet.update(workspace.wall_clock(), budget_s=60)
    while fleet.behind:
        fleet.update(workspace.wall_clock(), budget_s=60)
    await pilot.press("3")
    await _until(app, pilot, "#device-list")
    await _settle(app, pilot)
    await pilot.press("full_stop")
    await _settle(app, pilot)


async def hygiene(app: StillApp, pilot: Pilot[None]) -> None:
    """Which topics are hard to share, and why."""
    await app.play(pilot)
    await pilot.press("y")
    await _until(app, pilot, "#hygiene-rules")
    await _settle(app, pilot)


async def retained(app: StillApp, pilot: Pilot[None]) -> None:
    """What would be cleared, before anything is."""
    await app.play(pilot)
    await _select_board(app, pilot)
    await pilot.press("left", "x")
    await _settle(app, pilot)


async def _until(app: StillApp, pilot: Pilot[None], selector: str) -> None:
    """Wait for what a key opens."""
    for _ in range(PATIENCE):
        await pilot.pause()
        if app.screen.query(selector):
            await pilot.pause()
            return
    raise LookupError(f"{selector} did not come")


async def _settle(app: StillApp, pilot: Pilot[None]) -> None:
    """Draw until nothing changes any more."""
    for _ in range(8):
        await app.show(pilot)


Scene = tuple["Callable[[StillApp, Pilot[None]], Awaitable[None]]", SourceStatus | None]

SCENES: dict[str, Scene] = {
    "explorer": (explorer, CONNECTED),
    "filter": (filtered, CONNECTED),
    "search": (search, CONNECTED),
    "chart": (chart, CONNECTED),
    "charts": (charts, CONNECTED),
    "publish": (publish, CONNECTED),
    "subscriptions": (subscriptions, CONNECTED),
    "log": (log, CONNECTED),
    "busiest": (busiest, CONNECTED),
    "broker": (broker, CONNECTED),
    "devices": (devices, CONNECTED),
    "hygiene": (hygiene, CONNECTED),
    "retained": (retained, CONNECTED),
    "help": (help_screen, CONNECTED),
    "not-connected": (not_connected, REFUSED),
    "connection": (connection, None),
    "test": (test_of_connection, None),
}
