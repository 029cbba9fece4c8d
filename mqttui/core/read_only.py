"""A source that only listens: for a projector, for a guest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mqttui.core.passing_source import PassingSource
from mqttui.core.publishing import Outcome, ReceiptStatus

if TYPE_CHECKING:
    from mqttui.core.publishing import PublishRequest, Receipt

REFUSED = ReceiptStatus(Outcome.REFUSED, "not sent: mqttui may only read", is_final=True)


@dataclass(frozen=True, slots=True)
class _Refusal:
    request: PublishRequest
    status: ReceiptStatus = REFUSED


class ReadOnlySource(PassingSource):
    """Passes everything on to another source but what would change something on the broker.

    To subscribe changes nothing for others.
    """

    def publish(self, request: PublishRequest) -> Receipt:
        """Refuse."""
        return _Refusal(request)
