"""Bytes written to the terminal while nothing visible changes."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.brokers import broker
from bench.processes import cpu_s
from bench.program import folders, program_command
from bench.pseudo_terminal import pseudo_terminal
from bench.publisher import Load, publish
from bench.report import Chapter, Row, markdown_table

if TYPE_CHECKING:
    from bench.effort import Effort

SETTLE_S = 3.0
QUIET_S = 20.0
TOPICS = 200


def measure(_: Effort) -> Chapter:
    """Return the chapter about silence."""
    lines = []
    with broker(sys_interval_s=0) as place, tempfile.TemporaryDirectory() as home:
        client_id = f"quiet-{time.monotonic_ns()}"
        environment = {**os.environ, **folders(Path(home))}
        with pseudo_terminal(program_command(place.port, client_id), environment) as window:
            place.wait_for_subscriber(client_id)
            window.read_for(SETTLE_S)
            empty = window.read_for(QUIET_S)
            lines.append(("connected, no topic", f"{QUIET_S:.0f} s", f"{empty:,}", ""))
            publish(place.port, Load(TOPICS, TOPICS))
            shown = window.read_for(SETTLE_S)
            lines.append((f"{TOPICS} topics arrive", f"{SETTLE_S:.0f} s", f"{shown:,}", ""))
            ages = window.read_for(60)
            lines.append(("ages and rates fade", "60 s", f"{ages:,}", ""))
            before_s = cpu_s(window.pid)
            still = window.read_for(QUIET_S)
            share = (cpu_s(window.pid) - before_s) / QUIET_S
            lines.append(("then", f"{QUIET_S:.0f} s", f"{still:,}", f"{share:.1%} of a core"))
    row = Row(
        "bytes written to the terminal while nothing visible changes",
        "0",
        f"{empty:,} without topics",
        empty == 0,
    )
    return Chapter(
        "Silence",
        [row],
        [
            "The whole program in a pseudo terminal; the broker sends no `$SYS` values.",
            markdown_table(("state", "for", "bytes written", "CPU"), lines),
        ],
    )
