"""Interrupting a thread that waits for its sockets."""

from __future__ import annotations

import contextlib
import select
import socket


class Wakeup:
    """A socket pair: `wake` from any thread makes the reading end ready, `clear` resets it."""

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)

    def wake(self) -> None:
        """Make the waiting thread return; never blocks, also after `close`."""
        # A full pair wakes as well, and after `close` nobody waits any more.
        with contextlib.suppress(OSError):
            self._writer.send(b"\x00")

    def clear(self) -> None:
        """Forget everything that `wake` was called for so far."""
        with contextlib.suppress(BlockingIOError):
            while len(self._reader.recv(4096)) == 4096:
                pass

    def wait(self, timeout_s: float) -> None:
        """Return after `wake` or after `timeout_s`."""
        readable, _, _ = select.select([self._reader], [], [], max(0.0, timeout_s))
        if readable:
            self.clear()

    def fileno(self) -> int:
        """Return the descriptor that becomes readable."""
        return self._reader.fileno()

    def close(self) -> None:
        """Release both ends."""
        self._reader.close()
        self._writer.close()
