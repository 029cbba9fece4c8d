"""A message on its way to the broker, and what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.broker.reasons import (
    NO_MATCHING_SUBSCRIBERS,
    PACKET_ID_NOT_FOUND,
    UNSPECIFIED_ERROR,
    publish_refusal,
)
from mqttui.core.publishing import Outcome, ReceiptStatus

if TYPE_CHECKING:
    from mqttui.core.publishing import PublishRequest

# Shared by all receipts, so that a burst of messages does not make objects that say the same.
QUEUED = ReceiptStatus(Outcome.QUEUED, "queued")
SENT = ReceiptStatus(Outcome.SENT, "sent", is_final=True)
UNACKNOWLEDGED = ReceiptStatus(Outcome.SENT, "sent, not acknowledged yet")
HELD = ReceiptStatus(
    Outcome.SENT,
    "sent, but the connection ended before the broker acknowledged it: it is sent again when the "
    "connection is back",
)
LOST_UNSENT = ReceiptStatus(
    Outcome.LOST, "lost: the connection ended before it was sent", is_final=True
)
LOST_SENDING = ReceiptStatus(
    Outcome.LOST, "lost: the connection ended while it was being sent", is_final=True
)
LOST = ReceiptStatus(
    Outcome.LOST,
    "lost: the connection ended before the broker acknowledged it",
    is_final=True,
)
LOST_FORGOTTEN = ReceiptStatus(
    Outcome.LOST,
    "lost: the connection ended before the broker acknowledged it, and the broker has forgotten "
    "the session",
    is_final=True,
)


class PublishReceipt:
    """A receipt and, for the network thread alone, where its message stands.

    `packet_id` is 0 while it has none. `is_released` is true for QoS 2 once the broker has
    taken the message (PUBREC) and only the end of the handshake is outstanding; `has_nobody`
    when the broker said then that nobody is subscribed.
    """

    __slots__ = (
        "has_nobody",
        "is_released",
        "packet_id",
        "request",
        "sent_at_s",
        "size_bytes",
        "status",
    )

    def __init__(self, request: PublishRequest, status: ReceiptStatus = QUEUED) -> None:
        self.request = request
        self.status = status
        self.size_bytes = len(request.payload) + len(request.topic)
        self.packet_id = 0
        self.sent_at_s = 0.0
        self.is_released = False
        self.has_nobody = False

    def written(self) -> None:
        """Note that the last byte of the message has been given to the network."""
        if self.status is QUEUED or self.status is HELD:
            self.status = UNACKNOWLEDGED if self.request.qos else SENT

    def refuse(self, why: str) -> None:
        """Note that the message will never be sent."""
        self.status = refused(why)

    def lose(self) -> None:
        """Note that nobody knows what became of the message, or that it was never sent."""
        self.status = LOST_UNSENT if self.status is QUEUED else LOST

    def conclude(self, code: int, reason_text: str | None, now_s: float) -> None:
        """Note the last acknowledgement: PUBACK, PUBCOMP, or a PUBREC that refuses."""
        latency_s = max(0.0, now_s - self.sent_at_s)
        # After a lost connection the broker may have finished with a message before this side.
        is_refused = code >= UNSPECIFIED_ERROR and not (
            self.is_released and code == PACKET_ID_NOT_FOUND
        )
        if is_refused:
            outcome, words = Outcome.REFUSED, publish_refusal(code, reason_text)
        elif self.has_nobody or code == NO_MATCHING_SUBSCRIBERS:
            outcome = Outcome.NO_SUBSCRIBERS
            words = f"no matching subscribers (the broker answered in {_ms(latency_s)})"
        else:
            outcome, words = Outcome.ACKNOWLEDGED, f"acknowledged in {_ms(latency_s)}"
        self.status = ReceiptStatus(outcome, words, is_final=True, latency_s=latency_s)


def refused(why: str) -> ReceiptStatus:
    """Return that a message was not sent because of `why`, a few words or a sentence."""
    return ReceiptStatus(Outcome.REFUSED, f"refused: {why}", is_final=True)


def _ms(seconds: float) -> str:
    ms = seconds * 1000
    if ms < 1:
        return f"{ms:.1f} ms"
    return f"{ms:.0f} ms" if ms < 10_000 else f"{seconds:.0f} s"
