"""When something at a broker needs a person: rules over its metrics, with hysteresis."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from mqttui.broker.sys import metrics
from mqttui.broker.sys.derived import connects_per_s, dropped_share, slope_per_s
from mqttui.payload.quantities import ago_text, count_text, rate_text, size_text
from mqttui.settings.alarm_thresholds import Thresholds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.broker.sys.snapshot import Snapshot


class Severity(Enum):
    """How bad it is: the exit code of `mqttui check`."""

    WARNING = 1
    CRITICAL = 2


class AlarmKind(Enum):
    """What can be wrong; the value is the name of the rule in settings and JSON."""

    RESTARTED = "restarted"
    SILENT = "silent"
    DROPPING = "dropping"
    DROPPING_MUCH = "dropping-much"
    CLIENTS_LOST = "clients-lost"
    CONNECT_CHURN = "connect-churn"
    TAKEOVERS = "takeovers"
    MEMORY_GROWING = "memory-growing"


SEVERITIES = {
    AlarmKind.RESTARTED: Severity.WARNING,
    AlarmKind.SILENT: Severity.CRITICAL,
    AlarmKind.DROPPING: Severity.WARNING,
    AlarmKind.DROPPING_MUCH: Severity.CRITICAL,
    AlarmKind.CLIENTS_LOST: Severity.CRITICAL,
    AlarmKind.CONNECT_CHURN: Severity.WARNING,
    AlarmKind.TAKEOVERS: Severity.WARNING,
    AlarmKind.MEMORY_GROWING: Severity.WARNING,
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that is or was wrong; times in seconds since the epoch."""

    kind: AlarmKind
    sentence: str
    raised_at: float
    cleared_at: float | None = None
    is_acknowledged: bool = False

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return SEVERITIES[self.kind]

    @property
    def is_critical(self) -> bool:
        """Whether it is more than a warning."""
        return self.severity is Severity.CRITICAL


LOST_WITHIN_S = 60.0
MEMORY_SPAN_S = 600.0
FEWEST_CLIENTS = 4
"""Below this number one client that leaves is no alarm."""

RAISE_TICKS = {AlarmKind.CONNECT_CHURN: 2, AlarmKind.MEMORY_GROWING: 2}
"""So many ticks in a row something must be wrong; one where nothing is said."""

CLEAR_TICKS = 3
"""So many ticks in a row it must be right again."""

KEPT = 200
"""How many alarms of the past are kept."""


def findings(
    snapshot: Snapshot,
    thresholds: Thresholds,
    now: float,
    *,
    stale_after_s: float,
    clients: Sequence[tuple[float, float]] = (),
    memory: Sequence[tuple[float, float]] = (),
    takeovers_per_min: float | None = None,
) -> dict[AlarmKind, str]:
    """Return what is wrong now, each as a sentence.

    `clients` and `memory` are (seconds since the epoch, value) per tick, the oldest first.
    """
    found: dict[AlarmKind, str] = {}
    age_s = snapshot.tick_age_s(now)
    if age_s is not None and age_s > stale_after_s:
        found[AlarmKind.SILENT] = (
            f"The broker has said nothing of itself for {age_s:.0f} s; it spoke every "
            f"{snapshot.interval_s or stale_after_s / 3:.0f} s."
        )
    limit = thresholds.restart_within_s
    if limit is not None:
        uptime_s = snapshot.value(metrics.UPTIME)
        restarted_at = snapshot.restarted_at
        if restarted_at is not None and now - restarted_at <= limit and uptime_s is not None:
            found[AlarmKind.RESTARTED] = (
                f"The broker was restarted {ago_text(now - restarted_at)}: messages that it held "
                "for clients may be lost."
            )
    found |= _drops(snapshot, thresholds)
    lost = _clients_lost(clients, thresholds.clients_lost_share, now)
    if lost is not None:
        found[AlarmKind.CLIENTS_LOST] = lost
    churn = _churn(snapshot, thresholds.connects_per_client_min)
    if churn is not None:
        found[AlarmKind.CONNECT_CHURN] = churn
    limit = thresholds.takeovers_per_min
    if limit is not None and takeovers_per_min is not None and takeovers_per_min >= limit:
        found[AlarmKind.TAKEOVERS] = (
            f"{takeovers_per_min:.0f} connections in a minute were taken over by another one with "
            "the same client id: two boards seem to fight over one."
        )
    growth = _memory_growth(snapshot, memory, thresholds.memory_growth_share_h)
    if growth is not None:
        found[AlarmKind.MEMORY_GROWING] = growth
    return found


def _drops(snapshot: Snapshot, thresholds: Thresholds) -> dict[AlarmKind, str]:
    found: dict[AlarmKind, str] = {}
    dropped = snapshot.rates.get(metrics.PUBLISH_DROPPED)
    limit = thresholds.dropped_per_s
    if dropped and limit is not None and dropped > limit:
        found[AlarmKind.DROPPING] = (
            f"The broker drops {rate_text(dropped)}: a subscriber is too slow, or a queue of a "
            "client that is away is full."
        )
    share = dropped_share(snapshot)
    limit = thresholds.dropped_share
    if share is not None and limit is not None and share > limit:
        found[AlarmKind.DROPPING_MUCH] = (
            f"{100 * share:.0f} % of what the broker should deliver is dropped."
        )
    return found


def _clients_lost(
    clients: Sequence[tuple[float, float]], limit: float | None, now: float
) -> str | None:
    recent = [value for at, value in clients if at >= now - LOST_WITHIN_S]
    if limit is None or len(recent) < 2:
        return None
    most, newest = max(recent), recent[-1]
    if most < FEWEST_CLIENTS or newest > most * (1 - limit):
        return None
    return (
        f"{count_text(round(most - newest))} of {count_text(round(most))} clients were lost within "
        "a minute: look at the network, the power, or the access point."
    )


def _churn(snapshot: Snapshot, limit: float | None) -> str | None:
    connects, clients = connects_per_s(snapshot), snapshot.fresh(metrics.CLIENTS_CONNECTED)
    if limit is None or connects is None or clients is None:
        return None
    per_min = 60 * connects
    # A broker with hardly any client has one now and then that comes and goes.
    if per_min <= limit * max(clients, FEWEST_CLIENTS):
        return None
    return (
        f"{per_min:.0f} connects per minute with {count_text(round(clients))} clients connected: "
        "boards seem to connect again and again."
    )


def _memory_growth(
    snapshot: Snapshot, memory: Sequence[tuple[float, float]], limit: float | None
) -> str | None:
    used = snapshot.fresh(metrics.MEMORY)
    slope = slope_per_s(memory, MEMORY_SPAN_S)
    if limit is None or not used or slope is None or slope * 3600 < limit * used:
        return None
    return (
        f"The broker's memory grows by {size_text(round(slope * 3600))} per hour and is at "
        f"{size_text(round(used))}."
    )


class Alarms:
    """Raises, clears and keeps alarms; `look` once per tick and when the broker may be silent."""

    def __init__(self, thresholds: Thresholds | None = None) -> None:
        self.thresholds = thresholds or Thresholds()
        self._wrong_ticks: dict[AlarmKind, int] = {}
        self._right_ticks: dict[AlarmKind, int] = {}
        self._active: dict[AlarmKind, Alarm] = {}
        self._past: deque[Alarm] = deque(maxlen=KEPT)
        self.version = 0

    @property
    def active(self) -> list[Alarm]:
        """What is wrong now, the worst and newest first."""
        return sorted(
            self._active.values(), key=lambda each: (-each.severity.value, -each.raised_at)
        )

    @property
    def past(self) -> list[Alarm]:
        """What was wrong, the newest first; bounded by `KEPT`."""
        return list(self._past)[::-1]

    @property
    def unacknowledged(self) -> int:
        """How many of the active ones nobody has acknowledged."""
        return sum(not alarm.is_acknowledged for alarm in self._active.values())

    def look(self, found: dict[AlarmKind, str], now: float) -> list[Alarm]:
        """Take over what is wrong now; return what was raised."""
        raised = []
        for kind in AlarmKind:
            sentence = found.get(kind)
            active = self._active.get(kind)
            if sentence is None:
                self._wrong_ticks.pop(kind, None)
                if active is not None:
                    self._clear_if_right(active, now)
                continue
            self._right_ticks.pop(kind, None)
            self._wrong_ticks[kind] = self._wrong_ticks.get(kind, 0) + 1
            if active is not None:
                if active.sentence != sentence:
                    self._active[kind] = replace(active, sentence=sentence)
                    self.version += 1
            elif self._wrong_ticks[kind] >= RAISE_TICKS.get(kind, 1):
                self._active[kind] = Alarm(kind, sentence, now)
                raised.append(self._active[kind])
                self.version += 1
        return raised

    def acknowledge_all(self) -> None:
        """Note that somebody has seen what is wrong."""
        for kind, alarm in self._active.items():
            self._active[kind] = replace(alarm, is_acknowledged=True)
        self.version += 1

    def _clear_if_right(self, alarm: Alarm, now: float) -> None:
        ticks = self._right_ticks.get(alarm.kind, 0) + 1
        self._right_ticks[alarm.kind] = ticks
        # The silence of a broker ends with its first word.
        if ticks >= (1 if alarm.kind is AlarmKind.SILENT else CLEAR_TICKS):
            del self._active[alarm.kind], self._right_ticks[alarm.kind]
            self._past.append(replace(alarm, cleared_at=now))
            self.version += 1
