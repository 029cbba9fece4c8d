"""Where messages of the form leave, and what is known of them afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.publish.own_messages import OwnMessages
from mqttui.core.publish.tally import Tally
from mqttui.core.publish.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.publishing import PublishRequest, Receipt
    from mqttui.core.source import MessageSource


class Outbox:
    """Hands messages to a source and remembers which were its own.

    `tally` counts the messages that were sent one by one; a run counts its own.
    """

    def __init__(self, source: MessageSource, wall_clock: Callable[[], float]) -> None:
        self.own = OwnMessages()
        self.variables = Variables()
        self.tally = Tally()
        self._source = source
        self._wall_clock = wall_clock

    def send(self, request: PublishRequest) -> Receipt:
        """Publish one message."""
        receipt = self.send_in_run(request)
        self.tally.add(receipt)
        return receipt

    def send_in_run(self, request: PublishRequest) -> Receipt:
        """Publish one message of several, which somebody else counts."""
        self.own.note(request)
        receipt = self._source.publish(request)
        self.variables.advance()
        return receipt
