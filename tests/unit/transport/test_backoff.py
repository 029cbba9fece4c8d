"""How long to wait before the next attempt."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mqttui.transport.backoff import (
    CAP_S,
    FIRST_CEILING_S,
    SHORTEST_S,
    STABLE_AFTER_S,
    TAKEOVER_FLOOR_S,
    Failures,
    reconnect_delay_s,
)

chances = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 10_000), chances)
def test_a_wait_is_within_its_bounds(failures: int, chance: float) -> None:
    """No wait is shorter than the shortest or longer than the cap, however often it failed."""
    assert SHORTEST_S <= reconnect_delay_s(failures, chance) <= CAP_S


@given(st.integers(1, 100), chances, chances)
def test_more_luck_and_more_failures_never_shorten_it(
    failures: int, chance: float, other: float
) -> None:
    """The wait grows with the random number and with the number of failures."""
    low, high = sorted((chance, other))
    assert reconnect_delay_s(failures, low) <= reconnect_delay_s(failures, high)
    assert reconnect_delay_s(failures, low) <= reconnect_delay_s(failures + 1, low)


def test_the_ceiling_doubles_up_to_the_cap() -> None:
    """1, 2, 4 … 32 seconds above the shortest wait, then a minute."""
    ceilings = [reconnect_delay_s(failures, 1.0, 0.0) for failures in range(1, 10)]
    assert ceilings == [FIRST_CEILING_S, 2, 4, 8, 16, 32, CAP_S, CAP_S, CAP_S]


def test_after_a_takeover_seconds_pass() -> None:
    """The floor holds however small the random number is."""
    assert reconnect_delay_s(1, 0.0, TAKEOVER_FLOOR_S) == TAKEOVER_FLOOR_S


def test_failures_add_up_until_a_connection_was_stable() -> None:
    """Only a connection that lasted makes the count start anew."""
    failures = Failures()
    for _ in range(3):
        failures = failures.after(None)
    assert failures == Failures(3, 0)
    assert failures.after(STABLE_AFTER_S - 0.1) == Failures(4, 0)
    assert failures.after(STABLE_AFTER_S) == Failures(1, 0)


def test_silent_ends_right_after_acceptance_are_counted_in_a_row() -> None:
    """What looks like a takeover is counted until something else happens."""
    once = Failures().after(1.0, was_closed_silently=True)
    twice = once.after(2.0, was_closed_silently=True)
    assert (once.accepted, twice.accepted) == (1, 2)
    assert twice.after(None).accepted == 0
    assert twice.after(1.0).accepted == 0
    assert twice.after(STABLE_AFTER_S, was_closed_silently=True).accepted == 0
