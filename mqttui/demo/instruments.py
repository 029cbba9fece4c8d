"""Instruments of the lab: a weather station in JSON and text, and binary payloads."""

from __future__ import annotations

import json
import math
import struct
import zlib
from typing import TYPE_CHECKING

from mqttui.demo.simulated import Beat, Outgoing, SimulatedClient

if TYPE_CHECKING:
    from mqttui.demo.sky import Sky

_ACCELEROMETER_HZ = 20.0
_SPECTRUM_BINS = 64
_PIXELS = 16


class WeatherStation(SimulatedClient):
    """A station on the roof that speaks MQTT 5, with content type and user properties."""

    is_mqtt5 = True

    def __init__(self, sky: Sky, seed: int, started_at_ms: int) -> None:
        will = Outgoing("weather/roof/status", b"offline", qos=1, retain=True)
        super().__init__("weather-roof", seed, will)
        self._sky = sky
        self._started_at_ms = started_at_ms
        self._beat = Beat(2.0, 0.2)

    def greeting(self, now_s: float) -> list[Outgoing]:
        """Return the retained birth message."""
        return [Outgoing("weather/roof/status", b"online", qos=1, retain=True)]

    def messages_due(self, now_s: float) -> list[Outgoing]:
        """Return one JSON report and three plain texts for each beat."""
        due: list[Outgoing] = []
        for at_s in self._beat.times_until(now_s):
            light = self._sky.light(at_s)
            gust = abs(self.random.gauss(0, 2.2))
            celsius = round(17 + 5 * light + self.random.gauss(0, 0.05), 1)
            report = {
                "temperature": celsius,
                "humidity": round(68 - 20 * light, 1),
                "pressure": round(1013.2 + 1.5 * math.sin(at_s / 900), 1),
                "irradiance": round(1000 * light),
                "wind": {
                    "speed": round(3.1 + gust / 3, 1),
                    "gust": round(3.6 + gust, 1),
                    "direction": round(220 + 15 * math.sin(at_s / 70)),
                },
                "rain_mm": 0.0,
                "t": self._started_at_ms + int(at_s * 1000),
            }
            due += [
                Outgoing(
                    "weather/roof",
                    json.dumps(report).encode(),
                    content_type="application/json",
                    user_properties=(("station", "roof"), ("firmware", "4.2.1")),
                ),
                Outgoing("weather/roof/temperature", f"{celsius} °C".encode()),
                Outgoing("weather/roof/irradiance", b"%d W/m2" % round(1000 * light)),
                Outgoing("weather/roof/sky", b"sunny" if light > 0.6 else b"cloudy"),
            ]
        return due


class LabInstruments(SimulatedClient):
    """Binary payloads: packed floats, packed integers, a PNG and MessagePack."""

    def __init__(self, seed: int) -> None:
        super().__init__("lab-instruments", seed)
        self._accelerometer = Beat(1 / _ACCELEROMETER_HZ, 0.1)
        self._spectrum = Beat(0.5, 0.3)
        self._camera = Beat(4.0, 0.4)
        self._scale = Beat(1.0, 0.6)

    def messages_due(self, now_s: float) -> list[Outgoing]:
        """Return what the instruments measured since the last call."""
        due = [
            Outgoing("lab/accelerometer/raw", self._acceleration(at_s))
            for at_s in self._accelerometer.times_until(now_s)
        ]
        for at_s in self._spectrum.times_until(now_s):
            due.append(Outgoing("lab/spectrometer/counts", self._counts(at_s)))
        for at_s in self._camera.times_until(now_s):
            due.append(Outgoing("lab/camera/thumbnail.png", _thumbnail(at_s), retain=True))
        for at_s in self._scale.times_until(now_s):
            grams = 250 + 40 * math.sin(at_s / 20) + self.random.gauss(0, 0.1)
            due.append(Outgoing("lab/scale/reading.msgpack", _message_pack(grams, int(at_s))))
        return due

    def _acceleration(self, at_s: float) -> bytes:
        """Return x, y, z in g as three little-endian 32-bit floats."""
        shake = math.sin(2 * math.pi * 1.7 * at_s)
        return struct.pack(
            "<3f",
            0.05 * shake + self.random.gauss(0, 0.004),
            0.02 * shake + self.random.gauss(0, 0.004),
            0.998 + self.random.gauss(0, 0.004),
        )

    def _counts(self, at_s: float) -> bytes:
        """Return the counts of 64 bins as big-endian 16-bit integers."""
        peak = 30 + 6 * math.sin(at_s / 15)
        counts = [
            min(65_535, int(400 + 9000 * math.exp(-(((bin_ - peak) / 4) ** 2))))
            for bin_ in range(_SPECTRUM_BINS)
        ]
        return struct.pack(f">{_SPECTRUM_BINS}H", *counts)


def _thumbnail(at_s: float) -> bytes:
    """Return a 16 x 16 greyscale PNG with a bright spot that wanders."""
    centre = _PIXELS / 2 + 5 * math.sin(at_s / 10)
    rows = bytearray()
    for y in range(_PIXELS):
        rows.append(0)
        for x in range(_PIXELS):
            distance = math.hypot(x - centre, y - _PIXELS / 2)
            rows.append(max(0, 255 - int(distance * 40)))
    header = struct.pack(">IIBBBBB", _PIXELS, _PIXELS, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(rows)))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _message_pack(grams: float, second: int) -> bytes:
    """Return `{"g": float, "n": int, "ok": true}` in MessagePack."""
    return (
        b"\x83\xa1g\xca"
        + struct.pack(">f", grams)
        + b"\xa1n\xce"
        + struct.pack(">I", second)
        + b"\xa2ok\xc3"
    )
