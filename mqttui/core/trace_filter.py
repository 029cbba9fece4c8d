"""Which control packets of a trace somebody wants to see."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from mqttui.core.search.matcher import matcher_of
from mqttui.core.search.query import Query
from mqttui.core.trace import Direction

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.trace import TraceEntry


class PacketKind(Enum):
    """Control packets by what they are for (MQTT 5.0 section 2.1.2)."""

    PUBLISH = "publish"
    ACKNOWLEDGEMENT = "acknowledgements"
    SUBSCRIPTION = "subscriptions"
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

    Entries are asked for in their order: what answers a packet with a fitting topic fits too,
    although it names no topic.
    """

    def __init__(
        self, kind: PacketKind | None = None, direction: Direction | None = None, text: str = ""
    ) -> None:
        self._kind = kind
        self._direction = direction
        self._matcher = matcher_of(Query(text)) if text else None
        self._asked: set[tuple[Direction, str, int]] = set()

    @property
    def problem(self) -> str | None:
        """Why the wildcards in the text are not a valid topic filter, None if they are."""
        return self._matcher.problem if self._matcher is not None else None

    def matches(self, entry: TraceEntry) -> bool:
        """Return whether an entry is to be shown."""
        judge = self._matcher.judge if self._matcher is not None else None
        has_topic = judge is None or self._fits(entry, judge)
        return (
            has_topic
            and (self._direction is None or entry.direction is self._direction)
            and (self._kind is None or kind_of(entry) is self._kind)
        )

    def _fits(self, entry: TraceEntry, judge: Callable[[bytes], int | None]) -> bool:
        answered = _ANSWERS.get(entry.packet)
        if answered is not None and entry.packet_id is not None:
            question, is_last = answered
            asked_by = entry.direction if entry.packet == "PUBREL" else _OTHER[entry.direction]
            key = (asked_by, question, entry.packet_id)
            is_wanted = key in self._asked
            if is_last:
                self._asked.discard(key)
            return is_wanted
        if entry.topic is None:
            return False
        does_match = judge(entry.topic) is not None
        if entry.packet in _QUESTIONS and entry.packet_id is not None:
            key = (entry.direction, entry.packet, entry.packet_id)
            if does_match:
                self._asked.add(key)
            else:
                self._asked.discard(key)
        return does_match
