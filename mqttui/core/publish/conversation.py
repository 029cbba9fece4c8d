"""One request and the wait for its answer, step by step; nothing here blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.publish.asking import Answer, Question, Wait, covering
from mqttui.core.publishing import Outcome
from mqttui.payload.printable import printable
from mqttui.payload.quantities import duration_text
from mqttui.settings.connection import Subscription

if TYPE_CHECKING:
    from collections.abc import Callable

    from mqttui.core.node import TopicNode
    from mqttui.core.publish.outbox import Outbox
    from mqttui.core.publishing import Receipt
    from mqttui.core.source import MessageSource, SubscriptionStatus
    from mqttui.core.store import TopicStore

_ANSWER_QOS = 1
_NEVER_SEND_RETAINED = 2


class Conversation:
    """Subscribes to the answer's topic if need be, sends, waits, and unsubscribes again.

    `poll` takes the next step; `words` says where it stands. Clocks: `clock` is monotonic and
    measures patience, `wall_clock` is that of received messages.
    """

    def __init__(
        self,
        source: MessageSource,
        store: TopicStore,
        outbox: Outbox,
        question: Question,
        *,
        timeout_s: float,
        clock: Callable[[], float],
        wall_clock: Callable[[], float],
    ) -> None:
        self.question = question
        self.answer: Answer | None = None
        self.receipt: Receipt | None = None
        self.is_over = False
        self.words = ""
        self._source = source
        self._store = store
        self._outbox = outbox
        self._timeout_s = timeout_s
        self._clock = clock
        self._wall_clock = wall_clock
        self._wait: Wait | None = None
        self._has_subscribed = False
        self._due_s = clock() + timeout_s
        self._listen()

    @property
    def topic(self) -> str:
        """The answer's topic, safe for a terminal."""
        return printable(self.question.answer_topic)

    @property
    def node(self) -> TopicNode | None:
        """What was received on the answer's topic."""
        return self._store.find(self.question.answer_topic)

    def poll(self) -> None:
        """Look at what has happened, and go on."""
        if self.is_over:
            return
        if self._wait is None or self.receipt is None:
            self._await_subscription()
            return
        answer = self._wait.look(self.node)
        status = self.receipt.status
        if answer is not None:
            self.answer = answer
            self._end(f"answered in {duration_text(answer.after_s)} on {self.topic}")
        elif status.outcome in (Outcome.REFUSED, Outcome.LOST):
            self._end(status.words)
        elif self._clock() >= self._due_s:
            words = self._wait.missed_words(self._timeout_s)
            if status.outcome is Outcome.NO_SUBSCRIBERS:
                words += " Nobody is subscribed to the topic of the request."
            self._end(words)
        else:
            self.words = f"{status.words}; waiting for the answer on {self.topic} (esc gives up)"

    def cancel(self) -> None:
        """Wait no longer."""
        if not self.is_over:
            self._end("given up" if self.receipt is None else "sent; given up waiting")

    def _end(self, words: str) -> None:
        self.is_over = True
        self.words = words
        if self._has_subscribed:
            self._source.unsubscribe(self.question.answer_topic)

    def _covering(self) -> tuple[SubscriptionStatus | None, SubscriptionStatus | None]:
        return covering(self._source.status.subscriptions, self.question.answer_topic)

    def _listen(self) -> None:
        granted, same = self._covering()
        if granted is not None:
            self._ask()
            return
        self.words = f"subscribing to {self.topic}"
        if same is None:
            is_mqtt5 = self._source.status.protocol == "5"
            handling = _NEVER_SEND_RETAINED if is_mqtt5 else 0
            topic = self.question.answer_topic
            self._has_subscribed = True
            self._source.subscribe(Subscription(topic, _ANSWER_QOS, retain_handling=handling))
        elif same.is_paused:
            self._end(f"not sent: the subscription to {self.topic} is paused")

    def _await_subscription(self) -> None:
        granted, same = self._covering()
        if granted is not None:
            self._ask()
        elif same is not None and same.problem is not None:
            self._end(f"not sent, nobody could hear the answer: {same.problem}")
        elif self._clock() >= self._due_s:
            self._end(f"not sent: the broker does not answer the subscription to {self.topic}")

    def _ask(self) -> None:
        self._wait = Wait(self.question, self.node, self._wall_clock())
        self.receipt = self._outbox.send(self.question.request)
        self._due_s = self._clock() + self._timeout_s
        self.poll()
