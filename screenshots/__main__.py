"""`python -m screenshots`: draw the screens of mqttui from simulated data with a fixed clock.

The simulated class of the demo is played for a minute without broker and network; the same code
gives the same files, so that what changes in them is what changed on the screen.
"""

from __future__ import annotations

import asyncio
import datetime
import os
import ssl
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from mqttui.broker.certificate import Certificate
from mqttui.broker.checkup import (
    Checkup,
    StepState,
    certificate_facts,
    planned_checkup,
    step_changes,
)
from mqttui.broker.diagnosis import diagnose
from mqttui.core.message import RETAIN, Batch
from mqttui.core.source import Phase, Security, SourceCounters, SourceStatus, SubscriptionStatus
from mqttui.demo.classroom import classroom
from mqttui.settings.connection import ConnectionSettings, Tls
from mqttui.settings.preferences import Preferences
from mqttui.ui import app as app_module
from mqttui.ui.app import MqttuiApp
from mqttui.ui.screens.connection_checkup import CheckupScreen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import PurePath

    from textual.pilot import Pilot

    from mqttui.core.message import RawMessage
    from mqttui.demo.simulated import Outgoing
    from mqttui.ui.connections import OpenConnection

FOLDER = Path(__file__).parent
SIZES = ((80, 24), (160, 50))
BEGAN_S = 1_772_447_000.0
"""2026-03-02 10:23:20 UTC, a Monday morning."""

PLAYED_S = 61.0
STEP_S = 0.1
SEED = 49

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


class ClassroomSource:
    """A `MessageSource` that plays the simulated class on a clock of its own."""

    def __init__(self, status: SourceStatus) -> None:
        self.status = status
        self.counters = SourceCounters()
        self.now_s = 0.0
        is_connected = status.phase is Phase.CONNECTED
        self._clients = classroom(SEED, round(BEGAN_S * 1000)) if is_connected else []
        self._waiting: list[Batch] = []
        self._deliver(
            [
                outgoing
                for client in self._clients
                if client.is_present(0.0)
                for outgoing in client.greeting(0.0)
            ]
        )

    def start(self) -> None:
        """Nothing to do: the clock is moved by `play`."""

    def stop(self) -> None:
        """Nothing to do."""

    def retry_now(self) -> None:
        """Nothing to do."""

    def drain(self, max_messages: int) -> list[Batch]:
        """Hand over everything that waits."""
        batches, self._waiting = self._waiting, []
        return batches

    def play(self) -> None:
        """Move the clock by one step and let everybody publish."""
        self.now_s += STEP_S
        self._deliver(
            [
                outgoing
                for client in self._clients
                if client.is_present(self.now_s)
                for outgoing in client.messages_due(self.now_s)
            ]
        )

    def _deliver(self, outgoing: list[Outgoing]) -> None:
        messages: list[RawMessage] = [
            (each.topic.encode(), each.payload, each.retain * RETAIN if not self.now_s else 0, None)
            for each in outgoing
        ]
        size_bytes = sum(len(message[0]) + len(message[1]) for message in messages)
        self._waiting.append(Batch(BEGAN_S + self.now_s, messages, size_bytes))
        self.counters = SourceCounters(
            received=self.counters.received + len(messages),
            received_bytes=self.counters.received_bytes + size_bytes,
        )


class StillApp(MqttuiApp):
    """The program, but time passes only when it is told to."""

    # Textual looks for styles beside the module of a subclass.
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        Path(app_module.__file__).parent / path for path in MqttuiApp.CSS_PATH
    ]

    def __init__(self, source: ClassroomSource | None) -> None:
        super().__init__(
            source,
            Preferences(theme="dark"),
            clock=lambda: source.now_s if source is not None else 0.0,
            wall_clock=lambda: BEGAN_S + (source.now_s if source is not None else 0.0),
        )

    def _turn(self, connection: OpenConnection) -> None:
        """Turn only by hand."""

    async def play(self, pilot: Pilot[None]) -> None:
        """Let the class publish for as long as it takes to look lived in."""
        assert self.connection is not None
        source = self.connection.workspace.source
        assert isinstance(source, ClassroomSource)
        while source.now_s < PLAYED_S:
            source.play()
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


class Recorded:
    """An examination that was over before anybody looked."""

    def __init__(self, status: Checkup) -> None:
        self.status = status

    def start(self) -> None:
        """Nothing to do."""

    def cancel(self) -> None:
        """Nothing to do."""


def expired() -> Checkup:
    """Return what is found at a broker whose certificate has expired."""
    settings = ConnectionSettings("broker.example.org", 8883, tls=Tls())
    certificate = Certificate(
        "CN=broker.example.org",
        "CN=Example CA, O=Example",
        datetime.datetime(2025, 3, 1, tzinfo=datetime.UTC),
        datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC),
        ("broker.example.org",),
    )
    now = datetime.datetime.fromtimestamp(BEGAN_S, datetime.UTC)
    error = ssl.SSLCertVerificationError("certificate has expired")
    error.verify_code = 10
    passed = {"state": StepState.PASSED}
    checkup = planned_checkup(settings)
    checkup = checkup.with_step(0, took_s=0.012, facts=(("addresses", "192.0.2.7"),), **passed)
    checkup = checkup.with_step(1, took_s=0.031, facts=(("port 8883", "192.0.2.7"),), **passed)
    return checkup.with_step(
        2,
        took_s=0.094,
        facts=certificate_facts(certificate, now),
        **step_changes(diagnose(error, settings)),
    ).ended()


async def test_of_connection(app: StillApp, pilot: Pilot[None]) -> None:
    """Where a connection ends, why, and what to try."""
    app.push_screen(CheckupScreen(lambda: Recorded(expired())))
    await pilot.pause()
    await pilot.pause()


Scene = tuple["Callable[[StillApp, Pilot[None]], Awaitable[None]]", SourceStatus | None]

SCENES: dict[str, Scene] = {
    "explorer": (explorer, CONNECTED),
    "filter": (filtered, CONNECTED),
    "search": (search, CONNECTED),
    "help": (help_screen, CONNECTED),
    "not-connected": (not_connected, REFUSED),
    "connection": (connection, None),
    "test": (test_of_connection, None),
}


async def draw(name: str, width: int, height: int) -> Path:
    """Draw one scene at one size and return its file."""
    play, status = SCENES[name]
    app = StillApp(ClassroomSource(status) if status is not None else None)
    async with app.run_test(size=(width, height)) as pilot:
        await pilot.pause()
        await play(app, pilot)
        path = FOLDER / f"{name}-{width}x{height}.svg"
        path.write_text(app.export_screenshot(title="mqttui"))
    return path


def main() -> None:
    """Draw everything."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    with tempfile.TemporaryDirectory() as empty:
        # Nobody's own profiles belong into the documentation.
        os.environ["MQTTUI_CONFIG_DIR"] = os.environ["MQTTUI_STATE_DIR"] = empty
        for name in SCENES:
            for width, height in SIZES:
                print(asyncio.run(draw(name, width, height)).relative_to(FOLDER.parent))


if __name__ == "__main__":
    main()
