"""How long to measure: a whole run takes about a quarter of an hour unless told otherwise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """Repeats and durations. `command` is what to type for the same effort."""

    command: str
    repeats: int
    load_s: float
    flood_s: float
    flood_budget_bytes: int

    @staticmethod
    def of(*, is_full: bool, is_quick: bool) -> Effort:
        """Return the effort that the options ask for."""
        if is_full:
            return Effort("make bench BENCH=--full", 7, 20, 600, 256 * 1024 * 1024)
        if is_quick:
            return Effort("make bench BENCH=--quick", 1, 5, 20, 32 * 1024 * 1024)
        return Effort("make bench", 3, 10, 120, 64 * 1024 * 1024)
