"""What a session saw, told in one line when the program ends."""

from __future__ import annotations

from dataclasses import dataclass, field

_MINUTE_S = 60
_HOUR_S = 60 * _MINUTE_S


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of a whole session.

    `dropped` maps a cause in plain words to a number of messages; causes that never happened
    are absent. `broker_dropped` is what the broker says it dropped, None when it does not say.
    `label` names the broker and is not printable yet.
    """

    received: int = 0
    topics: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    evicted: int = 0
    cut: int = 0
    duration_s: float = 0.0
    broker_dropped: int | None = None
    label: str = ""

    @property
    def average_rate(self) -> float | None:
        """Messages per second over the whole session; None when no time has passed."""
        return self.received / self.duration_s if self.duration_s > 0 else None

    def sentence(self) -> str:
        """Return the session in one line; what is not known is called unknown."""
        rate = self.average_rate
        average = "average rate unknown" if rate is None else f"{_rate_text(rate)}/s on average"
        broker = "unknown" if self.broker_dropped is None else f"{self.broker_dropped:,}"
        return (
            f"{_count(self.received, 'message')} on {_count(self.topics, 'topic')} "
            f"in {duration_text(self.duration_s)}, {average}; {_dropped_text(self.dropped)}, "
            f"{self.evicted:,} evicted from history, {self.cut:,} cut; "
            f"dropped by the broker: {broker}."
        )


def duration_text(duration_s: float) -> str:
    """Return a duration for people: `4.2 s`, `3 min 20 s`, `2 h 5 min`."""
    seconds = round(duration_s)
    if duration_s < 10:
        return f"{duration_s:.1f} s"
    if seconds < _MINUTE_S:
        return f"{seconds} s"
    if seconds < _HOUR_S:
        return f"{seconds // _MINUTE_S} min {seconds % _MINUTE_S} s"
    return f"{seconds // _HOUR_S:,} h {seconds % _HOUR_S // _MINUTE_S} min"


def _rate_text(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.1f}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _dropped_text(dropped: dict[str, int]) -> str:
    total = f"{sum(dropped.values()):,} dropped"
    if not dropped:
        return total
    most_first = sorted(dropped.items(), key=lambda item: (-item[1], item[0]))
    return f"{total} ({', '.join(f'{cause} {number:,}' for cause, number in most_first)})"
