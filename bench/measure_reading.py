"""Reading messages: keys while a busy history is listed, and the first sight of a large message."""

from __future__ import annotations

import json
import os
import signal
import time
from statistics import median
from typing import TYPE_CHECKING

from paho.mqtt.publish import single

from bench.brokers import broker
from bench.keys import CALM_S, distribution_table, keys_under_load, milliseconds
from bench.publisher import Load
from bench.report import Chapter, Row, percentile
from bench.samples import probed_program, wait_for
from bench.screen_probe import LARGE_TOPIC, SELECTION_GAP_S, SELECTIONS, SMALL_TOPIC

if TYPE_CHECKING:
    from bench.effort import Effort
    from bench.samples import ProbedProgram

LOAD_RATE, LOAD_TOPICS = 20_000, 10_000
BUSY_RATE = 2_000
"""So much of the load is for the topic that is listed: all rows in sight change in every frame."""

LARGE_BYTES = 3_000_000
FRAME_MS = 100.0


def measure(effort: Effort) -> Chapter:
    """Return the chapter about reading messages."""
    parts = [history(effort), large_message(effort)]
    rows = [row for part_rows, _ in parts for row in part_rows]
    return Chapter("Reading messages", rows, [text for _, texts in parts for text in texts])


def history(effort: Effort) -> tuple[list[Row], list[str]]:
    """Compare keys while the busiest topics are listed to keys of an idle program."""

    def show_history(program: ProbedProgram) -> None:
        os.kill(program.window.pid, signal.SIGRTMIN)
        time.sleep(CALM_S)

    rest = LOAD_RATE - BUSY_RATE
    everywhere = Load(int(rest * effort.load_s), LOAD_TOPICS, rate=rest)
    busiest = Load(int(BUSY_RATE * effort.load_s), 1, rate=BUSY_RATE, connections=1)
    samples = keys_under_load(effort, [everywhere, busiest], LOAD_TOPICS, prepare=show_history)
    row = samples.row(
        f"key to painted p99 with the history of the busiest topic at {LOAD_RATE:,} msg/s"
    )
    text = (
        f"**History.** The same program with {LOAD_TOPICS:,} topics: idle with the value of a"
        " topic, and with the history of the busiest topic, from which the cursor goes to its"
        f" neighbour and back, while {LOAD_RATE:,} msg/s come in, {BUSY_RATE:,} of them for it."
        f" Keys without effect: {samples.without_effect}."
    )
    return [row], [text, samples.table("history and load")]


def large_message(effort: Effort) -> tuple[list[Row], list[str]]:
    """Compare the time from selecting a message to its paint: megabytes of JSON, and a line."""
    record = {"id": 0, "name": "sensor", "values": [1.5, 2.5, 3.5]}
    count = LARGE_BYTES // len(json.dumps(record)) + 1
    large = json.dumps([record] * count).encode()
    costs: dict[str, list[float]] = {"large_selections": [], "small_selections": []}
    late: list[float] = []
    with broker(sys_interval_s=0) as place:
        single(LARGE_TOPIC, large, qos=1, retain=True, port=place.port)
        single(SMALL_TOPIC, json.dumps(record), qos=1, retain=True, port=place.port)
        for _ in range(effort.repeats):
            with probed_program(place) as program:
                time.sleep(CALM_S)
                program.window.keys("E")
                time.sleep(CALM_S)
                os.kill(program.window.pid, signal.SIGRTMIN + 1)
                chosen = wait_for(2 * SELECTIONS * (SELECTION_GAP_S + FRAME_MS / 1e3))
                program.quit()
            for name, samples in costs.items():
                samples += milliseconds(program, name, chosen)
            late += milliseconds(program, "lateness", chosen)
    shown = costs["large_selections"]
    frames = percentile(shown, 99) / FRAME_MS
    rows = [
        Row(
            f"selecting {LARGE_BYTES / 1e6:.0f} MB of JSON to its paint, p99, in frames",
            "≤ 1 ×",
            f"{frames:.2f} × ({percentile(shown, 99):.1f} ms)",
            frames <= 1,
        )
    ]
    table = distribution_table(
        ("selected to painted, large", shown),
        ("selected to painted, small", costs["small_selections"]),
        ("lateness meanwhile", late),
    )
    text = (
        "**A large message.** From putting the cursor of the tree on the topic to the first bytes"
        f" that are written to the terminal with its value, a frame being {FRAME_MS:.0f} ms; the"
        f" large message costs {median(shown) / median(costs['small_selections']):.1f} × the small"
        " one in the median."
    )
    return rows, [text, table]
