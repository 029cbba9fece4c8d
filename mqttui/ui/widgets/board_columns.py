"""The list of boards: its columns, the row of one, and how many there are of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from mqttui.devices.presence import Presence
from mqttui.payload.printable import printable
from mqttui.payload.quantities import (
    UNKNOWN,
    age_text,
    count_text,
    measured_text,
    rate_text,
)
from mqttui.ui.glyphs import (
    AT_LEAST,
    CONNECTED,
    DISCONNECTED,
    SILENT,
    WARNING,
)
from mqttui.ui.glyphs import UNKNOWN as UNKNOWN_MARK
from mqttui.ui.widgets.cells import fitted

if TYPE_CHECKING:
    from mqttui.devices.board import Board
    from mqttui.devices.selection import Counts
    from mqttui.ui.widgets.cells import Cells

STATE_CELLS = 11
VOLTS_CELLS = 9
VALUE_CELLS = 10
SIGNAL_CELLS = 9
RATE_CELLS = 8
AGE_CELLS = 7
LOST_CELLS = 7
FINDING_CELLS = 13
LEAST_NAME_CELLS = 14

MARKS = {
    Presence.ONLINE: (CONNECTED, "fact"),
    Presence.OFFLINE: (DISCONNECTED, "warning"),
    Presence.SLEEPING: (SILENT, "dim"),
    Presence.UNKNOWN: (UNKNOWN_MARK, "dim"),
}

NOTHING = """\
No board has said yet that it is there.

A board is listed when something is published on its topic …/status (online, offline, sleeping), \
…/info with a uid, or by the conventions of others: …/LWT, …/availability, …/$state, …/online. \
Our firmware does it by itself; with a subscription that leaves these topics out nothing comes \
(s shows the subscriptions).

I brings the firmware onto a board that is plugged in here, mqttui demo has a simulated class."""


def columns_of(width: int) -> list[tuple[str, int]]:
    """Return the columns that `width` cells have room for, with their widths, the name first."""
    columns = [("V", VOLTS_CELLS), ("I", VALUE_CELLS), ("P", VALUE_CELLS), ("last", AGE_CELLS)]
    room = width - STATE_CELLS - LEAST_NAME_CELLS - sum(cells for _, cells in columns)
    for name, cells, place in (
        ("stands out", FINDING_CELLS, 4),
        ("rate", RATE_CELLS, 3),
        ("lost", LOST_CELLS, -1),
        ("signal", SIGNAL_CELLS, 3),
    ):
        if room >= cells:
            room -= cells
            columns.insert(place if place >= 0 else len(columns) - 1, (name, cells))
    return [("board", LEAST_NAME_CELLS + max(0, room)), *columns]


def head_cells(width: int) -> Cells:
    """Return the titles of the columns."""
    (name, name_cells), *columns = columns_of(width)
    cells: Cells = [(" " + "state".ljust(STATE_CELLS) + name.ljust(name_cells), "dim")]
    for title, column_cells in columns:
        is_text = title == "stands out"
        shown = f"  {title}".ljust(column_cells) if is_text else title.rjust(column_cells)
        cells.append((shown, "dim"))
    return cells


def row_cells(board: Board, now: float, width: int) -> Cells:
    """Return the row of a board; equal rows look the same."""
    (_, name_cells), *columns = columns_of(width)
    mark, role = MARKS[board.presence]
    name = board_name(board, name_cells - 1)
    cells: Cells = [
        (f"{mark} {board.presence.value}".ljust(STATE_CELLS), role),
        (name + " " * (name_cells - cell_len(name)), "topic"),
    ]
    for title, column_cells in columns:
        text, text_role = _column(title, board, now)
        if title == "stands out":
            cells.append(("  " + fitted(text, column_cells - 2), text_role))
        else:
            cells.append((text.rjust(column_cells), text_role))
    return cells


def board_name(board: Board, width: int) -> str:
    """Return the topic of a board, or its last level where there is no room for all of it."""
    path = printable(board.path[-4 * width :])
    if len(board.path) <= 4 * width and cell_len(path) <= width:
        return path
    return fitted(printable(board.name[: 4 * width]), width)


def _column(title: str, board: Board, now: float) -> tuple[str, str]:
    last, info = board.last, board.info
    role = "value" if board.presence in (Presence.ONLINE, Presence.UNKNOWN) else "dim"
    match title:
        case "V":
            return values_of(board)[0], role
        case "I":
            return values_of(board)[1], role
        case "P":
            return values_of(board)[2], role
        case "signal":
            text = UNKNOWN if info.rssi_dbm is None else f"{info.rssi_dbm:.0f} dBm"
            return text, role
        case "rate":
            return rate_text(measured_rate(board)), role
        case "last":
            return age_text(None if last is None else now - last.received_at), role
        case "lost":
            lost = lost_samples(board)
            return count_text(lost), "warning" if lost else role
    return _finding_word(board)


def values_of(board: Board) -> tuple[str, str, str]:
    """Return voltage, current and power; what is more than can be shown is `≥`."""
    last = board.last
    if last is None:
        return UNKNOWN, UNKNOWN, UNKNOWN
    over = AT_LEAST if last.is_over_range else ""
    clip = AT_LEAST if last.is_clipped else ""
    return (
        over + measured_text(last.volts, "V"),
        clip + measured_text(last.amperes, "A"),
        (over or clip) + measured_text(last.power_w, "W"),
    )


def measured_rate(board: Board) -> float | None:
    """Return the samples per second that come, by the board's own clock."""
    interval_s = board.track.usual_interval_s
    return 1 / interval_s if interval_s else None


def lost_samples(board: Board) -> int | None:
    """Return how many samples are known to be lost, None while nothing is known."""
    dropped = board.info.dropped
    if dropped is None and board.last is None:
        return None
    return max(int(dropped or 0), board.track.missing)


def _finding_word(board: Board) -> tuple[str, str]:
    warnings = [finding for finding in board.findings if finding.is_warning]
    if warnings:
        more = f" +{len(warnings) - 1}" if len(warnings) > 1 else ""
        return f"{WARNING} {warnings[0].check.value}{more}", "warning"
    return (board.findings[0].check.value, "dim") if board.findings else ("", "dim")


def title_cells(counts: Counts, unlisted: int, problem: str | None) -> Cells:
    """Return how many boards are how; `problem` is what does not work now."""
    cells: Cells = [("Devices", "heading")]
    if counts.boards:
        parts = [
            f"{count_text(counts.by_presence[each])} {each.value}"
            for each in Presence
            if counts.by_presence[each]
        ]
        word = "board" if counts.boards == 1 else "boards"
        cells.append((f"   {count_text(counts.boards)} {word}: {', '.join(parts)}", "fact"))
        if counts.with_warnings:
            cells.append(
                (f"   {WARNING} {count_text(counts.with_warnings)} with warnings", "warning")
            )
    if unlisted:
        cells.append((f"   {count_text(unlisted)} more are not listed", "warning"))
    if problem:
        cells.append((f"   {problem}", "warning"))
    return cells
