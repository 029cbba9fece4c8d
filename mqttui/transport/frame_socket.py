"""A socket whose bytes travel in WebSocket frames."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mqttui.transport.websocket_frames import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    WebSocketFrames,
    masked_frame,
)

if TYPE_CHECKING:
    import socket

_MASK_BYTES = 4


class FrameSocket:
    """What paho needs of a socket, over one on which the WebSocket handshake is done.

    Nothing that was read stays behind in here, so that `select` on the file descriptor (and
    `pending`, for TLS) tells the truth.
    """

    def __init__(self, opened: socket.socket) -> None:
        self._opened = opened
        self._frames = WebSocketFrames()
        self._outgoing = bytearray()
        # The size of the payload in `_outgoing`; None when there are at most replies.
        self._payload_size: int | None = None

    def recv(self, length: int) -> bytes:
        """Return payload, b"" at the end of the stream.

        Raises BlockingIOError when there is none, WebSocketFault, OSError.
        """
        self._raise_fault()
        data = self._opened.recv(length)
        if not data:
            return b""
        payload = self._frames.feed(data)
        if self._frames.controls:
            self._reply()
        if not payload:
            self._raise_fault()
            raise BlockingIOError
        return payload

    def send(self, data: bytes | bytearray) -> int:
        """Send as one frame and return the size of `data`.

        Raises BlockingIOError when the socket did not take all of it, and the same data is to be
        sent again; OSError.
        """
        if self._payload_size is None:
            self._outgoing += masked_frame(BINARY, data, os.urandom(_MASK_BYTES))
            self._payload_size = len(data)
        self._flush()
        size, self._payload_size = self._payload_size, None
        return size

    def _raise_fault(self) -> None:
        if self._frames.fault is not None:
            raise self._frames.fault

    def _reply(self) -> None:
        """Answer the control frames that came (RFC 6455 section 5.5)."""
        for opcode, payload in self._frames.take_controls():
            if opcode in (PING, CLOSE):
                answer = PONG if opcode == PING else CLOSE
                self._outgoing += masked_frame(answer, payload, os.urandom(_MASK_BYTES))
        try:
            self._flush()
        except OSError:
            # It goes out with what is sent next; a broken connection is found by reading.
            return

    def _flush(self) -> None:
        """Send all that waits. Raises BlockingIOError, OSError."""
        while self._outgoing:
            sent = self._opened.send(self._outgoing)
            del self._outgoing[:sent]

    def pending(self) -> int:
        """Return more than 0 when `recv` has something to say that `select` does not see."""
        if self._frames.fault is not None:
            return 1
        pending = getattr(self._opened, "pending", None)
        return pending() if pending is not None else 0

    def close(self) -> None:
        """Close the socket."""
        self._opened.close()

    def fileno(self) -> int:
        """Return the file descriptor of the socket."""
        return self._opened.fileno()

    def setblocking(self, flag: bool) -> None:
        """Choose whether the socket waits."""
        self._opened.setblocking(flag)
