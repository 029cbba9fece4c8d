"""What to try when a filter is not granted as asked."""

from __future__ import annotations

import pytest

from mqttui.broker.limits import BrokerLimits
from mqttui.broker.subscription_advice import limits_advice, suback_advice


@pytest.mark.parametrize(
    ("code", "requested_qos", "words"),
    [
        (1, 2, "ask for QoS 1"),
        (0, 1, "ask for QoS 0"),
        (0x80, 0, "narrower filter"),
        (0x87, 0, "what this user may read"),
        (0x97, 0, "Remove another filter"),
        (0x9E, 0, "without $share"),
        (0xA2, 0, "without + and #"),
        (0xF0, 0, "narrower filter"),
    ],
)
def test_every_answer_that_is_not_as_asked_has_advice(
    code: int, requested_qos: int, words: str
) -> None:
    """Also a code that nobody knows."""
    assert words in (suback_advice(code, requested_qos, is_mqtt5=True) or "")


@pytest.mark.parametrize(("code", "requested_qos"), [(0, 0), (1, 1), (2, 2), (1, 0)])
def test_what_is_granted_needs_none(code: int, requested_qos: int) -> None:
    """More than was asked for is fine as well."""
    assert suback_advice(code, requested_qos, is_mqtt5=True) is None


def test_mqtt_311_cannot_say_why() -> None:
    """Its only code for a refusal has no reason, which is no fault of the broker."""
    assert "no room for a reason" in (suback_advice(0x80, 0, is_mqtt5=False) or "")


def test_what_connack_ruled_out_has_advice() -> None:
    """Shared subscriptions and wildcards can be missing, each alone."""
    no_shares = BrokerLimits(has_shared_subscriptions=False)
    no_wildcards = BrokerLimits(has_wildcards=False)
    assert "without $share" in (limits_advice("$share/g/x", no_shares) or "")
    assert "without + and #" in (limits_advice("a/+", no_wildcards) or "")
    assert limits_advice("a", BrokerLimits()) is None
