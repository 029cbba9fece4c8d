"""What may be published at all, whoever the broker is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mqttui.core.topic import topic_problem

if TYPE_CHECKING:
    from mqttui.core.publishing import PublishProperties, PublishRequest

MAX_STRING_BYTES = 65_535
MAX_PACKET_BYTES = 268_435_455
MAX_EXPIRY_S = 0xFFFF_FFFF

# The longest header beside topic and payload: fixed header, lengths and packet identifier.
_HEADER_BYTES = 16


def request_problem(request: PublishRequest) -> str | None:
    """Return in one sentence why a request breaks the rules of MQTT 5.0 section 3.3, else None."""
    if problem := topic_problem(request.topic):
        return problem
    if request.qos not in (0, 1, 2):
        return f"The QoS must be 0, 1 or 2, not {request.qos}."
    if len(request.payload) + len(request.topic.encode()) > MAX_PACKET_BYTES - _HEADER_BYTES:
        return f"A message must not be longer than {MAX_PACKET_BYTES:,} bytes."
    if request.properties is None:
        return None
    return _properties_problem(request.properties) or _text_problem(request)


def _properties_problem(properties: PublishProperties) -> str | None:
    texts = [
        ("content type", properties.content_type),
        ("response topic", properties.response_topic),
    ]
    for name, value in properties.user_properties:
        texts += [("name of a user property", name), ("value of a user property", value)]
    for what, text in texts:
        if text is not None and (problem := _string_problem(what, text)):
            return problem
    if properties.response_topic is not None and (topic_problem(properties.response_topic)):
        return "The response topic must have at least one character and no wildcards + and #."
    data = properties.correlation_data
    if data is not None and len(data) > MAX_STRING_BYTES:
        return f"The correlation data must not be longer than {MAX_STRING_BYTES:,} bytes."
    expiry_s = properties.message_expiry_s
    if expiry_s is not None and not 0 <= expiry_s <= MAX_EXPIRY_S:
        return f"The message expiry must be between 0 and {MAX_EXPIRY_S:,} seconds."
    return None


def _string_problem(what: str, text: str) -> str | None:
    """Return what keeps a text from being an MQTT UTF-8 string (section 1.5.4)."""
    if "\0" in text:
        return f"The {what} must not contain the character NUL."
    try:
        size_bytes = len(text.encode())
    except UnicodeEncodeError:
        return f"The {what} must be valid UTF-8."
    if size_bytes > MAX_STRING_BYTES:
        return f"The {what} must not be longer than {MAX_STRING_BYTES:,} bytes."
    return None


def _text_problem(request: PublishRequest) -> str | None:
    assert request.properties is not None
    if not request.properties.is_text:
        return None
    try:
        request.payload.decode()
    except UnicodeDecodeError:
        return "The payload is marked as text, but it is not valid UTF-8."
    return None
