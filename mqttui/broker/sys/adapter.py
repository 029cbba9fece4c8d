"""A table of topics for one product, and how its values are to be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mqttui.broker.sys.metrics import Metric


class Root(Enum):
    """What stands between `$SYS` and the name of a value."""

    BROKER = "broker"
    """`$SYS/broker/`."""
    NODE = "node"
    """`$SYS/<node>/`."""
    BROKERS_NODE = "brokers"
    """`$SYS/brokers/<node>/`."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a metric comes from: its number times `scale`.

    `window_min` is the time over which the broker has averaged, 0 for what is no average.
    `is_summed`: several values of one tick come on the same topic and belong together.
    """

    metric: Metric
    window_min: int = 0
    scale: float = 1.0
    is_summed: bool = False


@dataclass(frozen=True, slots=True)
class Adapter:
    """How one product reports: `sources` by the rest of the topic, with `ignored` names beside.

    `reports_changes_only`: a value that did not change is not sent again, so that growth is
    measured from tick to tick of the uptime. `interval_s` is the interval it comes with.
    """

    product: str
    root: Root
    sources: Mapping[str, Source]
    ignored: frozenset[str] = field(default_factory=frozenset)
    reports_changes_only: bool = False
    interval_s: float = 10.0

    def place(self, topic: str) -> tuple[str, str] | None:
        """Return (node, rest of the topic) of a topic below this adapter's root, else None.

        The node is empty where there is only one.
        """
        levels = topic.split("/", 3)
        if len(levels) < 3 or levels[0] != "$SYS":
            return None
        match self.root:
            case Root.BROKER:
                return ("", topic[len("$SYS/broker/") :]) if levels[1] == "broker" else None
            case Root.NODE:
                return levels[1], topic[len(levels[1]) + len("$SYS//") :]
            case Root.BROKERS_NODE:
                is_below = levels[1] == "brokers" and len(levels) == 4
                return (levels[2], levels[3]) if is_below else None

    def source(self, topic: str) -> tuple[str, Source] | None:
        """Return (node, source) of a topic that carries a metric, else None."""
        place = self.place(topic)
        if place is None:
            return None
        found = self.sources.get(place[1])
        return None if found is None else (place[0], found)


def averages(metric: Metric, name: str) -> dict[str, Source]:
    """Return the sources of an average over 1, 5 and 15 minutes below `name`."""
    return {f"{name}/{minutes}min": Source(metric, minutes) for minutes in (1, 5, 15)}
