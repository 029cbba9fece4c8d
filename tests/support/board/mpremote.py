"""The real mpremote, run as a user runs it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.board.emulated_board import EmulatedBoard


def mpremote(board: EmulatedBoard, *words: str) -> str:
    """Return what mpremote prints; AssertionError when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "mpremote", "connect", board.port, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr + board.log_text()
    return done.stdout.replace("\r", "")
