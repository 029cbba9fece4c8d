"""A source whose every receipt is followed by a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.passing_source import PassingSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.publishing import PublishRequest, Receipt
    from mqttui.core.source import MessageSource


class LoggedSource(PassingSource):
    """Hands every receipt to `follow` as well, whoever publishes."""

    def __init__(self, source: MessageSource, follow: Callable[[Receipt], None]) -> None:
        super().__init__(source)
        self._follow = follow

    def publish(self, request: PublishRequest) -> Receipt:
        """Publish a message."""
        receipt = self._source.publish(request)
        self._follow(receipt)
        return receipt
