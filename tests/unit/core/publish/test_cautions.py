"""Before a message is sent, what it may do to others is said."""

from __future__ import annotations

import json

from mqttui.core.message import RETAIN, Batch
from mqttui.core.publish.cautions import cautions
from mqttui.core.publish.own_messages import MOST_PER_TOPIC, MOST_TOPICS, OwnMessages
from mqttui.core.publishing import PublishRequest
from mqttui.core.store import TopicStore

NOW = 1000.0


def said(
    request: PublishRequest,
    *received: bytes,
    own: OwnMessages | None = None,
    flags: int = 0,
    oddity: str | None = None,
) -> str:
    """Return the cautions about a message to a topic on which something was received."""
    store = TopicStore()
    store.apply(Batch(NOW - 5, [(request.topic.encode(), p, flags, None) for p in received], 0))
    node = store.find(request.topic)
    return "\n".join(cautions(request, node, own or OwnMessages(), NOW, oddity).values())


def test_an_ordinary_message_needs_no_thought() -> None:
    """A topic with a prefix of its own, and one that others have named already."""
    assert said(PublishRequest("anna-1a2b3c/lamp", b"on")) == ""
    assert said(PublishRequest("My Lamp/set", b"on"), b"off") == ""


def test_a_new_topic_with_a_poor_name() -> None:
    """The rules of topic hygiene, as on their screen."""
    assert "leading slash" in said(PublishRequest("/anna-1a2b3c/x", b""))
    assert "space" in said(PublishRequest("anna-1a2b3c/a b", b""))


def test_topics_of_the_broker() -> None:
    """They are not for clients; that they have no prefix is no matter then."""
    text = said(PublishRequest("$SYS/x", b"1"))
    assert text.startswith("Topics that begin with $ are the broker's own")
    assert "\n" not in text


def test_retained_over_somebody_elses_message() -> None:
    """What was received and not sent from here was published by another."""
    request = PublishRequest("anna-1a2b3c/state", b"mine", 1, retain=True)
    assert "Somebody else publishes to this topic too (last 5 s ago)" in said(request, b"theirs")
    assert "too (retained, its age is unknown)" in said(request, b"theirs", flags=RETAIN)
    own = OwnMessages()
    own.note(request)
    assert said(request, b"mine", own=own) == ""
    assert "Somebody else" in said(request, b"theirs", b"mine", own=own)
    assert said(PublishRequest("anna-1a2b3c/state", b"mine", 1), b"theirs") == ""


def test_retained_commands_and_deletions() -> None:
    """A retained command is carried out again and again; nothing at all deletes."""
    assert "retained command" in said(PublishRequest("anna-1a2b3c/cmd", b"go", 1, retain=True))
    text = said(PublishRequest("anna-1a2b3c/cmd", b"", 1, retain=True))
    assert text.startswith("A retained message without payload deletes")


def test_a_topic_with_several_publishers() -> None:
    """Two interleaved counters look like two programs; a third makes it no better."""
    payloads = [
        json.dumps({"n": n}).encode()
        for pair in zip(range(20), range(900, 920), strict=True)
        for n in pair
    ]
    assert "as if two programs" in said(PublishRequest("anna-1a2b3c/data", b"{}"), *payloads)


def test_a_payload_that_is_nearly_json() -> None:
    """Its fault is told once more."""
    text = said(PublishRequest("anna-1a2b3c/x", b"{"), oddity="Not JSON: a comma too many")
    assert text == "The payload begins like JSON and is none: a comma too many."


def test_own_messages_are_bounded() -> None:
    """The oldest topics and payloads are forgotten, and count as foreign then."""
    own = OwnMessages()
    for number in range(MOST_TOPICS + 1):
        own.note(PublishRequest(f"t/{number}", b"x"))
    store = TopicStore()
    store.apply(Batch(NOW, [(b"t/0", b"x", 0, None), (b"t/1", b"x", 0, None)], 0))
    first, second = store.find("t/0"), store.find("t/1")
    assert first is not None
    assert second is not None
    assert own.foreign(first) is not None
    assert own.foreign(second) is None
    for number in range(MOST_PER_TOPIC):
        own.note(PublishRequest("t/1", b"%d" % number))
    assert own.foreign(second) is not None
