"""What a broker retains now, asked for by a fresh subscription."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class RetainedMessage:
    """A retained message as the broker delivers it.

    `topic` is the topic name as UTF-8 bytes. `qos` is that of the publisher when the fetch asked
    for it, else 0. `properties` is the MQTT 5 property block as it came. `full_size_bytes` is
    the size of the payload when only its head was kept, else None: such a message cannot be put
    back.
    """

    topic: bytes
    payload: bytes
    qos: int
    properties: bytes = b""
    full_size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class RetainedStatus:
    """How far a fetch has come.

    `is_done` is true when no more follows, `took_s` is then the time since the question.
    `problem` is a plain sentence when the list may not be complete then: the connection failed,
    was refused, took too long or brought too much.
    """

    count: int = 0
    size_bytes: int = 0
    is_done: bool = False
    problem: str | None = None
    took_s: float | None = None

    @property
    def is_complete(self) -> bool:
        """Whether everything that the broker retains under the filter is there."""
        return self.is_done and self.problem is None


class RetainedFetch(Protocol):
    """A question for the broker that is under way; polled."""

    @property
    def topic_filter(self) -> str:
        """What was asked for."""

    @property
    def status(self) -> RetainedStatus:
        """The newest snapshot; the same object as long as nothing changed."""

    @property
    def messages(self) -> Sequence[RetainedMessage]:
        """What has come so far, each topic once; complete when `status.is_complete`.

        It changes while the fetch is under way: a long list is asked for until it comes twice
        alike, because brokers drop without a word what they cannot send at once.
        """

    def cancel(self) -> None:
        """End the fetch; what has come stays."""
