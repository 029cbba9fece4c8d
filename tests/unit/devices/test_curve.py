"""I/V curves: what the points determine, and what they do not."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mqttui.devices.curve import Curve, curve_in, curve_of
from mqttui.simulation.solar_panel import Load, SolarPanel


def swept(
    panel: SolarPanel, light: float = 1.0, fractions: int = 60
) -> tuple[list[float], list[float]]:
    """Return the points of a panel from open to nearly short, as the firmware's load does it."""
    loads = [Load(1e6)] + [Load(2 / (step / fractions) ** 4) for step in range(1, fractions + 1)]
    points = [panel.operating_point(light, load) for load in loads]
    return [v for v, _ in points], [i for _, i in points]


@pytest.mark.parametrize("light", [1.0, 0.4])
@pytest.mark.parametrize("panel", [SolarPanel(), SolarPanel(0.08, 5.0, series_ohm=0.5)])
def test_a_panel_is_recognised(panel: SolarPanel, light: float) -> None:
    """Open-circuit voltage, short-circuit current and maximum power as the model has them."""
    curve = curve_of(*swept(panel, light))
    open_v, _ = panel.operating_point(light, Load(1e9))
    _, short_a = panel.operating_point(light, Load(1e-6))
    best_w = max(v * i for v, i in (panel.operating_point(light, Load(r)) for r in range(1, 400)))
    assert curve.open_circuit_v == pytest.approx(open_v, rel=0.01)
    assert curve.short_circuit_a == pytest.approx(short_a, rel=0.01)
    assert curve.maximum is not None
    assert curve.maximum.power_w == pytest.approx(best_w, rel=0.03)
    assert curve.fill_factor == pytest.approx(best_w / open_v / short_a, rel=0.04)
    assert curve.reasons == ()


def test_the_order_of_measuring_does_not_matter() -> None:
    """A knob may be turned to and fro."""
    volts, amperes = swept(SolarPanel())
    pairs = list(zip(volts, amperes, strict=True))
    random.Random(1).shuffle(pairs)
    assert curve_of([v for v, _ in pairs], [i for _, i in pairs]) == curve_of(volts, amperes)


@pytest.mark.parametrize(
    ("volts", "amperes", "unknown", "sentence"),
    [
        ([1, 2], [1, 1], "maximum", "2 points make no curve"),
        ([0, 0, 0], [1, 1, 1], "maximum", "Voltage is never above 0"),
        ([1, 2, 3], [-1, -1, 0], "maximum", "Current is never above 0"),
        ([1, 2, 3, 4], [1, 1, 1, 1], "maximum", "at the highest voltage"),
        ([1, 2, 3, 4], [1, 1, 1, 0.9], "open_circuit_v", "never open"),
        ([3, 4, 5, 6], [1, 0.9, 0.5, 0], "short_circuit_a", "never short"),
        ([0, 1, 2, 3, 4, 5], [1, 0.2, 0.9, 0.1, 0.8, 0], "", "the light has changed"),
    ],
)
def test_what_is_not_determined_is_unknown_with_a_reason(volts, amperes, unknown, sentence) -> None:
    """None, never 0, and a sentence that says why."""
    curve = curve_of(volts, amperes)
    if unknown:
        assert getattr(curve, unknown) is None
        assert curve.fill_factor is None
    assert any(sentence in reason for reason in curve.reasons), curve.reasons


def test_points_that_are_no_numbers_are_counted() -> None:
    """The rest is still a curve."""
    volts, amperes = swept(SolarPanel())
    curve = curve_of(["?", None, *volts, True], [1, 2, *amperes, 3, 4, 5])
    assert len(curve.points) == len(volts)
    assert curve.left_out == 5
    assert curve.fill_factor is not None


def test_a_reply_without_lists_has_no_curve() -> None:
    """Other replies have none either."""
    assert curve_in({"ok": True, "rate": 5}) is None
    assert curve_in({"v": 5, "i": 1}) is None
    assert curve_in({"v": [], "i": []}) == Curve(
        reasons=("0 points make no curve; it takes at least 3.",)
    )


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats() | st.integers() | st.none(),
            st.floats() | st.integers() | st.none(),
        ),
        max_size=30,
    )
)
def test_whatever_comes_the_figures_are_possible(points) -> None:
    """Nothing fails; what is given is finite, and a fill factor lies between 0 and 1."""
    curve = curve_of([v for v, _ in points], [i for _, i in points])
    assert len(curve.points) + curve.left_out == len(points)
    if curve.fill_factor is not None:
        assert 0 < curve.fill_factor <= 1
    for figure in (curve.open_circuit_v, curve.short_circuit_a):
        assert figure is None or math.isfinite(figure)
    if curve.maximum is not None:
        assert curve.maximum.power_w == max(point.power_w for point in curve.points)
