"""Devices as they are found in homes: Tasmota, Zigbee2MQTT, Home Assistant discovery."""

from __future__ import annotations

import json
import math
import time

from mqttui.demo.simulated import Beat, Outgoing, SimulatedClient

_TELEMETRY_S = 10.0
_SWITCH_S = 25.0


class TasmotaPlug(SimulatedClient):
    """A switched socket with a power meter: `tele/<name>/STATE|SENSOR|LWT`, `stat/<name>/POWER`."""

    def __init__(self, name: str, watts: float, seed: int, started_at_ms: int) -> None:
        will = Outgoing(f"tele/{name}/LWT", b"Offline", qos=1, retain=True)
        super().__init__(name, seed, will)
        self._name = name
        self._watts = watts
        self._started_at_ms = started_at_ms
        self._telemetry = Beat(_TELEMETRY_S, self.random.uniform(0.5, 2))
        self._switching = Beat(_SWITCH_S, self.random.uniform(3, _SWITCH_S))
        self._is_on = True
        self._total_kwh = self.random.uniform(3, 90)

    def greeting(self, now_s: float) -> list[Outgoing]:
        """Return the retained `Online` and where the switch stands."""
        return [
            Outgoing(f"tele/{self._name}/LWT", b"Online", qos=1, retain=True),
            Outgoing(f"stat/{self._name}/POWER", self._power(), retain=True),
        ]

    def messages_due(self, now_s: float) -> list[Outgoing]:
        """Return switching and telemetry since the last call."""
        due: list[Outgoing] = []
        for _ in self._switching.times_until(now_s):
            self._is_on = not self._is_on
            result = json.dumps({"POWER": self._power().decode()}, separators=(",", ":"))
            due.append(Outgoing(f"stat/{self._name}/RESULT", result.encode()))
            due.append(Outgoing(f"stat/{self._name}/POWER", self._power(), retain=True))
        for at_s in self._telemetry.times_until(now_s):
            due += self._report(at_s)
        return due

    def _power(self) -> bytes:
        return b"ON" if self._is_on else b"OFF"

    def _report(self, at_s: float) -> list[Outgoing]:
        at = _local_time(self._started_at_ms, at_s)
        uptime_s = int(86_400 * 3 + at_s)
        state = {
            "Time": at,
            "Uptime": f"{uptime_s // 86_400}T{time.strftime('%H:%M:%S', time.gmtime(uptime_s))}",
            "UptimeSec": uptime_s,
            "Heap": self.random.randint(24, 27),
            "SleepMode": "Dynamic",
            "Sleep": 50,
            "LoadAvg": 19,
            "MqttCount": 1,
            "POWER": self._power().decode(),
            "Wifi": {
                "AP": 1,
                "SSId": "lab-2g",
                "Channel": 6,
                "RSSI": self.random.randint(62, 78),
                "Signal": self.random.randint(-68, -60),
            },
        }
        volts = round(self.random.gauss(230.5, 0.8))
        watts = round(self._watts * self.random.uniform(0.97, 1.03)) if self._is_on else 0
        self._total_kwh += watts * _TELEMETRY_S / 3.6e6
        sensor = {
            "Time": at,
            "ENERGY": {
                "TotalStartTime": "2026-01-10T08:00:00",
                "Total": round(self._total_kwh, 3),
                "Power": watts,
                "ApparentPower": round(watts * 1.08),
                "Factor": 0.93 if watts else 0.0,
                "Voltage": volts,
                "Current": round(watts * 1.08 / volts, 3),
            },
        }
        return [
            Outgoing(f"tele/{self._name}/STATE", _compact(state)),
            Outgoing(f"tele/{self._name}/SENSOR", _compact(sensor)),
        ]


class Zigbee2Mqtt(SimulatedClient):
    """A Zigbee bridge with a few battery devices, friendly names with spaces included."""

    def __init__(self, seed: int) -> None:
        will = Outgoing("zigbee2mqtt/bridge/state", b'{"state":"offline"}', qos=1, retain=True)
        super().__init__("mqttjs_zigbee2mqtt", seed, will)
        self._climate = {
            name: Beat(interval_s, self.random.uniform(0.3, 3))
            for name, interval_s in (
                ("living_room_climate", 5.0),
                ("lab_climate", 4.0),
                ("greenhouse/soil", 9.0),
            )
        }
        self._door = Beat(17.0, 6.0)
        self._lamp = Beat(21.0, 2.0)
        self._is_closed = True
        self._is_lit = False

    def greeting(self, now_s: float) -> list[Outgoing]:
        """Return the bridge's retained state and device list."""
        names = [*self._climate, "Kitchen door", "desk lamp"]
        devices = [
            {
                "ieee_address": f"0x00158d00{self.random.getrandbits(32):08x}",
                "type": "Router" if name == "desk lamp" else "EndDevice",
                "friendly_name": name,
                "supported": True,
                "interview_completed": True,
            }
            for name in names
        ]
        online = b'{"state":"online"}'
        return [
            Outgoing("zigbee2mqtt/bridge/state", online, qos=1, retain=True),
            Outgoing("zigbee2mqtt/bridge/devices", _compact(devices), retain=True),
            *(
                Outgoing(f"zigbee2mqtt/{name}/availability", online, qos=1, retain=True)
                for name in names
            ),
        ]

    def messages_due(self, now_s: float) -> list[Outgoing]:
        """Return the reports since the last call."""
        due: list[Outgoing] = []
        for number, (name, beat) in enumerate(self._climate.items()):
            due += [self._climate_report(name, number, at_s) for at_s in beat.times_until(now_s)]
        for _ in self._door.times_until(now_s):
            self._is_closed = not self._is_closed
            door = {"battery": 91, "contact": self._is_closed, "linkquality": self._link_quality()}
            due.append(Outgoing("zigbee2mqtt/Kitchen door", _compact(door)))
        for _ in self._lamp.times_until(now_s):
            self._is_lit = not self._is_lit
            lamp = {
                "brightness": 180 if self._is_lit else 0,
                "color_mode": "color_temp",
                "color_temp": 370,
                "linkquality": self._link_quality(),
                "state": "ON" if self._is_lit else "OFF",
            }
            due.append(Outgoing("zigbee2mqtt/desk lamp", _compact(lamp), retain=True))
        return due

    def _climate_report(self, name: str, number: int, at_s: float) -> Outgoing:
        swing = math.sin(at_s / 180 + number)
        report = {
            "battery": 84 - 7 * number,
            "humidity": round(47 - 6 * swing + self.random.gauss(0, 0.2), 2),
            "linkquality": self._link_quality(),
            "temperature": round(21.4 + 1.6 * swing + self.random.gauss(0, 0.04), 2),
            "voltage": 3005 - 40 * number,
        }
        return Outgoing(f"zigbee2mqtt/{name}", _compact(report))

    def _link_quality(self) -> int:
        return self.random.randint(80, 160)


class HomeAssistant(SimulatedClient):
    """Says that it is there; the boards announce themselves to it."""

    def __init__(self, seed: int) -> None:
        will = Outgoing("homeassistant/status", b"offline", retain=True)
        super().__init__("homeassistant", seed, will)

    def greeting(self, now_s: float) -> list[Outgoing]:
        """Return the retained birth message."""
        return [Outgoing("homeassistant/status", b"online", retain=True)]

    def messages_due(self, now_s: float) -> list[Outgoing]:
        """Return nothing: it only listens."""
        return []


def _compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _local_time(started_at_ms: int, at_s: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(started_at_ms / 1000 + at_s))
