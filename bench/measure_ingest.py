"""CPU per message from the wire into the store, against mosquitto_sub printing topics."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from bench.brokers import Broker, broker
from bench.consumer import Outcome, Way, consumer, job_for
from bench.publisher import Load, publisher
from bench.reference import Consumed, run_mosquitto_sub
from bench.report import Chapter, Row, markdown_table, spread

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.effort import Effort

TOPICS = 100
PAYLOAD_SIZE_BYTES = 50


@dataclass(frozen=True, slots=True)
class Case:
    """One comparison; `target` is the largest ratio, None for a figure without a target."""

    what: str
    way: Way
    load: Load
    target: float | None
    qos: int = 0
    is_reference_encrypted: bool = False


def load(messages: int, *, rate: int = 0, qos: int = 0) -> Load:
    """Return the load of all cases here: 50-byte payloads over 100 topics."""
    return Load(messages, TOPICS, rate=rate, qos=qos, payload_size_bytes=PAYLOAD_SIZE_BYTES)


CASES = (
    Case("QoS 0 over TCP, flat out", "tcp", load(300_000), 0.35),
    Case("QoS 0 over TCP, 50,000 msg/s", "tcp", load(200_000, rate=50_000), None),
    Case("QoS 0 over TCP, 5,000 msg/s", "tcp", load(20_000, rate=5_000), None),
    Case("QoS 1 subscription, flat out", "tcp", load(150_000, qos=1), 1.0, qos=1),
    Case("QoS 1 subscription, 10,000 msg/s", "tcp", load(50_000, rate=10_000, qos=1), None, qos=1),
    Case("QoS 0 over TLS, flat out", "tls", load(200_000), 1.0, is_reference_encrypted=True),
    Case("QoS 0 over WebSocket, flat out", "websocket", load(200_000), 1.0),
)


def run_mqttui(place: Broker, case: Case) -> Outcome:
    """Return what mqttui without its screen spent on the load of `case`."""
    job = job_for(place, case.way, case.load.messages, qos=case.qos)
    with publisher(place.port, case.load) as source, consumer(job) as process:
        source.go()
        source.wait()
        return process.wait()


def compare(place: Broker, case: Case, effort: Effort) -> tuple[Row | None, list[str]]:
    """Measure both, taking turns; return the row and the line of details."""
    references: list[Consumed] = []
    ours: list[Outcome] = []
    turns: list[Callable[[], None]] = [
        lambda: references.append(
            run_mosquitto_sub(
                place, case.load, qos=case.qos, is_encrypted=case.is_reference_encrypted
            )
        ),
        lambda: ours.append(run_mqttui(place, case)),
    ]
    for number in range(effort.repeats):
        for turn in turns if number % 2 == 0 else reversed(turns):
            turn()
    reference_us = [each.cpu_us_per_message for each in references]
    our_us = [each.cpu_us_per_message for each in ours]
    ratio = median(our_us) / median(reference_us)
    lost = sum(case.load.messages - each.messages for each in ours)
    details = [
        case.what,
        f"{case.load.messages:,}",
        spread(reference_us),
        spread(our_us),
        f"{ratio:.2f}",
        f"{median(case.load.messages / each.wall_s for each in references):,.0f}",
        f"{median(each.messages / each.wall_s for each in ours):,.0f}",
        f"{lost:,}",
    ]
    if case.target is None:
        return None, details
    measured = f"{ratio:.2f} × ({median(our_us):.2f} against {median(reference_us):.2f} µs)"
    if lost:
        measured += f", {lost:,} lost"
    row = Row(
        f"CPU per message, wire to store with history: {case.what}",
        f"≤ {case.target:.2f} × mosquitto_sub",
        measured,
        ratio <= case.target and not lost,
    )
    return row, details


def measure(effort: Effort) -> Chapter:
    """Return the chapter about taking messages in."""
    rows, lines = [], []
    with broker(is_unlimited=True) as place:
        for case in CASES:
            row, line = compare(place, case, effort)
            lines.append(line)
            if row is not None:
                rows.append(row)
    table = markdown_table(
        (
            "case",
            "messages",
            "mosquitto_sub µs/msg",
            "mqttui µs/msg",
            "ratio",
            "mosquitto_sub msg/s",
            "mqttui msg/s",
            "lost by mqttui",
        ),
        lines,
    )
    return Chapter(
        "From the wire to the store",
        rows,
        [
            f"{TOPICS} topics, payloads of {PAYLOAD_SIZE_BYTES} bytes, a mosquitto with unlimited"
            " queues. The reference is `mosquitto_sub -F %t > /dev/null` (CPU of the whole"
            " process); mqttui is its session, its frame loop and its store with history, without"
            " a screen (CPU of all threads from the subscription to the last message).",
            table,
            "This mosquitto_sub has no WebSocket transport: over WebSocket the reference is"
            " mosquitto_sub over plain TCP, which is harder to match.",
        ],
    )
