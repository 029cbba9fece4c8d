"""Messages on their way to the broker: the queue, the window, and what is sent again.

Any thread leaves requests; the network thread does the rest. Packets and packet identifiers are
made here and not by paho, which would send again by itself what was already said to be lost,
and does not look at the reason code of a PUBREC.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from mqttui.broker.limits import BrokerLimits
from mqttui.broker.reasons import NO_MATCHING_SUBSCRIBERS, UNSPECIFIED_ERROR
from mqttui.core.publish_rules import request_problem
from mqttui.transport.publish_encoding import publish_packet, pubrel_packet
from mqttui.transport.receipt import (
    HELD,
    LOST_FORGOTTEN,
    LOST_SENDING,
    LOST_UNSENT,
    QUEUED,
    PublishReceipt,
    refused,
)
from mqttui.transport.wire import FINAL_ACK, PUBACK, PUBLISH_IDS, PUBREC

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.publishing import PublishRequest, Receipt
    from mqttui.transport.fast_client import FastClient
    from mqttui.transport.stock_client import StockClient
    from mqttui.transport.task import Accepted

QUEUE_MAX_MESSAGES = 100_000
QUEUE_MAX_BYTES = 64 * 1024 * 1024

CHUNK_BYTES = 64 * 1024
"""About how much is given to the socket before the next look at what has arrived."""

WINDOW_311 = 20
"""Messages in flight under MQTT 3.1.1, where a broker cannot say how many it takes."""

WINDOW_5 = 1000
"""The most messages in flight, however many an MQTT 5 broker takes."""

_NOT_CONNECTED = "not connected to the broker, nothing was sent"
_NEEDS_MQTT5 = "the properties need MQTT 5, and this connection is MQTT 3.1.1"


class Publishing:
    """Everything that a session publishes, over its connections.

    `wake` is called when the network thread has something to do. Where `may_resume` says that a
    session outlives its connection, messages of QoS 1 and 2 that are unfinished at the end of a
    connection are kept and sent again when the session goes on (MQTT 5.0 section 4.4); all others
    are lost then, and never sent again.
    """

    def __init__(
        self,
        wake: Callable[[], None],
        *,
        may_resume: bool = False,
        max_messages: int = QUEUE_MAX_MESSAGES,
        max_bytes: int = QUEUE_MAX_BYTES,
    ) -> None:
        self._wake = wake
        self._may_resume = may_resume
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        # The lock covers the queue, its size and whether it is open.
        self._lock = threading.Lock()
        self._queue: deque[PublishReceipt] = deque()
        self._queued_bytes = 0
        self._is_open = False
        self._client: FastClient | StockClient | None = None
        self._is_mqtt5 = False
        self._limits = BrokerLimits()
        self._window = WINDOW_311
        self._in_flight: dict[int, PublishReceipt] = {}
        self._again: deque[PublishReceipt] = deque()
        self._unwritten: list[PublishReceipt] = []
        self._releases = bytearray()
        self._next_id = PUBLISH_IDS.start

    def submit(self, request: PublishRequest) -> Receipt:
        """Queue a message; returns its receipt, which is refused at once where that is known."""
        problem = request_problem(request)
        if problem is not None:
            return PublishReceipt(request, refused(problem))
        receipt = PublishReceipt(request)
        with self._lock:
            why = self._reason_against(receipt)
            if why is None:
                is_first = not self._queue
                self._queue.append(receipt)
                self._queued_bytes += receipt.size_bytes
        if why is not None:
            receipt.refuse(why)
        elif is_first:
            self._wake()
        return receipt

    def _reason_against(self, receipt: PublishReceipt) -> str | None:
        request = receipt.request
        if not self._is_open:
            return _NOT_CONNECTED
        if request.properties is not None and not self._is_mqtt5:
            return _NEEDS_MQTT5
        waiting = len(self._queue)
        if waiting >= self._max_messages or (
            waiting and self._queued_bytes + receipt.size_bytes > self._max_bytes
        ):
            return (
                f"{waiting:,} messages ({self._queued_bytes:,} bytes) wait to be sent already, "
                "and the queue is full"
            )
        return self._limits.request_problem(request)

    def begin(self, client: FastClient | StockClient, accepted: Accepted) -> None:
        """Start on a connection that the broker has accepted."""
        self._client = client
        client.on_acknowledged = self.acknowledged
        if not accepted.is_session_present:
            # What was kept for a session that the broker does not know any more.
            for receipt in self._in_flight.values():
                receipt.status = LOST_FORGOTTEN
            self._in_flight.clear()
            for receipt in self._take_queue():
                receipt.status = LOST_UNSENT
        self._again = deque(self._in_flight.values())
        self._window = WINDOW_311
        if accepted.is_mqtt5:
            self._window = min(WINDOW_5, accepted.limits.receive_maximum)
        with self._lock:
            self._is_open = True
            self._is_mqtt5 = accepted.is_mqtt5
            self._limits = accepted.limits

    def pursue(self, now_s: float) -> float | None:
        """Send what may be sent; return 0 when there is more to do at once, else None."""
        client = self._client
        if client is None:
            return None
        rest_s = self._send_next(client, now_s)
        client.is_hurried = bool(self._in_flight)
        return rest_s

    def _send_next(self, client: FastClient | StockClient, now_s: float) -> float | None:
        if self._releases:
            releases = bytes(self._releases)
            self._releases.clear()
            client.transmit(releases)
        if client.want_write() or client.socket() is None:
            return None
        # Everything that was given to the socket is on its way.
        for receipt in self._unwritten:
            receipt.written()
        self._unwritten.clear()
        if not self._again and not self._queue:
            return None
        chunk = self._next_chunk(now_s)
        if not chunk:
            return None
        client.send_publishes(chunk)
        for receipt, _ in chunk:
            self._unwritten.append(receipt)
            if receipt.request.qos:
                self._in_flight[receipt.packet_id] = receipt
        return 0.0

    def _next_chunk(self, now_s: float) -> list[tuple[PublishReceipt, bytes]]:
        """Take what fits into the window and into one chunk, as packets in their order."""
        chunk: list[tuple[PublishReceipt, bytes]] = []
        size_bytes = 0
        room = self._window - (len(self._in_flight) - len(self._again))
        while self._again and room > 0 and size_bytes < CHUNK_BYTES:
            receipt = self._again.popleft()
            packet = (
                pubrel_packet(receipt.packet_id)
                if receipt.is_released
                else self._packet(receipt, is_dup=True)
            )
            chunk.append((receipt, packet))
            size_bytes += len(packet)
            room -= 1
        while not self._again and size_bytes < CHUNK_BYTES:
            with self._lock:
                if not self._queue or (room <= 0 and self._queue[0].request.qos):
                    break
                receipt = self._queue.popleft()
                self._queued_bytes -= receipt.size_bytes
            if receipt.request.qos:
                receipt.packet_id = self._free_id()
            packet = self._packet(receipt)
            problem = self._limits.request_problem(receipt.request)
            problem = problem or self._limits.size_problem(len(packet))
            if problem is not None:
                receipt.refuse(problem)
                continue
            if receipt.request.qos:
                room -= 1
            receipt.sent_at_s = now_s
            chunk.append((receipt, packet))
            size_bytes += len(packet)
        return chunk

    def _packet(self, receipt: PublishReceipt, *, is_dup: bool = False) -> bytes:
        return publish_packet(
            receipt.request, receipt.packet_id, is_mqtt5=self._is_mqtt5, is_dup=is_dup
        )

    def _free_id(self) -> int:
        """Return a packet identifier that is not in use; the window is smaller than their range."""
        while True:
            found = self._next_id
            self._next_id = found + 1 if found + 1 in PUBLISH_IDS else PUBLISH_IDS.start
            if found not in self._in_flight:
                return found

    def acknowledged(self, kind: int, packet_id: int, code: int, reason_text: str | None) -> None:
        """Take a PUBACK, PUBREC or PUBCOMP of the broker, or FINAL_ACK for the last of them."""
        receipt = self._in_flight.get(packet_id)
        if kind == PUBREC and code < UNSPECIFIED_ERROR:
            # Also for a message that nobody knows any more: it ends the handshake.
            self._releases += pubrel_packet(packet_id)
            if receipt is not None:
                receipt.is_released = True
                receipt.has_nobody = code == NO_MATCHING_SUBSCRIBERS
        elif receipt is not None:
            is_of_qos_1 = receipt.request.qos == 1
            if kind == FINAL_ACK or is_of_qos_1 == (kind == PUBACK):
                del self._in_flight[packet_id]
                receipt.conclude(code, reason_text, time.monotonic())

    def ended(self) -> None:
        """Note that the connection has ended; what may go on with the session is kept."""
        client, self._client = self._client, None
        if client is None:
            return
        client.on_acknowledged = None
        client.forget_published()
        with self._lock:
            self._is_open = False
        may_resume = self._may_resume and client.can_send_again
        for receipt in self._unwritten:
            if receipt.status is QUEUED and not (may_resume and receipt.request.qos):
                receipt.status = LOST_SENDING
        self._unwritten.clear()
        self._releases.clear()
        self._again.clear()
        if not may_resume:
            self.close()
            return
        for receipt in self._in_flight.values():
            receipt.status = HELD
        for receipt in self._take_queue():
            if receipt.request.qos:
                self._put_back(receipt)
            else:
                receipt.status = LOST_UNSENT

    def close(self) -> None:
        """Give up everything that is unfinished.

        Also called while the network thread still runs, in a call that cannot be interrupted.
        """
        with self._lock:
            self._is_open = False
        for receipt in (*self._in_flight.values(), *self._take_queue()):
            if not receipt.status.is_final:
                receipt.lose()
        self._in_flight.clear()

    def _put_back(self, receipt: PublishReceipt) -> None:
        with self._lock:
            self._queue.append(receipt)
            self._queued_bytes += receipt.size_bytes

    def _take_queue(self) -> list[PublishReceipt]:
        with self._lock:
            waiting = list(self._queue)
            self._queue.clear()
            self._queued_bytes = 0
        return waiting
