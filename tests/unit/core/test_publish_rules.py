"""What may be published at all."""

from __future__ import annotations

import pytest

from mqttui.core.publish_rules import request_problem
from mqttui.core.publishing import PublishProperties, PublishRequest


def test_good_requests() -> None:
    """Ordinary messages have no problem, with and without properties."""
    assert request_problem(PublishRequest("a/b", b"\xff", 2, retain=True)) is None
    properties = PublishProperties("text/plain", "a", b"x", 0, True, (("k", "v"),))
    assert request_problem(PublishRequest("a", "ü".encode(), properties=properties)) is None


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (PublishRequest("", b""), "at least one character"),
        (PublishRequest("a/+", b""), "wildcards"),
        (PublishRequest("a\0", b""), "NUL"),
        (PublishRequest("a", b"", 3), "0, 1 or 2, not 3"),
        (PublishRequest("a", bytes(268_435_455)), "longer than"),
    ],
)
def test_bad_requests(request_: PublishRequest, words: str) -> None:
    """Each rule that is broken is named."""
    assert words in (request_problem(request_) or "")


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        (PublishProperties(content_type="a\0"), "content type must not contain"),
        (PublishProperties(content_type="\ud800"), "content type must be valid UTF-8"),
        (PublishProperties(response_topic="a/#"), "response topic"),
        (PublishProperties(response_topic=""), "response topic"),
        (PublishProperties(correlation_data=bytes(65_536)), "correlation data"),
        (PublishProperties(message_expiry_s=-1), "message expiry"),
        (PublishProperties(message_expiry_s=1 << 32), "message expiry"),
        (PublishProperties(user_properties=(("k", "v" * 65_536),)), "value of a user property"),
        (PublishProperties(is_text=True), "not valid UTF-8"),
    ],
)
def test_bad_properties(properties: PublishProperties, words: str) -> None:
    """Each property that cannot be sent is named."""
    problem = request_problem(PublishRequest("a", b"\xff", properties=properties))
    assert words in (problem or "")
