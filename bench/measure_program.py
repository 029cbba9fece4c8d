"""The whole program in a real terminal at 50,000 messages per second."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from bench.brokers import Broker, broker
from bench.processes import cpu_s
from bench.program import closing_line, running_program
from bench.publisher import Load, publisher
from bench.reference import run_mosquitto_sub
from bench.report import Chapter, Row, markdown_table, spread

if TYPE_CHECKING:
    from bench.effort import Effort

RATE = 50_000
TOPICS = 100
TARGET = 0.7
SETTLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the program: CPU while the load lasted, and what it said it received."""

    cpu_s: float
    wall_s: float
    received: int
    line: str


def run_program(place: Broker, load: Load) -> Run:
    """Return what the whole program spent on `load` and how much of it it received."""
    with (
        publisher(place.port, load) as source,
        running_program(place) as window,
    ):
        time.sleep(SETTLE_S)
        before_s, began = cpu_s(window.pid), time.perf_counter()
        source.go()
        source.wait()
        time.sleep(SETTLE_S)
        spent_s, wall_s = cpu_s(window.pid) - before_s, time.perf_counter() - began
        line, received, _ = closing_line(window.quit())
    return Run(spent_s, wall_s, received, line)


def run_idle(place: Broker, duration_s: float) -> float:
    """Return the CPU seconds per second of the program while nothing arrives."""
    with running_program(place) as window:
        time.sleep(SETTLE_S)
        before_s = cpu_s(window.pid)
        time.sleep(duration_s)
        return (cpu_s(window.pid) - before_s) / duration_s


def measure(effort: Effort) -> Chapter:
    """Return the chapter about the whole program."""
    load = Load(int(RATE * effort.load_s), TOPICS, rate=RATE)
    runs: list[Run] = []
    reference_s: list[float] = []
    with broker(sys_interval_s=0) as place:
        for number in range(effort.repeats):
            if number % 2:
                runs.append(run_program(place, load))
                reference_s.append(run_mosquitto_sub(place, load).cpu_s)
            else:
                reference_s.append(run_mosquitto_sub(place, load).cpu_s)
                runs.append(run_program(place, load))
        idle = run_idle(place, 3)
    ratio = median(run.cpu_s for run in runs) / median(reference_s)
    lost = [load.messages - run.received for run in runs]
    rows = [
        Row(
            f"the whole program in tmux 160×50 at {RATE:,} msg/s: CPU",
            f"≤ {TARGET} × mosquitto_sub",
            f"{ratio:.2f} × ({median(run.cpu_s for run in runs):.2f} against "
            f"{median(reference_s):.2f} s)",
            ratio <= TARGET,
        ),
        Row(
            "the same: messages lost",
            "0",
            f"{sum(lost):,} of {load.messages * len(runs):,}",
            not any(lost),
        ),
    ]
    table = markdown_table(
        ("", "CPU s", "share of a core"),
        (
            ("mosquitto_sub", spread(reference_s), f"{median(reference_s) / effort.load_s:.0%}"),
            (
                "mqttui",
                spread([run.cpu_s for run in runs]),
                f"{median(run.cpu_s / run.wall_s for run in runs):.0%}",
            ),
            ("mqttui, nothing arrives", "", f"{idle:.1%}"),
        ),
    )
    return Chapter(
        "The whole program",
        rows,
        [
            f"{load.messages:,} messages of {load.payload_size_bytes} bytes on {TOPICS} topics at"
            f" {RATE:,} msg/s for {effort.load_s:.0f} s from a mosquitto as it comes; CPU of the"
            " process with all its threads, from the first message until a second after the last.",
            table,
            f"The program's last words: `{runs[-1].line}`",
        ],
    )
