"""The terminal is lent to an editor and comes back, whatever the editor does."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.terminal_program import on_terminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.mosquitto import Mosquitto

EDITOR = """
import pathlib, sys
path = pathlib.Path(sys.argv[-1])
text = path.read_text()
if "first" in text:
    sys.exit(3)
path.write_text(text.replace("draught", "edited"))
"""


@pytest.mark.mosquitto
@pytest.mark.parametrize("editor", ["missing", "failing"])
def test_mqttui_goes_on_after_an_editor_that_fails(
    broker: Mosquitto, tmp_path: Path, editor: str
) -> None:
    """What went wrong is said on the screen, which is drawn again and takes keys."""
    program = tmp_path / "editor.py"
    program.write_text(EDITOR)
    command = f"{sys.executable} {program}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MQTTUI_")}
    environ = {
        **kept,
        "MQTTUI_CONFIG_DIR": str(tmp_path / "config"),
        "MQTTUI_STATE_DIR": str(tmp_path / "state"),
        "VISUAL": "/nonexistent/editor" if editor == "missing" else command,
    }
    connect = [sys.executable, "-m", "mqttui", "connect", f"{broker.host}:{broker.port}"]
    connect += ["--subscribe", "nothing/here"]
    with on_terminal(connect, environ) as terminal:
        terminal.wait_for("connected")
        terminal.type("p")
        terminal.wait_for("lab-1a2b3c/lamp/cmd")
        terminal.type("lab-1a2b3c/x\tfirst\x07")
        terminal.wait_for("cannot be started" if editor == "missing" else "ended with code 3")
        # A text without "first" is one that the failing editor edits.
        terminal.type("\x01\x0bdraught")
        terminal.wait_for("draught")
        if editor == "failing":
            terminal.type("\x07")
            terminal.wait_for("edited")
        terminal.type("\x11")
        assert terminal.wait_for_end() == 0
