"""The fallback delivers the same tuples as the fast path, once per loop call."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from mqttui.core.message import MessageDetail
from mqttui.transport.stock_client import StockClient
from mqttui.transport.wire import DROPPED_INTERNAL, DROPPED_TOPIC
from tests.support.packets import CONNACK_5, CONNACK_311, Publish
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mqttui.core.message import RawMessage


class Stock:
    """A StockClient on a local connection."""

    def __init__(self, *, is_mqtt5: bool, limit: int = 1 << 20, is_failing: bool = False) -> None:
        self.batches: list[tuple[list[RawMessage], int]] = []
        self._is_failing = is_failing
        self.client = StockClient(
            self._take, client_id="c", is_mqtt5=is_mqtt5, payload_limit_bytes=limit
        )
        ours, self.theirs = socket.socketpair()
        ours.setblocking(False)
        self.client._sock = ours

    def _take(self, messages: list[RawMessage], size_bytes: int) -> None:
        if self._is_failing:
            raise RuntimeError
        self.batches.append((messages, size_bytes))

    def loop(self, data: bytes) -> None:
        """Send and loop until all of it was read: paho reads a packet per loop."""
        self.theirs.sendall(data + b"\xd0\x00")
        self.client._ping_t = 1e12
        wait_until(lambda: self.client.loop(0.01) != 0 or not self.client._ping_t, "PINGRESP")

    def close(self) -> None:
        """Close both ends."""
        sock, self.client._sock = self.client._sock, None
        if sock is not None:
            sock.close()
        self.theirs.close()
        self.client._reset_sockets()


@pytest.fixture
def stocks() -> Iterator[list[Stock]]:
    """Return a list whose clients are closed in the end."""
    made: list[Stock] = []
    yield made
    for stock in made:
        stock.close()


@pytest.mark.parametrize("is_mqtt5", [False, True])
def test_messages_become_tuples(is_mqtt5: bool, stocks: list[Stock]) -> None:
    """Topic, payload, flags and the raw property block."""
    stock = Stock(is_mqtt5=is_mqtt5)
    stocks.append(stock)
    block = b"\x26\x00\x01a\x00\xc8" + b"b" * 200 if is_mqtt5 else None
    none = b"" if is_mqtt5 else None
    stock.loop(
        (CONNACK_5 if is_mqtt5 else CONNACK_311)
        + Publish(b"t", b"\xff", 1, is_retained=True, packet_id=1, properties=block).encode()
        + Publish("\u00e4/b".encode(), b"", properties=none).encode()
    )
    messages = [message for batch, _ in stock.batches for message in batch]
    assert messages == [
        (b"t", b"\xff", 3, MessageDetail(block) if block else None),
        ("\u00e4/b".encode(), b"", 0, None),
    ]
    assert sum(size for _, size in stock.batches) == 2 + len(block or b"") + 4
    assert stock.theirs.recv(100) == b"\x40\x02\x00\x01"


def test_long_payloads_are_cut_and_counted(stocks: list[Stock]) -> None:
    """The head is kept and the size that was published."""
    stock = Stock(is_mqtt5=False, limit=10)
    stocks.append(stock)
    stock.loop(CONNACK_311 + Publish(b"t", b"x" * 1000).encode())
    assert stock.batches == [([(b"t", b"x" * 10, 0, MessageDetail(full_size_bytes=1000))], 11)]
    assert (stock.client.wire.cut, stock.client.wire.cut_bytes) == (1, 990)


def test_a_topic_that_is_not_text_is_counted(stocks: list[Stock]) -> None:
    """paho cannot hand it over, so it is dropped, but not silently."""
    stock = Stock(is_mqtt5=False)
    stocks.append(stock)
    stock.loop(CONNACK_311 + Publish(b"\xff", b"x").encode() + Publish(b"t", b"x").encode())
    assert [message for batch, _ in stock.batches for message in batch] == [(b"t", b"x", 0, None)]
    assert stock.client.wire.dropped == {DROPPED_TOPIC: 1}


def test_a_failing_sink_is_counted(stocks: list[Stock]) -> None:
    """Nothing is raised out of the loop and the messages are counted."""
    stock = Stock(is_mqtt5=False, is_failing=True)
    stocks.append(stock)
    stock.loop(CONNACK_311 + Publish(b"t", b"x").encode())
    assert stock.client.wire.dropped == {DROPPED_INTERNAL: 1}
    assert stock.client.wire.problem == "Messages could not be handed on (RuntimeError)."
