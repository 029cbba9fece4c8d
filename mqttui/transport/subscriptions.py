"""Which topic filters are subscribed, what the broker said, and what to ask for next.

Pure. Filters are asked for one at a time, each after the answer to the one before: when the broker
closes the connection instead of answering (AWS does for a filter that is not allowed), it is
plain which filter it was, and the others can live on without it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mqttui.broker.reasons import suback_problem
from mqttui.core.source import SubscriptionStatus
from mqttui.core.topic import filter_problem
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from mqttui.settings.connection import Subscription

STRIKES = 2
"""A filter is left out after the connection ended this often instead of an answer to it."""


class Subscriptions:
    """The state of all filters over the connections of one session."""

    def __init__(self, wanted: tuple[Subscription, ...]) -> None:
        # A filter that is given twice would replace itself at the broker (MQTT 5.0 section 3.8.4).
        unique = {subscription.topic_filter: subscription for subscription in wanted}
        self._entries = {
            name: SubscriptionStatus(name, subscription.qos)
            for name, subscription in unique.items()
        }
        self._strikes = dict.fromkeys(unique, 0)
        self._unusable: set[str] = set()
        for name, entry in self._entries.items():
            problem = filter_problem(name)
            if problem is not None:
                self._unusable.add(name)
                self._entries[name] = replace(entry, problem=problem)
        self._granted: set[str] = set()
        self._to_ask: list[str] = []
        self._asked: str | None = None

    @property
    def status(self) -> tuple[SubscriptionStatus, ...]:
        """One entry per filter, in the order in which they were given."""
        return tuple(self._entries.values())

    @property
    def is_waiting(self) -> bool:
        """Whether an answer of the broker is outstanding."""
        return self._asked is not None

    def begin(self, *, is_session_present: bool) -> None:
        """Start on a new connection.

        With a session the broker still knows what it granted; asking again would make it send
        the retained messages again (MQTT 5.0 section 3.8.4).
        """
        if not is_session_present:
            self._granted.clear()
            for name, entry in self._entries.items():
                if self._is_usable(name):
                    self._entries[name] = SubscriptionStatus(name, entry.requested_qos)
        to_ask = [
            name for name in self._entries if name not in self._granted and self._is_usable(name)
        ]
        # Suspects last, so that they cannot keep the others from being asked for.
        self._to_ask = sorted(to_ask, key=lambda name: self._strikes[name])
        self._asked = None

    def next_to_ask(self) -> SubscriptionStatus | None:
        """Return the filter to send in a SUBSCRIBE now; None while an answer is outstanding."""
        if self._asked is not None or not self._to_ask:
            return None
        self._asked = self._to_ask.pop(0)
        return self._entries[self._asked]

    def answered(self, code: int, reason_text: str | None = None) -> None:
        """Note the code of a SUBACK for the filter that was asked for last."""
        name, self._asked = self._asked, None
        if name is None:
            return
        entry = self._entries[name]
        is_granted = code <= 2
        self._strikes[name] = 0
        if is_granted:
            self._granted.add(name)
        self._entries[name] = replace(
            entry,
            granted_qos=code if is_granted else None,
            problem=suback_problem(code, name, entry.requested_qos, reason_text),
        )

    def unanswered(self) -> None:
        """Note that the broker stays silent on the filter that was asked for last."""
        name, self._asked = self._asked, None
        if name is not None:
            self._entries[name] = replace(
                self._entries[name],
                problem=f"{printable(name)}: the broker does not answer this subscription.",
            )

    def connection_ended(self, *, is_suspect: bool) -> str | None:
        """Note that the connection ended.

        Returns the filter that was asked for last, if its answer is still outstanding and
        `is_suspect` says that it may have been the cause.
        """
        self._to_ask = []
        name, self._asked = self._asked, None
        if name is None or not is_suspect:
            return None
        self._strikes[name] += 1
        if self._strikes[name] >= STRIKES:
            self._entries[name] = replace(
                self._entries[name],
                problem=f"{printable(name)}: left out, because the broker closes the connection "
                "when it is asked for.",
            )
        return name

    def _is_usable(self, name: str) -> bool:
        return name not in self._unusable and self._strikes[name] < STRIKES
