"""Is a value really retained now? Compares the last value seen with what the broker says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from mqttui.payload.printable import printable
from mqttui.payload.quantities import duration_text, size_text
from mqttui.payload.registry import one_line

if TYPE_CHECKING:
    from mqttui.core.node import Entry
    from mqttui.core.retained.fetching import RetainedFetch

_SHOWN_CHARACTERS = 200


class Answer(Enum):
    """What the broker says of a topic."""

    SAME = "yes"
    NOTHING = "no"
    OTHER = "changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RetainedAnswer:
    """An answer in words: one sentence, and one line on how the values differ, or None."""

    answer: Answer
    sentence: str
    difference: str | None = None

    @property
    def is_retained(self) -> bool | None:
        """Whether the broker retains anything on the topic, None when that is not known."""
        return None if self.answer is Answer.UNKNOWN else self.answer is not Answer.NOTHING


def retained_answer(fetch: RetainedFetch, last: Entry | None) -> RetainedAnswer:
    """Return what a finished fetch of one topic says of its last message, None if none was seen.

    All text is printable.
    """
    status = fetch.status
    took = duration_text(status.took_s)
    if not status.is_complete:
        why = printable(status.problem or "The broker has not answered.")
        return RetainedAnswer(Answer.UNKNOWN, f"Not known after {took}. {why}")
    found = next(iter(fetch.messages), None)
    if found is None:
        return RetainedAnswer(
            Answer.NOTHING,
            f"No: the broker retains nothing here (asked anew, answered in {took}).",
        )
    if last is None:
        return RetainedAnswer(
            Answer.OTHER,
            f"Yes, though no message was seen: asked anew, answered in {took}.",
            f"retained {one_line(found.payload, _SHOWN_CHARACTERS)}",
        )
    seen = last[1]
    seen_size = last[3].full_size_bytes if last[3] is not None else None
    seen_size = len(seen) if seen_size is None else seen_size
    size = len(found.payload) if found.full_size_bytes is None else found.full_size_bytes
    # Of a payload that was cut only the head can be compared.
    common = min(len(seen), len(found.payload))
    is_cut = seen_size > len(seen) or size > len(found.payload)
    if size == seen_size and seen[:common] == found.payload[:common]:
        how = f", as far as its first {size_text(common)} tell" if is_cut else ""
        return RetainedAnswer(
            Answer.SAME,
            f"Yes: the broker retains this value{how} (asked anew, answered in {took}).",
        )
    return RetainedAnswer(
        Answer.OTHER,
        f"Changed: the broker retains another value than the last one seen (answered in {took}).",
        _difference(found.payload, seen, size, seen_size),
    )


def _difference(retained: bytes, seen: bytes, size: int, seen_size: int) -> str:
    """Return in one line how two different payloads differ."""
    common = min(len(retained), len(seen))
    at = next((at for at in range(common) if retained[at] != seen[at]), common)
    sizes = size_text(size)
    if size != seen_size:
        sizes += f", not {size_text(seen_size)}"
    shown = one_line(retained, _SHOWN_CHARACTERS)
    return f"differs from byte {at + 1:,}, {sizes}: retained {shown}"
