"""The screen under load: frame time, punctuality of the event loop, keys, stalls."""

from __future__ import annotations

import time
from statistics import mean, median
from typing import TYPE_CHECKING

from bench.brokers import Broker, broker
from bench.keys import CALM_S, keys_under_load, milliseconds, with_topics
from bench.publisher import Load, publisher
from bench.report import Chapter, Row, markdown_table, percentile
from bench.samples import Span, probed_program, wait_for

if TYPE_CHECKING:
    from bench.effort import Effort

FEW_TOPICS, MANY_TOPICS = 1_000, 100_000
VISIBLE_TOPICS = 100
"""Topics at the top of the tree; what is on the screen is among them."""

FRAME_RATIO = 1.5
LATENESS_MS = 8.0
STALL_MS = 20.0
LOAD_RATE, LOAD_TOPICS = 50_000, 10_000


def measure(effort: Effort) -> Chapter:
    """Return the chapter about the screen."""
    parts = [frame_time(effort), punctuality(effort), stalls(effort)]
    rows = [row for part_rows, _ in parts for row in part_rows]
    return Chapter("The screen under load", rows, [text for _, texts in parts for text in texts])


def frames_with(place: Broker, topics: int, duration_s: float) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each frame, and of draining per slice, under the same load.

    The load is the same for any number of topics: each topic on the screen changes in every
    frame, and as many messages as that come in for topics anywhere.
    """
    all_over = Load(int(2_000 * duration_s), topics, rate=2_000)
    in_sight = Load(int(2_000 * duration_s), VISIBLE_TOPICS, rate=2_000)
    with (
        publisher(place.port, all_over) as first,
        publisher(place.port, in_sight) as second,
        with_topics(place, topics) as program,
    ):
        began = time.monotonic()
        first.go()
        second.go()
        first.wait()
        second.wait()
        span = Span(began + 1, time.monotonic())
        program.quit()
        return milliseconds(program, "frames", span), milliseconds(program, "slices", span)


def frame_time(effort: Effort) -> tuple[list[Row], list[str]]:
    """Compare frames with many topics to frames with few."""
    frames: dict[int, list[float]] = {FEW_TOPICS: [], MANY_TOPICS: []}
    slices: dict[int, list[float]] = {FEW_TOPICS: [], MANY_TOPICS: []}
    duration_s = effort.load_s / 2
    with broker(sys_interval_s=0) as place:
        for _ in range(effort.repeats):
            for topics in frames:
                drawn, drained = frames_with(place, topics, duration_s)
                frames[topics] += drawn
                slices[topics] += drained
    few, many = median(frames[FEW_TOPICS]), median(frames[MANY_TOPICS])
    ratio = many / few
    row = Row(
        f"frame time of the tree at {MANY_TOPICS:,} topics against {FEW_TOPICS:,}, under load",
        f"≤ {FRAME_RATIO} ×",
        f"{ratio:.2f} × ({many:.2f} against {few:.2f} ms)",
        ratio <= FRAME_RATIO,
    )
    table = markdown_table(
        ("topics", "frames", "median ms", "mean ms", "p99 ms", "mean ms of a drain slice"),
        (
            (
                f"{topics:,}",
                f"{len(frames[topics]):,}",
                f"{median(frames[topics]):.2f}",
                f"{mean(frames[topics]):.2f}",
                f"{percentile(frames[topics], 99):.2f}",
                f"{mean(slices[topics]):.3f}",
            )
            for topics in frames
        ),
    )
    text = (
        "**Frame time.** CPU of the interface's thread per frame without the slices in which"
        " messages are drained, every branch open, 160×50 in tmux. The load is the same for both:"
        f" {VISIBLE_TOPICS} topics at the top of the tree get 20 msg/s each, so that every row on"
        " the screen changes in every frame, and 2,000 msg/s go to all topics in turn."
    )
    return [row], [text, table]


def punctuality(effort: Effort) -> tuple[list[Row], list[str]]:
    """Compare the event loop and the keys under load to an idle program."""
    load = Load(int(LOAD_RATE * effort.load_s), LOAD_TOPICS, rate=LOAD_RATE)
    samples = keys_under_load(effort, [load], LOAD_TOPICS)
    idle, busy = percentile(samples.idle_late, 99), percentile(samples.busy_late, 99)
    rows = [
        Row(
            f"event-loop lateness p99 at {LOAD_RATE:,} msg/s over {LOAD_TOPICS:,} topics",
            f"< {LATENESS_MS:.0f} ms over idle",
            f"{busy - idle:+.2f} ms ({busy:.2f} against {idle:.2f} ms)",
            busy - idle < LATENESS_MS,
        ),
        samples.row("key to painted p99 in the same load"),
    ]
    text = (
        "**Punctuality.** The same program with the same topics, idle and under load. A task in"
        " the event loop sleeps 2 ms again and again and notes by how much it wakes late. A thread"
        " presses cursor keys at random times, as the terminal's input thread would, and notes when"
        " the first bytes are written to the terminal after the cursor has moved."
        f" Keys without effect: {samples.without_effect}; messages lost: {samples.lost:,}."
    )
    return rows, [text, samples.table("load", has_work=True)]


def stalls(effort: Effort) -> tuple[list[Row], list[str]]:
    """Find the longest time for which the event loop stood still at many topics."""
    lines = []
    worst = 0.0
    load = Load(int(20_000 * effort.load_s), MANY_TOPICS, rate=20_000)
    arrivals = Load(MANY_TOPICS, MANY_TOPICS)
    with broker(sys_interval_s=0) as place:
        for _ in range(effort.repeats):
            with (
                publisher(place.port, arrivals) as new_topics,
                publisher(place.port, load) as source,
                probed_program(place) as program,
            ):
                before = wait_for(CALM_S)
                new_topics.go()
                new_topics.wait()
                time.sleep(CALM_S)
                arriving = Span(before.ended, time.monotonic())
                program.window.keys("E")
                time.sleep(CALM_S)
                opening = Span(arriving.ended, time.monotonic())
                source.go()
                source.wait()
                time.sleep(CALM_S / 2)
                loaded = Span(opening.ended, time.monotonic())
                program.quit()
            spans = (before, arriving, opening, loaded)
            longest = [max(milliseconds(program, "lateness", span)) for span in spans]
            own = [max(milliseconds(program, "own_work", span)) for span in spans]
            worst = max(worst, *longest[1:])
            lines.append(
                [f"{late:.1f} ({work:.1f})" for late, work in zip(longest, own, strict=True)]
            )
    row = Row(
        f"worst event-loop stall at {MANY_TOPICS:,} topics, garbage collection included",
        f"< {STALL_MS:.0f} ms",
        f"{worst:.1f} ms",
        worst < STALL_MS,
    )
    table = markdown_table(
        (
            "idle, ms",
            f"{MANY_TOPICS:,} topics arrive at once, ms",
            "all branches are opened, ms",
            "20,000 msg/s over all of them, ms",
        ),
        lines,
    )
    text = (
        "**Stalls.** The worst lateness of the event loop, one line per run; in brackets the most"
        " that the loop's own thread worked in one go, which no other program on the machine"
        " can lengthen."
    )
    return [row], [text, table]
