"""Request and response: which message answers one that was sent.

By MQTT 5.0 section 4.10 the request names a response topic and carries correlation data, which
the answer brings back. Before MQTT 5 conventions do the same: a sibling topic, and an `id` in the
JSON of both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mqttui.core.message import RETAIN
from mqttui.core.publish.conventions import answer_topic_of, id_of
from mqttui.core.publish_properties import UnreadableProperties, properties_of
from mqttui.core.publishing import PublishProperties
from mqttui.core.topic import filter_matches, topic_problem
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mqttui.core.node import Entry, TopicNode
    from mqttui.core.publishing import PublishRequest
    from mqttui.core.source import SubscriptionStatus

OWN_TOPIC = "mqttui/reply"
"""Where answers go, one level further, when neither user nor convention says."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request and how its answer is recognised.

    `correlation` is None without MQTT 5, `id` when the payload has none. On a topic that
    `is_for_one` everything is an answer.
    """

    request: PublishRequest
    answer_topic: str
    correlation: bytes | None
    id: str | int | None
    is_for_one: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The message that answers; `after_s` is the time from sending to receiving it."""

    entry: Entry
    after_s: float


def question_of(
    request: PublishRequest, *, is_mqtt5: bool, token: bytes, answer_topic: str = ""
) -> Question:
    """Return a request made into a question; raise `ValueError` with one plain sentence.

    `token` is random: it becomes correlation data unless the request has some, and names a
    response topic where there is none else. `answer_topic` is where the user expects the answer,
    empty if that is for others to say.
    """
    properties = request.properties
    if properties is not None and properties.response_topic:
        answer_topic = properties.response_topic
    found = answer_topic or answer_topic_of(request.topic)
    is_for_one = found is None
    if found is None:
        if not is_mqtt5:
            raise ValueError(
                "Where is the answer? The topic does not end in /cmd, so type a response topic "
                "among the properties."
            )
        found = f"{OWN_TOPIC}/{token.hex()}"
    if problem := topic_problem(found):
        raise ValueError(f"Response topic: {problem}")
    identifier = id_of(request.payload)
    if not is_mqtt5:
        if identifier is None:
            raise ValueError(
                "The answer is recognised by an id: send a JSON object with one, like "
                '{"id": "{{hex 4}}"}.'
            )
        return Question(request, found, None, identifier)
    properties = properties or PublishProperties()
    correlation = properties.correlation_data or token
    properties = replace(properties, response_topic=found, correlation_data=correlation)
    return Question(
        replace(request, properties=properties), found, correlation, identifier, is_for_one
    )


def answer_properties(block: bytes) -> tuple[str | None, bytes | None]:
    """Return response topic and correlation data of a property block, None where it has none.

    A block that cannot be read has none.
    """
    try:
        properties = properties_of(block)
    except UnreadableProperties:
        return None, None
    if properties is None:
        return None, None
    return properties.response_topic, properties.correlation_data


def covering(
    subscriptions: Iterable[SubscriptionStatus], topic: str
) -> tuple[SubscriptionStatus | None, SubscriptionStatus | None]:
    """Return a granted subscription that delivers `topic`, and the one to exactly that topic.

    Shared subscriptions deliver to one of several clients, so they cannot be relied on.
    """
    same = None
    granted = None
    for entry in subscriptions:
        if entry.topic_filter == topic:
            same = entry
        is_granted = entry.granted_qos is not None and not entry.is_paused
        if (
            is_granted
            and not entry.topic_filter.startswith("$share/")
            and filter_matches(entry.topic_filter, topic)
        ):
            granted = entry
    return granted, same


class Wait:
    """Waits for the answer to a question among what is received on its topic.

    `others` counts messages there that answer something else. Times are wall-clock seconds.
    """

    def __init__(self, question: Question, node: TopicNode | None, sent_at: float) -> None:
        self.question = question
        self.others = 0
        self._sent_at = sent_at
        self._seen = node.messages if node is not None else 0

    def look(self, node: TopicNode | None) -> Answer | None:
        """Return the answer if it has come to `node`, the node of the answer's topic."""
        if node is None or node.messages <= self._seen:
            return None
        fresh = node.entries()[-(node.messages - self._seen) :]
        self._seen = node.messages
        for entry in fresh:
            if entry[2] & RETAIN:
                # It was there before the question.
                continue
            if self._answers(entry):
                return Answer(entry, max(0.0, entry[0] - self._sent_at))
            self.others += 1
        return None

    def _answers(self, entry: Entry) -> bool:
        question = self.question
        if question.is_for_one:
            return True
        if question.correlation is not None and entry[3] is not None:
            _, correlation = answer_properties(entry[3].properties)
            if correlation == question.correlation:
                return True
        # Also under MQTT 5: a board that knows only 3.1.1 gives no correlation data back.
        identifier = id_of(entry[1]) if question.id is not None else None
        return identifier is not None and identifier == question.id

    def missed_words(self, timeout_s: float) -> str:
        """Return in a sentence that no answer came, and what may be the cause."""
        topic = printable(self.question.answer_topic)
        words = f"No answer on {topic} within {timeout_s:g} s"
        if not self.others:
            return f"{words}."
        if self.question.id is None:
            signs = "the correlation data"
        elif self.question.correlation is None:
            signs = f"the id {printable(str(self.question.id))}"
        else:
            signs = f"the correlation data or the id {printable(str(self.question.id))}"
        plural = "message" if self.others == 1 else "messages"
        return f"{words}; {self.others:,} {plural} came there without {signs}."
