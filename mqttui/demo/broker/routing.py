"""Which sessions receive a topic: subscriptions by filter, found once per topic and remembered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mqttui.core.topic import filter_pattern
from mqttui.demo.broker.packets import Subscription, check_topic

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.demo.broker.session import Session

_REMEMBERED_TOPICS = 20_000
_SHARE = "$share/"


@dataclass(slots=True, eq=False)
class SharedGroup:
    """A shared subscription: one member after the other receives (MQTT 5.0 section 4.8.2)."""

    members: dict[Session, Subscription] = field(default_factory=dict)
    _turn: int = 0

    def next_member(self) -> tuple[Session, Subscription] | None:
        """Return whose turn it is, members that are connected first; None if there is nobody."""
        members = list(self.members.items())
        present = [member for member in members if member[0].link is not None] or members
        if not present:
            return None
        self._turn += 1
        return present[self._turn % len(present)]


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """Who receives one topic: each session once, with all of its subscriptions that match.

    `is_plain` says that a QoS 0 packet may go out to every one of `sessions` as it came in.
    """

    matches: tuple[tuple[Session, tuple[Subscription, ...]], ...]
    groups: tuple[SharedGroup, ...]
    sessions: tuple[Session, ...]
    is_plain: bool


@dataclass(slots=True, eq=False)
class _Filter:
    matches: Callable[[str], object]
    subscribers: dict[Session, Subscription] = field(default_factory=dict)
    groups: dict[str, SharedGroup] = field(default_factory=dict)


class Routes:
    """All subscriptions of the broker and the routes that follow from them."""

    def __init__(self) -> None:
        self._filters: dict[str, _Filter] = {}
        self._wildcards: dict[str, _Filter] = {}
        self._remembered: dict[bytes, Route] = {}
        self.remembered_get = self._remembered.get

    @property
    def subscriptions(self) -> int:
        """How many subscriptions there are, shared ones included."""
        return self.shared_subscriptions + sum(
            len(entry.subscribers) for entry in self._filters.values()
        )

    @property
    def shared_subscriptions(self) -> int:
        """How many of the subscriptions are shared."""
        return sum(
            len(group.members)
            for entry in self._filters.values()
            for group in entry.groups.values()
        )

    def add(self, session: Session, subscription: Subscription) -> bool:
        """Subscribe a session; return whether it did not have this filter before."""
        group, topic_filter = split_share(subscription.topic_filter)
        entry = self._filters.get(topic_filter)
        if entry is None:
            entry = self._filters[topic_filter] = _Filter(_matcher(topic_filter))
            if has_wildcard(topic_filter):
                self._wildcards[topic_filter] = entry
        members = entry.subscribers
        if group is not None:
            members = entry.groups.setdefault(group, SharedGroup()).members
        is_new = session not in members
        members[session] = subscription
        session.subscriptions[subscription.topic_filter] = subscription
        self._remembered.clear()
        return is_new

    def remove(self, session: Session, full_filter: str) -> bool:
        """Unsubscribe a session; return whether it had the filter."""
        if session.subscriptions.pop(full_filter, None) is None:
            return False
        group, topic_filter = split_share(full_filter)
        entry = self._filters[topic_filter]
        if group is None:
            del entry.subscribers[session]
        else:
            del entry.groups[group].members[session]
            if not entry.groups[group].members:
                del entry.groups[group]
        if not entry.subscribers and not entry.groups:
            del self._filters[topic_filter]
            self._wildcards.pop(topic_filter, None)
        self._remembered.clear()
        return True

    def remove_all(self, session: Session) -> None:
        """Unsubscribe a session from everything."""
        for full_filter in list(session.subscriptions):
            self.remove(session, full_filter)

    def forget(self) -> None:
        """Find every route anew, because what a session can take has changed."""
        self._remembered.clear()

    def route(self, topic: bytes) -> Route:
        """Return who receives `topic`; ProtocolViolation unless it is a topic name."""
        route = self._remembered.get(topic)
        if route is None:
            check_topic(topic)
            route = self._find(topic.decode())
            if len(self._remembered) >= _REMEMBERED_TOPICS:
                self._remembered.clear()
            self._remembered[topic] = route
        return route

    def _find(self, topic: str) -> Route:
        entries = [entry for entry in self._wildcards.values() if entry.matches(topic)]
        exact = self._filters.get(topic)
        if exact is not None:
            entries.append(exact)
        by_session: dict[Session, tuple[Subscription, ...]] = {}
        for entry in entries:
            for session, subscription in entry.subscribers.items():
                by_session[session] = (*by_session.get(session, ()), subscription)
        groups = tuple(group for entry in entries for group in entry.groups.values())
        is_plain = not groups and all(
            session.maximum_packet_bytes is None
            and not any(sub.is_no_local or sub.identifier for sub in subscriptions)
            for session, subscriptions in by_session.items()
        )
        return Route(tuple(by_session.items()), groups, tuple(by_session), is_plain)


def split_share(full_filter: str) -> tuple[str | None, str]:
    """Return (group, filter) of `$share/group/filter`, (None, filter) for any other filter."""
    if not full_filter.startswith(_SHARE):
        return None, full_filter
    group, _, topic_filter = full_filter[len(_SHARE) :].partition("/")
    return group, topic_filter


def has_wildcard(topic_filter: str) -> bool:
    """Whether a filter can match more than one topic."""
    return "+" in topic_filter or "#" in topic_filter


def _matcher(topic_filter: str) -> Callable[[str], object]:
    if has_wildcard(topic_filter):
        return filter_pattern(topic_filter).fullmatch
    return topic_filter.__eq__
