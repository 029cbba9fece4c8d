"""Which control packets of a trace somebody wants to see."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from mqttui.core.search.matcher import matcher_of
from mqttui.core.search.query import Query
from mqttui.core.topic import is_brokers_own
from mqttui.core.trace import Direction

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.trace import TraceEntry


class PacketKind(Enum):
    """Control packets by what they are for (MQTT 5.0 section 2.1.2)."""

    PUBLISH = "publish"
    ACKNOWLEDGEMENT = "acks"
    SUBSCRIPTION = "subscribing"
    CONNECTION = "connection"
    PING = "pings"


_KINDS = {
    "PUBLISH": PacketKind.PUBLISH,
    "PUBACK": PacketKind.ACKNOWLEDGEMENT,
    "PUBREC": PacketKind.ACKNOWLEDGEMENT,
    "PUBREL": PacketKind.ACKNOWLEDGEMENT,
    "PUBCOMP": PacketKind.ACKNOWLEDGEMENT,
    "SUBSCRIBE": PacketKind.SUBSCRIPTION,
    "SUBACK": PacketKind.SUBSCRIPTION,
    "UNSUBSCRIBE": PacketKind.SUBSCRIPTION,
    "UNSUBACK": PacketKind.SUBSCRIPTION,
    "PINGREQ": PacketKind.PING,
    "PINGRESP": PacketKind.PING,
}
_QUESTIONS = {"PUBLISH", "SUBSCRIBE", "UNSUBSCRIBE"}
# What an answer answers, and whether it is the last one. PUBREL goes the way of its PUBLISH.
_ANSWERS = {
    "PUBACK": ("PUBLISH", True),
    "PUBREC": ("PUBLISH", False),
    "PUBREL": ("PUBLISH", False),
    "PUBCOMP": ("PUBLISH", True),
    "SUBACK": ("SUBSCRIBE", True),
    "UNSUBACK": ("UNSUBSCRIBE", True),
}
_OTHER = {Direction.SENT: Direction.RECEIVED, Direction.RECEIVED: Direction.SENT}


def kind_of(entry: TraceEntry) -> PacketKind:
    """Return what a packet is for."""
    return _KINDS.get(entry.packet, PacketKind.CONNECTION)


class TraceFilter:
    """Picks entries by kind, direction and topic; None and an empty text let everything through.

    With `hides_sys` what the broker tells of itself below `$SYS` is left out. Entries are asked
    for in their order: what answers a packet goes with it, although it names no topic.
    """

    def __init__(
        self,
        kind: PacketKind | None = None,
        direction: Direction | None = None,
        text: str = "",
        *,
        hides_sys: bool = False,
    ) -> None:
        self._kind = kind
        self._direction = direction
        self._matcher = matcher_of(Query(text)) if text else None
        judge = self._matcher.judge if self._matcher is not None else None
        self._wanted = _Exchanges(_fits(judge)) if judge is not None else None
        self._unwanted = _Exchanges(is_brokers_own) if hides_sys else None

    @property
    def problem(self) -> str | None:
        """Why the wildcards in the text are not a valid topic filter, None if they are."""
        return self._matcher.problem if self._matcher is not None else None

    def matches(self, entry: TraceEntry) -> bool:
        """Return whether an entry is to be shown."""
        is_wanted = self._wanted is None or self._wanted.has(entry)
        is_unwanted = self._unwanted is not None and self._unwanted.has(entry)
        return (
            is_wanted
            and not is_unwanted
            and (self._direction is None or entry.direction is self._direction)
            and (self._kind is None or kind_of(entry) is self._kind)
        )


def _fits(judge: Callable[[bytes], int | None]) -> Callable[[bytes], bool]:
    return lambda topic: judge(topic) is not None


class _Exchanges:
    """Knows the packets whose topic fits, and what answers them."""

    def __init__(self, fits: Callable[[bytes], bool]) -> None:
        self._fits = fits
        self._asked: set[tuple[Direction, str, int]] = set()

    def has(self, entry: TraceEntry) -> bool:
        """Return whether an entry is one of these packets; each is asked for once."""
        answered = _ANSWERS.get(entry.packet)
        if answered is not None and entry.packet_id is not None:
            question, is_last = answered
            asked_by = entry.direction if entry.packet == "PUBREL" else _OTHER[entry.direction]
            key = (asked_by, question, entry.packet_id)
            is_asked = key in self._asked
            if is_last:
                self._asked.discard(key)
            return is_asked
        if entry.topic is None:
            return False
        does_fit = self._fits(entry.topic)
        if entry.packet in _QUESTIONS and entry.packet_id is not None:
            key = (entry.direction, entry.packet, entry.packet_id)
            if does_fit:
                self._asked.add(key)
            else:
                self._asked.discard(key)
        return does_fit
