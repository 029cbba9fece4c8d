"""The rows of the broker screen: figures, load averages and alarms, as text."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.broker.sys import metrics
from mqttui.broker.sys.derived import (
    average_payload_bytes,
    backlog,
    connects_per_s,
    dropped_share,
    fan_out,
)
from mqttui.broker.sys.metrics import Kind
from mqttui.payload.printable import printable
from mqttui.payload.quantities import UNKNOWN, age_text, count_text, rate_text, size_text
from mqttui.ui.glyphs import curve
from mqttui.ui.widgets.cells import Cells, fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mqttui.broker.sys.alarms import Alarm
    from mqttui.broker.sys.metrics import Metric
    from mqttui.broker.sys.snapshot import Snapshot
    from mqttui.broker.sys.watch import BrokerWatch

LABEL_CELLS = 26
NUMBER_CELLS = 11
CURVE_CELLS = 20
AGE_CELLS = 8
CURVE_FROM_WIDTH = LABEL_CELLS + 2 * NUMBER_CELLS + AGE_CELLS + 6

GROUPS: tuple[tuple[str, tuple[Metric, ...]], ...] = (
    (
        "Messages",
        (
            metrics.PUBLISH_IN,
            metrics.PUBLISH_OUT,
            metrics.PUBLISH_DROPPED,
            metrics.PUBLISH_UNROUTED,
            metrics.RETAINED,
            metrics.STORED,
            metrics.STORED_BYTES,
            metrics.INFLIGHT,
            metrics.QUEUED_PACKETS,
            metrics.QUEUED_BYTES,
        ),
    ),
    (
        "Clients",
        (
            metrics.CLIENTS_CONNECTED,
            metrics.CLIENTS_OFFLINE,
            metrics.CLIENTS_SESSIONS,
            metrics.CLIENTS_PEAK,
            metrics.CLIENTS_EXPIRED,
            metrics.CONNECTS,
            metrics.DISCONNECTS,
            metrics.SOCKETS_OPENED,
            metrics.SUBSCRIPTIONS,
            metrics.SHARED_SUBSCRIPTIONS,
            metrics.TOPICS,
            metrics.AUTH_FAILURES,
            metrics.ACL_DENIED,
        ),
    ),
    (
        "Network",
        (
            metrics.BYTES_IN,
            metrics.BYTES_OUT,
            metrics.PUBLISH_BYTES_IN,
            metrics.PUBLISH_BYTES_OUT,
            metrics.PACKETS_IN,
            metrics.PACKETS_OUT,
        ),
    ),
    (
        "Machine",
        (
            metrics.MEMORY,
            metrics.MEMORY_PEAK,
            metrics.CPU,
            metrics.CPU_PEAK,
            metrics.THREADS,
            metrics.UPTIME,
        ),
    ),
)
ALWAYS = frozenset(
    {
        metrics.PUBLISH_IN,
        metrics.PUBLISH_OUT,
        metrics.PUBLISH_DROPPED,
        metrics.RETAINED,
        metrics.CLIENTS_CONNECTED,
        metrics.SUBSCRIPTIONS,
        metrics.BYTES_IN,
        metrics.BYTES_OUT,
        metrics.UPTIME,
    }
)
"""What every broker could say: shown as unknown where it is missing."""

LOADS = (
    metrics.LOAD_PUBLISH_IN,
    metrics.LOAD_PUBLISH_OUT,
    metrics.LOAD_DROPPED,
    metrics.LOAD_BYTES_IN,
    metrics.LOAD_BYTES_OUT,
    metrics.LOAD_PACKETS_IN,
    metrics.LOAD_PACKETS_OUT,
    metrics.LOAD_CONNECTS,
    metrics.LOAD_SOCKETS,
)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A metric, or with a `group` the heading of those that follow; equal rows look the same."""

    metric: Metric | None
    label: str
    now: str = ""
    total: str = ""
    age: str = ""
    curve: str = ""
    is_alarming: bool = False


def figure_rows(watch: BrokerWatch, now: float) -> list[FigureRow]:
    """Return what is known, group by group, and what every broker could say but did not."""
    snapshot = watch.snapshot
    rows: list[FigureRow] = []
    for title, members in GROUPS:
        shown = [each for each in members if each in snapshot.readings or each in ALWAYS]
        rows.append(FigureRow(None, title))
        rows += [_figure_row(watch, metric, now) for metric in shown]
        if title == "Messages":
            rows += _derived_rows(watch)
    return rows


def _figure_row(watch: BrokerWatch, metric: Metric, now: float) -> FigureRow:
    snapshot = watch.snapshot
    reading = snapshot.readings.get(metric)
    is_counter = metric.kind is Kind.COUNTER
    rate = snapshot.rates.get(metric)
    if is_counter:
        current = rate_text(rate) if metric.unit != "B" else bytes_rate_text(rate)
        total = value_text(metric, None if reading is None else reading.value)
    else:
        current = value_text(metric, None if reading is None else reading.value)
        total = ""
    levels: list[float | None] = [value for _, value in watch.model.points(metric)]
    levels = levels[-CURVE_CELLS:]
    return FigureRow(
        metric,
        metric.label,
        current,
        total,
        f"{age_text(now - reading.seen_at)} old" if reading and reading.is_stale else "",
        curve(levels, from_zero=is_counter) if len(levels) > 1 else "",
        is_alarming=metric is metrics.PUBLISH_DROPPED and bool(rate),
    )


def _derived_rows(watch: BrokerWatch) -> list[FigureRow]:
    """Return what follows from the figures, where all that it takes is known."""
    snapshot = watch.snapshot
    rows = []
    waiting = backlog(snapshot)
    if waiting is not None:
        rows.append(FigureRow(None, "waiting for clients", count_text(round(waiting))))
    payload_bytes = average_payload_bytes(snapshot)
    if payload_bytes is not None:
        rows.append(FigureRow(None, "payload on average", size_text(round(payload_bytes))))
    if watch.own_per_s is not None:
        copies = fan_out(snapshot, watch.own_per_s)
        if copies is not None:
            rows.append(FigureRow(None, "subscribers per message", f"{copies:.1f}", "without us"))
    return [FigureRow(row.metric, "  " + row.label, row.now, row.total) for row in rows]


def figure_cells(row: FigureRow, width: int) -> Cells:
    """Return a row of figures: label, now, in all, how it went."""
    if row.metric is None and not row.now:
        return [(row.label, "heading")]
    has_curve = width >= CURVE_FROM_WIDTH
    cells: Cells = [
        (fitted("  " + row.label.strip(), LABEL_CELLS).ljust(LABEL_CELLS), "fact"),
        (
            row.now.rjust(NUMBER_CELLS),
            "warning" if row.is_alarming else "dim" if row.now == UNKNOWN or row.age else "value",
        ),
        (row.total.rjust(NUMBER_CELLS), "dim"),
    ]
    if row.age or has_curve:
        cells.append((" " + row.age.ljust(AGE_CELLS), "warning"))
    if has_curve:
        cells.append((" " + row.curve[-(width - CURVE_FROM_WIDTH + 4) :], "number"))
    return cells


def load_rows(snapshot: Snapshot) -> list[Cells]:
    """Return the broker's own averages per second, as a table over 1, 5 and 15 minutes."""
    said = {load for load, _ in snapshot.averages}
    known = [load for load in LOADS if load in said]
    if not known:
        return [[("This broker says no averages of its own.", "dim")]]
    head = "per second".ljust(LABEL_CELLS) + "".join(
        f"{minutes} min".rjust(NUMBER_CELLS) for minutes in _WINDOWS
    )
    rows: list[Cells] = [[(head, "dim")]]
    for load in known:
        cells: Cells = [(load.label.ljust(LABEL_CELLS), "fact")]
        for minutes in _WINDOWS:
            average = snapshot.average_per_s(load, minutes)
            text = bytes_rate_text(average) if load.unit == "B" else rate_text(average)
            cells.append((text.rjust(NUMBER_CELLS), "value"))
        rows.append(cells)
    rows += [
        [],
        [("The broker smooths them: a minute after a change the first column", "dim")],
        [("has gone two thirds of the way. What is now stands in the figures.", "dim")],
    ]
    return rows


_WINDOWS = (1, 5, 15)


def alarm_cells(alarm: Alarm, width: int, now: float) -> Cells:
    """Return an alarm as a row: since when, how bad, the sentence."""
    at = time.strftime("%H:%M:%S", time.localtime(alarm.raised_at))
    if alarm.cleared_at is None:
        word, role = ("CRITICAL", "warning") if alarm.is_critical else ("warning", "warning")
        if alarm.is_acknowledged:
            role = "fact"
    else:
        word, role = f"for {age_text(alarm.cleared_at - alarm.raised_at)}", "dim"
    head = f"{at}  {word:<9}"
    return [
        (head, role),
        (fitted(printable(alarm.sentence), max(0, width - len(head))), role),
    ]


def head_cells(watch: BrokerWatch, now: float) -> Cells:
    """Return who the broker is, how long it runs, and when it was heard last."""
    snapshot = watch.snapshot
    if snapshot.product is None:
        return []
    cells: Cells = [
        (printable(" ".join(filter(None, (snapshot.product, snapshot.version)))), "heading")
    ]
    uptime_s = snapshot.value(metrics.UPTIME)
    if uptime_s is not None:
        cells.append((f"up {age_text(uptime_s)}", "fact"))
    age_s = snapshot.tick_age_s(now)
    if age_s is not None:
        is_silent = age_s > watch.model.stale_after_s()
        every = "" if snapshot.interval_s is None else f", every {snapshot.interval_s:.0f} s"
        # Seconds would count up and down again all the time.
        heard = f"silent for {age_text(age_s)}" if is_silent else "heard"
        cells.append((heard + every, "warning" if is_silent else "fact"))
    share = dropped_share(snapshot)
    if share is not None:
        dropped = f"{100 * share:.1f} % dropped" if share else "nothing dropped"
        cells.append((dropped, "warning" if share else "fact"))
    connects = connects_per_s(snapshot)
    if connects is not None:
        cells.append((f"{rate_text(connects)} connects", "fact"))
    return cells


def value_text(metric: Metric, value: float | None) -> str:
    """Return a value with its unit; unknown is `-`."""
    if value is None:
        return UNKNOWN
    if metric.unit == "B":
        return size_text(round(value))
    if metric.unit == "s":
        return age_text(value)
    if metric.unit == "%":
        return f"{value:.1f} %"
    return count_text(round(value))


def bytes_rate_text(per_s: float | None) -> str:
    """Return a rate of bytes."""
    return UNKNOWN if per_s is None else f"{size_text(round(per_s))}/s"


def why_unknown(watch: BrokerWatch, metric: Metric) -> str | None:
    """Return why a metric is unknown or old, in a sentence; None for one that is known."""
    snapshot = watch.snapshot
    reading = snapshot.readings.get(metric)
    adapter = watch.model.adapter
    if adapter is None or (reading is not None and not reading.is_stale):
        return None
    if not any(source.metric is metric for source in adapter.sources.values()):
        return f"{adapter.product} does not say it."
    if adapter.reports_changes_only:
        sentence = (
            "It has not changed since before you connected: mosquitto before 2.0.16 forgets what "
            "does not change for a minute."
        )
        return sentence if reading is None else f"{sentence} Shown is what was seen last."
    return "The broker has not said it yet." if reading is None else "It is not repeated any more."


def silence_rows(problem: str | None, *, is_subscribed: bool) -> list[str]:
    """Return what to say while nothing is known of the broker; `problem` is a refusal."""
    if problem is not None:
        return [
            f"The broker refuses its $SYS topics: {problem}",
            "With mosquitto's acl_file the user needs the line: topic read $SYS/#",
        ]
    if not is_subscribed:
        return ["Nothing is subscribed below $SYS. Press S to subscribe to $SYS/# at QoS 0."]
    return [
        "The broker has granted $SYS/# and said nothing so far.",
        "Most brokers report every 10 to 60 s. RabbitMQ, ejabberd and ActiveMQ never do, HiveMQ "
        "only with an extension.",
        "A mosquitto with an acl_file grants and stays silent unless the user has the line: "
        "topic read $SYS/#",
    ]


def points_within(
    points: Sequence[tuple[float, float]], now: float, window_s: float | None
) -> list[tuple[float, float]]:
    """Return the points of the last `window_s`, all without one."""
    if window_s is None:
        return list(points)
    return [point for point in points if point[0] >= now - window_s]
