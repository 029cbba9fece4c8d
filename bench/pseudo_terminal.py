"""A pseudo terminal that notes when which bytes came, for what tmux would blur."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.terminal import HEIGHT, WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class PseudoTerminal:
    """A program whose every byte of output is read at once.

    `started_at` is `time.perf_counter()` just before the program was executed.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
        self.output = bytearray()
        self.started_at = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**environment, "TERM": "xterm-256color"},
            start_new_session=True,
        )
        os.close(slave)

    @property
    def pid(self) -> int:
        """The program's process."""
        return self._process.pid

    def read_for(self, duration_s: float) -> int:
        """Read for `duration_s`; return how many bytes came."""
        before = len(self.output)
        deadline = time.perf_counter() + duration_s
        while (left_s := deadline - time.perf_counter()) > 0:
            self._read(left_s)
        return len(self.output) - before

    def read_until(self, text: bytes, timeout_s: float = 30) -> float:
        """Read until `text` was written; return the seconds since the start of the program."""
        deadline = time.perf_counter() + timeout_s
        while text not in self.output:
            left_s = deadline - time.perf_counter()
            if left_s <= 0:
                tail = bytes(self.output[-2000:])
                raise TimeoutError(f"{text!r} was not written; the last bytes are {tail!r}")
            self._read(left_s)
        return time.perf_counter() - self.started_at

    def write(self, data: bytes) -> None:
        """Type `data`."""
        os.write(self._master, data)

    def _read(self, timeout_s: float) -> None:
        readable, _, _ = select.select([self._master], [], [], timeout_s)
        if readable:
            self.output += os.read(self._master, 1 << 16)

    def close(self) -> None:
        """End the program, politely first."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._drain_until_ended(5)
        except TimeoutError:
            self._process.kill()
        self._process.wait()
        os.close(self._master)

    def _drain_until_ended(self, timeout_s: float) -> None:
        deadline = time.perf_counter() + timeout_s
        while self._process.poll() is None:
            if time.perf_counter() > deadline:
                raise TimeoutError
            try:
                self._read(0.05)
            except OSError:
                return


@contextmanager
def pseudo_terminal(
    command: Sequence[str], environment: Mapping[str, str] | None = None
) -> Iterator[PseudoTerminal]:
    """A program in a pseudo terminal, gone at the end."""
    window = PseudoTerminal(command, os.environ if environment is None else environment)
    try:
        yield window
    finally:
        window.close()
