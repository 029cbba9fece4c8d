"""Keeps an eye on one broker while it is connected: what it says, and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.broker.roster.roster import Roster
from mqttui.broker.sys import metrics
from mqttui.broker.sys.alarms import AlarmKind, Alarms, findings
from mqttui.broker.sys.model import SysModel

if TYPE_CHECKING:
    from mqttui.broker.sys.alarms import Alarm
    from mqttui.broker.sys.snapshot import Snapshot
    from mqttui.core.store import TopicStore
    from mqttui.settings.alarm_thresholds import Thresholds

LOOK_INTERVAL_S = 1.0
"""How often silence is looked for."""

UNWATCHED_S = 3.0
"""Longer than between any two frames: the terminal was lent, or the machine asleep."""


class BrokerWatch:
    """Looks at a store once per frame; `version` grows when something is to be shown anew.

    `own_per_s` are the messages per second that this program received over the last tick. The
    `roster` is there from the first look on.
    """

    def __init__(
        self, store: TopicStore, thresholds: Thresholds, remembered: object = None
    ) -> None:
        self._store = store
        self.model = SysModel(store)
        self.roster: Roster | None = None
        self.alarms = Alarms(thresholds)
        self.version = 0
        self.own_per_s: float | None = None
        self._received: tuple[float, int] | None = None
        self._connected_at_s: float | None = None
        self._silent_from = 0.0
        self._looked_at = float("-inf")
        self.model.recall(readings_of_json(remembered))

    @property
    def snapshot(self) -> Snapshot:
        """What is known now."""
        return self.model.snapshot

    def update(self, now: float, connected_at_s: float | None, received: int) -> list[Alarm]:
        """Take in what has come; return the alarms that were raised.

        `now` is in seconds since the epoch. `connected_at_s` tells one connection from the next,
        None while there is none; `received` counts the messages of this program.
        """
        if connected_at_s is None:
            self._connected_at_s = None
            return []
        if connected_at_s != self._connected_at_s:
            self._connected_at_s = connected_at_s
            self._silent_from = now
            ticked_at = self.snapshot.ticked_at
            if ticked_at is not None:
                self.model.note_gap(now - ticked_at)
                self.version += 1
        if self.roster is None:
            self.roster = Roster(self._store, now)
        self.version += self.roster.update()
        has_ticked = self.model.look(now)
        if has_ticked:
            self._measure_own(now, received)
            self.version += 1
        if not has_ticked and 0 <= now - self._looked_at < LOOK_INTERVAL_S:
            return []
        if now - self._looked_at > UNWATCHED_S:
            # What came meanwhile is looked at later.
            self._silent_from = now
        self._looked_at = now
        return self._judge(now, has_ticked=has_ticked)

    def to_remember(self) -> dict[str, list[float]]:
        """Return what `remembered` takes in the next run, as JSON has it."""
        return {name: list(pair) for name, pair in self.model.to_remember().items()}

    def _measure_own(self, now: float, received: int) -> None:
        before, self._received = self._received, (now, received)
        if before is not None and now > before[0]:
            self.own_per_s = (received - before[1]) / (now - before[0])

    def _judge(self, now: float, *, has_ticked: bool) -> list[Alarm]:
        model = self.model
        found = findings(
            model.snapshot,
            self.alarms.thresholds,
            now,
            stale_after_s=model.stale_after_s(),
            clients=model.points(metrics.CLIENTS_CONNECTED),
            memory=model.points(metrics.MEMORY),
            takeovers_per_min=None if self.roster is None else self.roster.takeovers_per_min(now),
        )
        if now - self._silent_from < model.stale_after_s():
            # It was not listened to for long enough.
            found.pop(AlarmKind.SILENT, None)
        if not has_ticked:
            # The other rules are judged once per tick.
            if AlarmKind.SILENT not in found:
                return []
            found |= {
                alarm.kind: alarm.sentence
                for alarm in self.alarms.active
                if alarm.kind is not AlarmKind.SILENT
            }
        before = self.alarms.version
        raised = self.alarms.look(found, now)
        self.version += self.alarms.version != before
        return raised


def readings_of_json(remembered: object) -> dict[str, tuple[float, float]]:
    """Return remembered readings as (value, seconds since the epoch); nonsense is left out."""
    if not isinstance(remembered, dict):
        return {}
    readings = {}
    for name, pair in remembered.items():
        if (
            isinstance(pair, list)
            and len(pair) == 2
            and all(type(number) in (int, float) for number in pair)
        ):
            readings[name] = (float(pair[0]), float(pair[1]))
    return readings
