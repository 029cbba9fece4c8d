"""A draft becomes the message that is published, or each field tells what is wrong with it."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.core.publish.composing import (
    Composed,
    compose,
    correlation_of,
    correlation_text,
)
from mqttui.core.publish.draft import MessageDraft, PayloadMode, PropertiesDraft
from mqttui.core.publish.variables import Moment
from mqttui.core.publishing import PublishProperties, PublishRequest


def composed(
    draft: MessageDraft, *, is_mqtt5: bool = True, file_payload: bytes | None = None
) -> Composed:
    """Return what a draft comes to at some moment."""
    moment = Moment(1000.0, 4, Random(1))
    return compose(draft, moment, is_mqtt5=is_mqtt5, file_payload=file_payload)


def test_everything_of_a_draft_is_in_the_message() -> None:
    """Topic and payload are expanded, properties read as they were typed."""
    draft = MessageDraft(
        topic="lab/{{counter}}",
        mode=PayloadMode.JSON,
        text='{"n": {{counter}}}',
        qos=2,
        retain=True,
        properties=PropertiesDraft(
            content_type="application/json",
            response_topic="lab/reply",
            correlation="0x00ff",
            expiry="60",
            is_text=True,
            user_properties="a=1\n\n b = x=y \n",
        ),
    )
    found = composed(draft)
    assert found.request == PublishRequest(
        "lab/5",
        b'{"n": 5}',
        2,
        True,
        PublishProperties(
            "application/json", "lab/reply", b"\0\xff", 60, True, (("a", "1"), ("b", "x=y"))
        ),
    )
    assert (found.problems, found.verdict) == ({}, "valid JSON")


def test_without_mqtt_5_the_properties_are_left_out() -> None:
    """The message is sent all the same, and it is told."""
    draft = MessageDraft("t", properties=PropertiesDraft(expiry="no number"))
    found = composed(draft, is_mqtt5=False)
    assert found.request == PublishRequest("t", b"")
    assert found.properties_left_out
    assert not composed(MessageDraft("t"), is_mqtt5=False).properties_left_out


@pytest.mark.parametrize(
    ("draft", "field", "words"),
    [
        (MessageDraft(""), "topic", "at least one character"),
        (MessageDraft("a/+"), "topic", "must not contain the wildcards"),
        (MessageDraft("a/{{x}}"), "topic", "{{x}} is not a variable"),
        (MessageDraft("a", text="{{x}}"), "text", "{{x}} is not a variable"),
        (MessageDraft("a", PayloadMode.JSON, "{"), "text", "Not JSON"),
        (MessageDraft("a", PayloadMode.FILE, " "), "text", "Type the path of a file."),
        (MessageDraft("a", properties=PropertiesDraft(correlation="0xf")), "correlation", "0x"),
        (MessageDraft("a", properties=PropertiesDraft(expiry="-1")), "expiry", "seconds"),
        (MessageDraft("a", properties=PropertiesDraft(expiry="9999999999")), "expiry", "seconds"),
        (
            MessageDraft("a", properties=PropertiesDraft(response_topic="a/#")),
            "response_topic",
            "wildcards",
        ),
        (
            MessageDraft("a", properties=PropertiesDraft(user_properties="a")),
            "user_properties",
            "name=value",
        ),
        (
            MessageDraft("a", PayloadMode.HEX, "ff", properties=PropertiesDraft(is_text=True)),
            "properties",
            "not valid UTF-8",
        ),
    ],
)
def test_each_field_tells_what_is_wrong(draft: MessageDraft, field: str, words: str) -> None:
    """Nothing is sent, and the sentence stands with its field."""
    found = composed(draft)
    assert found.request is None
    assert list(found.problems) == [field]
    assert words in found.problems[field]


def test_variables_can_be_turned_off() -> None:
    """A template of somebody else's is sent as it is; hex and base64 know no variables."""
    text = '{"value_template": "{{ value_json.t }}"}'
    found = composed(MessageDraft("{{now}}", text=text, has_variables=False))
    assert found.request == PublishRequest("{{now}}", text.encode())
    assert "text" in composed(MessageDraft("t", PayloadMode.HEX, "{{counter}}")).problems


def test_text_that_begins_like_json_is_judged() -> None:
    """It is sent whatever it is; what is odd about it is told."""
    assert composed(MessageDraft("t", text='{"a": 1}')).verdict == "valid JSON"
    found = composed(MessageDraft("t", text='{"a": 1'))
    assert found.request is not None
    assert found.oddity == "Not JSON: a comma or the end is missing, at line 1, column 8"
    assert composed(MessageDraft("t", text="")).verdict == "empty"
    assert composed(MessageDraft("t", text="on")).verdict == "text"


def test_the_place_is_that_of_what_was_typed() -> None:
    """However long variables become, the mark stands where the error was typed."""
    found = composed(MessageDraft("t", PayloadMode.JSON, '{"n":\n{{now ms}}, x}'))
    assert found.problems["text"] == (
        "Not JSON: a key in double quotes is missing, at line 2, column 13."
    )
    assert found.place == (2, 13)


def test_a_file_is_sent_as_it_is() -> None:
    """Once it was read; nothing in it is a variable."""
    draft = MessageDraft("t", PayloadMode.FILE, "/some/file")
    assert composed(draft).request is None
    found = composed(draft, file_payload=b"{{x}}\0")
    assert found.request == PublishRequest("t", b"{{x}}\0")


@given(st.binary(min_size=1))
def test_correlation_data_can_be_typed(data: bytes) -> None:
    """Whatever bytes they are, the text for them is read as the same bytes."""
    assert correlation_of(correlation_text(data)) == data
