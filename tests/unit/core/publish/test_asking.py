"""An answer is told from other messages, by MQTT 5 and by convention."""

from __future__ import annotations

import pytest

from mqttui.core.message import RETAIN, Batch, MessageDetail
from mqttui.core.publish.asking import Question, Wait, covering, question_of
from mqttui.core.publish.draft import MessageDraft, PayloadMode, PropertiesDraft
from mqttui.core.publish.replying import again, reply_to
from mqttui.core.publishing import PublishProperties, PublishRequest
from mqttui.core.source import SubscriptionStatus
from mqttui.core.store import TopicStore
from mqttui.transport.publish_encoding import property_block

TOKEN = b"\x01\x02\x03\x04"
CMD = PublishRequest("lab/b1/cmd", b'{"id": "a7", "op": "get"}', 1)


def detail(**properties: object) -> MessageDetail:
    """Return what a message with these properties carries."""
    return MessageDetail(property_block(PublishProperties(**properties)))  # type: ignore[arg-type]


def answered(question: Question, *messages: tuple[bytes, int, MessageDetail | None]):
    """Return the wait and what it finds when these messages come to the answer's topic."""
    store = TopicStore()
    topic = question.answer_topic.encode()
    store.apply(Batch(9.0, [(topic, b'{"id": "a7"}', 0, None)], 0))
    wait = Wait(question, store.find(topic), 10.0)
    assert wait.look(store.find(topic)) is None
    store.apply(Batch(10.5, [(topic, *message) for message in messages], 0))
    return wait, wait.look(store.find(topic))


def test_mqtt_5_brings_its_correlation_data_back() -> None:
    """The request names topic and data; the message that has the data answers."""
    question = question_of(PublishRequest("lab/do", b"x", 1), is_mqtt5=True, token=TOKEN)
    assert question.answer_topic == "mqttui/reply/01020304"
    assert question.request.properties == PublishProperties(
        response_topic=question.answer_topic, correlation_data=TOKEN
    )
    properties = PublishProperties("text/plain", "own/topic", b"own")
    question = question_of(
        PublishRequest("lab/do", b"x", 1, properties=properties), is_mqtt5=True, token=TOKEN
    )
    assert question.request.properties == properties
    wait, answer = answered(
        question,
        (b"other", 0, detail(correlation_data=b"other")),
        (b"none", 0, None),
        (b"yes", 0, detail(user_properties=(("a", "b"),), correlation_data=b"own")),
    )
    assert answer is not None
    assert (answer.entry[1], answer.after_s, wait.others) == (b"yes", 0.5, 2)


def test_the_convention_is_a_topic_and_an_id() -> None:
    """`…/cmd` is answered on `…/reply` by the message with the same id."""
    question = question_of(CMD, is_mqtt5=False, token=TOKEN)
    assert question == Question(CMD, "lab/b1/reply", None, "a7")
    wait, answer = answered(
        question,
        (b'{"id": "b8"}', 0, None),
        (b'{"id": ["a7"]}', 0, None),
        (b'{"id": "a7", "old": true}', RETAIN, None),
        (b'{"ok": true, "id": "a7"}', 0, None),
    )
    assert answer is not None
    assert answer.entry[1] == b'{"ok": true, "id": "a7"}'
    assert wait.others == 2


def test_a_board_without_mqtt_5_answers_by_id() -> None:
    """Also where correlation data was sent; true and 1 are not the same id."""
    question = question_of(CMD, is_mqtt5=True, token=TOKEN)
    assert question.answer_topic == "lab/b1/reply"
    _, answer = answered(question, (b'{"id": "a7"}', 0, None))
    assert answer is not None
    numbered = question_of(PublishRequest("a/cmd", b'{"id": 1}'), is_mqtt5=False, token=TOKEN)
    assert answered(numbered, (b'{"id": true}', 0, None))[1] is None
    assert answered(numbered, (b'{"id": 1}', 0, None))[1] is not None


def test_on_a_topic_of_its_own_everything_answers() -> None:
    """A responder that forgets the correlation data is understood there."""
    question = question_of(PublishRequest("lab/do", b"x"), is_mqtt5=True, token=TOKEN)
    assert answered(question, (b"yes", 0, None))[1] is not None


def test_the_users_topic_comes_before_the_convention() -> None:
    """Under MQTT 3.1.1 it is not sent, but listened to."""
    question = question_of(CMD, is_mqtt5=False, token=TOKEN, answer_topic="lab/answers")
    assert question.answer_topic == "lab/answers"


@pytest.mark.parametrize(
    ("request_", "is_mqtt5", "words"),
    [
        (PublishRequest("lab/do", b'{"id": 1}'), False, "type a response topic"),
        (PublishRequest("lab/cmd", b"x"), False, "send a JSON object with one"),
        (PublishRequest("lab/cmd", b'{"id": null}'), False, "send a JSON object with one"),
        (PublishRequest("lab/cmd", b"{" * 70_000), False, "send a JSON object with one"),
        (
            PublishRequest("lab/cmd", b"", properties=PublishProperties(response_topic="a/#")),
            True,
            "Response topic: A topic to publish to",
        ),
    ],
)
def test_what_a_question_lacks_is_said(
    request_: PublishRequest, is_mqtt5: bool, words: str
) -> None:
    """Nothing is sent that could not be answered."""
    with pytest.raises(ValueError, match=words):
        question_of(request_, is_mqtt5=is_mqtt5, token=TOKEN)


def test_what_was_missed_is_explained() -> None:
    """Silence, and messages that were there but did not fit."""
    question = question_of(CMD, is_mqtt5=False, token=TOKEN)
    wait, _ = answered(question)
    assert wait.missed_words(5) == "No answer on lab/b1/reply within 5 s."
    wait, _ = answered(question, (b"x", 0, None))
    assert wait.missed_words(0.5) == (
        "No answer on lab/b1/reply within 0.5 s; 1 message came there without the id a7."
    )


def test_which_subscription_brings_the_answer() -> None:
    """A granted one that matches, not one that is paused, refused or shared with others."""
    granted = SubscriptionStatus("lab/#", 0, 0)
    unusable = [
        SubscriptionStatus("lab/+/reply", 0),
        SubscriptionStatus("#", 0, 0, is_paused=True),
        SubscriptionStatus("+/b1/reply", 0, problem="refused"),
        SubscriptionStatus("$share/g/lab/#", 0, 0),
    ]
    assert covering(unusable, "lab/b1/reply") == (None, None)
    assert covering([*unusable, granted], "lab/b1/reply") == (granted, None)
    same = SubscriptionStatus("lab/b1/reply", 0)
    assert covering([same], "lab/b1/reply") == (None, same)


def entry(payload: bytes, found: MessageDetail | None = None):
    """Return a message as the store keeps it."""
    return (1.0, payload, 0, found)


def test_reply_to_a_message() -> None:
    """Its response topic comes first, then what the name of its topic says."""
    found = detail(response_topic="a/b", correlation_data=b"\0\1")
    assert reply_to("any/topic", entry(b"x", found)) == MessageDraft(
        "a/b", qos=1, has_variables=False, properties=PropertiesDraft(correlation="0x0001")
    )
    assert reply_to("lab/cmd", entry(b'{"id": 7}')) == MessageDraft(
        "lab/reply", PayloadMode.JSON, '{"id": 7}', 1, has_variables=False
    )
    assert reply_to("lab/reply", entry(b'{"id": 7}')) == MessageDraft("lab/cmd", qos=1)
    assert reply_to("lab/data", entry(b"x")) is None
    assert reply_to("lab/data", entry(b"x", detail(response_topic="a/#"))) is None


def test_a_message_can_be_taken_over() -> None:
    """Text stays text, bytes become hex; what is cut is not offered as if it were whole."""
    assert again("t", entry(b"{{x}}")) == MessageDraft("t", text="{{x}}", has_variables=False)
    assert again("t", entry(b"\0\xff")) == MessageDraft(
        "t", PayloadMode.HEX, "00 ff", has_variables=False
    )
    assert again("t", entry(b"x", MessageDetail(full_size_bytes=99))) is None
    assert again("t", entry(bytes(300_000))) is None


def test_properties_that_cannot_be_read_say_nothing() -> None:
    """No response topic is taken from a block that breaks the rules."""
    cut = MessageDetail(property_block(PublishProperties(response_topic="a/b"))[:-1])
    assert reply_to("lab/data", entry(b"x", cut)) is None
