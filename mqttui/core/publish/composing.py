"""From a draft to the message that would be published now, or what stands against it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mqttui.core.publish.draft import PayloadMode
from mqttui.core.publish.payload_text import (
    BadPayload,
    Place,
    check_json,
    payload_of,
    place_of,
)
from mqttui.core.publish.variables import BadVariable, Expanded, expand
from mqttui.core.publish_rules import MAX_EXPIRY_S, request_problem
from mqttui.core.publishing import PublishProperties, PublishRequest
from mqttui.core.topic import topic_problem
from mqttui.payload.json_tree import starts_like_json
from mqttui.payload.printable import printable

if TYPE_CHECKING:
    from mqttui.core.publish.draft import MessageDraft, PropertiesDraft
    from mqttui.core.publish.variables import Moment

MAX_FILE_BYTES = 32_000_000
"""A larger file is not published: it has to fit into the queue beside other messages."""

LEFT_OUT = "left out: this connection is MQTT 3.1.1, which has no properties"
_HEX_BYTES = re.compile(r"0[xX](?:[0-9a-fA-F]{2})*")
_SHOWN_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Composed:
    """What a draft comes to.

    `topic` is the one to publish to, None if it cannot be used. `request` is None when there are
    `problems`: one plain sentence for each field of the draft (`topic`, `text`, or a property)
    that cannot be used. `place` is where the payload is wrong, `verdict` says what the payload is
    when it is right, `oddity` what is odd about it nevertheless.
    `properties_left_out` tells that the connection has no way to send them.
    """

    request: PublishRequest | None
    topic: str | None = None
    problems: dict[str, str] = field(default_factory=dict)
    place: Place | None = None
    verdict: str = ""
    oddity: str | None = None
    properties_left_out: bool = False

    @property
    def is_like_json(self) -> bool:
        """Whether the payload is JSON, or text that begins so."""
        return "JSON" in self.verdict or self.oddity is not None


def compose(
    draft: MessageDraft, moment: Moment, *, is_mqtt5: bool, file_payload: bytes | None = None
) -> Composed:
    """Return the message that a draft describes.

    `file_payload` is the content of the file in that mode, None while it was not read.
    """
    problems: dict[str, str] = {}
    topic = _topic_of(draft, moment, problems)
    payload, place, verdict, oddity = _payload_of(draft, moment, file_payload, problems)
    has_properties = not draft.properties.is_empty
    properties = _properties_of(draft.properties, problems) if has_properties and is_mqtt5 else None
    request = None
    if not problems and topic is not None and payload is not None:
        request = PublishRequest(topic, payload, draft.qos, draft.retain, properties)
        if problem := request_problem(request):
            request = None
            problems["properties" if properties is not None else "text"] = problem
    return Composed(
        request,
        topic,
        problems,
        place,
        verdict,
        oddity,
        properties_left_out=has_properties and not is_mqtt5,
    )


def _topic_of(draft: MessageDraft, moment: Moment, problems: dict[str, str]) -> str | None:
    topic = draft.topic
    try:
        if draft.has_variables:
            topic = expand(topic, moment).text
    except BadVariable as problem:
        problems["topic"] = str(problem)
        return None
    if problem_of_topic := topic_problem(topic):
        problems["topic"] = problem_of_topic
        return None
    return topic


def _payload_of(
    draft: MessageDraft, moment: Moment, file_payload: bytes | None, problems: dict[str, str]
) -> tuple[bytes | None, Place | None, str, str | None]:
    """Return payload, place of a problem, verdict and oddity."""
    mode = draft.mode
    if mode is PayloadMode.FILE:
        if not draft.text.strip():
            problems["text"] = "Type the path of a file."
        return file_payload if "text" not in problems else None, None, "file", None
    expanded = Expanded(draft.text)
    try:
        if draft.has_variables and mode in (PayloadMode.TEXT, PayloadMode.JSON):
            expanded = expand(draft.text, moment)
        payload = payload_of(mode, expanded.text)
        verdict, oddity, position = _verdict(mode, expanded.text)
    except BadVariable as problem:
        problems["text"] = str(problem)
        return None, place_of(draft.text, problem.position), "", None
    except BadPayload as problem:
        place = _place(draft.text, expanded, problem.position)
        problems["text"] = f"{_with_place(str(problem), place)}."
        return None, place, "", None
    place = _place(draft.text, expanded, position)
    return payload, place, verdict, _with_place(oddity, place) if oddity is not None else None


def _place(typed: str, expanded: Expanded, position: int | None) -> Place | None:
    return None if position is None else place_of(typed, expanded.origin_of(position))


def _with_place(words: str, place: Place | None) -> str:
    return words if place is None else f"{words}, at {place}"


def _verdict(mode: PayloadMode, text: str) -> tuple[str, str | None, int | None]:
    """Return what a payload is, what is odd about it, and where."""
    if mode is PayloadMode.JSON:
        return "valid JSON", check_json(text), None
    if mode is not PayloadMode.TEXT:
        return f"valid {mode.title}", None, None
    if not text:
        return "empty", None, None
    if not starts_like_json(text):
        return "text", None, None
    try:
        return "valid JSON", check_json(text), None
    except BadPayload as problem:
        return "text", str(problem), problem.position


def _properties_of(draft: PropertiesDraft, problems: dict[str, str]) -> PublishProperties:
    correlation: bytes | None = None
    expiry_s: int | None = None
    try:
        correlation = correlation_of(draft.correlation)
    except ValueError as problem:
        problems["correlation"] = str(problem)
    text = draft.expiry.strip()
    if text:
        if re.fullmatch("[0-9]{1,10}", text) and int(text) <= MAX_EXPIRY_S:
            expiry_s = int(text)
        else:
            problems["expiry"] = f"The expiry is a number of seconds from 0 to {MAX_EXPIRY_S:,}."
    if draft.response_topic and (problem_of_topic := topic_problem(draft.response_topic)):
        problems["response_topic"] = f"Response topic: {problem_of_topic}"
    pairs = []
    for line in draft.user_properties.splitlines():
        if not line.strip():
            continue
        name, equals, value = line.partition("=")
        if not equals:
            shown = printable(line[:_SHOWN_CHARACTERS])
            problems["user_properties"] = f"User properties have the form name=value, not {shown}."
        pairs.append((name.strip(), value.strip()))
    return PublishProperties(
        content_type=draft.content_type or None,
        response_topic=draft.response_topic or None,
        correlation_data=correlation,
        message_expiry_s=expiry_s,
        is_text=draft.is_text,
        user_properties=tuple(pairs),
    )


def correlation_of(text: str) -> bytes | None:
    """Return the correlation data that a text stands for, None if empty; raise `ValueError`."""
    if not text:
        return None
    if text[:2] in ("0x", "0X"):
        if not _HEX_BYTES.fullmatch(text):
            raise ValueError("Correlation data after 0x are hex digits, two for each byte.")
        return bytes.fromhex(text[2:])
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValueError("The correlation data cannot be sent as UTF-8.") from None


def correlation_text(data: bytes) -> str:
    """Return how correlation data are typed: as they are if they are plain text, else as 0x."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = ""
    is_plain = bool(text) and text.isprintable() and text[:2] not in ("0x", "0X")
    return text if is_plain else "0x" + data.hex()
