"""What the broker itself says it dropped, read from its `$SYS` topics.

`$SYS` is a convention, no standard; names and meanings differ by product:

- mosquitto: `$SYS/broker/publish/messages/dropped` (up to 1.1 `$SYS/broker/messages/dropped`);
- HiveMQ with its `$SYS` extension: `$SYS/broker/messages/publish/dropped`;
- mochi: `$SYS/broker/messages/dropped`;
- EMQX: `$SYS/brokers/<node>/metrics/delivery/dropped`, nodes listed in `$SYS/brokers`;
- VerneMQ: `$SYS/<node>/queue/message/drop`;
- NanoMQ, RabbitMQ, aedes, amqtt, ActiveMQ, ejabberd: nothing.

mosquitto publishes a value only when it changes, and from 1.6 to 2.0.15 forgets it after a
minute: a missing topic means unknown, never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from mqttui.payload.printable import printable

Lookup: TypeAlias = Callable[[bytes], bytes | None]
"""Gives the newest payload of a topic, None when there is none."""

_VERSION_LIMIT = 80
_DIGITS_LIMIT = 20

_DROPPED_TOPICS = (
    b"$SYS/broker/publish/messages/dropped",
    b"$SYS/broker/messages/publish/dropped",
    b"$SYS/broker/messages/dropped",
)
_CLOCK_TOPICS = (b"$SYS/broker/uptime", b"$SYS/broker/time")
_PRODUCTS = (
    ("mosquitto", "mosquitto"),
    ("hivemq", "HiveMQ"),
    ("amqtt", "aMQTT"),
    ("hbmqtt", "HBMQTT"),
    ("emqx", "EMQX"),
    ("vernemq", "VerneMQ"),
)


@dataclass(frozen=True, slots=True)
class BrokerReport:
    """What `$SYS` tells; None is unknown.

    `dropped` is the broker's own count since it started, for all its clients. `dropped_since`
    is how much it grew since it was first seen, over restarts of the broker; when `is_at_least`
    it was growing before that, by an unknown number.
    """

    product: str | None = None
    version: str | None = None
    dropped: int | None = None
    dropped_since: int | None = None
    is_at_least: bool = False


class SysCounters:
    """Follows the counters of one broker; `read` may be called as often as one likes."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._since = 0
        self._is_at_least = False
        self._has_ticked = False

    def read(self, lookup: Lookup, names_below_sys: Iterable[str] = ()) -> BrokerReport:
        """Return what the broker says now.

        `names_below_sys` are the names of the levels right below `$SYS`; some products put the
        name of a node there.
        """
        nodes = _nodes(lookup, names_below_sys)
        dropped = _dropped(lookup, nodes)
        if dropped is not None:
            self._follow(dropped)
        elif any(lookup(topic) is not None for topic in _CLOCK_TOPICS):
            self._has_ticked = True
        product, version = _version(lookup, nodes)
        return BrokerReport(
            product=product,
            version=version,
            dropped=dropped,
            dropped_since=None if dropped is None else self._since,
            is_at_least=self._is_at_least and dropped is not None,
        )

    def _follow(self, dropped: int) -> None:
        if self._last is None:
            # The broker's clock was heard before the counter: it appears because it changed.
            self._is_at_least = self._has_ticked and dropped > 0
        elif dropped >= self._last:
            self._since += dropped - self._last
        else:
            self._since += dropped
        self._last = dropped


@dataclass(frozen=True, slots=True)
class _Nodes:
    emqx: tuple[bytes, ...]
    vernemq: tuple[bytes, ...]


def _nodes(lookup: Lookup, names_below_sys: Iterable[str]) -> _Nodes:
    listed = lookup(b"$SYS/brokers") or b""
    emqx = tuple(node.strip() for node in listed[:4096].split(b",") if node.strip())
    vernemq = tuple(
        name.encode("utf-8", "surrogateescape") for name in names_below_sys if "@" in name
    )
    return _Nodes(emqx, vernemq)


def _dropped(lookup: Lookup, nodes: _Nodes) -> int | None:
    for topic in _DROPPED_TOPICS:
        count = _count(lookup(topic))
        if count is not None:
            return count
    for topics in (
        [b"$SYS/brokers/%b/metrics/delivery/dropped" % node for node in nodes.emqx],
        [b"$SYS/%b/queue/message/drop" % node for node in nodes.vernemq],
    ):
        counts = [_count(lookup(topic)) for topic in topics]
        known = [count for count in counts if count is not None]
        # A sum without one of the nodes would be too small.
        if known and len(known) == len(counts):
            return sum(known)
    return None


def _version(lookup: Lookup, nodes: _Nodes) -> tuple[str | None, str | None]:
    payload = lookup(b"$SYS/broker/version")
    if payload is not None:
        text = _text(payload)
        product = next((name for key, name in _PRODUCTS if key in text.lower()), None)
        number = next((word for word in text.split() if word[:1].isdigit()), None)
        return product, number or text or None
    for node in nodes.emqx:
        payload = lookup(b"$SYS/brokers/%b/version" % node)
        if payload is not None:
            return "EMQX", _text(payload) or None
    if nodes.emqx:
        return "EMQX", None
    if any(node.lower().startswith(b"vernemq@") for node in nodes.vernemq):
        return "VerneMQ", None
    return None, None


def _text(payload: bytes) -> str:
    return printable(payload[:_VERSION_LIMIT].decode("utf-8", "backslashreplace").strip())


def _count(payload: bytes | None) -> int | None:
    """Return a payload that is a whole number, None for anything else."""
    if payload is None:
        return None
    digits = payload[: _DIGITS_LIMIT + 4].strip()
    if not digits.isdigit() or len(digits) > _DIGITS_LIMIT or not digits.isascii():
        return None
    return int(digits)
