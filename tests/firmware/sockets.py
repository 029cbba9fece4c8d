"""MicroPython's `socket`, `ssl` and `select` on CPython's, with what differs on an ESP32.

Streams have `read`, `readinto` and `write` that return None where nothing can be done, a TLS stream
has no `settimeout`, and errors are plain OSErrors with an errno.
"""

from __future__ import annotations

import errno
import select
import socket
import ssl
from typing import TYPE_CHECKING, Any

from mqttui.simulation.micropython import module

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Stream:
    """What plain and TLS sockets of a board have in common."""

    def __init__(self, inner: socket.socket) -> None:
        self.inner = inner

    def readinto(self, buffer: memoryview) -> int | None:
        """Return how much was read, 0 at the end, None when there is nothing yet."""
        try:
            return self.inner.recv_into(buffer)
        except _WOULD_BLOCK:
            return None
        except ssl.SSLEOFError:
            return 0

    def write(self, data: memoryview) -> int | None:
        """Return how much was taken, None when nothing can be taken now."""
        try:
            return self.inner.send(data)
        except _WOULD_BLOCK:
            return None

    def setblocking(self, is_blocking: bool) -> None:
        """Choose whether reads and writes wait."""
        self.inner.setblocking(is_blocking)

    def close(self) -> None:
        """Close the stream."""
        self.inner.close()

    def has_buffered(self) -> bool:
        """Whether TLS holds bytes that a poll of the socket does not see."""
        return isinstance(self.inner, ssl.SSLSocket) and self.inner.pending() > 0


class Socket(Stream):
    """A plain socket."""

    def __init__(self, family: int, kind: int, protocol: int) -> None:
        super().__init__(socket.socket(family, kind, protocol))

    def settimeout(self, seconds: float) -> None:
        """Wait at most so long."""
        self.inner.settimeout(seconds)

    def connect(self, address: Any) -> None:
        """Connect; OSError ETIMEDOUT when it takes too long."""
        try:
            self.inner.connect(address)
        except TimeoutError as error:
            raise OSError(errno.ETIMEDOUT) from error


class Context:
    """An `ssl.SSLContext` as a board has it: DER only, and not one check that is not asked for."""

    def __init__(self, protocol: int) -> None:
        self._inner = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.verify_mode = ssl.CERT_NONE

    def load_verify_locations(self, cadata: bytes) -> None:
        """Trust a DER certificate; ValueError when it is none."""
        try:
            self._inner.load_verify_locations(cadata=cadata)
        except ssl.SSLError as error:
            raise ValueError("invalid cert") from error

    def wrap_socket(self, raw: Socket, server_hostname: str | None = None) -> Stream:
        """Return the TLS stream after the handshake."""
        if self.verify_mode == ssl.CERT_NONE:
            self._inner.check_hostname = False
        self._inner.verify_mode = self.verify_mode
        try:
            raw.inner = self._inner.wrap_socket(raw.inner, server_hostname=server_hostname)
        except ssl.SSLError as error:
            raise OSError(-0x2700, str(error)) from error
        except TimeoutError as error:
            raise OSError(errno.ETIMEDOUT) from error
        return Stream(raw.inner)


class Poll:
    """`select.poll` with `ipoll`, which on a board knows what TLS has buffered."""

    def __init__(self) -> None:
        self._inner = select.poll()
        self._streams: list[Stream] = []

    def register(self, stream: Stream, events: int) -> None:
        """Watch a stream."""
        self._streams.append(stream)
        self._inner.register(stream.inner, events)

    def ipoll(self, timeout_ms: int) -> Iterator[tuple[int, int]]:
        """Wait for at most `timeout_ms`."""
        if any(stream.has_buffered() for stream in self._streams):
            timeout_ms = 0
        return iter(self._inner.poll(timeout_ms))


def network_modules() -> dict[str, ModuleType]:
    """Return the modules for an `Interpreter`."""

    def getaddrinfo(host: str, port: int, family: int = 0, kind: int = 0) -> Any:
        # lwIP of an ESP32 asks for IPv4 first; the brokers of the tests listen there only.
        return socket.getaddrinfo(host, port, family or socket.AF_INET, kind)

    return {
        "socket": module(
            "socket",
            socket=Socket,
            getaddrinfo=getaddrinfo,
            AF_INET=socket.AF_INET,
            SOCK_STREAM=socket.SOCK_STREAM,
        ),
        "ssl": module(
            "ssl",
            SSLContext=Context,
            PROTOCOL_TLS_CLIENT=0,
            CERT_NONE=ssl.CERT_NONE,
            CERT_REQUIRED=ssl.CERT_REQUIRED,
        ),
        "select": module("select", poll=Poll, POLLIN=select.POLLIN, POLLOUT=select.POLLOUT),
    }
