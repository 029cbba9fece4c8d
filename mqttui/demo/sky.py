"""Sunlight over the benches: a slow sun, and clouds that pass from one bench to the next."""

from __future__ import annotations

import math
import random

_SUN_PERIOD_S = 600.0
_CLOUD_S = 9.0
_CLOUD_DEPTH = 0.75
_BENCH_DELAY_S = 1.5


class Sky:
    """Irradiance as a fraction of full sun (1000 W/m2), between 0 and 1."""

    def __init__(self, seed: int) -> None:
        source = random.Random(f"{seed}/sky")  # noqa: S311 (weather, not secrets)
        self._clouds = [source.random() for _ in range(257)]

    def light(self, now_s: float, bench: int = 0) -> float:
        """Return the light on a bench; what passes over one passes over the next a bit later."""
        sun = 0.78 + 0.18 * math.sin(2 * math.pi * (now_s / _SUN_PERIOD_S + 0.1))
        return sun * (1 - _CLOUD_DEPTH * self._cover(now_s - bench * _BENCH_DELAY_S))

    def _cover(self, at_s: float) -> float:
        """Return how much of the sun is covered, 0 to 1, smooth in time and mostly 0."""
        place = at_s / _CLOUD_S
        whole = math.floor(place)
        part = place - whole
        smooth = part * part * (3 - 2 * part)
        before = self._clouds[whole % 257]
        after = self._clouds[(whole + 1) % 257]
        noise = before + (after - before) * smooth
        return min(1.0, max(0.0, noise - 0.55) * 2.6)
