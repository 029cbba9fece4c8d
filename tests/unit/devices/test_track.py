"""What adds up over samples."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mqttui.devices.sample import Sample
from mqttui.devices.track import Track


def sample(
    number: int, at_s: float | None = None, watts: float | None = 2.0, **more: object
) -> Sample:
    """Return a sample of a board that takes one per second; it arrives when it is taken."""
    at_s = float(number) if at_s is None else at_s
    return Sample(1000 + at_s, number, int(at_s * 1000), None, 4.0, 0.5, watts, **more)  # type: ignore[arg-type]


def track_of(*samples: Sample) -> Track:
    """Return the sums over samples."""
    track = Track()
    for each in samples:
        track.add(each)
    return track


def test_energy_is_the_area_below_the_power() -> None:
    """Trapezoids: 2 W, then a ramp to 4 W."""
    track = track_of(sample(1), sample(2), sample(3, watts=4.0))
    assert track.energy_j == pytest.approx(2 + 3)
    assert track.integrated_s == pytest.approx(2)
    assert track.since_at == 1001
    assert not track.is_at_least


def test_power_that_is_not_told_is_the_product() -> None:
    """4 V times 0.5 A."""
    assert track_of(sample(1, watts=None), sample(2, watts=None)).energy_j == pytest.approx(2)


def test_what_was_kept_while_offline_counts_by_the_clock_of_the_board() -> None:
    """All of it arrives in one moment, and is the energy of three seconds nevertheless."""
    kept = [sample(number)._replace(received_at=2000.0) for number in (1, 2, 3, 4)]
    track = track_of(*kept)
    assert track.energy_j == pytest.approx(6)
    assert track.usual_interval_s == pytest.approx(1)


def test_a_gap_is_counted_and_not_integrated() -> None:
    """Numbers 3 to 9 never came."""
    track = track_of(sample(1), sample(2), sample(10), sample(11))
    assert (track.gaps, track.missing) == (1, 7)
    assert track.energy_j == pytest.approx(4)


def test_a_pause_without_a_gap_in_the_numbers_is_not_integrated_either() -> None:
    """While a board connects it takes no samples."""
    track = track_of(*(sample(n) for n in range(1, 6)), sample(6, 30.0), sample(7, 31.0))
    assert (track.gaps, track.pauses) == (0, 1)
    assert track.energy_j == pytest.approx(2 * 5)


def test_another_rate_is_learnt() -> None:
    """After a change from 1/s to 1 in 10 s the first intervals are pauses, the later ones usual."""
    slow = [sample(5 + n, 5.0 + 10 * n) for n in range(1, 10)]
    track = track_of(*(sample(n) for n in range(1, 6)), *slow)
    assert track.pauses == 3
    assert track.usual_interval_s == pytest.approx(10)


def test_what_comes_twice_counts_once() -> None:
    """A board sends again, in order, what was not acknowledged."""
    samples = [sample(n) for n in range(1, 6)]
    track = track_of(*samples, *samples[2:], sample(6))
    assert (track.samples, track.repeats, track.restarts, track.gaps) == (6, 3, 0, 0)
    assert track.energy_j == pytest.approx(2 * 5)


@pytest.mark.parametrize("number", [1, 40])
def test_a_restart_is_no_gap(number: int) -> None:
    """A board that counts from 1 again, also when its first samples were missed."""
    running = [sample(n, n + 100.0) for n in range(20, 25)]
    track = track_of(*running, sample(number, number), sample(number + 1, number + 1))
    assert (track.restarts, track.missing, track.gaps, track.repeats) == (1, 0, 0, 0)
    assert track.energy_j == pytest.approx(2 * 4 + 2)


def test_a_board_that_slept_counts_on() -> None:
    """Its time since the start began anew, its numbers did not; over the sleep nothing is added."""
    awake = [sample(n, n + 100.0) for n in range(1, 6)]
    woken = [sample(n, n - 5.0)._replace(received_at=1400.0 + n) for n in (6, 7, 9)]
    track = track_of(*awake, *woken)
    assert (track.restarts, track.gaps, track.missing, track.pauses) == (0, 1, 1, 1)
    assert track.energy_j == pytest.approx(2 * 5)


def test_what_was_forgotten_before_it_was_read_is_no_gap() -> None:
    """The loss is ours, not the board's."""
    track = track_of(sample(1), sample(2))
    track.break_off()
    track.add(sample(500))
    track.add(sample(501))
    assert (track.gaps, track.missing) == (0, 0)
    assert track.energy_j == pytest.approx(4)


def test_an_error_interrupts_the_integral_and_clipping_makes_it_a_least() -> None:
    """Without power there is no area; with a clipped one there was more."""
    failed = Sample(1002.0, 2, 2000, error="ENODEV")
    track = track_of(sample(1), failed, sample(3), sample(4, is_clipped=True))
    assert track.errors == 1
    assert track.energy_j == pytest.approx(2)
    assert track.is_at_least


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 50),
            st.floats(0, 1e6),
            st.floats(0, 1e9),
            st.booleans(),
        ),
        max_size=60,
    )
)
def test_power_that_is_never_negative_gives_no_negative_energy(steps) -> None:
    """In whatever order and with whatever times samples come."""
    track = Track()
    energy_j = 0.0
    for number, watts, at_s, has_up in steps:
        up_ms = int(at_s * 1000) if has_up else None
        track.add(Sample(at_s, number, up_ms, None, 1.0, watts, watts))
        assert track.energy_j >= energy_j
        energy_j = track.energy_j
    assert track.integrated_s >= 0
    assert track.samples + track.repeats == len(steps)


@settings(deadline=None)
@given(st.sets(st.integers(1, 200), min_size=2))
def test_missing_numbers_are_those_between_the_first_and_the_last(numbers: set[int]) -> None:
    """Each number that did not come is counted exactly once."""
    track = track_of(*(sample(number) for number in sorted(numbers)))
    assert track.missing == max(numbers) - min(numbers) + 1 - len(numbers)
