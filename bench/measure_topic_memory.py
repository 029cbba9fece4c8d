"""Memory per topic without history."""

from __future__ import annotations

import gc
import subprocess
import sys
from typing import TYPE_CHECKING

from bench import wire
from bench.processes import resident_bytes
from bench.report import Chapter, Row
from mqttui.core.message import Batch, RawMessage
from mqttui.core.store import TopicStore

if TYPE_CHECKING:
    from bench.effort import Effort

TOPICS = 100_000
TARGET_BYTES = 700
PAYLOAD_SIZE_BYTES = 50
SHAPES = {10: "ten to a board", 1: "one to a board"}


def measure(_: Effort) -> Chapter:
    """Return the chapter about memory per topic."""
    rows = [row_for(per_board, shape) for per_board, shape in SHAPES.items()]
    text = (
        "Growth of the resident memory of a fresh process that applies one message with a payload"
        f" of {PAYLOAD_SIZE_BYTES} bytes to each of {TOPICS:,} topics, divided by the number of"
        " topics: names, payloads, nodes of topics and of branches. Rooms hold 100 boards; what"
        " differs is whether the topics of a board share its branch."
    )
    return Chapter("Memory per topic", rows, [text])


def row_for(per_board: int, shape: str) -> Row:
    """Return the row for one shape of tree, measured in a process of its own."""
    command = [sys.executable, "-m", "bench.measure_topic_memory", str(per_board)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    per_topic = float(done.stdout)
    return Row(
        f"memory per topic without history, {TOPICS:,} topics of 5 levels, {shape}",
        f"< {TARGET_BYTES} bytes",
        f"{per_topic:.0f} bytes",
        per_topic < TARGET_BYTES,
    )


def messages(first: int, count: int, per_board: int) -> list[RawMessage]:
    """Return one message for each of `count` topics, as fresh byte strings."""
    return [
        (
            wire.topic_name(index // per_board).encode() + b"%d" % (index % per_board),
            wire.reading(index, PAYLOAD_SIZE_BYTES),
            0,
            None,
        )
        for index in range(first, first + count)
    ]


def main() -> None:
    """Print bytes per topic; runs in a process of its own."""
    per_board = int(sys.argv[1])
    store = TopicStore()
    messages(0, 100, per_board)
    gc.collect()
    before = resident_bytes()
    for first in range(0, TOPICS, 1_000):
        store.apply(Batch(0.0, messages(first, 1_000, per_board), 0))
        store.settle(0.0)
    gc.collect()
    assert store.topics == TOPICS
    print((resident_bytes() - before) / TOPICS)


if __name__ == "__main__":
    main()
