"""What is known of a message and of its topic, as rows of short facts; no widget, no state."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mqttui.core.message import DUP, RETAIN, qos_of
from mqttui.core.period import usual_interval_s
from mqttui.payload.printable import printable
from mqttui.payload.quantities import (
    ago_text,
    calm_age_s,
    count_text,
    duration_text,
    rate_text,
    size_text,
)
from mqttui.ui.glyphs import RETAINED, WARNING
from mqttui.ui.widgets.cells import cropped_cells, fitted_end, ruled

if TYPE_CHECKING:
    from mqttui.core.node import Entry, TopicNode
    from mqttui.payload.decoded import Decoded
    from mqttui.ui.widgets.cells import Cells


def counted(count: int, noun: str) -> str:
    """Return `1 message`, `1,207 messages`."""
    return f"{count_text(count)} {noun}" if count == 1 else f"{count_text(count)} {noun}s"


def topic_row(node: TopicNode, width: int) -> Cells:
    """Return the whole name of a topic or branch; of a long one the end, which tells it apart."""
    path = node.path
    # No character is narrower than half a cell, so more of a 64 kB name need not be looked at.
    shown = printable(path if len(path) <= 4 * width else path[-4 * width :])
    if node.topic is None:
        shown = f"{shown}/"
    return [(fitted_end(shown, width), "topic")]


def size_of(entry: Entry) -> int:
    """Return the size in bytes of the payload as it was published."""
    detail = entry[3]
    if detail is not None and detail.full_size_bytes is not None:
        return detail.full_size_bytes
    return len(entry[1])


def message_facts(node: TopicNode, entry: Entry, now: float) -> Cells:
    """Return the facts about `entry` of `node` in the order of their weight."""
    age, payload_flags = ago_text(calm_age_s(now - entry[0])), entry[2]
    if payload_flags & RETAIN:
        # It may have been sent long before.
        age = f"came {age}"
    cells: Cells = [
        (counted(node.messages, "message"), "fact"),
        (age, "fact"),
        (size_text(size_of(entry)), "fact"),
        (f"QoS {qos_of(payload_flags)}", "fact"),
    ]
    if payload_flags & RETAIN:
        cells.append((f"{RETAINED} retained", "retained"))
    elif node.is_retained:
        cells.append((f"{RETAINED} retained before", "retained"))
    if payload_flags & DUP:
        cells.append(("DUP", "warning"))
    interval_s = usual_interval_s(node.entries())
    if interval_s is not None:
        cells.append((f"every {duration_text(interval_s)}", "fact"))
    elif node.messages > 1 and not node.children:
        cells.append((rate_text(node.rate(now)), "fact"))
    if node.children:
        cells.append((counted(node.topics_below - 1, "topic") + " below", "dim"))
    if entry[3] is not None and entry[3].properties:
        cells.append((f"{size_text(len(entry[3].properties))} of properties", "dim"))
    return cells


def kind_row(
    decoded: Decoded,
    entry: Entry,
    frozen: tuple[int, int] | None,
    width: int,
    chosen_for: str | None = None,
) -> Cells:
    """Return what kind of value is shown, and first of all whether it is not the live one.

    `frozen` is (number of the shown message, number of the newest), None when the last is shown.
    `chosen_for` is the topic filter for which the decoder was chosen, None if nobody chose it.
    """
    cells: Cells = []
    if frozen is not None:
        number, newest = frozen
        text = f"message {count_text(number)} of {count_text(newest)}"
        cells = [(text, "cursor"), ("  esc: back to live  ", "dim")]
    cells.append((kind_text(decoded, chosen_for), "heading"))
    if (warning := cut_text(decoded, entry)) is not None:
        cells.append((f"  {WARNING} {warning}", "warning"))
    if decoded.error is not None:
        cells.append((f"  {WARNING} {decoded.error}", "warning"))
    return cropped_cells(cells, width)


def kind_text(decoded: Decoded, chosen_for: str | None) -> str:
    """Return what a value was read as, and who said so: `looks like CBOR`, `CBOR (chosen …)`."""
    if decoded.kind == "empty":
        return "empty: deletes a retained message"
    if chosen_for is None:
        return decoded.guess
    return f"{decoded.title} (chosen for {printable(chosen_for[:80])})"


def cut_text(decoded: Decoded, entry: Entry) -> str | None:
    """Return how much of a payload is shown, None if that is all of it."""
    if decoded.is_cut or size_of(entry) > decoded.total_bytes:
        return f"showing {size_text(decoded.shown_bytes)} of {size_text(size_of(entry))}"
    return "showing the beginning of the content" if decoded.is_content_cut else None


def notes_of(decoded: Decoded, entry: Entry) -> tuple[str, ...]:
    """Return sentences that stand below a value: what is wrong with it, what was left out."""
    notes: list[str] = []
    if decoded.error is not None:
        notes.append(f"{WARNING} {decoded.error}")
    notes += decoded.notes
    if decoded.is_cut:
        shown, total = size_text(decoded.shown_bytes), size_text(decoded.total_bytes)
        notes.append(f"{WARNING} showing {shown} of {total}")
    if size_of(entry) > len(entry[1]):
        kept, full = size_text(len(entry[1])), size_text(size_of(entry))
        notes.append(f"{WARNING} only the first {kept} of {full} were kept when it was received")
    return tuple(notes)


def history_heading(node: TopicNode, width: int) -> Cells:
    """Return the title of the list of last messages: how many are kept and how many are not."""
    cells: Cells = [("Messages", "heading")]
    cells.append((f"  {count_text(len(node.entries()))} kept", "dim"))
    if node.evicted:
        cells.append((f"  {count_text(node.evicted)} older evicted", "warning"))
    return ruled(cells, width)


def clock_text(seconds: float, now: float) -> str:
    """Return local time with milliseconds in 12 cells, or date and minute if not of today."""
    local = time.localtime(seconds)
    if local[:3] != time.localtime(now)[:3]:
        return time.strftime("%m-%d  %H:%M", local)
    return f"{time.strftime('%H:%M:%S', local)}.{int(seconds % 1 * 1000):03d}"
