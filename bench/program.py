"""How to start the whole program, and what its closing line says."""

from __future__ import annotations

import re
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.terminal import Terminal, terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.brokers import Broker

RECEIVED = re.compile(r"^([\d,]+) messages? on ([\d,]+) topics? in .*$", re.MULTILINE)
BROKER_DROPPED = re.compile(r"dropped by the broker: ([\d,]+)")


def connect_arguments(
    port: int, client_id: str, filters: Sequence[str] = ("bench/#",)
) -> list[str]:
    """Return the arguments that open the explorer on a broker of the benchmark."""
    place = ["connect", "127.0.0.1", "--port", str(port), "--client-id", client_id]
    return place + [word for each in filters for word in ("--subscribe", each)]


def program_command(port: int, client_id: str) -> list[str]:
    """Return the command line of the whole program."""
    return [sys.executable, "-m", "mqttui", *connect_arguments(port, client_id)]


@contextmanager
def running_program(
    place: Broker,
    *,
    launcher: Sequence[str] = ("-m", "mqttui"),
    history_budget_bytes: int | None = None,
    filters: Sequence[str] = ("bench/#",),
) -> Iterator[Terminal]:
    """The whole program in a terminal, subscribed, with folders of its own.

    `launcher` is what the interpreter gets in front of the program's own arguments.
    """
    client_id = f"program-{time.monotonic_ns()}"
    with tempfile.TemporaryDirectory(prefix="mqttui-bench-home-") as name:
        home = Path(name)
        if history_budget_bytes is not None:
            (home / "config").mkdir()
            preferences = home / "config" / "preferences.toml"
            preferences.write_text(f"history_budget = {history_budget_bytes}\n")
        environment = ["env", *(f"{key}={value}" for key, value in folders(home).items())]
        program = [sys.executable, *launcher, *connect_arguments(place.port, client_id, filters)]
        with terminal([*environment, *program]) as window:
            try:
                place.wait_for_subscriber(client_id)
            except TimeoutError as error:
                raise TimeoutError(f"{error}; the screen:\n{window.screen()}") from None
            yield window


def folders(home: Path) -> dict[str, str]:
    """Return the environment that keeps the program out of the user's own folders."""
    return {
        "HOME": str(home),
        "MQTTUI_CONFIG_DIR": str(home / "config"),
        "MQTTUI_STATE_DIR": str(home / "state"),
    }


def closing_line(screen: str) -> tuple[str, int, int]:
    """Return (closing line, messages, topics); raises ValueError when there is none."""
    found = RECEIVED.search(screen)
    if found is None:
        raise ValueError(f"no closing line on the screen:\n{screen}")
    messages, topics = (int(group.replace(",", "")) for group in found.groups())
    return found.group(0), messages, topics


def broker_drops_in(line: str) -> int | None:
    """Return what a closing line says that the broker dropped, None when it says unknown."""
    found = BROKER_DROPPED.search(line)
    return None if found is None else int(found.group(1).replace(",", ""))
