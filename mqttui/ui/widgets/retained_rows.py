"""How a message looks in the list of what is cleared or put back; no widget, no state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from mqttui.core.retained.pace import State
from mqttui.payload.printable import topic_text
from mqttui.payload.quantities import size_text
from mqttui.payload.registry import one_line
from mqttui.ui.glyphs import BETWEEN, DONE, FAILED, RIGHT
from mqttui.ui.widgets.cells import fitted, fitted_end

if TYPE_CHECKING:
    from mqttui.core.retained.fetching import RetainedMessage
    from mqttui.core.retained.jobs import LeftOut
    from mqttui.core.retained.work import RetainedWork
    from mqttui.ui.widgets.cells import Cells

TOPIC_SHARE = 0.45
SIZE_CELLS = 8
QOS_CELLS = 3
_CHARACTERS_PER_CELL = 4

_MARKS = {
    State.WAITING: BETWEEN,
    State.IN_FLIGHT: RIGHT,
    State.SENT: RIGHT,
    State.ACKNOWLEDGED: DONE,
    State.REFUSED: FAILED,
    State.UNKNOWN: "?",
}


def planned_cells(message: RetainedMessage, reason: LeftOut | None, width: int) -> Cells:
    """Return a message that will be hit, or why it is left alone."""
    if reason is None:
        return _cells("  ", message, None, width)
    return _cells("- ", message, reason.value, width)


def worked_cells(work: RetainedWork, place: int, width: int) -> Cells:
    """Return where the item at a place of a work stands."""
    message = work.items[place].message
    state = work.state(place)
    if work.is_carried_out(place):
        return _cells(f"{DONE} ", message, None, width)
    if state in (State.WAITING, State.IN_FLIGHT) or (
        state is State.SENT and not work.status.is_done
    ):
        return _cells(f"{_MARKS[state]} ", message, None, width)
    mark = "?" if state in (State.UNKNOWN, State.SENT) and not work.status.is_checked else FAILED
    return _cells(f"{mark} ", message, work.words(place), width)


def _cells(mark: str, message: RetainedMessage, words: str | None, width: int) -> Cells:
    """Return mark, topic, value or words, size and QoS in `width` cells."""
    room = max(4, int(width * TOPIC_SHARE))
    # A topic may have 64 kB; of a long one the end is shown, which tells it apart.
    topic = fitted_end(topic_text(message.topic[-_CHARACTERS_PER_CELL * room :]), room)
    value_cells = max(0, width - len(mark) - room - 2 - SIZE_CELLS - QOS_CELLS)
    if words is None:
        value, role = fitted(one_line(message.payload, value_cells), value_cells), "value"
    else:
        value, role = fitted(words, value_cells), "warning"
    full = message.full_size_bytes
    size = size_text(len(message.payload) if full is None else full)
    return [
        (mark, "warning" if words is not None else "mark"),
        (topic + " " * (room - cell_len(topic) + 2), "topic" if words is None else "fact"),
        (value + " " * (value_cells - cell_len(value)), role),
        (size.rjust(SIZE_CELLS), "dim"),
        (f"q{message.qos}".rjust(QOS_CELLS), "dim"),
    ]
