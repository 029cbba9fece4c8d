"""The clients of a broker, from what it tells since we listen."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mqttui.broker.roster.events import ClientEvent, EventKind
from mqttui.broker.roster.json_events import event_reader
from mqttui.broker.roster.mosquitto_log import event_of_line
from mqttui.broker.sys.following import SysTopics
from mqttui.core.message import RETAIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.node import TopicNode
    from mqttui.core.store import TopicStore

    Reader = Callable[[bytes], ClientEvent | None]

MAX_CLIENTS = 20_000
MAX_FILTERS = 100
LONGEST_TEXT = 200
TAKEOVER_SPAN_S = 60.0
_SUBSCRIBING = (EventKind.SUBSCRIBED, EventKind.UNSUBSCRIBED)
_LOG = "$SYS/broker/log/"
_LOG_LEVELS = frozenset(("E", "W", "N", "I", "M/subscribe", "M/unsubscribe"))


@dataclass(frozen=True, slots=True)
class Client:
    """A client of which the broker has told something; texts are not yet printable.

    `since` is when it connected, or when it left, in seconds since the epoch; None for one that was
    there before we listened. `takeovers` counts how often another connection with its client id
    put an end to one. `filters_left_out` counts topic filters beyond the bound.
    """

    client_id: str
    is_connected: bool
    since: float | None = None
    seen_at: float = 0.0
    address: str | None = None
    user: str | None = None
    protocol: str | None = None
    keepalive_s: int | None = None
    is_clean: bool | None = None
    reason: str | None = None
    connects: int = 0
    takeovers: int = 0
    topic_filters: tuple[tuple[str, int | None], ...] = ()
    filters_left_out: int = 0


class Roster:
    """Keeps the clients; `update` is called once per frame. `version` grows with every change.

    What was before the first `update` is unknown: `listened_since` says when that was.
    `missed` counts events that came and were no longer kept when they were to be read,
    `unlisted` clients beyond `MAX_CLIENTS`, `refused` logins without a name, `unread` lines of
    the log that say nothing of a client.
    """

    def __init__(self, store: TopicStore, now: float) -> None:
        self._topics: SysTopics[Reader] = SysTopics(store, _reader_of)
        self._clients: dict[str, Client] = {}
        self._takeovers: deque[float] = deque(maxlen=1000)
        self.listened_since = now
        self.version = 0
        self.missed = 0
        self.unlisted = 0
        self.refused = 0
        self.last_refusal: tuple[float, ClientEvent] | None = None
        self.has_events = False

    @property
    def clients(self) -> list[Client]:
        """All clients, in the order in which they were first seen."""
        return list(self._clients.values())

    @property
    def connected(self) -> int:
        """How many are known to be connected."""
        return sum(client.is_connected for client in self._clients.values())

    def find(self, client_id: str) -> Client | None:
        """Return a client by its id."""
        return self._clients.get(client_id)

    def takeovers_per_min(self, now: float) -> float | None:
        """Return how many connections were taken over within a minute, None if nobody tells."""
        if not self.has_events:
            return None
        return sum(at > now - TAKEOVER_SPAN_S for at in self._takeovers)

    def update(self) -> bool:
        """Read what has come; return whether anything changed."""
        version = self.version
        events: list[tuple[float, ClientEvent]] = []
        for news in self._topics.look():
            self.missed += news.missed
            for received_at, payload, flags, _ in news.entries:
                event = None if flags & RETAIN else news.meaning(payload)
                if event is not None:
                    events.append((received_at, event))
        # What came together on several topics has lost its order: nobody subscribes before it
        # has connected.
        events.sort(key=lambda found: (found[0], found[1].kind in _SUBSCRIBING))
        for received_at, event in events:
            self.take(event, received_at)
        return self.version != version

    def take(self, event: ClientEvent, at: float) -> None:
        """Take in an event of the time `at`, in seconds since the epoch."""
        self.has_events = True
        self.version += 1
        if event.kind is EventKind.REFUSED:
            self.refused += 1
            self.last_refusal = (at, event)
            return
        client_id = event.client_id[:LONGEST_TEXT]
        with_brackets = f"{client_id} [{event.address}]"
        if event.kind is not EventKind.CONNECTED and with_brackets in self._clients:
            # The address in brackets is the end of a client id that looks like one.
            client_id = with_brackets
        if not client_id:
            return
        client = self._clients.get(client_id)
        if client is None:
            if len(self._clients) >= MAX_CLIENTS:
                self.unlisted += 1
                return
            client = Client(client_id, is_connected=True)
        self._clients[client_id] = self._after(client, event, at)

    def _after(self, client: Client, event: ClientEvent, at: float) -> Client:
        match event.kind:
            case EventKind.CONNECTED:
                return replace(
                    client,
                    is_connected=True,
                    since=at,
                    seen_at=at,
                    address=_short(event.address),
                    user=_short(event.user),
                    protocol=event.protocol,
                    keepalive_s=event.keepalive_s,
                    is_clean=event.is_clean,
                    reason=None,
                    connects=client.connects + 1,
                    # A session that is kept has its subscriptions still.
                    topic_filters=() if event.is_clean is not False else client.topic_filters,
                )
            case EventKind.TAKEN_OVER:
                self._takeovers.append(at)
                return replace(client, seen_at=at, takeovers=client.takeovers + 1)
            case EventKind.DISCONNECTED:
                return replace(
                    client,
                    is_connected=False,
                    since=at,
                    seen_at=at,
                    address=_short(event.address) or client.address,
                    reason=_short(event.reason),
                )
            case EventKind.SUBSCRIBED:
                return _with_filters(replace(client, seen_at=at, is_connected=True), event)
            case _:
                gone = set(event.topic_filters)
                kept = tuple(each for each in client.topic_filters if each[0] not in gone)
                return replace(client, seen_at=at, topic_filters=kept)


def _with_filters(client: Client, event: ClientEvent) -> Client:
    filters = dict(client.topic_filters)
    left_out = client.filters_left_out
    for topic_filter in event.topic_filters:
        short = topic_filter[:LONGEST_TEXT]
        if short in filters or len(filters) < MAX_FILTERS:
            filters[short] = event.qos
        else:
            left_out += 1
    return replace(client, topic_filters=tuple(filters.items()), filters_left_out=left_out)


def _reader_of(node: TopicNode) -> Reader | None:
    path = node.path
    if path.startswith(_LOG):
        level = path[len(_LOG) :]
        return (lambda payload: event_of_line(level, payload)) if level in _LOG_LEVELS else None
    return event_reader(path)


def _short(text: str | None) -> str | None:
    return None if text is None else text[:LONGEST_TEXT]
