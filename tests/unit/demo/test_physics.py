"""Sun and panels of the simulated boards behave as in the lab."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.demo.circuits import BenchPanel
from mqttui.demo.sky import Sky
from mqttui.simulation.solar_panel import SolarPanel


@given(st.floats(0, 1e6), st.integers(0, 12))
def test_the_light_stays_between_night_and_full_sun(now_s: float, bench: int) -> None:
    """A fraction of full sun at any time."""
    assert 0 < Sky(1).light(now_s, bench) <= 1


def test_clouds_pass_from_bench_to_bench() -> None:
    """What covers the first bench covers the fifth a few seconds later, and it does happen."""
    sky = Sky(3)
    bright = [sky.light(second) for second in range(600)]
    assert min(bright) < 0.6 * max(bright)
    # Over six seconds the sun itself hardly moves.
    for second in range(100, 500):
        assert sky.light(second + 6, 4) == pytest.approx(sky.light(second, 0), abs=0.02)


def test_a_sweep_takes_the_place_of_the_usual_load() -> None:
    """Open at 0, short at 1, the knee between them; afterwards the resistor is back."""
    bench = BenchPanel(SolarPanel(), Sky(1), 1)
    before = bench.at(1.0)
    points = []
    for fraction in (0.0, 0.5, 1.0):
        bench.set_load(fraction)
        points.append(bench.at(1.0))
    (open_v, open_a), (knee_v, knee_a), (short_v, short_a) = points
    assert open_a < 1e-5
    assert short_v == pytest.approx(0, abs=1e-6)
    assert knee_v * knee_a > 0.4 * open_v * short_a
    bench.set_load(None)
    assert bench.at(1.0) == before
