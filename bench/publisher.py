"""A process of its own that publishes pre-encoded packets: `python -m bench.publisher --port ...`.

It prints `ready` when it is connected and everything is encoded, waits for a line on its standard
input, publishes, and ends with one line of JSON: messages sent, seconds, CPU seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench import wire

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK_MESSAGES = 500
TICK_S = 0.002
WINDOW_MESSAGES = 5_000


@dataclass(frozen=True, slots=True)
class Load:
    """What is published. A `rate` of 0 means as fast as the broker takes it.

    `first_topic` shifts the topic numbers; every topic is visited in turn. With `has_numbers`
    payloads are JSON objects with four numbers, of no fixed size.
    """

    messages: int
    topics: int
    rate: int = 0
    qos: int = 0
    is_retained: bool = False
    payload_size_bytes: int = 50
    connections: int = 2
    first_topic: int = 0
    has_numbers: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """What a publisher reports when it has ended."""

    messages: int
    wall_s: float
    cpu_s: float


class Publisher:
    """A running publisher process, connected and waiting for `go`."""

    def __init__(self, port: int, load: Load) -> None:
        self.load = load
        command = [sys.executable, "-m", "bench.publisher", str(port), json.dumps(fields(load))]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "ready":
            raise RuntimeError("the publisher did not get ready")

    def go(self) -> None:
        """Begin to publish."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def wait(self, timeout_s: float = 600) -> Published:
        """Return what was published, once all is handed to the broker."""
        output, _ = self._process.communicate(timeout=timeout_s)
        return Published(**json.loads(output))

    def kill(self) -> None:
        """End the process, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


@contextmanager
def publisher(port: int, load: Load) -> Iterator[Publisher]:
    """A publisher that is ready and that is gone at the end."""
    process = Publisher(port, load)
    try:
        yield process
    finally:
        process.kill()


def publish(port: int, load: Load) -> Published:
    """Publish all of `load` and return when the broker has taken it."""
    with publisher(port, load) as process:
        process.go()
        return process.wait()


def fields(load: Load) -> dict[str, int | bool]:
    """Return `load` as what JSON can carry."""
    return {name: getattr(load, name) for name in Load.__slots__}


def encoded(load: Load) -> list[bytes]:
    """Return the packets that are sent over and over: each topic at least once."""
    size = load.topics
    while size < min(20_000, load.messages):
        size += load.topics
    return [
        wire.publish_packet(
            wire.topic_name(load.first_topic + index % load.topics),
            wire.four_numbers(index)
            if load.has_numbers
            else wire.reading(index, load.payload_size_bytes),
            qos=load.qos,
            packet_id=index % 65_535 + 1,
            is_retained=load.is_retained,
        )
        for index in range(min(size, load.messages))
    ]


class Connections:
    """Sockets that take turns; at QoS 1 there is one, with a bounded number in flight."""

    def __init__(self, port: int, load: Load) -> None:
        count = 1 if load.qos else load.connections
        self._sockets = [
            wire.connected_socket(port, f"bench-publisher-{os.getpid()}-{number}")
            for number in range(count)
        ]
        self._turn = 0
        self._has_acknowledgements = load.qos > 0
        self._in_flight = 0

    def send(self, data: bytes, messages: int) -> None:
        """Send `messages` packets; waits while too many are unacknowledged."""
        self._sockets[self._turn].sendall(data)
        self._turn = (self._turn + 1) % len(self._sockets)
        if self._has_acknowledgements:
            self._in_flight += messages
            self._collect(WINDOW_MESSAGES)

    def _collect(self, allowed: int) -> None:
        connection = self._sockets[0]
        partial = 0
        while self._in_flight > allowed or partial:
            partial += len(connection.recv(1 << 16))
            self._in_flight -= partial // wire.PUBACK_SIZE_BYTES
            partial %= wire.PUBACK_SIZE_BYTES

    def close(self) -> None:
        """Wait for every acknowledgement, disconnect, and wait until the broker has read it all."""
        if self._has_acknowledgements:
            self._collect(0)
        for connection in self._sockets:
            connection.sendall(wire.DISCONNECT)
            connection.shutdown(socket.SHUT_WR)
        for connection in self._sockets:
            while connection.recv(1 << 16):
                pass
            connection.close()


def run(connections: Connections, load: Load, packets: list[bytes]) -> int:
    """Publish `load`; return the number of messages sent."""
    return paced(connections, load, packets) if load.rate else flat_out(connections, load, packets)


def flat_out(connections: Connections, load: Load, packets: list[bytes]) -> int:
    """Send chunks as fast as the broker reads them."""
    chunks = [
        packets[start : start + CHUNK_MESSAGES] for start in range(0, len(packets), CHUNK_MESSAGES)
    ]
    joined = [(b"".join(chunk), len(chunk)) for chunk in chunks]
    sent = turn = 0
    while sent < load.messages:
        data, count = joined[turn]
        if sent + count > load.messages:
            count = load.messages - sent
            data = b"".join(chunks[turn][:count])
        connections.send(data, count)
        sent += count
        turn = (turn + 1) % len(joined)
    return sent


def paced(connections: Connections, load: Load, packets: list[bytes]) -> int:
    """Send what is due every tick."""
    sent = 0
    began = time.perf_counter()
    while sent < load.messages:
        due = min(load.messages, int((time.perf_counter() - began) * load.rate))
        if due > sent:
            start = sent % len(packets)
            due = min(due, sent + len(packets) - start)
            connections.send(b"".join(packets[start : start + due - sent]), due - sent)
            sent = due
        time.sleep(TICK_S)
    return sent


def main() -> None:
    """Publish what the command line describes."""
    parser = argparse.ArgumentParser(prog="python -m bench.publisher")
    parser.add_argument("port", type=int)
    parser.add_argument("load", type=json.loads)
    arguments = parser.parse_args()
    load = Load(**arguments.load)
    packets = encoded(load)
    connections = Connections(arguments.port, load)
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    sent = run(connections, load, packets)
    connections.close()
    wall_s = time.perf_counter() - began
    usage = resource.getrusage(resource.RUSAGE_SELF)
    report = {"messages": sent, "wall_s": wall_s, "cpu_s": usage.ru_utime + usage.ru_stime}
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
