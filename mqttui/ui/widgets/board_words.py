"""All that is written of one board: its state, values, losses, and what stands out."""

from __future__ import annotations

import textwrap
from datetime import datetime
from typing import TYPE_CHECKING

from mqttui.devices.presence import Presence
from mqttui.payload.printable import printable
from mqttui.payload.quantities import (
    UNKNOWN,
    age_text,
    ago_text,
    count_text,
    duration_text,
    measured_text,
    rate_text,
)
from mqttui.ui.glyphs import AT_LEAST, DONE, EMPTY, FAILED, FILLED, WARNING
from mqttui.ui.widgets.board_columns import MARKS, measured_rate, values_of
from mqttui.ui.widgets.cells import fitted, flowed

if TYPE_CHECKING:
    from mqttui.devices.board import Board
    from mqttui.devices.orders import Order
    from mqttui.ui.widgets.cells import Cells

GAUGE_CELLS = 12
LARGEST_SHUNT_RANGE_MV = 320.0
_LABEL_CELLS = 9
_J_PER_WH = 3600.0
_DAY_S = 86_400.0


def fact_rows(board: Board, now: float, width: int, *, is_presenting: bool) -> list[Cells]:
    """Return what is known of a board, in rows of `width` cells."""
    rows: list[Cells] = [
        *_presence_rows(board, now, width),
        [(fitted(printable(board.path[:400]), width), "topic")],
    ]
    rows += _value_rows(board, width)
    rows += _flowed_rows("Energy", _energy_facts(board), width)
    rows += _flowed_rows("Samples", _sample_facts(board, now), width)
    rows += _flowed_rows("Board", _board_facts(board, is_presenting=is_presenting), width)
    return rows


def _presence_rows(board: Board, now: float, width: int) -> list[Cells]:
    mark, role = MARKS[board.presence]
    facts: list[tuple[str, str]] = [(f"{mark} {board.presence.value}", role)]
    if board.presence is Presence.UNKNOWN:
        facts.append(("it has not said whether it is there", "dim"))
    elif board.since_at is None:
        facts.append(("since when is not known (retained)", "dim"))
    else:
        since = clock_text(board.since_at, now)
        facts.append((f"since {since} ({age_text(now - board.since_at)})", "dim"))
    if board.presence is Presence.SLEEPING and board.wakes_at is not None:
        facts.append((f"wakes at {clock_text(board.wakes_at, now)}", "dim"))
    return [row for row in flowed(facts, width, 3) if row]


def _value_rows(board: Board, width: int) -> list[Cells]:
    last, info = board.last, board.info
    volts, amperes, watts = values_of(board)
    shunt_ohm = info.shunt_ohm or None
    range_mv = info.shunt_range_mv or LARGEST_SHUNT_RANGE_MV
    range_a = None if shunt_ohm is None else range_mv / 1000 / shunt_ohm
    is_auto = info.shunt_range_mv == 0
    told = [
        ("Voltage", volts, last and last.volts, info.bus_range_v, "V", ""),
        ("Current", amperes, last and last.amperes, range_a, "A", ", automatic" * is_auto),
    ]
    rows = []
    for label, text, value, limit, unit, remark in told:
        cells: Cells = [(text.ljust(11), "number")]
        if limit:
            cells.append((_gauge(value, limit), "mark"))
            cells.append((f" of {measured_limit(limit, unit)}{remark}", "dim"))
        rows.append(_labelled(label, cells))
    rows.append(_labelled("Power", [(watts, "number")]))
    if last is not None and last.error is not None:
        rows.append(_labelled("", [(fitted(f"no value: {last.error}", width), "warning")]))
    return rows


def measured_limit(limit: float, unit: str) -> str:
    """Return the end of a range in few digits: `16 V`, `3.2 A`, `400 mA`."""
    return f"{limit * 1000:.3g} m{unit}" if limit < 1 else f"{limit:.3g} {unit}"


def _gauge(value: float | None, limit: float) -> str:
    """Return a bar of how much of a range is used."""
    share = 0.0 if value is None else min(1.0, abs(value) / limit)
    filled = round(GAUGE_CELLS * share)
    if share > 0:
        filled = max(1, filled)
    return FILLED * filled + EMPTY * (GAUGE_CELLS - filled)


def _energy_facts(board: Board) -> list[tuple[str, str]]:
    track = board.track
    if track.since_at is None:
        facts = [(UNKNOWN, "value"), ("it takes two samples with power", "dim")]
    else:
        mark = f"{AT_LEAST} " if track.is_at_least else ""
        watt_hours = measured_text(track.energy_j / _J_PER_WH, "Wh")
        facts = [
            (f"{mark}{watt_hours} ({measured_text(track.energy_j, 'J')})", "value"),
            (f"since {clock_text(track.since_at, None)}", "dim"),
            (f"over {duration_text(track.integrated_s)}", "dim"),
        ]
    if board.behind:
        facts.append((f"{count_text(board.behind)} samples still to be added", "dim"))
    if board.missed:
        facts.append((f"{count_text(board.missed)} were forgotten before", "warning"))
    return facts


def _sample_facts(board: Board, now: float) -> list[tuple[str, str]]:
    info, track, last = board.info, board.track, board.last
    facts = [("last " + ago_text(None if last is None else now - last.received_at), "value")]
    rate = f"{rate_text(measured_rate(board))} come"
    if info.rate_hz is not None:
        rate += f", {rate_text(info.rate_hz)} wanted"
    facts.append((rate, "value"))
    if info.averaging is not None:
        facts.append((f"averaging {info.averaging:g}", "value"))
    facts.append((f"counted {count_text(track.samples)}", "value"))
    facts.append(_loss(f"missing {count_text(track.missing)}", track.missing))
    buffered = UNKNOWN if info.waiting is None else f"{info.waiting:g}"
    of = f" of {info.buffer:g}" if info.buffer else ""
    facts.append((f"buffer {buffered}{of}", "value"))
    dropped = UNKNOWN if info.dropped is None else count_text(int(info.dropped))
    facts.append(_loss(f"dropped {dropped}", info.dropped or 0))
    for count, words in (
        (track.repeats, "sent twice"),
        (track.errors, "without a value"),
        (track.pauses, "pauses"),
        (track.restarts, "restarts"),
    ):
        if count:
            facts.append((f"{words} {count_text(count)}", "value"))
    return facts


def _loss(text: str, count: float) -> tuple[str, str]:
    return text, "warning" if count else "value"


def _board_facts(board: Board, *, is_presenting: bool) -> list[tuple[str, str]]:
    info = board.info
    # The uid of an ESP32 is its MAC address, of which the topic tells the end anyway.
    uid = f"…{info.uid[-6:]}" if info.uid and is_presenting else info.uid
    address = "hidden" if is_presenting and info.address else info.address
    shunt = f"{info.shunt_ohm:g} ohm" if info.shunt_ohm else None
    sensor = " ".join(part for part in (info.sensor, shunt) if part) or None
    told = (
        ("firmware", info.firmware),
        ("MicroPython", info.micropython),
        ("", info.chip),
        ("", sensor),
        ("uid", uid),
        ("address", address),
        ("sleeps for", duration_text(info.sleep_s) if info.sleep_s else None),
        ("signal", None if info.rssi_dbm is None else f"{info.rssi_dbm:.0f} dBm"),
    )
    facts = [(f"{name} {value}".strip(), "value") for name, value in told if value is not None]
    return facts or [("it has said nothing of itself (…/info)", "dim")]


def _labelled(label: str, cells: Cells) -> Cells:
    return [(label.ljust(_LABEL_CELLS), "dim"), *cells]


def _flowed_rows(label: str, facts: list[tuple[str, str]], width: int) -> list[Cells]:
    """Return facts one after the other, on as many rows as they take."""
    room = max(10, width - _LABEL_CELLS)
    rows = [row for row in flowed(facts, room, len(facts)) if row]
    return [_labelled(label if not number else "", row) for number, row in enumerate(rows)]


def clock_text(time: float, now: float | None) -> str:
    """Return a time of day, with the date where it is another day than `now`."""
    try:
        moment = datetime.fromtimestamp(time).astimezone()
    except (OverflowError, OSError, ValueError):
        return UNKNOWN
    is_near = now is None or abs(now - time) < _DAY_S
    return moment.strftime("%H:%M:%S" if is_near else "%d %b %H:%M")


def finding_rows(board: Board, width: int) -> list[Cells]:
    """Return what stands out of a board as sentences, broken into lines."""
    if not board.findings:
        if board.last is None:
            return []
        return [[(f"{DONE} ", "fact"), ("Nothing stands out.", "dim")]]
    rows: list[Cells] = []
    for finding in board.findings:
        mark, role = (WARNING, "warning") if finding.is_warning else ("i", "fact")
        lines = textwrap.wrap(finding.sentence, max(20, width - 2))
        for number, line in enumerate(lines):
            rows.append(
                [(f"{'' if number else mark} ".rjust(2), role), (fitted(line, width - 2), role)]
            )
    return rows


def order_rows(order: Order | None, width: int) -> list[Cells]:
    """Return what became of the last command, in two rows at most."""
    if order is None:
        return []
    reply = order.reply
    mark, role = (" ", "dim")
    if reply is not None:
        mark, role = (DONE, "fact") if reply.is_ok else (FAILED, "warning")
    lines = textwrap.wrap(f"{mark} {order.command.title}: {order.words}", max(20, width))
    if len(lines) > 2:
        lines[1:] = [" ".join(lines[1:])]
    return [[(fitted(line, width), role)] for line in lines]
