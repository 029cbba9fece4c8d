"""The report of a screen probe, cut to the time of a load."""

from __future__ import annotations

import json
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.program import closing_line, running_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.brokers import Broker
    from bench.terminal import Terminal


@dataclass(frozen=True, slots=True)
class Span:
    """A time in monotonic seconds."""

    began: float
    ended: float


@dataclass(slots=True)
class ProbedProgram:
    """The whole program with a probe in it, running in a terminal.

    `samples` and `received` are there after the program has ended.
    """

    window: Terminal
    report: Path
    samples: dict[str, list[float]]
    received: int = 0

    def values(self, name: str, span: Span) -> list[float]:
        """Return the samples called `name` that were taken within `span`."""
        flat = self.samples[name]
        return [
            value
            for at, value in zip(flat[::2], flat[1::2], strict=True)
            if span.began <= at <= span.ended
        ]

    def quit(self) -> None:
        """End the program and read what the probe noted."""
        _, self.received, _ = closing_line(self.window.quit())
        self.samples = json.loads(self.report.read_text())


@contextmanager
def probed_program(place: Broker, *, has_keys: bool = False) -> Iterator[ProbedProgram]:
    """The whole program with a probe in it."""
    with tempfile.TemporaryDirectory(prefix="mqttui-bench-probe-") as name:
        report = Path(name) / "report.json"
        launcher = ("-m", "bench.screen_probe", str(report), "keys" if has_keys else "no-keys")
        with running_program(place, launcher=launcher) as window:
            yield ProbedProgram(window, report, {})


def wait_for(duration_s: float) -> Span:
    """Let `duration_s` pass and return when that was."""
    began = time.monotonic()
    time.sleep(duration_s)
    return Span(began, time.monotonic())
