"""From the key to the paint: keys of a busy program against those of the same one while idle."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.brokers import broker
from bench.publisher import Load, publish, publisher
from bench.report import Row, markdown_table, percentile
from bench.samples import ProbedProgram, Span, probed_program, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.brokers import Broker
    from bench.effort import Effort

CALM_S = 2.0
KEY_RATIO = 1.5


@dataclass(slots=True)
class KeySamples:
    """Milliseconds of an idle and of a busy program, of all repeats together.

    Keys are from the key to the paint, lateness is that of the event loop, work what its own
    thread did in one go. A key `without_effect` was never painted; `lost` messages did not arrive.
    """

    idle_keys: list[float] = field(default_factory=list)
    busy_keys: list[float] = field(default_factory=list)
    idle_late: list[float] = field(default_factory=list)
    busy_late: list[float] = field(default_factory=list)
    busy_work: list[float] = field(default_factory=list)
    without_effect: int = 0
    lost: int = 0

    def add(self, program: ProbedProgram, idle: Span, busy: Span) -> None:
        """Take in what a program noted that has ended."""
        self.idle_keys += milliseconds(program, "keys", idle)
        self.busy_keys += milliseconds(program, "keys", busy)
        self.idle_late += milliseconds(program, "lateness", idle)
        self.busy_late += milliseconds(program, "lateness", busy)
        self.busy_work += milliseconds(program, "own_work", busy)
        self.without_effect += len(program.values("keys_without_effect", busy))

    def row(self, what: str, *, is_valid: bool = True) -> Row:
        """Return the line of the table of targets; what is not valid has missed its target."""
        idle, busy = percentile(self.idle_keys, 99), percentile(self.busy_keys, 99)
        ratio = busy / idle
        return Row(
            what,
            f"< {KEY_RATIO} × idle",
            f"{ratio:.2f} × ({busy:.1f} against {idle:.1f} ms)",
            ratio < KEY_RATIO and not self.without_effect and is_valid,
        )

    def table(self, busy: str, *, has_work: bool = False) -> str:
        """Return the distributions; `busy` says what the program is busy with."""
        work = "work of the loop's own thread in one go"
        return distribution_table(
            ("key to painted, idle", self.idle_keys),
            (f"key to painted, {busy}", self.busy_keys),
            ("lateness, idle", self.idle_late),
            (f"lateness, {busy}", self.busy_late),
            *([(f"{work}, {busy}", self.busy_work)] if has_work else []),
        )


def keys_under_load(
    effort: Effort,
    loads: Sequence[Load],
    topics: int,
    *,
    has_numbers: bool = False,
    prepare: Callable[[ProbedProgram], None] = lambda program: None,
) -> KeySamples:
    """Return the keys of a program that knows `topics` topics, idle and under all `loads` at once.

    `prepare` is called between the two.
    """
    samples = KeySamples()
    with broker(sys_interval_s=0) as place:
        for _ in range(effort.repeats):
            with ExitStack() as stack:
                sources = [stack.enter_context(publisher(place.port, load)) for load in loads]
                program = stack.enter_context(
                    with_topics(place, topics, has_keys=True, has_numbers=has_numbers)
                )
                idle = wait_for(effort.load_s)
                prepare(program)
                began = time.monotonic()
                for source in sources:
                    source.go()
                for source in sources:
                    source.wait()
                busy = Span(began, time.monotonic())
                time.sleep(CALM_S / 2)
                program.quit()
            samples.add(program, idle, busy)
            samples.lost += sum(load.messages for load in loads) + topics - program.received
    return samples


@contextmanager
def with_topics(
    place: Broker, topics: int, *, has_keys: bool = False, has_numbers: bool = False
) -> Iterator[ProbedProgram]:
    """A probed program that knows `topics` topics and shows every branch open."""
    with probed_program(place, has_keys=has_keys) as program:
        publish(place.port, Load(topics, topics, has_numbers=has_numbers))
        time.sleep(CALM_S)
        program.window.keys("E")
        time.sleep(CALM_S)
        yield program


def milliseconds(program: ProbedProgram, name: str, span: Span) -> list[float]:
    """Return samples of a probe in milliseconds."""
    return [value * 1e3 for value in program.values(name, span)]


def distribution_table(*samples: tuple[str, Sequence[float]]) -> str:
    """Return a table with a line for each name and its milliseconds."""
    return markdown_table(
        ("", "samples", "p50 ms", "p90 ms", "p99 ms", "worst ms"),
        (
            [
                what,
                f"{len(values):,}",
                *(f"{percentile(values, percent):.2f}" for percent in (50, 90, 99)),
                f"{max(values):.2f}",
            ]
            for what, values in samples
        ),
    )
