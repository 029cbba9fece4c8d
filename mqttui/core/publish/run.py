"""Sending one draft again and again: at a period, or as fast as the broker acknowledges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.core.publish.tally import Tally

if TYPE_CHECKING:
    from mqttui.core.publishing import Receipt

SHORTEST_PERIOD_S = 0.01
LONGEST_PERIOD_S = 86_400.0
MOST_REPEATS = 1_000_000
MOST_IN_BURST = 100_000

WINDOW_MESSAGES = 500
"""Messages of a burst that are under way at a time; what stops a burst stops it after these."""

WINDOW_BYTES = 4 * 1024 * 1024
_RECEIPTS_PERIOD_S = 0.005
_CATCH_UP_PERIODS = 1.0


@dataclass(frozen=True, slots=True)
class RunPlan:
    """How often a draft is sent: `count` times, None until it is stopped.

    `period_s` is the time from one message to the next, None for a burst.
    """

    period_s: float | None
    count: int | None

    @property
    def is_burst(self) -> bool:
        """Whether it goes as fast as the broker acknowledges."""
        return self.period_s is None


class Run:
    """One run of a plan; the owner sends, `allowance` tells how many messages may go now.

    Times are seconds of one monotonic clock. A message that is late by more than a period moves
    the ones after it: there is no burst to catch up.
    """

    def __init__(self, plan: RunPlan, now_s: float) -> None:
        self.plan = plan
        self.tally = Tally()
        self.stop_words: str | None = None
        self.late = 0
        self._started_s = now_s
        self._next_s = now_s
        self._ended_s: float | None = None

    @property
    def is_sending(self) -> bool:
        """Whether more messages are to be sent."""
        return self.stop_words is None and (
            self.plan.count is None or self.tally.sent < self.plan.count
        )

    @property
    def is_over(self) -> bool:
        """Whether nothing is to be sent any more and everything that was is decided."""
        return not self.is_sending and not self.tally.under_way

    def allowance(self, now_s: float) -> int:
        """Return how many messages may be sent now."""
        if not self.is_sending:
            return 0
        rest = MOST_IN_BURST if self.plan.count is None else self.plan.count - self.tally.sent
        if self.plan.period_s is not None:
            return min(rest, int(now_s >= self._next_s))
        if self.tally.under_way_bytes >= WINDOW_BYTES:
            return min(rest, int(not self.tally.under_way))
        return min(rest, max(0, WINDOW_MESSAGES - self.tally.under_way))

    def note_sent(self, receipt: Receipt, now_s: float) -> None:
        """Take in what was just handed over."""
        self.tally.add(receipt)
        period_s = self.plan.period_s
        if period_s is not None:
            self._next_s += period_s
            if self._next_s < now_s - _CATCH_UP_PERIODS * period_s:
                self.late += 1
                self._next_s = now_s + period_s

    def poll(self, now_s: float) -> bool:
        """Look at the receipts; return whether anything changed."""
        has_changed = self.tally.poll(now_s)
        if self.is_over and self._ended_s is None:
            self._ended_s = now_s
        return has_changed

    def wait_s(self, now_s: float) -> float:
        """Return how long nothing is to be done."""
        if self.plan.period_s is not None and self.is_sending:
            return max(0.0, self._next_s - now_s)
        return _RECEIPTS_PERIOD_S

    def stop(self, words: str = "stopped") -> None:
        """Send no more."""
        if self.is_sending:
            self.stop_words = words

    def rate_per_s(self, now_s: float) -> float | None:
        """Return how many messages per second came to their end, None before there is a rate."""
        end_s = self.tally.last_final_s
        if end_s is None or self.tally.finished < 2:
            return None
        span_s = max(end_s if self.is_over else now_s, end_s) - self._started_s
        if self.plan.period_s is not None:
            # The first message comes at once: between n messages lie n - 1 periods.
            return (self.tally.finished - 1) / span_s if span_s > 0 else None
        return self.tally.finished / span_s if span_s > 0 else None


def plan_of(period: str | None, count: str) -> RunPlan:
    """Return the plan that two fields describe, a burst without a period.

    Raises `ValueError` whose text is one plain sentence.
    """
    is_burst = period is None
    most = MOST_IN_BURST if is_burst else MOST_REPEATS
    wanted = None
    text = count.strip()
    if text or is_burst:
        if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
            until = "" if is_burst else ", or nothing: until it is stopped"
            raise ValueError(f"How many is a number from 1 to {most:,}{until}.")
        wanted = int(text)
    return RunPlan(None if period is None else period_of(period), wanted)


_UNITS_S = {"ms": 0.001, "s": 1.0, "": 1.0, "min": 60.0, "h": 3600.0}


def period_of(text: str, what: str = "The period") -> float:
    """Return the seconds that `1`, `1 s`, `200 ms`, `5 min` stand for.

    Raises `ValueError` with a sentence that begins with `what`.
    """
    number = text.strip().rstrip("abcdefghijklmnopqrstuvwxyz").strip()
    unit = text.strip()[len(number) :].strip()
    try:
        period_s = float(number) * _UNITS_S[unit] if number.replace(".", "").isdecimal() else -1.0
    except (KeyError, ValueError):
        period_s = -1.0
    if not SHORTEST_PERIOD_S <= period_s <= LONGEST_PERIOD_S:
        raise ValueError(f"{what} is a time like 1 s, 200 ms or 5 min, from 10 ms to 24 h.")
    return period_s
