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
MINUTE_S = 65.0
"""After a minute ages are shown in minutes, and do not change with every second."""

TOPICS = 200


def measure(_: Effort) -> Chapter:
    """Return the chapter about silence."""
    lines = []
    with broker(sys_interval_s=0) as place, tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, **folders(Path(home))}

        client_id = f"quiet-{time.monotonic_ns()}"
        with pseudo_terminal(program_command(place.port, client_id), environment) as window:
            place.wait_for_subscriber(client_id)
            window.read_for(SETTLE_S)
            empty = window.read_for(QUIET_S)
            lines.append(("connected, no topic", f"{QUIET_S:.0f} s", f"{empty:,}", ""))

        publish(place.port, Load(TOPICS, TOPICS, is_retained=True))
        client_id = f"quiet-{time.monotonic_ns()}"
        with pseudo_terminal(program_command(place.port, client_id), environment) as window:
            place.wait_for_subscriber(client_id)
            window.read_for(MINUTE_S)
            before_s = cpu_s(window.pid)
            retained = window.read_for(QUIET_S)
            share = (cpu_s(window.pid) - before_s) / QUIET_S
            lines.append(
                (
                    f"{TOPICS} retained topics on the screen, a minute old",
                    f"{QUIET_S:.0f} s",
                    f"{retained:,}",
                    f"{share:.1%} of a core",
                )
            )
            publish(place.port, Load(TOPICS, TOPICS))
            shown = window.read_for(SETTLE_S)
            lines.append((f"{TOPICS} messages arrive", f"{SETTLE_S:.0f} s", f"{shown:,}", ""))
            ages = window.read_for(QUIET_S)
            lines.append(("their ages and rates change", f"{QUIET_S:.0f} s", f"{ages:,}", ""))
    row = Row(
        "bytes written to the terminal while nothing visible changes",
        "0",
        f"{empty:,} without topics, {retained:,} with retained topics",
        empty == 0 and retained == 0,
    )
    return Chapter(
        "Silence",
        [row],
        [
            "The whole program in a pseudo terminal; the broker sends no `$SYS` values.",
            markdown_table(("state", "for", "bytes written", "CPU"), lines),
        ],
    )
