"""A program in a real terminal: tmux, 160 columns by 50 lines, on a server of its own."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

WIDTH = 160
HEIGHT = 50


class Terminal:
    """A tmux window in which one program runs."""

    def __init__(self, command: Sequence[str]) -> None:
        # A socket of its own, in a folder that goes with it: tmux leaves its sockets behind.
        self._folder = tempfile.TemporaryDirectory(prefix="mqttui-bench-tmux-")
        self._socket = str(Path(self._folder.name) / "socket")
        size = ["-x", str(WIDTH), "-y", str(HEIGHT)]
        self._tmux("-f", "/dev/null", "new-session", "-d", *size, "sleep 600")
        self._tmux("set-option", "-g", "remain-on-exit", "on")
        self._tmux("set-option", "-g", "default-terminal", "tmux-256color")
        self._tmux("respawn-pane", "-k", f"exec {shlex.join(command)}")
        self.pid = int(self._tmux("display-message", "-p", "#{pane_pid}"))

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-S", self._socket, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def keys(self, *names: str) -> None:
        """Press keys, in tmux's names for them."""
        self._tmux("send-keys", *names)

    def screen(self) -> str:
        """Return what the terminal shows; long lines that it wrapped are whole."""
        return self._tmux("capture-pane", "-p", "-J", "-S", "-50")

    def has_ended(self) -> bool:
        """Return whether the program has exited."""
        return self._tmux("display-message", "-p", "#{pane_dead}").strip() == "1"

    def wait_for_text(self, text: str, timeout_s: float = 30) -> None:
        """Return when the terminal shows `text`."""
        self.wait_until(lambda: text in self.screen(), f"{text!r} on the screen", timeout_s)

    def quit(self, key: str = "q", timeout_s: float = 30) -> str:
        """Press `key`, wait until the program has ended, return what the terminal shows then."""
        self.keys(key)
        self.wait_until(self.has_ended, "the end of the program", timeout_s)
        return self.screen()

    def wait_until(self, is_reached: Callable[[], bool], what: str, timeout_s: float) -> None:
        """Return when `is_reached()`; raises TimeoutError with the screen when it never is."""
        deadline = time.monotonic() + timeout_s
        while not is_reached():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited in vain for {what}; the screen:\n{self.screen()}")
            time.sleep(0.05)

    def close(self) -> None:
        """End the program and its terminal."""
        self._tmux("kill-server")
        self._folder.cleanup()


@contextmanager
def terminal(command: Sequence[str]) -> Iterator[Terminal]:
    """A terminal with a program that are gone at the end."""
    window = Terminal(command)
    try:
        yield window
    finally:
        window.close()
