"""A trace as text that a person and a script can read; described in docs/log-and-trace.md.

Lines that begin with `#` tell about the file. Every other line is one entry, its fields separated
by tabs in the order of `COLUMNS`; a field that is not known or does not apply is `-`. No field
holds a tab, a line feed or any other control character.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from mqttui.payload.printable import printable, topic_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mqttui.core.trace import TraceEntry

FORMAT = "mqttui packet trace 1"
COLUMNS = (
    "time",
    "direction",
    "packet",
    "packet_id",
    "qos",
    "flags",
    "topic",
    "size_bytes",
    "count",
    "after_ms",
    "words",
)
UNKNOWN = "-"


def file_lines(
    entries: Iterable[TraceEntry], *, label: str, saved_at: float, remarks: Iterable[str] = ()
) -> Iterator[str]:
    """Yield the lines of a trace file, without line feeds.

    `saved_at` is in seconds since the epoch; `remarks` are sentences for its head.
    """
    yield f"# {FORMAT}"
    yield f"# broker {printable(label)}, saved {timestamp(saved_at)}"
    for remark in remarks:
        yield f"# {printable(remark)}"
    yield "# " + "\t".join(COLUMNS)
    for entry in entries:
        yield "\t".join(fields(entry))


def fields(entry: TraceEntry) -> list[str]:
    """Return the fields of an entry in the order of `COLUMNS`."""
    after_ms = None if entry.after_s is None else f"{entry.after_s * 1000:.3f}"
    flags = "+".join(flags_of(entry))
    values: tuple[object, ...] = (
        timestamp(entry.at),
        entry.direction.value,
        printable(entry.packet),
        entry.packet_id,
        entry.qos,
        flags or None,
        None if entry.topic is None else topic_text(entry.topic),
        entry.size_bytes,
        entry.count,
        after_ms,
        None if entry.words is None else printable(entry.words),
    )
    return [UNKNOWN if value is None else str(value) for value in values]


def flags_of(entry: TraceEntry) -> list[str]:
    """Return the flags of a PUBLISH that are set."""
    return [
        name for name, is_set in (("retain", entry.is_retained), ("dup", entry.is_dup)) if is_set
    ]


def timestamp(at: float) -> str:
    """Return a moment as ISO 8601 with microseconds and the local offset."""
    return datetime.fromtimestamp(at).astimezone().isoformat(timespec="microseconds")
