"""main.py as it is, in virtual time, with a chip, a Wi-Fi and a client of the test's making."""

from __future__ import annotations

import contextlib
import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest

from mqttui.simulation.circuit import Steady
from mqttui.simulation.clock import VirtualClock
from mqttui.simulation.i2c_bus import I2CBus
from mqttui.simulation.ina219 import Ina219Chip
from mqttui.simulation.micropython import Interpreter, module, time_module
from tests.firmware.bench import FIRMWARE

if TYPE_CHECKING:
    from collections.abc import Callable

POWER_ON, DEEP_SLEEP = 1, 4


class _Off(Exception):
    """The chip is reset, sleeps, or the test has seen enough."""


class _Chip:
    """What main.py finds on a board, and what it did with it.

    `wifi_status` is None for a Wi-Fi that lets the board in; `broker_is_there` likewise.
    """

    def __init__(self, reset_cause: int = POWER_ON, memory: bytes = b"", **values: object) -> None:
        self.clock = VirtualClock()
        self.reset_cause = reset_cause
        self.memory = memory
        self.wifi_status: int | None = None
        self.broker_is_there = True
        self.is_button_held = False
        self.printed: list[str] = []
        self.fed: list[float] = []
        self.watchdog_s: float | None = None
        self.watchdog_from_s: float | None = None
        self.slept_ms: int | None = None
        self.published: list[tuple[str, str]] = []
        self.clean_sessions: list[bool] = []
        self.is_joined = False
        self.reconnects: int | None = None
        self.stop_at_s: float = 30.0
        self._values = {"name": "alice", "ssid": "class", "host": "h", **values}

    @property
    def now_s(self) -> float:
        return self.clock.now_us() / 1e6

    def run(self) -> None:
        """Run main.py until the board is off or `stop_at_s` is reached."""
        time = time_module(self.clock)
        sleep_ms = time.sleep_ms

        def sleep_or_stop(duration: int) -> None:
            if self.now_s >= self.stop_at_s:
                raise _Off
            sleep_ms(duration)

        time.sleep_ms = sleep_or_stop  # type: ignore[attr-defined]
        chip = Ina219Chip(Steady(5.0, 0.1), self.clock)
        modules = {
            "time": time,
            "machine": self._machine(I2CBus({0x40: chip})),
            "network": self._network(),
            "mqtt": module("mqtt", MQTTClient=self._client, tls_context=None),
        }
        firmware = Interpreter(FIRMWARE, modules)
        config = firmware.load("config")
        config.load = lambda: config.checked(self._values)
        firmware._builtins["print"] = lambda *words: self.printed.append(" ".join(map(str, words)))
        with contextlib.suppress(_Off):
            firmware.load("main")

    def _machine(self, bus: I2CBus) -> Any:
        chip = self

        class Pin:
            IN, OUT, PULL_UP = 1, 3, 2

            def __init__(self, number: int, mode: int = 0, pull: int = 0) -> None:
                self.number = number

            def value(self) -> int:
                return not (chip.is_button_held and self.number == 0)

        class WDT:
            def __init__(self, timeout: int) -> None:
                chip.watchdog_s = timeout / 1000
                chip.watchdog_from_s = chip.now_s

            def feed(self) -> None:
                chip.fed.append(chip.now_s)

        class RTC:
            def memory(self, content: bytes | None = None) -> bytes:
                if content is not None:
                    chip.memory = content
                return chip.memory

        def deepsleep(duration_ms: int) -> None:
            chip.slept_ms = duration_ms
            raise _Off

        def reset() -> None:
            raise _Off

        return module(
            "machine",
            Pin=Pin,
            WDT=WDT,
            RTC=RTC,
            I2C=lambda number, **pins: bus,
            unique_id=lambda: bytes.fromhex("240ac4123456"),
            reset_cause=lambda: chip.reset_cause,
            DEEPSLEEP_RESET=DEEP_SLEEP,
            deepsleep=deepsleep,
            reset=reset,
        )

    def _network(self) -> Any:
        chip = self

        class WLAN:
            def __init__(self, interface: int) -> None:
                pass

            def active(self, is_active: bool) -> None:
                pass

            def config(self, reconnects: int) -> None:
                chip.reconnects = reconnects

            def connect(self, ssid: str, key: str) -> None:
                chip.is_joined = chip.wifi_status is None

            def disconnect(self) -> None:
                chip.is_joined = False

            def isconnected(self) -> bool:
                return chip.is_joined

            def ifconfig(self) -> tuple[str, ...]:
                return ("192.0.2.7",)

            def status(self, name: str = "") -> int | None:
                return -61 if name == "rssi" else chip.wifi_status

        return module("network", WLAN=WLAN, STA_IF=0)

    def _client(self, *arguments: object, **options: object) -> Any:
        chip = self

        class Client:
            max_in_flight = 8
            in_flight = 0
            is_connected = False

            def set_callback(self, callback: Callable[..., None]) -> None:
                chip.hear = callback  # type: ignore[attr-defined]

            def set_last_will(self, *arguments: object, **options: object) -> None:
                pass

            def connect(self, clean_session: bool) -> None:
                if not chip.broker_is_there:
                    raise OSError(111, "no connection")
                chip.clean_sessions.append(clean_session)
                self.is_connected = True

            def subscribe(self, topic: str, qos: int) -> None:
                pass

            def publish(self, topic: str, msg: str, retain: bool = False, qos: int = 0) -> None:
                chip.published.append((topic.rpartition("/")[2], msg))

            def loop(self, duration_ms: int) -> None:
                if chip.now_s >= chip.stop_at_s:
                    raise _Off
                chip.clock.sleep_us(max(1, duration_ms) * 1000)
                if not chip.broker_is_there:
                    self.is_connected = False
                    raise OSError(104, "the connection is lost")

            def flush(self) -> None:
                pass

            def disconnect(self) -> None:
                self.close()

            def close(self) -> None:
                self.is_connected = False

        return Client()


def test_the_watchdog_is_armed_by_the_first_connection_and_fed() -> None:
    """A board that never connects must stay reachable; afterwards it is fed often enough."""
    chip = _Chip()
    chip.broker_is_there = False
    chip.clock.call_at(20_000_000, lambda: setattr(chip, "broker_is_there", True))
    chip.stop_at_s = 200.0
    # Away again for a minute: the board lives, and the watchdog sees it.
    chip.clock.call_at(80_000_000, lambda: setattr(chip, "broker_is_there", False))
    chip.clock.call_at(140_000_000, lambda: setattr(chip, "broker_is_there", True))
    chip.run()
    assert chip.watchdog_from_s is not None
    assert chip.watchdog_s is not None
    assert chip.watchdog_from_s >= 20
    assert all(line.startswith("LINK no connection") for line in chip.printed[1:3])
    moments = [chip.watchdog_from_s, *chip.fed, chip.stop_at_s]
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert max(gaps) < chip.watchdog_s / 3
    assert sum(line.startswith("ONLINE") for line in chip.printed) == 2


def test_a_board_that_never_connects_has_no_watchdog() -> None:
    """Nor does it sleep, though it is to."""
    chip = _Chip(sleep=60)
    chip.broker_is_there = False
    chip.run()
    assert (chip.watchdog_s, chip.slept_ms) == (None, None)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (202, "LINK wrong key for Wi-Fi class"),
        (15, "LINK wrong key for Wi-Fi class"),
        (204, "LINK wrong key for Wi-Fi class"),
        (201, "LINK no Wi-Fi named class in reach"),
        (1001, "LINK no Wi-Fi class"),
    ],
)
def test_why_the_wifi_cannot_be_joined_is_printed(status: int, sentence: str) -> None:
    """The driver tells it only when it does not try for ever."""
    chip = _Chip()
    chip.wifi_status = status
    chip.run()
    assert chip.printed[1] == sentence
    assert chip.reconnects is not None
    assert chip.reconnects >= 0
    assert chip.published == []


def test_a_held_button_leads_to_the_prompt() -> None:
    """Nothing is started; without a pin for it nothing is looked at."""
    chip = _Chip()
    chip.is_button_held = True
    chip.run()
    assert [line.split()[0] for line in chip.printed] == ["SAFE"]
    ignoring = _Chip(safe_pin=-1)
    ignoring.is_button_held = True
    ignoring.run()
    assert any(line.startswith("ONLINE") for line in ignoring.printed)


def test_a_board_connects_publishes_and_sleeps() -> None:
    """The second time there is no window for Ctrl-C, and numbers go on."""
    first = _Chip(sleep=60, awake=1, rate=10)
    first.run()
    assert first.slept_ms == 60_000
    assert first.printed[-1] == "SLEEP 60 s"
    assert first.clean_sessions == [False]
    name, status = first.published[-1]
    assert (name, json.loads(status)["status"]) == ("status", "sleeping")
    numbers = [json.loads(text)["n"] for name, text in first.published if name == "data"]
    assert numbers == list(range(1, len(numbers) + 1))
    second = _Chip(DEEP_SLEEP, first.memory, sleep=60, awake=1, rate=10)
    second.run()
    assert second.slept_ms == 60_000
    assert not any(line.startswith("START") for line in second.printed)
    assert second.now_s < first.now_s - 1
    more = [json.loads(text)["n"] for name, text in second.published if name == "data"]
    assert more[0] == numbers[-1] + 1


def test_a_board_that_slept_and_finds_no_broker_sleeps_again_and_counts() -> None:
    """What it measured meanwhile is dropped, and that is counted."""
    chip = _Chip(DEEP_SLEEP, b"41 3", sleep=60)
    chip.broker_is_there = False
    chip.run()
    assert chip.slept_ms == 60_000
    number, dropped = map(int, chip.memory.split())
    assert number > 41
    assert dropped == 3 + number - 41


def test_the_signal_is_told() -> None:
    """As the Wi-Fi measures it."""
    chip = _Chip()
    chip.run()
    info = next(json.loads(text) for name, text in chip.published if name == "info")
    assert (info["rssi"], info["ip"]) == (-61, "192.0.2.7")
