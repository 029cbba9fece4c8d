"""The queue between the network thread and the reader of messages, bounded by count and bytes."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mqttui.core.message import QOS_MASK, RETAIN, Batch
from mqttui.transport.packet_stream import size_of

if TYPE_CHECKING:
    from mqttui.core.message import RawMessage

DROPPED_QOS_0 = "inbox full"
DROPPED_OTHER = "inbox full (retained or QoS 1 and 2)"


@dataclass(frozen=True, slots=True)
class InboxCounters:
    """A snapshot; at any time `received` is what was drained, is `waiting` and was `dropped`.

    `received_bytes` and `waiting_bytes` count topics, payloads and properties. `dropped` maps a
    cause to a number of messages; causes that never happened are absent.
    """

    received: int = 0
    received_bytes: int = 0
    waiting: int = 0
    waiting_bytes: int = 0
    dropped: dict[str, int] = field(default_factory=dict)


class _Thinned:
    """A batch that lost messages: `kept` may not be dropped lightly, `unseen` not looked at yet.

    `unseen` is in reverse order, so that the oldest message is taken off at no cost.
    """

    __slots__ = ("kept", "received_at", "size_bytes", "unseen")

    def __init__(self, batch: Batch) -> None:
        self.received_at = batch.received_at
        self.kept: deque[RawMessage] = deque()
        self.unseen = batch.messages[::-1]
        self.size_bytes = batch.size_bytes

    def batch(self) -> Batch:
        """Return what is left, oldest first."""
        return Batch(self.received_at, [*self.kept, *reversed(self.unseen)], self.size_bytes)


class Inbox:
    """Batches on their way from one thread to another; neither waits for the other's work.

    When more than `max_messages` or `max_bytes` wait, `put` drops the oldest QoS 0 messages that
    are not retained first, then the oldest of the rest. Every message is looked at once at most
    for that, however long the overload lasts.
    """

    def __init__(self, max_messages: int, max_bytes: int) -> None:
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        # How many messages are looked at before a reader that waits gets its turn.
        self._step = 2048
        # Oldest first: batches of which only what is worth keeping is left, at most one that is
        # being thinned, and those that nobody has looked at.
        self._thinned: deque[_Thinned] = deque()
        self._thinning: _Thinned | None = None
        self._whole: deque[Batch] = deque()
        self._received = 0
        self._received_bytes = 0
        self._waiting = 0
        self._waiting_bytes = 0
        self._dropped: dict[str, int] = {}

    def put(self, batch: Batch) -> None:
        """Add a batch, which belongs to the inbox from now on; drop what is too much."""
        count = len(batch.messages)
        if not count:
            return
        with self._lock:
            self._whole.append(batch)
            self._received += count
            self._received_bytes += batch.size_bytes
            self._waiting += count
            self._waiting_bytes += batch.size_bytes
            is_fitting = self._has_made_room()
        while not is_fitting:
            # Lets a reader in that waits for the lock.
            time.sleep(0)
            with self._lock:
                is_fitting = self._has_made_room()

    def drain(self, max_messages: int) -> list[Batch]:
        """Take waiting batches, oldest first, until `max_messages` are reached.

        At least one batch is returned when any waits.
        """
        batches: list[Batch] = []
        count = 0
        with self._lock:
            while self._waiting and (count < max_messages or not batches):
                batch = self._take_oldest()
                taken = len(batch.messages)
                if taken:
                    batches.append(batch)
                    count += taken
                    self._waiting -= taken
                    self._waiting_bytes -= batch.size_bytes
        return batches

    @property
    def counters(self) -> InboxCounters:
        """A snapshot of the counters."""
        with self._lock:
            return InboxCounters(
                self._received,
                self._received_bytes,
                self._waiting,
                self._waiting_bytes,
                dict(self._dropped),
            )

    @property
    def _is_over(self) -> bool:
        return self._waiting > self._max_messages or self._waiting_bytes > self._max_bytes

    def _has_made_room(self) -> bool:
        """Drop what is too much, in one bounded step; return whether that was enough."""
        if self._is_over:
            self._drop_light()
        if self._is_over and not self._whole and self._thinning is None:
            self._drop_oldest()
        return not self._is_over

    def _take_oldest(self) -> Batch:
        if self._thinned:
            return self._thinned.popleft().batch()
        if self._thinning is not None:
            thinning, self._thinning = self._thinning, None
            return thinning.batch()
        return self._whole.popleft()

    def _drop_light(self) -> None:
        """Drop QoS 0 messages that are not retained, oldest first, while there are too many.

        Looks at `_step` messages at most.
        """
        light = QOS_MASK | RETAIN
        dropped = dropped_bytes = looked_at = 0
        excess = self._waiting - self._max_messages
        excess_bytes = self._waiting_bytes - self._max_bytes
        while (excess > dropped or excess_bytes > dropped_bytes) and looked_at < self._step:
            thinning = self._thinning
            if thinning is None:
                if not self._whole:
                    break
                thinning = self._thinning = _Thinned(self._whole.popleft())
            size_before = dropped_bytes
            unseen, kept = thinning.unseen, thinning.kept
            while (
                unseen
                and (excess > dropped or excess_bytes > dropped_bytes)
                and looked_at < self._step
            ):
                looked_at += 1
                message = unseen.pop()
                if message[2] & light:
                    kept.append(message)
                else:
                    dropped += 1
                    dropped_bytes += size_of(message)
            thinning.size_bytes -= dropped_bytes - size_before
            if not unseen:
                self._thinning = None
                if kept:
                    self._thinned.append(thinning)
        self._count_dropped(DROPPED_QOS_0, dropped, dropped_bytes)

    def _drop_oldest(self) -> None:
        """Drop the oldest messages, whatever they are, `_step` of them at most.

        Every batch has been thinned before.
        """
        dropped = dropped_bytes = 0
        excess = self._waiting - self._max_messages
        excess_bytes = self._waiting_bytes - self._max_bytes
        while (excess > dropped or excess_bytes > dropped_bytes) and dropped < self._step:
            oldest = self._thinned[0]
            size = size_of(oldest.kept.popleft())
            oldest.size_bytes -= size
            dropped += 1
            dropped_bytes += size
            if not oldest.kept:
                self._thinned.popleft()
        self._count_dropped(DROPPED_OTHER, dropped, dropped_bytes)

    def _count_dropped(self, cause: str, count: int, size_bytes: int) -> None:
        if count:
            self._dropped[cause] = self._dropped.get(cause, 0) + count
            self._waiting -= count
            self._waiting_bytes -= size_bytes
