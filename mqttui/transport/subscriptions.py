"""Which topic filters are subscribed, what the broker said, and what to ask for next.

No network. Filters are asked for one at a time, each after the answer to the one before: when the
broker closes the connection instead of answering (AWS does for a filter that is not allowed), it
is plain which filter it was, and the others can live on without it.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from mqttui.broker.limits import BrokerLimits
from mqttui.broker.reasons import suback_problem, unsuback_problem
from mqttui.broker.subscription_advice import (
    CLOSES_CONNECTION,
    NO_ANSWER,
    limits_advice,
    suback_advice,
)
from mqttui.core.source import SubscriptionStatus
from mqttui.core.subscription_rules import subscription_problem
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from mqttui.settings.connection import Subscription

STRIKES = 2
"""A filter is left out after the connection ended this often instead of an answer to it."""


class Subscriptions:
    """The state of all filters over the connections of one session.

    Any thread may change what is wanted (`want`, `drop`, `pause`) and read `status`; everything
    else is called on the network thread.
    """

    def __init__(self, wanted: tuple[Subscription, ...]) -> None:
        self._lock = threading.RLock()
        self._entries: dict[str, SubscriptionStatus] = {}
        self._strikes: dict[str, int] = {}
        self._unusable: set[str] = set()
        self._granted: set[str] = set()
        self._to_ask: list[str] = []
        self._asked: str | None = None
        # Filters whose SUBACK, when it comes, answers a question that is out of date.
        self._is_outdated = False
        self._to_drop: list[str] = []
        self._dropping: str | None = None
        self._is_connected = False
        self._is_mqtt5 = True
        self._limits = BrokerLimits()
        # A filter that is given twice would replace itself at the broker (MQTT 5.0 section 3.8.4).
        for subscription in wanted:
            self.want(subscription)

    @property
    def status(self) -> tuple[SubscriptionStatus, ...]:
        """One entry per filter, in the order in which they were given."""
        with self._lock:
            return tuple(self._entries.values())

    @property
    def is_waiting(self) -> bool:
        """Whether an answer of the broker is outstanding."""
        return self._asked is not None or self._dropping is not None

    def want(self, subscription: Subscription) -> None:
        """Add a filter, or ask again for one that is there, with these options."""
        name = subscription.topic_filter
        with self._lock:
            problem = subscription_problem(subscription)
            if problem is not None:
                problem = f"{printable(name)}: {problem}"
            self._strikes[name] = 0
            self._granted.discard(name)
            self._unusable.discard(name)
            before = self._entries.get(name)
            self._entries[name] = SubscriptionStatus(
                name,
                subscription.qos,
                problem=problem,
                no_local=subscription.no_local,
                retain_as_published=subscription.retain_as_published,
                retain_handling=subscription.retain_handling,
                answers=before.answers if before is not None else 0,
            )
            if problem is None:
                self._ask_for(name)
            else:
                self._unusable.add(name)

    def drop(self, topic_filter: str) -> None:
        """Remove a filter."""
        with self._lock:
            if self._entries.pop(topic_filter, None) is not None:
                self._end(topic_filter)

    def pause(self, topic_filter: str, *, is_paused: bool) -> None:
        """Unsubscribe from a filter that stays in the list, or subscribe to it again."""
        with self._lock:
            entry = self._entries.get(topic_filter)
            if entry is None or entry.is_paused == is_paused or topic_filter in self._unusable:
                return
            self._entries[topic_filter] = replace(
                entry, is_paused=is_paused, granted_qos=None, problem=None, advice=None
            )
            if is_paused:
                self._end(topic_filter)
            else:
                self._strikes[topic_filter] = 0
                self._ask_for(topic_filter)

    def _ask_for(self, name: str) -> None:
        if name in self._to_drop:
            self._to_drop.remove(name)
        if name == self._asked:
            self._is_outdated = True
        if self._is_connected and name not in self._to_ask:
            self._to_ask.append(name)

    def _end(self, name: str) -> None:
        self._granted.discard(name)
        if name in self._to_ask:
            self._to_ask.remove(name)
        if name not in self._to_drop and name not in self._unusable:
            self._to_drop.append(name)

    def begin(
        self,
        *,
        is_session_present: bool,
        is_mqtt5: bool = True,
        limits: BrokerLimits | None = None,
    ) -> None:
        """Start on a new connection.

        With a session the broker still knows what it granted; asking again would make it send
        the retained messages again (MQTT 5.0 section 3.8.4).
        """
        with self._lock:
            self._is_mqtt5 = is_mqtt5
            self._limits = limits or BrokerLimits()
            self._is_connected = True
            if not is_session_present:
                self._granted.clear()
                self._to_drop.clear()
                for name, entry in self._entries.items():
                    if self._is_usable(name):
                        self._entries[name] = replace(
                            entry, granted_qos=None, problem=None, advice=None
                        )
            to_ask = [
                name
                for name in self._entries
                if name not in self._granted and self._is_usable(name)
            ]
            # Suspects last, so that they cannot keep the others from being asked for.
            self._to_ask = sorted(to_ask, key=lambda name: self._strikes[name])
            self._asked = self._dropping = None

    def next_to_ask(self) -> SubscriptionStatus | None:
        """Return the filter to send in a SUBSCRIBE now; None while an answer is outstanding."""
        with self._lock:
            while self._to_ask and not self.is_waiting:
                name = self._to_ask.pop(0)
                entry = self._entries[name]
                why = self._limits.filter_problem(name)
                if why is None:
                    self._asked = name
                    self._is_outdated = False
                    return entry
                problem = f"{printable(name)}: not asked for, because {why}."
                self._entries[name] = replace(
                    entry, problem=problem, advice=limits_advice(name, self._limits)
                )
            return None

    def next_to_drop(self) -> str | None:
        """Return the filter to send in an UNSUBSCRIBE now; None while an answer is outstanding."""
        with self._lock:
            if self.is_waiting or not self._to_drop:
                return None
            # It stays in the list until the answer: the connection may end before.
            self._dropping = self._to_drop[0]
            return self._dropping

    def answered(self, code: int, reason_text: str | None = None) -> None:
        """Note the code of a SUBACK for the filter that was asked for last."""
        with self._lock:
            name, self._asked = self._asked, None
            entry = None if name is None else self._entries.get(name)
            if name is None or entry is None or entry.is_paused or self._is_outdated:
                return
            is_granted = code <= 2
            self._strikes[name] = 0
            if is_granted:
                self._granted.add(name)
            problem = suback_problem(code, name, entry.requested_qos, reason_text)
            advice = suback_advice(code, entry.requested_qos, is_mqtt5=self._is_mqtt5)
            if is_granted and problem is None:
                problem = self._ignored_options(entry)
            self._entries[name] = replace(
                entry,
                granted_qos=code if is_granted else None,
                problem=problem,
                advice=advice,
                answers=entry.answers + 1,
            )

    def dropped(self, code: int, reason_text: str | None = None) -> None:
        """Note the code of an UNSUBACK for the filter that was to be dropped last."""
        with self._lock:
            name, self._dropping = self._dropping, None
            if name is None:
                return
            if name in self._to_drop:
                self._to_drop.remove(name)
            problem = unsuback_problem(code, name, reason_text)
            if problem is not None:
                # The broker goes on to deliver, so the list has to show it.
                entry = self._entries.get(name) or SubscriptionStatus(name, 0)
                self._strikes.setdefault(name, 0)
                self._entries[name] = replace(entry, is_paused=False, problem=problem)

    def unanswered(self) -> None:
        """Note that the broker stays silent on what it was asked last."""
        with self._lock:
            if self._dropping is not None:
                self._to_drop.remove(self._dropping)
                self._dropping = None
            name, self._asked = self._asked, None
            if name in self._entries and not self._is_outdated:
                self._entries[name] = replace(
                    self._entries[name],
                    problem=f"{printable(name)}: the broker does not answer this subscription.",
                    advice=NO_ANSWER,
                )

    def connection_ended(self, *, is_suspect: bool) -> str | None:
        """Note that the connection ended.

        Returns the filter that was asked for last, if its answer is still outstanding and
        `is_suspect` says that it may have been the cause.
        """
        with self._lock:
            self._is_connected = False
            self._to_ask = []
            self._dropping = None
            name, self._asked = self._asked, None
            if name is None or not is_suspect or name not in self._entries:
                return None
            self._strikes[name] += 1
            if self._strikes[name] >= STRIKES:
                self._entries[name] = replace(
                    self._entries[name],
                    problem=f"{printable(name)}: left out, because the broker closes the "
                    "connection when it is asked for.",
                    advice=CLOSES_CONNECTION,
                )
            return name

    def _is_usable(self, name: str) -> bool:
        return (
            name not in self._unusable
            and self._strikes[name] < STRIKES
            and not self._entries[name].is_paused
        )

    def _ignored_options(self, entry: SubscriptionStatus) -> str | None:
        """Return which options have no effect, because they need MQTT 5."""
        if self._is_mqtt5:
            return None
        ignored = [
            name
            for name, is_asked in (
                ("no local", entry.no_local),
                ("retain as published", entry.retain_as_published),
                ("retain handling", entry.retain_handling != 0),
            )
            if is_asked
        ]
        if not ignored:
            return None
        return (
            f"{printable(entry.topic_filter)}: {' and '.join(ignored)} ignored, because it needs "
            "MQTT 5, and this is MQTT 3.1.1."
        )
