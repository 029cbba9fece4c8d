"""Searching the payloads of many topics: keys meanwhile, compared with an idle program."""

from __future__ import annotations

import os
import signal
import time
from statistics import median
from typing import TYPE_CHECKING

from bench.brokers import broker
from bench.keys import CALM_S, KeySamples, with_topics
from bench.measure_screen import MANY_TOPICS
from bench.report import Chapter
from bench.samples import wait_for

if TYPE_CHECKING:
    from bench.effort import Effort


def measure(effort: Effort) -> Chapter:
    """Return the chapter about searching."""
    samples = KeySamples()
    searches: list[float] = []
    with broker(sys_interval_s=0) as place:
        for _ in range(effort.repeats):
            with with_topics(place, MANY_TOPICS, has_keys=True) as program:
                idle = wait_for(effort.load_s)
                os.kill(program.window.pid, signal.SIGUSR1)
                searching = wait_for(effort.load_s)
                time.sleep(CALM_S / 2)
                program.quit()
            samples.add(program, idle, searching)
            searches += program.values("searches", searching)
    row = samples.row(
        f"key to painted p99 while the payloads of {MANY_TOPICS:,} topics are searched",
        is_valid=bool(searches),
    )
    text = (
        f"**Searching.** The same program with {MANY_TOPICS:,} topics, every branch open: idle, and"
        " while it searches all payloads without a pause, in turn for a text, fuzzily, for a"
        " regular expression, and for a text that many payloads have. Keys are pressed as above."
        f" {len(searches):,} searches were finished, in the median in {median(searches):.2f} s."
        f" Keys without effect: {samples.without_effect}."
    )
    return Chapter("Searching", [row], [text, samples.table("searching")])
