"""MQTT 3.1.1 packets encoded ahead of time, so that a publisher is never the bottleneck."""

from __future__ import annotations

import select
import socket
import struct
import time

PUBACK_SIZE_BYTES = 4


def remaining_length(size_bytes: int) -> bytes:
    """Return `size_bytes` as a variable byte integer (MQTT 3.1.1 section 2.2.3)."""
    encoded = bytearray()
    while True:
        size_bytes, low = divmod(size_bytes, 128)
        encoded.append(low | (0x80 if size_bytes else 0))
        if not size_bytes:
            return bytes(encoded)


def packet(first_byte: int, body: bytes) -> bytes:
    """Return a whole control packet."""
    return bytes([first_byte]) + remaining_length(len(body)) + body


def text(value: str) -> bytes:
    """Return a length-prefixed UTF-8 string (MQTT 3.1.1 section 1.5.3)."""
    encoded = value.encode()
    return struct.pack(">H", len(encoded)) + encoded


def connect_packet(client_id: str, keepalive_s: int = 0) -> bytes:
    """Return CONNECT with a clean session; without keepalive, as nobody sends pings here."""
    return packet(
        0x10, text("MQTT") + b"\x04\x02" + struct.pack(">H", keepalive_s) + text(client_id)
    )


def subscribe_packet(topic_filter: str, qos: int = 0, packet_id: int = 1) -> bytes:
    """Return SUBSCRIBE for one topic filter."""
    return packet(0x82, struct.pack(">H", packet_id) + text(topic_filter) + bytes([qos]))


def publish_packet(
    topic: str, payload: bytes, *, qos: int = 0, packet_id: int = 0, is_retained: bool = False
) -> bytes:
    """Return PUBLISH; `packet_id` counts only when `qos` is above 0."""
    identifier = struct.pack(">H", packet_id) if qos else b""
    return packet(0x30 | qos << 1 | is_retained, text(topic) + identifier + payload)


DISCONNECT = packet(0xE0, b"")


def connected_socket(port: int, client_id: str) -> socket.socket:
    """Return a socket on which CONNECT was accepted; raises ConnectionError when it was not."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(connect_packet(client_id))
    answer = read_exactly(connection, 4)
    if answer[0] != 0x20 or answer[3] != 0:
        raise ConnectionError(f"the broker answered CONNECT with {answer.hex()}")
    connection.settimeout(None)
    return connection


def read_exactly(connection: socket.socket, size_bytes: int) -> bytes:
    """Return the next `size_bytes`; raises ConnectionError when the broker closes before."""
    received = b""
    while len(received) < size_bytes:
        more = connection.recv(size_bytes - len(received))
        if not more:
            raise ConnectionError("the broker closed the connection")
        received += more
    return received


def read_packet(connection: socket.socket) -> tuple[int, bytes]:
    """Return (first byte, body) of the next control packet."""
    first_byte = read_exactly(connection, 1)[0]
    size_bytes, shift = 0, 0
    while True:
        digit = read_exactly(connection, 1)[0]
        size_bytes |= (digit & 0x7F) << shift
        shift += 7
        if digit < 0x80:
            return first_byte, read_exactly(connection, size_bytes)


class ValueWatch:
    """Follows the newest payload of one topic.

    mosquitto lets its `$SYS` values expire a minute after they last changed, so that asking later
    may find nothing.
    """

    def __init__(self, port: int, topic: str) -> None:
        self._connection = connected_socket(port, f"bench-watch-{time.monotonic_ns()}")
        self._connection.sendall(subscribe_packet(topic))
        self._value: bytes | None = None

    def newest(self, timeout_s: float = 2) -> bytes | None:
        """Return the newest payload once nothing came for `timeout_s`; None if there was none."""
        while select.select([self._connection], [], [], timeout_s)[0]:
            first_byte, body = read_packet(self._connection)
            if first_byte & 0xF0 == 0x30:
                (length,) = struct.unpack(">H", body[:2])
                self._value = body[2 + length :]
        return self._value

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()


def topic_name(index: int) -> str:
    """Return the topic with number `index`: five levels, 100 boards in a room, 100 rooms in a site.

    Sorted by name, topics are sorted by number.
    """
    site, room = index // 10_000, index // 100 % 100
    return f"bench/site{site:02d}/room{room:02d}/board{index:06d}/data"


def reading(index: int, size_bytes: int) -> bytes:
    """Return a JSON payload of `size_bytes` (at least 40) that differs with `index`."""
    body = b'{"n":%06d,"v":%.3f,"i":%.3f' % (
        index % 1_000_000,
        3 + index % 997 / 997,
        index % 89 / 89,
    )
    return body + b" " * (size_bytes - len(body) - 1) + b"}"


def four_numbers(index: int) -> bytes:
    """Return a JSON object with four numbers that differ with `index`."""
    voltage, current = 3 + index % 997 / 997, index % 89 / 89
    return b'{"n":%d,"v":%.3f,"i":%.3f,"p":%.3f}' % (index, voltage, current, voltage * current)
