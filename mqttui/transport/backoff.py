"""When to try again after a connection ended.

Exponential with full jitter: a class full of clients that lost the same broker does not come
back in one wave.
"""

from __future__ import annotations

from dataclasses import dataclass

SHORTEST_S = 0.2
FIRST_CEILING_S = 1.0
CAP_S = 60.0
STABLE_AFTER_S = 30.0
TAKEOVER_FLOOR_S = 5.0


def reconnect_delay_s(failures: int, chance: float, floor_s: float = SHORTEST_S) -> float:
    """Return how long to wait after `failures` (1 or more) in a row.

    `chance` is a random number in [0, 1). The result lies between `floor_s` and that plus a
    ceiling that doubles with each failure, from FIRST_CEILING_S to CAP_S, and never exceeds CAP_S.
    """
    # 2 ** 6 seconds is above the cap; a larger exponent would only overflow in the end.
    ceiling_s = min(CAP_S, FIRST_CEILING_S * 2.0 ** min(failures - 1, 6))
    return min(CAP_S, floor_s + chance * ceiling_s)


@dataclass(frozen=True, slots=True)
class Failures:
    """How often in a row a connection failed or ended before it was stable.

    `accepted` counts those that the broker had accepted and then ended without a word, which
    under MQTT 3.1.1 is all that is seen of a takeover.
    """

    count: int = 0
    accepted: int = 0

    def after(self, lasted_s: float | None, *, was_closed_silently: bool = False) -> Failures:
        """Return the count after one more end.

        `lasted_s` is how long the connection stood since the broker accepted it, None when it
        never did. One that was stable makes the count start anew.
        """
        if lasted_s is not None and lasted_s >= STABLE_AFTER_S:
            return Failures(1, 0)
        accepted = 0
        if lasted_s is not None and was_closed_silently:
            accepted = self.accepted + 1
        return Failures(self.count + 1, accepted)
