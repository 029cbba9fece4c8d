"""Two students whose programs are not quite right yet."""

from __future__ import annotations

import math

from mqttui.demo.simulated import Beat, Outgoing, SimulatedClient

_FLOOD_HZ = 420.0
_FLOOD_SWING_HZ = 70.0
_FLOOD_SWING_S = 45.0


class FloodingStudent(SimulatedClient):
    """Publishes in an endless loop and forgot to sleep: 350 to 490 messages per second."""

    def __init__(self, seed: int) -> None:
        super().__init__("finn", seed)
        self._beat = Beat(1 / (_FLOOD_HZ + _FLOOD_SWING_HZ), 1.0)
        self._count = 0

    def messages_due(self, now_s: float) -> list[Outgoing]:
        """Return the next lot of the endless loop; its pace follows what the WiFi lets through."""
        due: list[Outgoing] = []
        for at_s in self._beat.times_until(now_s):
            self._count += 1
            value = 2048 + 900 * math.sin(at_s)
            due.append(Outgoing("iot49/finn/adc", b"%d" % value))
            if self._count % 50 == 0:
                due.append(Outgoing("iot49/finn/loop", b"loop %d" % self._count))
            swing_hz = _FLOOD_SWING_HZ * math.sin(2 * math.pi * at_s / _FLOOD_SWING_S)
            self._beat.interval_s = 1 / (_FLOOD_HZ + swing_hz)
        return due


class ConfusedStudent(SimulatedClient):
    """Publishes what is nearly JSON, to topics that are nearly right."""

    def __init__(self, seed: int) -> None:
        super().__init__("max-laptop", seed)
        self._beat = Beat(0.4, 0.3)
        self._count = 0

    def messages_due(self, now_s: float) -> list[Outgoing]:
        """Return one of the mistakes after the other."""
        due: list[Outgoing] = []
        for at_s in self._beat.times_until(now_s):
            volts = round(4.8 + 0.1 * math.sin(at_s / 7), 3)
            mistakes = _mistakes(volts)
            due.append(mistakes[self._count % len(mistakes)])
            self._count += 1
        return due


def _mistakes(volts: float) -> tuple[Outgoing, ...]:
    """Return the mistakes that every class makes, each once."""
    good = f'{{"v": {volts}, "i": 0.097}}'
    return (
        # Python's repr instead of JSON.
        Outgoing("iot49/max/data", f"{{'v': {volts}, 'i': 0.097}}".encode()),
        # Cut off in the middle of a number.
        Outgoing("iot49/max/data", good[:-6].encode()),
        # NaN is not JSON.
        Outgoing("iot49/max/data", b'{"v": NaN, "i": nan}'),
        # A comma too many.
        Outgoing("iot49/max/data", f'{{"v": {volts}, "i": 0.097,}}'.encode()),
        # Spaces, a capital and a trailing slash in topics.
        Outgoing("iot49/max/My Sensor 1/Data", good.encode()),
        Outgoing("iot49/max/data/", good.encode()),
        # A leading slash makes an empty first level.
        Outgoing("/iot49/max/data", good.encode()),
        # Colours meant for a terminal.
        Outgoing("iot49/max/log", f"\x1b[31mhot\x1b[0m {volts} V".encode()),
        # Latin-1 instead of UTF-8.
        Outgoing("iot49/max/temperature", b"21.5 \xb0C"),
        # A number as text, with a decimal comma.
        Outgoing("iot49/max/voltage", f"{volts} V".replace(".", ",").encode()),
        # Retained although it is a command.
        Outgoing("iot49/max/cmd", b'{"op": "rest"}', retain=True),
        # Nothing at all.
        Outgoing("iot49/max/data", b""),
    )
