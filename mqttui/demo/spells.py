"""What comes and goes by chance: a Wi-Fi that is away for a while, a contact that is loose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import random

Range: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Seconds from a least to a most: until the first spell, of each, and between two of them."""

    first_s: Range
    lasts_s: Range
    pause_s: Range


class Spells:
    """One spell after another, the same for the same random numbers; `count` is how many began."""

    def __init__(self, source: random.Random, pattern: Pattern) -> None:
        self.count = 0
        self._is_counted = False
        self._random = source
        self._pattern = pattern
        self._begins_s = source.uniform(*pattern.first_s)
        self._ends_s = self._begins_s + source.uniform(*pattern.lasts_s)

    def is_on(self, now_s: float) -> bool:
        """Tell whether a spell lasts now; `now_s` never goes back."""
        while now_s >= self._ends_s:
            self._begins_s = self._ends_s + self._random.uniform(*self._pattern.pause_s)
            self._ends_s = self._begins_s + self._random.uniform(*self._pattern.lasts_s)
            self._is_counted = False
        if now_s < self._begins_s:
            return False
        if not self._is_counted:
            self._is_counted = True
            self.count += 1
        return True
