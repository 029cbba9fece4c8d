"""The draft that answers a message which was received."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from mqttui.core.publish.asking import answer_properties
from mqttui.core.publish.composing import correlation_text
from mqttui.core.publish.conventions import answer_topic_of, id_of, request_topic_of
from mqttui.core.publish.draft import MessageDraft, PayloadMode, PropertiesDraft
from mqttui.core.publish.payload_text import text_of
from mqttui.core.topic import topic_problem

if TYPE_CHECKING:
    from mqttui.core.node import Entry

LONGEST_EDITED_BYTES = 256_000


def reply_to(topic: str, entry: Entry) -> MessageDraft | None:
    """Return a draft that answers a message on `topic`, None where nothing says where to.

    The response topic of MQTT 5 comes first, with its correlation data; then the convention: to
    `…/cmd` belongs `…/reply` with the same id, to `…/reply` the next `…/cmd`.
    """
    detail = entry[3]
    response_topic, correlation = answer_properties(detail.properties if detail else b"")
    identifier = id_of(entry[1])
    text = json.dumps({"id": identifier}) if identifier is not None else ""
    mode = PayloadMode.JSON if text else PayloadMode.TEXT
    draft = MessageDraft(mode=mode, text=text, qos=1, has_variables=False)
    if response_topic is not None and topic_problem(response_topic) is None:
        shown = correlation_text(correlation) if correlation is not None else ""
        return replace(draft, topic=response_topic, properties=PropertiesDraft(correlation=shown))
    answer = answer_topic_of(topic)
    if answer is not None:
        return replace(draft, topic=answer)
    request = request_topic_of(topic)
    return MessageDraft(topic=request, qos=1) if request is not None else None


def again(topic: str, entry: Entry) -> MessageDraft | None:
    """Return a draft of a message as it was received, None if it is cut or too long to edit."""
    detail = entry[3]
    is_cut = detail is not None and detail.full_size_bytes is not None
    if is_cut or len(entry[1]) > LONGEST_EDITED_BYTES:
        return None
    mode, text = text_of(entry[1])
    return MessageDraft(topic=topic, mode=mode, text=text, has_variables=False)
