"""The record of control packets of one session, off until somebody wants to see it."""

from __future__ import annotations

import threading
import time
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING

from mqttui.core.trace import Direction, TraceEntry
from mqttui.transport import trace_reading as reading
from mqttui.transport.trace_reading import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mqttui.transport.packet_stream import ControlPacket, Parsed

MAX_ENTRIES = 10_000
MAX_BYTES = 4 * 1024 * 1024

BURST = 16
"""More packets of one kind than this, read or written together, become one entry."""

_ENTRY_BYTES = 200

# What a packet answers, and whether the question is closed by it. PUBCOMP answers the PUBLISH.
_ANSWERS = {
    reading.CONNACK: (reading.CONNECT, True),
    reading.PUBACK: (reading.PUBLISH, True),
    reading.PUBREC: (reading.PUBLISH, False),
    reading.PUBCOMP: (reading.PUBLISH, True),
    reading.SUBACK: (reading.SUBSCRIBE, True),
    reading.UNSUBACK: (reading.UNSUBSCRIBE, True),
    reading.PINGRESP: (reading.PINGREQ, True),
}
_QUESTIONS = {question for question, _ in _ANSWERS.values()}
_OTHER = {Direction.SENT: Direction.RECEIVED, Direction.RECEIVED: Direction.SENT}


class Trace:
    """A `PacketTrace`; `sent`, `received` and `said` are called on the network thread only.

    More than `max_entries` or about `max_bytes` are not kept: the oldest entries give way.
    """

    def __init__(self, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self.is_on = False
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._entries: deque[TraceEntry] = deque()
        self._bytes = 0
        self._evicted = 0
        self._number = 0
        self._asked_at_s: dict[tuple[Direction, int, int | None], float] = {}

    @property
    def evicted(self) -> int:
        """How many entries gave way to newer ones since the last `clear`."""
        return self._evicted

    def start(self) -> None:
        """Begin to record; what was recorded before stays."""
        self.is_on = True

    def stop(self) -> None:
        """Record no more."""
        self.is_on = False

    def clear(self) -> None:
        """Forget what was recorded."""
        with self._lock:
            self._entries.clear()
            self._bytes = 0
            self._evicted = 0

    def entries(self, after: int = 0) -> list[TraceEntry]:
        """Return the entries with a `number` above `after`, oldest first."""
        with self._lock:
            if not self._entries:
                return []
            # Numbers have no gaps.
            known = max(0, after + 1 - self._entries[0].number)
            return list(islice(self._entries, known, None))

    def sent(self, data: bytes | memoryview, *, is_mqtt5: bool) -> None:
        """Record whole packets that are about to be sent."""
        self._add(Direction.SENT, reading.packets_in(data, is_mqtt5=is_mqtt5))

    def received(self, parsed: Parsed, *, is_mqtt5: bool) -> None:
        """Record what one read brought."""
        controls = parsed.controls
        if controls and controls[0][0] & 0xF0 == reading.CONNACK:
            self._controls(controls[:1], is_mqtt5=is_mqtt5)
            controls = controls[1:]
        acknowledged = reading.acknowledgements_in(parsed.acknowledgements)
        if len(parsed.messages) > BURST:
            seen = reading.bursts_seen(parsed.messages, is_mqtt5=is_mqtt5)
        else:
            ids = [number for kind, number in acknowledged if kind != reading.PUBCOMP]
            seen = reading.messages_seen(parsed.messages, ids, is_mqtt5=is_mqtt5)
        self._add(Direction.RECEIVED, seen)
        # Every PUBREL is answered with a PUBCOMP and leaves no other mark.
        released = [number for kind, number in acknowledged if kind == reading.PUBCOMP]
        self._add(
            Direction.RECEIVED, (Seen(reading.PUBREL, number, size_bytes=4) for number in released)
        )
        self._controls(controls, is_mqtt5=is_mqtt5)

    def said(self, direction: Direction, packet: str, words: str | None) -> None:
        """Record what only is known by name."""
        self._append(direction, packet, Seen(0, words=words), None)

    def _controls(self, controls: list[ControlPacket], *, is_mqtt5: bool) -> None:
        self._add(
            Direction.RECEIVED,
            (reading.control_seen(header, body, is_mqtt5=is_mqtt5) for header, body in controls),
        )

    def _add(self, direction: Direction, packets: Iterable[Seen]) -> None:
        now_s = time.monotonic()
        # What is alike stands together, so that a burst can become one entry.
        groups: dict[tuple[int, int, str | None], list[tuple[Seen, float | None]]] = {}
        for seen in packets:
            after_s = self._timed(direction, seen, now_s)
            groups.setdefault((seen.kind, seen.flags, seen.words), []).append((seen, after_s))
        for group in groups.values():
            if len(group) > BURST:
                self._append_burst(direction, group)
            else:
                for seen, after_s in group:
                    self._append(direction, seen.name, seen, after_s)

    def _timed(self, direction: Direction, seen: Seen, now_s: float) -> float | None:
        """Return how long the question to this answer is ago; note when a question is asked."""
        answered = _ANSWERS.get(seen.kind)
        if answered is not None:
            question, is_closed = answered
            key = (_OTHER[direction], question, seen.packet_id)
            asked_at_s = self._asked_at_s.get(key)
            if asked_at_s is None:
                return None
            if is_closed:
                del self._asked_at_s[key]
            return now_s - asked_at_s
        if seen.kind == reading.CONNECT:
            # Questions of the connection before are answered no more.
            self._asked_at_s.clear()
        if seen.kind in _QUESTIONS and (seen.kind != reading.PUBLISH or seen.packet_id):
            self._asked_at_s[(direction, seen.kind, seen.packet_id)] = now_s
        return None

    def _append_burst(self, direction: Direction, group: list[tuple[Seen, float | None]]) -> None:
        first = group[0][0]
        size_bytes = sum(seen.size_bytes or 0 for seen, _ in group)
        times_s = [after_s for _, after_s in group if after_s is not None]
        merged = Seen(
            first.kind, None, first.flags, first.topic, size_bytes, first.words, len(group)
        )
        self._append(direction, first.name, merged, max(times_s, default=None))

    def _append(self, direction: Direction, name: str, seen: Seen, after_s: float | None) -> None:
        qos, is_retained, is_dup = reading.flags_of(seen)
        with self._lock:
            self._number += 1
            self._bytes += _cost(seen.topic, seen.words)
            self._entries.append(
                TraceEntry(
                    self._number,
                    time.time(),
                    direction,
                    name,
                    seen.packet_id,
                    qos,
                    is_retained,
                    is_dup,
                    seen.topic,
                    seen.size_bytes,
                    seen.count,
                    seen.words,
                    after_s,
                )
            )
            while len(self._entries) > self._max_entries or self._bytes > self._max_bytes:
                oldest = self._entries.popleft()
                self._bytes -= _cost(oldest.topic, oldest.words)
                self._evicted += 1


def _cost(topic: bytes | None, words: str | None) -> int:
    return _ENTRY_BYTES + len(topic or b"") + len(words or "")
