"""Commands that were given to boards, and what became of them."""

from __future__ import annotations

import secrets
from collections import deque
from typing import TYPE_CHECKING

from mqttui.core.publish.conversation import Conversation
from mqttui.core.publish.outbox import Outbox
from mqttui.devices.commands import Reply, question, reply_of
from mqttui.payload.quantities import duration_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.source import MessageSource
    from mqttui.core.store import TopicStore
    from mqttui.devices.commands import BoardCommand

REMEMBERED = 200
"""Commands whose outcome is kept, of all boards together."""


class Order:
    """A command to the board at `path`; `reply` is None until it is over.

    `words` say where it stands, in one sentence.
    """

    def __init__(self, path: str, command: BoardCommand, conversation: Conversation) -> None:
        self.path = path
        self.command = command
        self.reply: Reply | None = None
        self._conversation = conversation
        self.look()

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.reply is not None

    def look(self) -> None:
        """Take the next step."""
        conversation = self._conversation
        if self.is_over:
            return
        conversation.poll()
        answer = conversation.answer
        if answer is not None:
            found = reply_of(self.command, answer.entry[1])
            words = f"{found.words} (answered in {duration_text(answer.after_s)})"
            self.reply = Reply(found.is_ok, words)
        elif conversation.is_over:
            self.reply = Reply(False, conversation.words)
        if self.reply is not None:
            self.words = self.reply.words
        elif conversation.receipt is None:
            self.words = conversation.words
        else:
            self.words = f"{conversation.receipt.status.words}; waiting for the reply"


class Orders:
    """Gives commands and follows them; `look` is called once per frame.

    Clocks as those of `Conversation`.
    """

    def __init__(
        self,
        source: MessageSource,
        store: TopicStore,
        *,
        clock: Callable[[], float],
        wall_clock: Callable[[], float],
    ) -> None:
        self._source = source
        self._store = store
        self._outbox = Outbox(source, wall_clock)
        self._clock = clock
        self._wall_clock = wall_clock
        self._given: deque[Order] = deque(maxlen=REMEMBERED)
        self._waiting: list[Order] = []

    def give(self, path: str, command: BoardCommand, more_s: float = 0.0) -> Order:
        """Send a command to the board at `path` and return what follows it.

        The reply may take `more_s` seconds more than usual, for a board that sleeps.
        """
        conversation = Conversation(
            self._source,
            self._store,
            self._outbox,
            question(path, command, secrets.token_hex(4)),
            timeout_s=command.timeout_s + more_s,
            clock=self._clock,
            wall_clock=self._wall_clock,
        )
        order = Order(path, command, conversation)
        self._given.append(order)
        self._waiting.append(order)
        return order

    def last_of(self, path: str) -> Order | None:
        """Return the last command to a board, None if there was none."""
        return next((order for order in reversed(self._given) if order.path == path), None)

    def look(self) -> None:
        """Take the next step with everything that waits."""
        if self._waiting:
            for order in self._waiting:
                order.look()
            self._waiting = [order for order in self._waiting if not order.is_over]
