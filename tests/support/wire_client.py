"""A client of the embedded broker without a socket: bytes go in, packets come out."""

from __future__ import annotations

from dataclasses import dataclass, field

from mqttui.demo.broker.connection import Connection
from mqttui.demo.broker.hub import Hub
from mqttui.demo.broker.session import Limits
from mqttui.demo.broker.wire import Fields, encoded_binary, encoded_varint, packet


class FakeTransport:
    """What a Connection needs of an asyncio transport."""

    def __init__(self) -> None:
        self.written = bytearray()
        self.is_closed = False

    def write(self, data: bytes) -> None:
        """Keep what would go to the socket."""
        assert not self.is_closed
        self.written += data

    def close(self) -> None:
        """Note that the connection was closed."""
        self.is_closed = True

    abort = close

    def is_closing(self) -> bool:
        """Return whether it was closed."""
        return self.is_closed

    def set_write_buffer_limits(self, high: int) -> None:
        """Accept any limit."""


@dataclass
class FakeClock:
    """A clock that stands still until it is told."""

    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Bench:
    """A hub with a clock that the test moves, and the clients on it."""

    limits: Limits = field(default_factory=Limits)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.hub = Hub(self.limits, self.clock)
        self.connections: set[Connection] = set()
        self.unsent: list[Connection] = []

    def tick(self, passed_s: float = 0.0) -> None:
        """Let time pass; do what the server does at intervals."""
        self.clock.now_s += passed_s
        for connection in list(self.connections):
            connection.check_keepalive(self.clock())
        self.hub.tick()
        self.flush()

    def flush(self) -> None:
        """Write what is queued for any client."""
        while self.unsent:
            self.unsent.pop().flush()

    def client(self, level: int = 4) -> WireClient:
        """Return a client that has opened a connection and sent nothing yet."""
        return WireClient(self, level)

    def connected(self, client_id: str = "", level: int = 4, **options: object) -> WireClient:
        """Return a client that is connected; its CONNACK is taken off."""
        client = self.client(level)
        client.send(connect_packet(client_id, level, **options))  # type: ignore[arg-type]
        first, body = client.packets()[0]
        assert (first, body[1]) == (0x20, 0), "CONNACK"
        return client


class WireClient:
    """One connection to the hub of a `Bench`."""

    def __init__(self, bench: Bench, level: int) -> None:
        self.level = level
        self.transport = FakeTransport()
        self.connection = Connection(bench.hub, bench.connections, bench.unsent)
        self.connection.connection_made(self.transport)  # type: ignore[arg-type]

    def send(self, data: bytes) -> None:
        """Let the broker read `data` in one go."""
        self.connection.data_received(data)

    def vanish(self) -> None:
        """Lose the connection without DISCONNECT."""
        self.transport.is_closed = True
        self.connection.connection_lost(None)

    def packets(self) -> list[tuple[int, bytes]]:
        """Return (first byte, body) of what was written since the last call."""
        fields = Fields(bytes(self.transport.written))
        self.transport.written.clear()
        found: list[tuple[int, bytes]] = []
        while fields.has_more:
            first = fields.byte()
            found.append((first, fields.take(fields.varint())))
        return found

    def subscribe(self, topic_filter: str, options: int = 0) -> list[tuple[int, bytes]]:
        """Subscribe; return the packets that came after the SUBACK."""
        properties = b"\0" if self.level == 5 else b""
        name = encoded_binary(topic_filter.encode())
        self.send(packet(0x82, b"\0\x01", properties, name, bytes((options,))))
        answers = self.packets()
        assert answers[0][0] == 0x90, "SUBACK"
        return answers[1:]

    def publishes(self) -> list[tuple[int, bytes, bytes]]:
        """Return (flags, topic, payload) of the PUBLISH packets since the last call."""
        found: list[tuple[int, bytes, bytes]] = []
        for first, body in self.packets():
            assert first >> 4 == 3, f"PUBLISH, not 0x{first:02x}"
            fields = Fields(body)
            topic = fields.binary()
            if first & 6:
                fields.uint16()
            if self.level == 5:
                fields.properties()
            found.append((first & 0x0F, topic, fields.rest()))
        return found


def connect_packet(
    client_id: str = "",
    level: int = 4,
    *,
    is_clean: bool = True,
    keepalive_s: int = 0,
    will: tuple[bytes, bytes] | None = None,
    properties: bytes = b"",
    will_properties: bytes = b"",
) -> bytes:
    """Return a CONNECT; `properties` are encoded and without their length."""
    flags = (0x02 if is_clean else 0) | (0x04 if will else 0)
    v5 = level == 5
    parts = [b"\0\x04MQTT", bytes((level, flags)), keepalive_s.to_bytes(2)]
    if v5:
        parts += [encoded_varint(len(properties)), properties]
    parts.append(encoded_binary(client_id.encode()))
    if will:
        if v5:
            parts += [encoded_varint(len(will_properties)), will_properties]
        parts += [encoded_binary(will[0]), encoded_binary(will[1])]
    return packet(0x10, *parts)


def publish_packet(
    topic: bytes,
    payload: bytes = b"",
    *,
    level: int = 4,
    flags: int = 0,
    packet_id: int = 1,
    properties: bytes = b"",
) -> bytes:
    """Return a PUBLISH with the flags of its first byte; properties only under MQTT 5."""
    parts = [encoded_binary(topic)]
    if flags & 6:
        parts.append(packet_id.to_bytes(2))
    if level == 5:
        parts += [encoded_varint(len(properties)), properties]
    return packet(0x30 | flags, *parts, payload)
