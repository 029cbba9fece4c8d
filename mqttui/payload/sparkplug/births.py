"""What Sparkplug's metrics are called: births say it once, later messages give only a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from mqttui.payload.protobuf.reader import wire_fields

MOST_PLACES = 2_000
MOST_METRICS = 20_000

NAMESPACE = "spBv1.0"
MESSAGE_TYPES = frozenset(
    ("NBIRTH", "NDEATH", "NDATA", "NCMD", "DBIRTH", "DDEATH", "DDATA", "DCMD")
)


class Metric(NamedTuple):
    """What a birth said about an alias."""

    name: str
    data_type: int


@dataclass(frozen=True, slots=True)
class SparkplugTopic:
    """`spBv1.0/group/type/node[/device]` (Sparkplug 3.0 section 4.1)."""

    group: str
    message_type: str
    node: str
    device: str

    @classmethod
    def parse(cls, topic: str) -> SparkplugTopic | None:
        """Return the parts of a topic, None for every other topic."""
        levels = topic.split("/")
        if levels[0] != NAMESPACE or not 4 <= len(levels) <= 5:
            return None
        if levels[2] not in MESSAGE_TYPES:
            return None
        return cls(levels[1], levels[2], levels[3], levels[4] if len(levels) == 5 else "")

    @property
    def birth(self) -> str:
        """The topic of the birth that names the metrics of this topic."""
        if self.device:
            return f"{NAMESPACE}/{self.group}/DBIRTH/{self.node}/{self.device}"
        return f"{NAMESPACE}/{self.group}/NBIRTH/{self.node}"


def birth_topic(topic: str) -> str | None:
    """Return the topic whose last message `SparkplugBirths.feed` wants before `topic` is decoded.

    None for topics that are not Sparkplug's. The birth itself is its own.
    """
    found = SparkplugTopic.parse(topic)
    return None if found is None else found.birth


class SparkplugBirths:
    """The metrics by edge node or device and alias; bounded, the longest unused is forgotten."""

    def __init__(self) -> None:
        self._places: dict[str, tuple[int, dict[int, Metric]]] = {}

    def feed(self, topic: str, payload: bytes) -> bool:
        """Learn from a birth; return whether it was one. The same payload again costs nothing."""
        found = SparkplugTopic.parse(topic)
        if found is None or found.birth != topic:
            return False
        known = self._places.pop(topic, None)
        fingerprint = hash(payload)
        if known is None or known[0] != fingerprint:
            metrics = _metrics(payload)
            if metrics is None:
                if known is not None:
                    self._places[topic] = known
                return False
            known = (fingerprint, metrics)
        self._places[topic] = known
        while len(self._places) > MOST_PLACES:
            del self._places[next(iter(self._places))]
        return True

    def metric(self, topic: str, alias: int) -> Metric | None:
        """Return what the birth for `topic` said about an alias, None if there was none."""
        place = birth_topic(topic)
        known = None if place is None else self._places.get(place)
        return None if known is None else known[1].get(alias)


def _metrics(payload: bytes) -> dict[int, Metric] | None:
    fields = wire_fields(payload)
    if fields is None:
        return None
    metrics: dict[int, Metric] = {}
    for number, value in fields[:MOST_METRICS]:
        if number != 2 or not isinstance(value, bytes):
            continue
        parts = dict(wire_fields(value) or [])
        name, alias, data_type = parts.get(1), parts.get(2), parts.get(4, 0)
        if isinstance(name, bytes) and isinstance(alias, int) and isinstance(data_type, int):
            metrics[alias] = Metric(name.decode("utf-8", "replace"), data_type)
    return metrics
