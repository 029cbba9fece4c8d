"""Adding up what a session counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.source import SourceCounters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mqttui.transport.inbox import InboxCounters
    from mqttui.transport.wire import WireState

_MALFORMED = "malformed packet"


def source_counters(
    inbox: InboxCounters, wires: Iterable[WireState], reconnects: int
) -> SourceCounters:
    """Return the counters of a session that has used the clients of `wires`."""
    dropped = dict(inbox.dropped)
    cut = cut_bytes = malformed = 0
    for wire in wires:
        cut += wire.cut
        cut_bytes += wire.cut_bytes
        malformed += wire.malformed
        for cause, count in wire.dropped.items():
            dropped[cause] = dropped.get(cause, 0) + count
    if malformed:
        dropped[_MALFORMED] = malformed
    return SourceCounters(
        received=inbox.received,
        received_bytes=inbox.received_bytes,
        waiting=inbox.waiting,
        cut=cut,
        cut_bytes=cut_bytes,
        reconnects=reconnects,
        dropped=dropped,
    )
