"""Events of what was lost, found by comparing counters."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mqttui.core.log.event_log import EPISODE_GAP_S, Severity, Subject

if TYPE_CHECKING:
    from mqttui.core.log.event_log import EventLog
    from mqttui.core.source import SourceCounters

LOOK_INTERVAL_S = 1.0


@dataclass(frozen=True, slots=True)
class Losses:
    """Counters of what was not kept or not kept whole; unknown is None.

    `dropped` maps a cause to messages. `unlisted` are messages on topics beyond the limit,
    `evicted` messages that gave way in the history, `cut` payloads of which only the head is
    kept. `by_broker` is what the broker says that it dropped, for all its clients.
    """

    dropped: dict[str, int] = field(default_factory=dict)
    unlisted: int = 0
    evicted: int = 0
    cut: int = 0
    by_broker: int | None = None


def losses_of(
    counters: SourceCounters, *, unlisted: int, evicted: int, cut: int, by_broker: int | None
) -> Losses:
    """Return what a source and a store have lost together."""
    return Losses(counters.dropped, unlisted, evicted, counters.cut + cut, by_broker)


class DropEvents:
    """Writes into a log what was lost since the last look: one entry while it goes on."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._known: dict[str, int] = {}

    def look(self, losses: Losses, now: float) -> None:
        """Compare with the last look; `now` is in seconds since the epoch."""
        for cause, total in losses.dropped.items():
            self._grown(f"Messages were dropped on arrival: {cause}.", total, now, Severity.ERROR)
        self._grown(
            "Messages were not listed: there are more topics than can be kept.",
            losses.unlisted,
            now,
            Severity.ERROR,
        )
        self._grown(
            "Payloads were longer than the limit or the memory for history; only their head is "
            "kept (--payload-limit, --history-budget).",
            losses.cut,
            now,
            Severity.WARNING,
        )
        self._grown(
            "The memory for history is used up: the oldest messages of the heaviest topics give "
            "way (--history-budget).",
            losses.evicted,
            now,
            Severity.INFO,
            gap_s=math.inf,
        )
        if losses.by_broker is not None:
            self._grown(
                "The broker says that it dropped messages that were meant for its clients.",
                losses.by_broker,
                now,
                Severity.WARNING,
            )

    def _grown(
        self,
        sentence: str,
        total: int,
        now: float,
        severity: Severity,
        gap_s: float = EPISODE_GAP_S,
    ) -> None:
        more = total - self._known.get(sentence, 0)
        if more:
            self._known[sentence] = total
        if more > 0:
            self._log.add(
                now, severity, Subject.DROPS, sentence, key=sentence, count=more, gap_s=gap_s
            )
