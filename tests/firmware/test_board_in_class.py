"""main.py on real MicroPython through what happens in a class: every command, a lost Wi-Fi for
longer than the buffer lasts, a cut of its power, and what others leave on its topics."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest

from mqttui.settings.connection import ConnectionSettings, Subscription
from mqttui.simulation.circuit import Steady
from mqttui.simulation.clock import RealClock
from mqttui.simulation.i2c_bus import I2CBus
from mqttui.simulation.ina219 import Ina219Chip
from tests.firmware.bench import FIRMWARE
from tests.integration.conftest import listen  # noqa: F401 (fixture)
from tests.support.publisher import publish
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.conftest import Listen, StartBoard
    from tests.support.listening import Listener
    from tests.support.mosquitto import Mosquitto

TOPIC = "iot49/bob-123456"
BUFFER = 20


class Class:
    """A broker with one board, as a teacher sees and commands it."""

    def __init__(self, broker: Mosquitto, listener: Listener) -> None:
        self._broker = broker
        self._listener = listener
        self._ids = itertools.count(1)

    def payloads(self, name: str) -> list[bytes]:
        """Return what the board has said on a topic so far."""
        return self._listener.payloads(f"{TOPIC}/{name}".encode())

    def publish(self, name: str, payload: object, *, retain: bool = False) -> None:
        """Publish below the topic of the board; what is no bytes as JSON."""
        content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        publish(self._broker.host, self._broker.port, f"{TOPIC}/{name}", content, retain=retain)

    def wait_statuses(self, *statuses: bytes) -> None:
        """Return once the board has had these statuses, since the beginning."""
        wait_until(
            lambda: self.payloads("status") == list(statuses),
            lambda: f"{statuses}, got {self.payloads('status')}",
            60,
        )

    def command(self, **content: object) -> Any:
        """Return the reply to a command."""
        number = next(self._ids)
        self.publish("cmd", {"id": number, **content})
        return self.reply(lambda reply: reply.get("id") == number)

    def reply(self, is_wanted: Callable[[Any], bool]) -> Any:
        """Return the first reply that is wanted."""
        return wait_until(
            lambda: next(filter(is_wanted, map(json.loads, self.payloads("reply"))), None),
            lambda: f"a reply, got {self.payloads('reply')}",
            60,
        )

    def numbers(self) -> list[int]:
        """Return the numbers of the samples that have come, each once, in the order they came."""
        found = [json.loads(payload)["n"] for payload in self.payloads("data")]
        return list(dict.fromkeys(found))


def test_a_board_through_a_lesson(
    start_board: StartBoard,
    broker: Mosquitto,
    listen: Listen,  # noqa: F811
) -> None:
    """One board, one story; each step is named below."""
    settings = ConnectionSettings(
        broker.host,
        broker.port,
        subscriptions=(Subscription("iot49/#", 1), Subscription("iv/#", 1)),
    )
    listener = listen(settings)
    listener.wait_subscribed()
    room = Class(broker, listener)
    # Somebody has left a command that would reset it for ever, and nonsense.
    room.publish("cmd", {"op": "reset"}, retain=True)
    bus = I2CBus({0x40: Ina219Chip(Steady(3.0, 0.05), RealClock())})
    config = {"name": "bob", "ssid": "classroom", "host": "localhost", "port": broker.port}
    config |= {"rate": 20, "buffer": BUFFER, "averaging": 1, "led": 2}
    files = {path.name: path.read_bytes() for path in FIRMWARE.glob("*.py")}
    board = start_board(bus=bus, files={**files, "config.json": json.dumps(config)})
    room.wait_statuses(b"online")
    info = json.loads(room.payloads("info")[-1])
    assert (info["uid"], info["rate"], info["sensor"]) == ("240ac4123456", 20, "INA219")

    # Every command, and every value that can be set.
    assert room.command(op="get")["averaging"] == 1
    wanted = {"rate": 10, "averaging": 2, "bus_range": 32, "shunt_range": 320, "shunt": 0.1}
    for key, value in wanted.items():
        reply = room.command(op="set", **{key: value})
        assert (reply["ok"], reply[key]) == (True, value)
    wrong = room.command(op="set", rate=5, averaging=3)
    assert (wrong["ok"], wrong["rate"], wrong["averaging"]) == (False, 10, 2)
    assert "averaging" in wrong["error"]
    assert room.command(op="set", host="elsewhere")["error"] == "host cannot be set"
    assert room.command(op="identify")["ok"]
    assert "op is" in room.command(op="explode")["error"]
    room.publish("cmd", b"\xff{")
    assert "error" in room.reply(lambda reply: "id" not in reply)
    curve = room.command(op="sweep", n=3, interval_ms=20, session="iv", series="Panel")
    assert curve["v"] == [pytest.approx(3.0)] * 3
    assert curve["i"] == [pytest.approx(0.05, abs=0.001)] * 3
    listener.wait_payload(b"iv/new_series", b'["Panel", "V [V]", "I [A]"]')
    wait_until(lambda: listener.payloads(b"iv/plot_series"), "the layout of the plot")
    assert len(listener.payloads(b"iv/data")) == 3
    assert room.command(op="set", rate=20, averaging=1)["ok"]

    # The Wi-Fi is gone for longer than the buffer lasts: what did not fit is counted, nothing else
    # is missing, and the order is kept.
    assert room.command(op="get")["dropped"] == 0
    per_sample = bus.transactions / max(room.numbers())
    before = bus.transactions
    board.set_wifi(False)
    wait_until(lambda: bus.transactions - before > per_sample * BUFFER * 5, "samples offline", 60)
    board.set_wifi(True)
    last = max(room.numbers())
    wait_until(lambda: max(room.numbers()) > last + BUFFER, "samples of later", 60)
    dropped = wait_until(lambda: room.command(op="get")["dropped"], "the count", 60)
    numbers = room.numbers()
    assert numbers == sorted(numbers)
    missing = set(range(numbers[0], numbers[-1])) - set(numbers)
    assert len(missing) == dropped

    # Its power is cut: the broker publishes the will, and the board comes again.
    assert board.resets == 0
    # The broker has published the will already, when the board connected anew.
    room.wait_statuses(b"online", b"offline", b"online")
    board.press_reset()
    room.wait_statuses(b"online", b"offline", b"online", b"offline", b"online")
    assert board.resets == 1
    assert room.command(op="get")["dropped"] == 0
