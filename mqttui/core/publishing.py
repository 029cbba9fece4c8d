"""What is published, and what became of it.

Nothing claims success before the broker says so: a receipt starts as queued and ends in one of
the outcomes that are final.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PublishProperties:
    """The properties of MQTT 5.0 section 3.3.2.3 that a publisher chooses."""

    content_type: str | None = None
    response_topic: str | None = None
    correlation_data: bytes | None = None
    message_expiry_s: int | None = None
    is_text: bool = False
    user_properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PublishRequest:
    """A message to publish."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    properties: PublishProperties | None = None


class Outcome(Enum):
    """What is known of a message that was to be published.

    SENT is final for QoS 0, which is never acknowledged (MQTT 5.0 section 4.3.1).
    """

    QUEUED = "queued"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    NO_SUBSCRIBERS = "no matching subscribers"
    REFUSED = "refused"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class ReceiptStatus:
    """A snapshot of a receipt.

    `words` says it plainly ("acknowledged in 12 ms", "not authorised"). `latency_s` is the time
    from sending to the broker's last acknowledgement, None before that and for QoS 0.
    """

    outcome: Outcome
    words: str
    is_final: bool = False
    latency_s: float | None = None


class Receipt(Protocol):
    """What a source gives for a request; the network thread replaces `status`."""

    @property
    def request(self) -> PublishRequest:
        """What was asked for."""

    @property
    def status(self) -> ReceiptStatus:
        """The newest snapshot; the same object as long as nothing changed."""
