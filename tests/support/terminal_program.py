"""A program on a terminal of its own, driven with keys and read as it writes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
from typing import TYPE_CHECKING

from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# Control sequences, operating system commands, other strings, two-byte escapes (ECMA-48).
_ESCAPE = re.compile(
    rb"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[P_^][^\x1b]*\x1b\\|.)"
)

# Not a `preexec_fn`, which may deadlock where other threads run.
_TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(2, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class TerminalProgram:
    """The terminal is the controlling one, so that a password can be asked for on it.

    `piped` is what comes through standard input; without it that is the terminal too.
    """

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], piped: bytes | None = None
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))
        self._output = bytearray()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _TAKE_TERMINAL, *command],
            stdin=slave if piped is None else subprocess.PIPE,
            stdout=slave,
            stderr=slave,
            env={**environ, "TERM": "xterm-256color"},
            start_new_session=True,
        )
        os.close(slave)
        if piped is not None:
            assert self._process.stdin is not None
            self._process.stdin.write(piped)
            self._process.stdin.close()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def output(self) -> bytes:
        """Everything written so far."""
        return bytes(self._output)

    @property
    def text(self) -> str:
        """Everything written so far, without escape sequences."""
        return _ESCAPE.sub(b"", bytes(self._output)).decode("utf-8", "replace")

    def wait_for(self, text: str) -> None:
        """Wait until a text was written."""
        wait_until(lambda: text in self.text, lambda: f"{text!r} in:\n{self.text[-4000:]}", 30)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def wait_for_end(self) -> int:
        """Wait until the program has ended and its output was read; return its exit code."""
        wait_until(
            lambda: self._process.poll() is not None and not self._reader.is_alive(),
            lambda: f"the end of the program; it wrote:\n{self.text[-4000:]}",
            30,
        )
        assert self._process.returncode is not None
        return self._process.returncode

    def echoes(self) -> bool:
        """Whether the terminal shows what is typed."""
        return bool(termios.tcgetattr(self._master)[3] & termios.ECHO)

    def close(self) -> None:
        """End the program if it still runs, and close the terminal."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self._reader.join()
        os.close(self._master)

    def _read(self) -> None:
        # The master reports an error once nobody has the terminal open any more.
        with contextlib.suppress(OSError):
            while data := os.read(self._master, 65536):
                self._output += data


@contextlib.contextmanager
def on_terminal(
    command: Sequence[str], environ: Mapping[str, str], piped: bytes | None = None
) -> Iterator[TerminalProgram]:
    """Yield a program on a terminal; it is ended in any case."""
    program = TerminalProgram(command, environ, piped)
    try:
        yield program
    finally:
        program.close()
