"""The message that is shown, decoded no more often than it must be. No Textual here."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from mqttui.payload.registry import AUTOMATIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.message_reader import MessageReader
    from mqttui.core.node import Entry, TopicNode
    from mqttui.payload.decoded import Decoded

DECODING_SHARE = 0.05
"""Share of the time that may go into laying out a value that changes all the time."""

FIRST_SIGHT_BYTES = 8_000
"""Of a message that was just selected so much is shown at once, the rest with the next frame."""


class ShownValue:
    """Decodes one message of a topic after the other, as the user chose it for the topic.

    `entry` is the message that is shown, `decoded` what it says. `chosen_for` is the topic filter
    for which its decoder was chosen, None if nobody chose it.
    """

    def __init__(
        self,
        reader: MessageReader,
        limit_bytes: int,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.entry: Entry | None = None
        self.decoded: Decoded | None = None
        self.chosen_for: str | None = None
        self._reader = reader
        self._limit_bytes = limit_bytes
        self._clock = clock
        self._layout: tuple[int, int] | None = None
        self._again_at = 0.0
        self._is_first_sight = False

    def forget(self) -> None:
        """Show nothing; of the next message the beginning comes first."""
        self.entry = self.decoded = self.chosen_for = None
        self._is_first_sight = False
        self._again_at = 0.0

    def hurry(self) -> None:
        """Decode the next message whatever the last one cost: somebody chose it."""
        self._again_at = 0.0

    def update(
        self,
        node: TopicNode,
        entry: Entry,
        hex_row_bytes: int,
        *,
        is_live: bool,
        may_finish: bool,
    ) -> bool:
        """Decode a message if it is time to; return whether `decoded` is another.

        While it `is_live` the next message may wait for its turn. What was begun at first sight is
        finished when it `may_finish`.
        """
        layout = (hex_row_bytes, self._reader.version)
        shown, is_same_layout = self.entry, layout == self._layout
        finishes = self._is_first_sight and may_finish
        is_news_only = is_same_layout and not finishes
        if entry is shown and is_news_only:
            return False
        started = self._clock()
        if is_live and is_news_only and started < self._again_at:
            return False
        self.entry = entry
        if is_news_only and shown is not None and (entry[1], entry[3]) == (shown[1], shown[3]):
            return False
        self._layout = layout
        self._is_first_sight = shown is None and len(entry[1]) > 2 * FIRST_SIGHT_BYTES
        limit_bytes = self._limit_bytes
        if self._is_first_sight:
            limit_bytes = min(limit_bytes, FIRST_SIGHT_BYTES)
        topic = node.path
        rule = self._reader.rule_for(topic)
        is_chosen = rule is not None and rule.decoder != AUTOMATIC
        self.chosen_for = rule.topic_filter if rule is not None and is_chosen else None
        before = self.decoded
        self.decoded = self._reader.decode(topic, entry, limit_bytes, hex_row_bytes=hex_row_bytes)
        if self.needs_picture and before is not None:
            # The picture before stands until the new one is made.
            self.decoded = replace(self.decoded, picture=before.picture)
        ended = self._clock()
        self._again_at = ended + (ended - started) / DECODING_SHARE
        return True

    @property
    def needs_picture(self) -> bool:
        """Whether the message is an image."""
        return self.decoded is not None and self.decoded.kind == "image"

    def with_picture(self, topic: str, entry: Entry) -> Decoded:
        """Return an image with its picture; takes long, and may be called on a thread."""
        return self._reader.decode(topic, entry, self._limit_bytes, wants_picture=True)
