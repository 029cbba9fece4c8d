"""A source with a broker inside that only retains: what it was told, it lists."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mqttui.core.publishing import Outcome, ReceiptStatus
from mqttui.core.retained.fetching import RetainedMessage, RetainedStatus
from mqttui.core.source import Phase, SourceStatus
from mqttui.core.topic import filter_matches
from mqttui.transport.publish_encoding import property_block

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mqttui.core.publishing import PublishRequest

QUEUED = ReceiptStatus(Outcome.QUEUED, "queued")
ACKNOWLEDGED = ReceiptStatus(Outcome.ACKNOWLEDGED, "acknowledged in 1 ms", True, 0.001)
SENT = ReceiptStatus(Outcome.SENT, "sent", True)
REFUSED = ReceiptStatus(Outcome.REFUSED, "refused: not authorised", True, 0.001)
NOT_CONNECTED = ReceiptStatus(Outcome.REFUSED, "refused: not connected", True)
LOST = ReceiptStatus(Outcome.LOST, "lost", True)


class Receipt:
    """What became of a request."""

    def __init__(self, request: PublishRequest) -> None:
        self.request = request
        self.status = QUEUED


class Fetch:
    """A question that is answered when it is looked at for the second time."""

    def __init__(self, source: RetainingSource, topic_filter: str) -> None:
        self.topic_filter = topic_filter
        self.messages: list[RetainedMessage] = []
        self.is_cancelled = False
        self._source = source
        self._is_new = True
        self._status = RetainedStatus()

    @property
    def status(self) -> RetainedStatus:
        """Nothing at first, everything then."""
        if self._status.is_done or self._is_new:
            self._is_new = False
            return self._status
        problem = self._source.fetch_problem
        if self._source.status.phase is not Phase.CONNECTED:
            problem = "There is no connection to the broker, so it cannot be asked."
        else:
            self.messages = [
                message
                for topic, message in self._source.retained.items()
                if filter_matches(self.topic_filter, topic.decode("utf-8", "surrogateescape"))
            ]
        size = sum(len(message.payload) for message in self.messages)
        self._status = RetainedStatus(len(self.messages), size, True, problem, 0.02)
        return self._status

    def cancel(self) -> None:
        """Note the call."""
        self.is_cancelled = True


class RetainingSource:
    """Acknowledges what it is given when `answer` is called, or at once while `is_prompt`.

    Topics in `refused` are refused, those in `ignored` acknowledged and not carried out.
    """

    def __init__(self, retained: Iterable[RetainedMessage] = ()) -> None:
        self.retained = {message.topic: message for message in retained}
        self.refused: set[bytes] = set()
        self.ignored: set[bytes] = set()
        self.fetch_problem: str | None = None
        self.is_prompt = True
        self.status = SourceStatus("broker.example:1883", Phase.CONNECTED, protocol="5")
        self.requests: list[PublishRequest] = []
        self.open: list[Receipt] = []

    def fetch_retained(
        self, topic_filter: str, timeout_s: float = 30.0, *, with_qos: bool = False
    ) -> Fetch:
        """Ask."""
        return Fetch(self, topic_filter)

    def publish(self, request: PublishRequest) -> Receipt:
        """Take a message."""
        receipt = Receipt(request)
        if self.status.phase is not Phase.CONNECTED:
            receipt.status = NOT_CONNECTED
            return receipt
        self.requests.append(request)
        self.open.append(receipt)
        if self.is_prompt:
            self.answer()
        return receipt

    def answer(self, count: int | None = None) -> None:
        """Acknowledge the oldest messages and carry them out."""
        now, self.open = self.open[:count], self.open[count:] if count is not None else []
        for receipt in now:
            topic = receipt.request.topic.encode()
            if topic in self.refused:
                receipt.status = REFUSED
                continue
            receipt.status = ACKNOWLEDGED if receipt.request.qos else SENT
            if topic not in self.ignored:
                self._retain(topic, receipt.request)

    def _retain(self, topic: bytes, request: PublishRequest) -> None:
        if not request.payload:
            self.retained.pop(topic, None)
            return
        block = b"" if request.properties is None else property_block(request.properties)
        self.retained[topic] = RetainedMessage(topic, request.payload, request.qos, block)

    def disconnect(self) -> None:
        """Lose the connection, and what was not answered."""
        self.status = replace(self.status, phase=Phase.WAITING)
        for receipt in self.open:
            receipt.status = LOST
        self.open.clear()

    def reconnect(self) -> None:
        """Be back."""
        self.status = replace(self.status, phase=Phase.CONNECTED)
