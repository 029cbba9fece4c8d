"""A session as a test sees it: started, observed, and always stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mqttui.core.source import Phase
from mqttui.transport.session import Session
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.message import RawMessage
    from mqttui.core.source import SourceStatus
    from mqttui.settings.connection import ConnectionSettings


class Listener:
    """A running session and everything that it has delivered so far."""

    def __init__(
        self, settings: ConnectionSettings, *, is_traced: bool = False, **options: Any
    ) -> None:
        self.session = Session(settings, **options)
        if is_traced:
            self.session.trace.start()
        self._messages: list[RawMessage] = []

    @property
    def status(self) -> SourceStatus:
        """The session's newest snapshot."""
        return self.session.status

    @property
    def messages(self) -> list[RawMessage]:
        """Everything received so far, in order."""
        while batches := self.session.drain(10_000):
            for batch in batches:
                self._messages += batch.messages
        return self._messages

    def payloads(self, topic: bytes) -> list[bytes]:
        """Return the payloads received on a topic so far."""
        return [message[1] for message in self.messages if message[0] == topic]

    def wait(
        self, condition: Callable[[SourceStatus], object], deadline_s: float = 15.0
    ) -> SourceStatus:
        """Return the first status that fulfils `condition`."""
        seen: list[SourceStatus] = []

        def fulfilled() -> bool:
            seen[:] = [self.session.status]
            return bool(condition(seen[0]))

        wait_until(fulfilled, lambda: f"a status, the last was {self.status}", deadline_s)
        return seen[0]

    def wait_subscribed(self) -> SourceStatus:
        """Return the status once connected and every filter was answered or left out."""
        return self.wait(
            lambda status: (
                status.phase is Phase.CONNECTED
                and all(not entry.is_pending for entry in status.subscriptions)
            )
        )

    def wait_problem(self) -> SourceStatus:
        """Return the status once the session waits and says why."""
        status = self.wait(lambda status: status.phase is Phase.WAITING)
        assert status.problem
        assert status.advice
        return status

    def wait_payload(self, topic: bytes, payload: bytes) -> None:
        """Return once this message has been received."""
        wait_until(
            lambda: payload in self.payloads(topic),
            lambda: f"{payload!r} on {topic!r}, got {self.payloads(topic)[-5:]}",
        )
