"""The line that remains of a session."""

from __future__ import annotations

import pytest

from mqttui.core.summary import Summary, duration_text


def test_everything_is_told() -> None:
    """All counts stand in one line, the most frequent cause first."""
    summary = Summary(
        received=1_234_567,
        topics=412,
        dropped={"malformed packet": 2, "inbox full": 10},
        evicted=5000,
        cut=3,
        duration_s=723.4,
        broker_dropped=7,
    )
    assert summary.sentence() == (
        "1,234,567 messages on 412 topics in 12 min 3 s, 1,707/s on average; "
        "12 dropped (inbox full 10, malformed packet 2), 5,000 evicted from history, 3 cut; "
        "dropped by the broker: 7."
    )


def test_what_is_unknown_is_not_zero() -> None:
    """A session without time has no rate, and a silent broker no number of drops."""
    assert Summary().average_rate is None
    assert Summary().sentence() == (
        "0 messages on 0 topics in 0.0 s, average rate unknown; "
        "0 dropped, 0 evicted from history, 0 cut; dropped by the broker: unknown."
    )


def test_one_is_singular() -> None:
    """One message is on one topic."""
    told = Summary(received=1, topics=1, duration_s=2.0, broker_dropped=0).sentence()
    assert told.startswith("1 message on 1 topic in 2.0 s, 0.5/s on average; ")
    assert told.endswith("dropped by the broker: 0.")


@pytest.mark.parametrize(
    ("duration_s", "text"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (10, "10 s"),
        (59.6, "1 min 0 s"),
        (3599.4, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (90_061, "25 h 1 min"),
    ],
)
def test_durations_read_well(duration_s: float, text: str) -> None:
    """A duration has the two units that matter."""
    assert duration_text(duration_s) == text
