"""What a broker's CONNACK rules out, and the words of acknowledgements."""

from __future__ import annotations

import pytest

from mqttui.broker.code_names import code_name, return_code_name, suback_name
from mqttui.broker.limits import BrokerLimits
from mqttui.broker.reasons import publish_refusal, unsuback_problem
from mqttui.core.publishing import PublishRequest


def test_a_broker_that_says_nothing_takes_everything() -> None:
    """The defaults are those of the specification."""
    limits = BrokerLimits()
    assert limits.request_problem(PublishRequest("a", b"", 2, retain=True)) is None
    assert limits.size_problem(268_435_455) is None
    assert limits.filter_problem("$share/g/+/#") is None


def test_limits_have_words() -> None:
    """Each limit says what the broker takes."""
    limits = BrokerLimits(
        maximum_qos=0,
        is_retain_available=False,
        maximum_packet_bytes=1000,
        has_shared_subscriptions=False,
        has_wildcards=False,
    )
    assert "at most QoS 0, not QoS 1" in (limits.request_problem(PublishRequest("a", b"", 1)) or "")
    retained = PublishRequest("a", b"", retain=True)
    assert limits.request_problem(retained) == "the broker does not retain messages"
    assert limits.size_problem(1000) is None
    assert "1,001 bytes, the broker takes 1,000" in (limits.size_problem(1001) or "")
    assert "shared" in (limits.filter_problem("$share/g/a") or "")
    assert "wildcard" in (limits.filter_problem("a/+") or "")
    assert limits.filter_problem("a/b") is None


@pytest.mark.parametrize("code", [0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99, 0xC3])
def test_every_refusal_of_a_message_has_words(code: int) -> None:
    """Also one that the specification does not know, and the broker's text is made harmless."""
    assert publish_refusal(code).startswith("refused: ")
    adorned = publish_refusal(code, "why\x1b[2J")
    assert adorned.startswith(publish_refusal(code))
    assert "the broker adds: why" in adorned
    assert "\x1b" not in adorned


def test_the_end_of_a_subscription() -> None:
    """Success and `no subscription existed` are both an end."""
    assert unsuback_problem(0x00, "a") is None
    assert unsuback_problem(0x11, "a") is None
    assert "a: the broker goes on" in (unsuback_problem(0x87, "a") or "")
    assert "0xC3" in (unsuback_problem(0xC3, "a") or "")


def test_names_of_codes() -> None:
    """The same number means different things in different packets and versions."""
    assert (code_name(0), suback_name(0), return_code_name(0)) == (
        "success",
        "granted QoS 0",
        "accepted",
    )
    assert code_name(0x87) == suback_name(0x87) == "not authorised (0x87)"
    assert (code_name(0xC3), return_code_name(9)) == ("code 0xC3", "code 9")
