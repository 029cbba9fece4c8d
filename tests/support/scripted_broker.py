"""A server on loopback that speaks just as much MQTT as a test tells it to."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

CONNECT = 0x10
SUBSCRIBE = 0x80
CONNACK_OK_311 = b"\x20\x02\x00\x00"
CONNACK_OK_5 = b"\x20\x03\x00\x00\x00"


class Peer:
    """The server's end of one connection. `number` counts connections from 1."""

    def __init__(self, connection: socket.socket, number: int) -> None:
        self.number = number
        self._connection = connection

    def read_packet(self) -> tuple[int, bytes]:
        """Return the next packet as (first byte, body); raises EOFError at the end."""
        header = self._read(1)[0]
        length = shift = 0
        while True:
            digit = self._read(1)[0]
            length |= (digit & 0x7F) << shift
            shift += 7
            if digit < 0x80:
                return header, self._read(length)

    def read_connect(self) -> int:
        """Read a CONNECT and return its protocol level: 4 for MQTT 3.1.1, 5 for MQTT 5."""
        header, body = self.read_packet()
        assert header == CONNECT, hex(header)
        name_length = int.from_bytes(body[:2])
        return body[2 + name_length]

    def read_subscribe(self, level: int) -> tuple[bytes, str, int]:
        """Read a SUBSCRIBE of one filter: (packet identifier, filter, requested QoS)."""
        header, body = self.read_packet()
        assert header & 0xF0 == SUBSCRIBE, hex(header)
        start = 2 + (1 + body[2] if level == 5 else 0)
        length = int.from_bytes(body[start : start + 2])
        name = body[start + 2 : start + 2 + length].decode()
        return body[:2], name, body[-1] & 3

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._connection.sendall(data)

    def send_suback(self, level: int, packet_id: bytes, code: int) -> None:
        """Answer a SUBSCRIBE of one filter."""
        body = packet_id + (b"\x00" if level == 5 else b"") + bytes((code,))
        self.send(bytes((0x90, len(body))) + body)

    def wait_for_end(self) -> None:
        """Return once the client has closed the connection."""
        with contextlib.suppress(EOFError):
            while True:
                self._read(1)

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self._connection.recv(count - len(data))
            if not part:
                raise EOFError
            data += part
        return data


Script: TypeAlias = "Callable[[Peer], None]"


class ScriptedBroker:
    """Runs `script` for every connection, one after the other, and closes it afterwards.

    A failure of a script is raised by `stop`; the client ending the connection is none.
    """

    host = "127.0.0.1"

    def __init__(self, script: Script) -> None:
        self._script = script
        self._listener = socket.create_server((self.host, 0))
        self.port = int(self._listener.getsockname()[1])
        self.connections = 0
        self._failure: BaseException | None = None
        self._is_open = True
        self._current: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, name="scripted broker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Accept no more, end the connection that lasts, and raise what a script raised."""
        self._is_open = False
        current = self._current
        with contextlib.suppress(OSError):
            if current is not None:
                current.shutdown(socket.SHUT_RDWR)
        # Closing a listening socket does not wake accept() on every platform; a visit does.
        with contextlib.suppress(OSError):
            socket.create_connection((self.host, self.port), timeout=1).close()
        self._thread.join(10)
        self._listener.close()
        if self._failure is not None:
            raise self._failure

    def _serve(self) -> None:
        while self._is_open:
            connection, _ = self._listener.accept()
            with connection:
                if not self._is_open:
                    return
                self._current = connection
                self.connections += 1
                connection.settimeout(30)
                try:
                    self._script(Peer(connection, self.connections))
                except (EOFError, OSError):
                    # The client, or `stop`, ended the connection.
                    pass
                except BaseException as failure:
                    self._failure = failure
