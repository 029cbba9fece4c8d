"""Retained messages (MQTT 5.0 section 3.3.1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.topic import filter_pattern
from mqttui.demo.broker.routing import has_wildcard

if TYPE_CHECKING:
    from mqttui.demo.broker.packets import Message


class RetainedMessages:
    """The last retained message of every topic that has one."""

    def __init__(self) -> None:
        self._messages: dict[str, Message] = {}
        self._size_bytes = 0

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def size_bytes(self) -> int:
        """The sum of the payloads."""
        return self._size_bytes

    def keep(self, message: Message) -> None:
        """Keep a message in place of the one its topic had; an empty payload clears the topic."""
        topic = message.topic.decode()
        before = self._messages.pop(topic, None)
        if before is not None:
            self._size_bytes -= len(before.payload)
        if message.payload:
            self._messages[topic] = message
            self._size_bytes += len(message.payload)

    def matching(self, topic_filter: str, now_s: float) -> list[Message]:
        """Return the messages that a new subscription to `topic_filter` is sent."""
        if not has_wildcard(topic_filter):
            message = self._messages.get(topic_filter)
            found = [message] if message else []
        else:
            matches = filter_pattern(topic_filter).fullmatch
            found = [message for topic, message in self._messages.items() if matches(topic)]
        return [message for message in found if not message.is_expired(now_s)]

    def forget_expired(self, now_s: float) -> None:
        """Forget messages whose expiry interval has passed."""
        expired = [topic for topic, message in self._messages.items() if message.is_expired(now_s)]
        for topic in expired:
            self._size_bytes -= len(self._messages.pop(topic).payload)
