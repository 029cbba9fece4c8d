"""Events of a connection and its subscriptions, found by comparing snapshots of its status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.log.event_log import Severity, Subject
from mqttui.core.source import Phase
from mqttui.payload.printable import printable
from mqttui.payload.quantities import age_text

if TYPE_CHECKING:
    from mqttui.core.log.event_log import EventLog
    from mqttui.core.source import SourceStatus, SubscriptionStatus

OUTAGE_GAP_S = 24 * 3600.0
"""Attempts without a success in between are one event, however far apart."""

_CONNECTING = "connecting"
_FAILED = "failed"


class ConnectionEvents:
    """Writes into a log what changed between two looks at a status."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._before: SourceStatus | None = None
        self._lost_at: float | None = None
        self._was_connected = False

    def look(self, status: SourceStatus, now: float, now_s: float) -> None:
        """Compare with the last look.

        `now` is in seconds since the epoch, `now_s` the same moment on the clock of the status.
        """
        before = self._before
        if status is before:
            return
        self._before = status
        connected_at = now
        if status.connected_at_s is not None:
            connected_at -= max(0.0, now_s - status.connected_at_s)
        self._look_at_phase(before, status, now, connected_at, now_s)
        self._look_at_warnings(before, status, now)
        known = {entry.topic_filter: entry for entry in before.subscriptions} if before else {}
        for entry in status.subscriptions:
            self._look_at_subscription(known.pop(entry.topic_filter, None), entry, now)
        for topic_filter in known:
            self._subscription(now, f"{printable(topic_filter)}: no longer subscribed.")

    def _look_at_phase(
        self,
        before: SourceStatus | None,
        status: SourceStatus,
        now: float,
        connected_at: float,
        now_s: float,
    ) -> None:
        phase = status.phase
        was = before.phase if before is not None else None
        label = printable(status.label)
        if phase is Phase.CONNECTED:
            is_other = before is None or before.connected_at_s != status.connected_at_s
            if was is phase and is_other:
                self._lost_at = None
                self._connection(
                    connected_at,
                    f"The connection to {label} was lost and came back at once.",
                    Severity.WARNING,
                )
            elif was is not phase:
                self._connected(status, label, connected_at)
            return
        if was is Phase.CONNECTED:
            self._lost_at = now
            if phase is Phase.CONNECTING:
                self._connection(now, f"The connection to {label} was lost.", Severity.WARNING)
        if phase is Phase.CONNECTING:
            if was is not phase or (before is not None and before.attempt != status.attempt):
                attempt = f", attempt {status.attempt}" if status.attempt > 1 else ""
                self._connection(now, f"Connecting to {label}{attempt}.", key=_CONNECTING)
        elif phase is Phase.WAITING and (
            before is None
            or was is not phase
            or (before.problem, before.retry_at_s) != (status.problem, status.retry_at_s)
        ):
            self._failed(status, now, now_s, was_connected=was is Phase.CONNECTED)
        elif phase is Phase.STOPPED and was is not phase:
            self._connection(now, f"Disconnected from {label}.")

    def _connected(self, status: SourceStatus, label: str, at: float) -> None:
        again = " again" if self._was_connected else ""
        sentence = f"Connected{again} to {label}"
        if status.protocol is not None:
            sentence += f" with MQTT {printable(status.protocol)}"
        sentence += f", {status.security.value}"
        if self._lost_at is not None:
            sentence += f", after {age_text(max(1.0, at - self._lost_at))} without a connection"
        if status.client_id is not None:
            sentence += f"; client id {printable(status.client_id)}"
        self._lost_at = None
        self._was_connected = True
        self._connection(at, f"{sentence}.")
        self._log.close(_CONNECTING)
        self._log.close(_FAILED)

    def _failed(
        self, status: SourceStatus, now: float, now_s: float, *, was_connected: bool
    ) -> None:
        words = [printable(text) for text in (status.problem, status.advice) if text is not None]
        if status.retries_by_itself:
            if status.retry_at_s is not None:
                wait_s = max(0.0, status.retry_at_s - now_s)
                words.append(f"Reconnecting in {wait_s:.0f} s.")
        else:
            words.append("There is no new attempt until you ask for one (r).")
        self._connection(
            now,
            " ".join(words),
            Severity.WARNING if status.retries_by_itself else Severity.ERROR,
            key=None if was_connected else (_FAILED, status.problem),
        )

    def _look_at_warnings(
        self, before: SourceStatus | None, status: SourceStatus, now: float
    ) -> None:
        known = before.warnings if before is not None else ()
        for warning in status.warnings:
            if warning not in known:
                self._connection(now, printable(warning), Severity.WARNING)

    def _look_at_subscription(
        self, before: SubscriptionStatus | None, entry: SubscriptionStatus, now: float
    ) -> None:
        shown = printable(entry.topic_filter)
        was_problem = before.problem if before is not None else None
        was_granted = before.granted_qos if before is not None else None
        was_paused = before is not None and before.is_paused
        # After a reconnect the same answer may come before anybody looked in between.
        is_answered_anew = before is not None and before.answers != entry.answers
        if entry.problem is not None:
            if entry.problem != was_problem or is_answered_anew:
                problem = printable(entry.problem)
                if not problem.startswith(shown):
                    problem = f"{shown}: {problem}"
                self._subscription(now, problem, Severity.WARNING)
        elif entry.is_paused:
            if not was_paused:
                self._subscription(now, f"{shown}: paused, the broker was told to unsubscribe it.")
        elif entry.granted_qos is not None and (
            entry.granted_qos != was_granted or was_problem is not None or is_answered_anew
        ):
            self._subscription(
                now, f"{shown}: subscribed, the broker grants QoS {entry.granted_qos}."
            )

    def _connection(
        self,
        at: float,
        sentence: str,
        severity: Severity = Severity.INFO,
        *,
        key: object = None,
    ) -> None:
        self._log.add(at, severity, Subject.CONNECTION, sentence, key=key, gap_s=OUTAGE_GAP_S)

    def _subscription(self, at: float, sentence: str, severity: Severity = Severity.INFO) -> None:
        self._log.add(at, severity, Subject.SUBSCRIPTION, sentence)
