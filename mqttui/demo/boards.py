"""Twelve ESP32 boards with an INA219 and a solar panel, as the class builds them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.demo.ina219 import Ina219
from mqttui.demo.simulated import Beat, Outgoing, SimulatedClient
from mqttui.simulation.solar_panel import Load, SolarPanel

if TYPE_CHECKING:
    from mqttui.demo.sky import Sky

_SWEEP_S = 24.0
_SWEEP_FROM_OHM = 4.0
_SWEEP_TO_OHM = 2000.0
_AWAY_EVERY_S = 70.0
_AWAY_FIRST_S = 20.0
_AWAY_FOR_S = 14.0
_GLITCH_SHARE = 0.01
_SLOWEST_HZ = 0.1
_FASTEST_HZ = 20.0
_ESPRESSIF = "240ac4"
_WIRE_NOISE_V = 0.002
_WIRE_NOISE_A = 0.00008


@dataclass(frozen=True, slots=True)
class Habits:
    """What is special about a board.

    `load` is `resistor`, `sweep` (from short circuit to open, again and again) or `battery`.
    """

    load: str = "resistor"
    ohm: float = 47.0
    rate_hz: float = 5.0
    is_silent: bool = False
    drops_off: bool = False
    has_loose_wire: bool = False
    firmware: str = "1.0"


class Board(SimulatedClient):
    """Publishes `iot49/<name>-<uid>/status`, `info` and `data`; answers to `cmd` on `reply`."""

    def __init__(
        self, number: int, habits: Habits, sky: Sky, seed: int, started_at_ms: int
    ) -> None:
        name = f"bench{number:02d}"
        super().__init__(name, seed)
        self.uid = _ESPRESSIF + f"{self.random.getrandbits(24):06x}"
        self.client_id = f"mqttui-{self.uid}"
        self.prefix = f"iot49/{name}-{self.uid[-6:]}"
        self.will = Outgoing(f"{self.prefix}/status", b"offline", qos=1, retain=True)
        self._number = number
        self._habits = habits
        self._sky = sky
        self._started_at_ms = started_at_ms
        self._sensor = Ina219()
        self._panel = SolarPanel(
            short_circuit_a=0.180 * self.random.uniform(0.94, 1.06),
            open_circuit_v=6.2 * self.random.uniform(0.98, 1.02),
        )
        self._rate_hz = habits.rate_hz
        self._beat = Beat(1 / habits.rate_hz, self.random.uniform(0, 1 / habits.rate_hz))
        self._booted_at_s = -self.random.uniform(30, 4000)
        self._sequence = 0
        self._rssi_dbm = self.random.randint(-74, -48)

    @property
    def topic_filters(self) -> tuple[str, ...]:
        """The board listens for commands."""
        return (f"{self.prefix}/cmd",)

    def is_present(self, now_s: float) -> bool:
        """One board loses its WiFi now and then."""
        if not self._habits.drops_off or now_s < _AWAY_FIRST_S:
            return True
        return (now_s - _AWAY_FIRST_S) % _AWAY_EVERY_S >= _AWAY_FOR_S

    def greeting(self, now_s: float) -> list[Outgoing]:
        """Return `info` and the birth message, both retained."""
        info = {
            "uid": self.uid,
            "fw": self._habits.firmware,
            "mpy": "1.27.0",
            "chip": "esp32",
            "sensor": "INA219",
            "shunt": self._sensor.shunt_ohm,
            "rate": self._rate_hz,
            "reset": 1,
            "ip": f"192.168.49.{20 + self._number}",
            "rssi": self._rssi_dbm,
        }
        return [
            Outgoing(f"{self.prefix}/info", _json(info), qos=1, retain=True),
            Outgoing(f"{self.prefix}/status", b"online", qos=1, retain=True),
        ]

    def messages_due(self, now_s: float) -> list[Outgoing]:
        """Return the readings since the last call; none from a board that is silent or away."""
        due: list[Outgoing] = []
        for at_s in self._beat.times_until(now_s):
            self._sequence += 1
            if self.is_present(at_s) and not self._habits.is_silent:
                due.append(Outgoing(f"{self.prefix}/data", _json(self._sample(at_s)), qos=1))
        return due

    def answer(self, payload: bytes, now_s: float) -> list[Outgoing]:
        """Return the reply to a command: `{"id": ..., "op": "get" | "set", "rate": Hz}`."""
        reply: dict[str, object] = {"ok": True}
        try:
            command = json.loads(payload)
            if not isinstance(command, dict):
                raise ValueError("a command is a JSON object")
            reply["id"] = command.get("id")
            if command.get("op") not in ("get", "set"):
                raise ValueError(f"unknown op {command.get('op')}")
            if command["op"] == "set" and "rate" in command:
                self._set_rate(float(command["rate"]), now_s)
        except (ValueError, TypeError, RecursionError) as error:
            reply["ok"] = False
            reply["error"] = f"{type(error).__name__}: {error}"
        reply["rate"] = self._rate_hz
        return [Outgoing(f"{self.prefix}/reply", _json(reply), qos=1)]

    def _set_rate(self, rate_hz: float, now_s: float) -> None:
        if not _SLOWEST_HZ <= rate_hz <= _FASTEST_HZ:
            raise ValueError(f"rate {_SLOWEST_HZ:g}..{_FASTEST_HZ:g} Hz")
        self._rate_hz = rate_hz
        self._beat = Beat(1 / rate_hz, now_s + 1 / rate_hz)

    def _sample(self, at_s: float) -> dict[str, object]:
        sample: dict[str, object] = {
            "n": self._sequence,
            "up": int((at_s - self._booted_at_s) * 1000),
            "t": self._started_at_ms + int(at_s * 1000),
        }
        if self._habits.has_loose_wire and self.random.random() < _GLITCH_SHARE:
            sample["err"] = "[Errno 19] ENODEV"
            return sample
        light = self._sky.light(at_s, self._number)
        volts, amperes = self._panel.operating_point(light, self._load(at_s))
        reading = self._sensor.read(
            volts + self.random.gauss(0, _WIRE_NOISE_V),
            amperes + self.random.gauss(0, _WIRE_NOISE_A),
        )
        sample |= {"v": reading.volts, "i": reading.amperes, "p": reading.watts}
        if reading.is_clipped:
            sample["clip"] = 1
        return sample

    def _load(self, at_s: float) -> Load:
        habits = self._habits
        if habits.load == "battery":
            # A lithium cell that charges: its voltage creeps up and falls back at the end.
            return Load(0.25, 3.7 + 0.4 * math.sin(math.pi * (at_s % 900) / 900))
        if habits.load == "sweep":
            part = at_s % _SWEEP_S / _SWEEP_S
            return Load(_SWEEP_FROM_OHM * (_SWEEP_TO_OHM / _SWEEP_FROM_OHM) ** part)
        return Load(habits.ohm)


HABITS = (
    Habits(ohm=47),
    Habits(ohm=33),
    Habits(load="sweep"),
    Habits(ohm=68),
    Habits(ohm=47, drops_off=True),
    Habits(load="battery"),
    Habits(ohm=100, firmware="0.9"),
    Habits(ohm=39, has_loose_wire=True),
    Habits(ohm=47, is_silent=True),
    Habits(load="sweep"),
    Habits(ohm=56),
    Habits(load="battery"),
)


def boards(sky: Sky, seed: int, started_at_ms: int) -> list[Board]:
    """Return the twelve boards; `started_at_ms` is the epoch time of second 0."""
    return [
        Board(number, habits, sky, seed, started_at_ms)
        for number, habits in enumerate(HABITS, start=1)
    ]


def _json(value: dict[str, object]) -> bytes:
    return json.dumps(value).encode()
