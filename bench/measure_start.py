"""Time from the command to the first paint, against the least that Textual can do."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench.brokers import Broker, broker
from bench.minimal_app import GREETING
from bench.program import folders, program_command
from bench.pseudo_terminal import pseudo_terminal
from bench.publisher import Load, publish
from bench.report import Chapter, Row, markdown_table, spread

if TYPE_CHECKING:
    from bench.effort import Effort

TARGET = 1.3
FIRST_PAINT = "Topics"
FIRST_TOPIC = "1 topic"
REPEATS_PER_EFFORT = 5


@dataclass(frozen=True, slots=True)
class Start:
    """Milliseconds from the command to each event."""

    subscribed_ms: float
    painted_ms: float
    message_ms: float


def environment(home: Path) -> dict[str, str]:
    """Return an environment in which compiled modules are kept, as in any installation."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **folders(home)}


def start_minimal(home: Path) -> float:
    """Return the milliseconds until the minimal app is painted."""
    command = [sys.executable, "-m", "bench.minimal_app"]
    with pseudo_terminal(command, environment(home)) as window:
        return window.read_until(GREETING.encode()) * 1e3


def start_program(place: Broker, home: Path) -> Start:
    """Return when the whole program was subscribed, painted and showed the first topic."""
    client_id = f"start-{time.monotonic_ns()}"
    with pseudo_terminal(program_command(place.port, client_id), environment(home)) as window:
        painted = subscribed = message = 0.0
        needle = f"{client_id} ".encode()
        with place.log_file.open("rb") as log:
            seen = b""
            deadline = time.perf_counter() + 30
            while not (painted and subscribed and message):
                window.read_for(0.001)
                now = time.perf_counter()
                if now > deadline:
                    tail = bytes(window.output[-2000:])
                    raise TimeoutError(f"the program did not start; it wrote {tail!r}")
                elapsed = now - window.started_at
                if not subscribed:
                    seen += log.read()
                    subscribed = elapsed if needle in seen else 0.0
                if not painted and FIRST_PAINT.encode() in window.output:
                    painted = elapsed
                if not message and FIRST_TOPIC.encode() in window.output:
                    message = elapsed
    return Start(subscribed * 1e3, painted * 1e3, message * 1e3)


def measure(effort: Effort) -> Chapter:
    """Return the chapter about starting."""
    minimal: list[float] = []
    starts: list[Start] = []
    with broker(sys_interval_s=0) as place, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        publish(place.port, Load(1, 1, is_retained=True))
        start_minimal(home)
        start_program(place, home)
        for _ in range(effort.repeats * REPEATS_PER_EFFORT):
            minimal.append(start_minimal(home))
            starts.append(start_program(place, home))
    painted = [start.painted_ms for start in starts]
    shown = [start.message_ms for start in starts]
    subscribed = [start.subscribed_ms for start in starts]
    paint_ratio = median(painted) / median(minimal)
    message_ratio = median(shown) / median(minimal)
    rows = [
        Row(
            "first paint against a minimal Textual app",
            f"< {TARGET} ×",
            f"{paint_ratio:.2f} × ({median(painted):.0f} against {median(minimal):.0f} ms)",
            paint_ratio < TARGET,
        ),
        Row(
            "first message shown against the first paint of a minimal Textual app",
            f"< {TARGET} ×",
            f"{message_ratio:.2f} × ({median(shown):.0f} against {median(minimal):.0f} ms)",
            message_ratio < TARGET,
        ),
        Row(
            "the connection is opened while the interface is still importing",
            "subscribed before the first paint",
            f"subscribed after {median(subscribed):.0f} ms, painted after {median(painted):.0f} ms",
            all(start.subscribed_ms < start.painted_ms for start in starts),
        ),
    ]
    table = markdown_table(
        ("from the command to", "ms"),
        (
            ("first paint of a minimal Textual app", spread(minimal, 0)),
            ("mqttui subscribed (the broker's log)", spread(subscribed, 0)),
            ("first paint of mqttui", spread(painted, 0)),
            ("first message shown by mqttui", spread(shown, 0)),
        ),
    )
    text = (
        f"Medians of {len(starts)} starts each, taking turns, in a pseudo terminal of 160×50, files"
        " in the cache of the system and modules compiled, as after the first start."
    )
    return Chapter("Start", rows, [text, table])
