"""Memory of the whole program while it is flooded for minutes."""

from __future__ import annotations

import time
from statistics import mean
from typing import TYPE_CHECKING

from bench.brokers import broker
from bench.processes import resident_bytes
from bench.program import closing_line, running_program
from bench.publisher import Load, publisher
from bench.report import Chapter, Row, markdown_table

if TYPE_CHECKING:
    from bench.effort import Effort

MARGIN = 1.15
RATE = 20_000
TOPICS = 1_000
MB = 1_000_000
SAMPLE_S = 1.0


def measure(effort: Effort) -> Chapter:
    """Return the chapter about memory under a flood."""
    budget_bytes = effort.flood_budget_bytes
    load = Load(int(RATE * effort.flood_s), TOPICS, rate=RATE)
    samples: list[int] = []
    with (
        broker(sys_interval_s=0) as place,
        publisher(place.port, load) as source,
        running_program(place, history_budget_bytes=budget_bytes) as window,
    ):
        time.sleep(2)
        before = resident_bytes(window.pid)
        source.go()
        deadline = time.monotonic() + effort.flood_s
        while time.monotonic() < deadline:
            time.sleep(SAMPLE_S)
            samples.append(resident_bytes(window.pid) - before)
        source.wait()
        line, received, _ = closing_line(window.quit())
    peak = max(samples)
    tenth = max(1, len(samples) // 10)
    middle = samples[len(samples) // 2 : len(samples) // 2 + tenth]
    row = Row(
        f"memory after {effort.flood_s / 60:.1f} minutes of flooding,"
        f" history budget {budget_bytes / MB:.0f} MB",
        "≤ budget + 15 %",
        f"{peak / MB:.0f} MB, {peak / budget_bytes:.0%} of the budget",
        peak <= budget_bytes * MARGIN and received == load.messages,
    )
    table = markdown_table(
        ("", "MB"),
        (
            ("before the flood", f"{before / MB:.1f}"),
            ("most that the flood added", f"{peak / MB:.1f}"),
            ("added, half way", f"{mean(middle) / MB:.1f}"),
            ("added, at the end", f"{mean(samples[-tenth:]) / MB:.1f}"),
        ),
    )
    text = (
        f"Resident memory of the whole program in tmux, {RATE:,} msg/s of"
        f" {load.payload_size_bytes} bytes over {TOPICS:,} topics, above what it was when the"
        f" program was connected. Last words: `{line}`"
    )
    return Chapter("Memory under a flood", [row], [text, table])
