"""Bursts as fast as a mosquitto as it comes delivers; it drops for slow subscribers."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench import wire
from bench.brokers import DROPPED, Broker, broker
from bench.consumer import consumer, job_for
from bench.processes import cpu_s
from bench.program import broker_drops_in, closing_line, running_program
from bench.publisher import Load, publish
from bench.report import Chapter, Row, markdown_table

if TYPE_CHECKING:
    from bench.effort import Effort

BURST = Load(1_000_000, 100)
RETAINED = Load(100_000, 100_000, is_retained=True)
NEIGHBOUR_BURST = Load(300_000, 100)
QUIET_S = 2.0
BUSY_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Run:
    """What one consumer got of a burst, and what was dropped on the way by whom."""

    what: str
    expected: int
    received: int
    topics: int
    own_drops: int | None
    broker_drops: int | None
    seconds: float | None
    remark: str = ""

    @property
    def lost(self) -> int:
        """Messages that did not arrive."""
        return self.expected - self.received


def drops_since(place: Broker, before: int | None) -> int | None:
    """Return how many messages the broker dropped since `before`, None when it does not say."""
    now = place.dropped()
    return None if now is None or before is None else now - before


def live_without_screen(place: Broker) -> Run:
    """A live burst into the store."""
    before = place.dropped()
    with consumer(job_for(place, "tcp", BURST.messages)) as process:
        publish(place.port, BURST)
        got = process.wait()
    own = sum(got.dropped.values())
    drops = drops_since(place, before)
    return Run(
        "burst, without screen",
        BURST.messages,
        got.messages,
        got.topics,
        own,
        drops,
        got.wall_s,
    )


def live_with_screen(place: Broker) -> Run:
    """A live burst into the whole program, which also reads what the broker says it dropped."""
    before = place.dropped()
    with running_program(place, filters=("bench/#", DROPPED)) as window:
        time.sleep(QUIET_S / 2)
        began = time.perf_counter()
        publish(place.port, BURST)
        seconds = time.perf_counter() - began
        wait_until_quiet(window.pid)
        line, received, topics = closing_line(window.quit())
    drops = drops_since(place, before)
    # The broker's count comes once as a retained message, and again whenever it has grown.
    received -= topics - BURST.topics
    return Run("burst, whole program", BURST.messages, received, topics, None, drops, seconds, line)


def drops_of_the_broker(place: Broker) -> Row:
    """Compare what the program shows to what the broker dropped for a neighbour who never reads."""
    before = place.dropped()
    with (
        wire.connected_socket(place.port, "bench-never-reads") as neighbour,
        running_program(place, filters=("bench/#", DROPPED)) as window,
    ):
        neighbour.sendall(wire.subscribe_packet("bench/#"))
        time.sleep(QUIET_S)
        publish(place.port, NEIGHBOUR_BURST)
        drops = drops_since(place, before)
        wait_until_quiet(window.pid)
        line, _, _ = closing_line(window.quit())
    shown = broker_drops_in(line)
    return Row(
        "drops of the broker are shown beside our own",
        "what `$SYS` says",
        f"the broker says {drops}, mqttui shows {shown}",
        drops is not None and drops > 0 and shown == drops,
    )


def retained_without_screen(place: Broker) -> Run:
    """All retained messages at once into the store."""
    before = place.dropped()
    job = replace(job_for(place, "tcp", RETAINED.messages), is_live=False)
    with consumer(job) as process:
        got = process.wait()
    own = sum(got.dropped.values())
    drops = drops_since(place, before)
    return Run(
        "retained, without screen",
        RETAINED.messages,
        got.messages,
        got.topics,
        own,
        drops,
        got.wall_s,
    )


def retained_with_screen(place: Broker) -> Run:
    """All retained messages at once into the whole program."""
    before = place.dropped()
    with running_program(place) as window:
        wait_until_quiet(window.pid)
        line, received, topics = closing_line(window.quit())
    drops = drops_since(place, before)
    return Run(
        "retained, whole program", RETAINED.messages, received, topics, None, drops, None, line
    )


def wait_until_quiet(pid: int, timeout_s: float = 60) -> None:
    """Return when a process has worked little for `QUIET_S`; after `timeout_s` in any case."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        before_s = cpu_s(pid)
        time.sleep(QUIET_S)
        if cpu_s(pid) - before_s < QUIET_S * BUSY_SHARE:
            return


def row(what: str, runs: list[Run]) -> Row:
    """Return the row of the table of targets for `runs`."""
    lost = sum(run.lost for run in runs)
    return Row(
        what,
        "none lost",
        f"{lost:,} of {sum(run.expected for run in runs):,} lost",
        lost == 0,
    )


def measure(effort: Effort) -> Chapter:
    """Return the chapter about bursts."""
    live: list[Run] = []
    retained: list[Run] = []
    repeats = max(1, effort.repeats - 1)
    with broker() as place:
        for _ in range(repeats):
            live.append(live_without_screen(place))
            live.append(live_with_screen(place))
        shown_drops = drops_of_the_broker(place)
    with broker() as place:
        publish(place.port, RETAINED)
        for _ in range(repeats):
            retained.append(retained_without_screen(place))
            retained.append(retained_with_screen(place))
    rows = [
        row(f"a burst of {BURST.messages:,} from a mosquitto as it comes", live),
        row(f"{RETAINED.messages:,} retained topics on subscribe, the same broker", retained),
        shown_drops,
    ]
    table = markdown_table(
        ("run", "sent", "received", "topics", "dropped by mqttui", "dropped by the broker", "s"),
        (
            (
                run.what,
                f"{run.expected:,}",
                f"{run.received:,}",
                f"{run.topics:,}",
                "see below" if run.own_drops is None else f"{run.own_drops:,}",
                "unknown" if run.broker_drops is None else f"{run.broker_drops:,}",
                "" if run.seconds is None else f"{run.seconds:.2f}",
            )
            for run in [*live, *retained]
        ),
    )
    words = "\n".join(f"- `{run.remark}`" for run in [*live, *retained] if run.remark)
    return Chapter("Bursts", rows, [table, "The whole program's last words:", words])
