"""A connection without a network: it brings prepared pieces and keeps what is sent."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class ScriptedSocket:
    """What paho needs of a socket.

    Each piece is what has arrived when the reader looks; behind it there is nothing for now
    (BlockingIOError) until `arrive` brings the next. After the last piece the stream ends
    when `is_closed` is set.
    """

    def __init__(self, pieces: Iterable[bytes], *, is_closed: bool = False) -> None:
        self._pieces = deque(piece for piece in pieces if piece)
        self._arrived = b""
        self._is_closed = is_closed
        self.sent = b""
        self.was_closed = False

    def arrive(self) -> bool:
        """Let the next piece arrive; return False when there is none."""
        if not self._pieces:
            return False
        self._arrived += self._pieces.popleft()
        return True

    @property
    def has_unread(self) -> bool:
        """Whether something that has arrived was not read yet."""
        return bool(self._arrived)

    def recv(self, size: int) -> bytes:
        """Return what has arrived, at most `size` bytes."""
        if not self._arrived:
            if self._is_closed and not self._pieces:
                return b""
            raise BlockingIOError
        data, self._arrived = self._arrived[:size], self._arrived[size:]
        return data

    def send(self, data: bytes) -> int:
        """Keep what is sent."""
        self.sent += data
        return len(data)

    def close(self) -> None:
        """Note that the reader closed."""
        self.was_closed = True

    def fileno(self) -> int:
        """There is none."""
        return -1

    def setblocking(self, flag: bool) -> None:
        """It never waits."""
