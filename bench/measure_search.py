"""Searching the payloads of many topics: keys meanwhile, compared with an idle program."""

from __future__ import annotations

import os
import signal
import time
from statistics import median
from typing import TYPE_CHECKING

from bench.brokers import broker
from bench.measure_screen import (
    CALM_S,
    KEY_RATIO,
    MANY_TOPICS,
    distribution,
    milliseconds,
    with_topics,
)
from bench.report import Chapter, Row, markdown_table, percentile
from bench.samples import wait_for

if TYPE_CHECKING:
    from bench.effort import Effort


def measure(effort: Effort) -> Chapter:
    """Return the chapter about searching."""
    idle_keys: list[float] = []
    search_keys: list[float] = []
    idle_late: list[float] = []
    search_late: list[float] = []
    searches: list[float] = []
    without_effect = 0
    with broker(sys_interval_s=0) as place:
        for _ in range(effort.repeats):
            with with_topics(place, MANY_TOPICS, has_keys=True) as program:
                idle = wait_for(effort.load_s)
                os.kill(program.window.pid, signal.SIGUSR1)
                searching = wait_for(effort.load_s)
                time.sleep(CALM_S / 2)
                program.quit()
            idle_keys += milliseconds(program, "keys", idle)
            search_keys += milliseconds(program, "keys", searching)
            idle_late += milliseconds(program, "lateness", idle)
            search_late += milliseconds(program, "lateness", searching)
            searches += program.values("searches", searching)
            without_effect += len(program.values("keys_without_effect", searching))
    ratio = percentile(search_keys, 99) / percentile(idle_keys, 99)
    row = Row(
        f"key to painted p99 while the payloads of {MANY_TOPICS:,} topics are searched",
        f"< {KEY_RATIO} × idle",
        f"{ratio:.2f} × ({percentile(search_keys, 99):.1f} against "
        f"{percentile(idle_keys, 99):.1f} ms)",
        ratio < KEY_RATIO and not without_effect and bool(searches),
    )
    table = markdown_table(
        ("", "samples", "p50 ms", "p90 ms", "p99 ms", "worst ms"),
        (
            distribution("key to painted, idle", idle_keys),
            distribution("key to painted, searching", search_keys),
            distribution("lateness, idle", idle_late),
            distribution("lateness, searching", search_late),
        ),
    )
    text = (
        f"**Searching.** The same program with {MANY_TOPICS:,} topics, every branch open: idle, and"
        " while it searches all payloads without a pause, in turn for a text, fuzzily, for a"
        " regular expression, and for a text that many payloads have. Keys are pressed as above."
        f" {len(searches):,} searches were finished, in the median in {median(searches):.2f} s."
        f" Keys without effect: {without_effect}."
    )
    return Chapter("Searching", [row], [text, table])
