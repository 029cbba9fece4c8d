"""The steps of a checkup: which there are, and what is said of them at the end."""

from __future__ import annotations

import datetime

import pytest

from mqttui.broker.certificate import Certificate
from mqttui.broker.checkup import (
    MAX_OWN_FILTERS,
    Checkup,
    StepState,
    certificate_facts,
    expiry_remark,
    planned_checkup,
)
from mqttui.broker.limits import BrokerLimits
from mqttui.settings.connection import ConnectionSettings, Subscription, Tls

NOW = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
PLAIN = ConnectionSettings("h", 1883)


def certificate(**changes: object) -> Certificate:
    """Return a certificate that is valid for a month more."""
    values: dict[str, object] = {
        "subject": "CN=h",
        "issuer": "CN=ca",
        "not_before": NOW - DAY,
        "not_after": NOW + 30 * DAY,
    }
    return Certificate(**(values | changes))  # type: ignore[arg-type]


def with_states(*states: StepState) -> Checkup:
    """Return a finished checkup of a plain connection with these states."""
    checkup = planned_checkup(PLAIN)
    for number, state in enumerate(states):
        checkup = checkup.with_step(number, state=state)
    return checkup.ended()


def test_the_steps_follow_from_the_connection() -> None:
    """TLS and WebSocket are steps where they are used; both usual filters are always asked for."""
    settings = ConnectionSettings(
        "h", 443, tls=Tls(), websocket_path="/", subscriptions=(Subscription("a\x1b/#"),)
    )
    assert [step.title for step in planned_checkup(settings).steps] == [
        *("Name lookup", "TCP", "TLS", "WebSocket", "MQTT"),
        *("Subscribe a␛/#", "Subscribe #", "Subscribe $SYS/#"),
    ]
    assert len(planned_checkup(PLAIN).steps) == 5


def test_many_filters_are_counted_instead_of_asked_for() -> None:
    """Beyond a bound filters of one's own are told by number only."""
    filters = tuple(Subscription(f"t/{number}") for number in range(MAX_OWN_FILTERS + 3))
    checkup = planned_checkup(ConnectionSettings("h", 1, subscriptions=filters))
    assert len(checkup.steps) == 3 + MAX_OWN_FILTERS + 2
    assert checkup.left_out == 3


@pytest.mark.parametrize(
    ("states", "verdict"),
    [
        ([StepState.PASSED] * 5, "The connection works."),
        (
            [*[StepState.PASSED] * 4, StepState.REMARKABLE],
            "The connection works, with a remark.",
        ),
        (
            [*[StepState.PASSED] * 3, StepState.FAILED, StepState.PASSED],
            "The connection works, but not every subscription.",
        ),
        ([StepState.PASSED, StepState.FAILED], "No connection: it ends at TCP."),
        ([StepState.PASSED, StepState.RUNNING], "No connection."),
    ],
)
def test_the_verdict_says_how_far_it_went(states: list[StepState], verdict: str) -> None:
    """One sentence tells the result, and steps behind a failure were not reached."""
    checkup = with_states(*states)
    assert checkup.verdict == verdict
    assert all(step.is_over for step in checkup.steps)


def test_a_cancelled_checkup_claims_nothing() -> None:
    """Steps that were not taken are not reached, neither passed nor failed."""
    checkup = planned_checkup(PLAIN).with_step(0, state=StepState.PASSED)
    ended = checkup.ended(is_cancelled=True)
    assert "cancelled" in ended.verdict
    assert [step.state for step in ended.steps[1:]] == [StepState.NOT_REACHED] * 4


@pytest.mark.parametrize(
    ("begins", "ends", "text"),
    [
        (-1, 30, "until 2026-04-01, 30 days left"),
        (-9, -2, "until 2026-02-28, expired 2 days ago"),
        (-9, -0.1, "until 2026-03-02, expired less than a day ago"),
        (1, 9, "only from 2026-03-03 12:00 UTC, until 2026-03-11"),
    ],
)
def test_the_age_of_a_certificate_is_told_in_days(begins: float, ends: float, text: str) -> None:
    """When it ends or has ended can be read without a calendar."""
    found = certificate(not_before=NOW + begins * DAY, not_after=NOW + ends * DAY)
    assert dict(certificate_facts(found, NOW))["valid"] == text


@pytest.mark.parametrize(
    ("days", "remark"),
    [
        (0.5, "The certificate expires today."),
        (1.5, "The certificate expires tomorrow."),
        (20.5, "The certificate expires in 20 days."),
        (30, None),
        (-1, None),
    ],
)
def test_a_certificate_that_ends_soon_is_remarkable(days: float, remark: str | None) -> None:
    """There is a warning while there is time to act."""
    assert expiry_remark(certificate(not_after=NOW + days * DAY), NOW) == remark


def test_what_stands_in_a_certificate_is_hostile() -> None:
    """Names from the network are shown, not obeyed, and not without end."""
    names = tuple(f"h{number}\x1b[2J" for number in range(9))
    facts = dict(certificate_facts(certificate(subject="CN=\x1b]0;x\x07", names=names), NOW))
    assert facts["subject"] == "CN=␛]0;x␇"
    assert facts["made out to"] == "h0␛[2J, h1␛[2J, h2␛[2J, h3␛[2J and 5 more"


def test_limits_are_told_in_words() -> None:
    """What the broker limits stands there with its number; no limit, no word."""
    assert BrokerLimits().words() == []
    limits = BrokerLimits(1, False, 1024, 20, False, False, 30)
    assert limits.words() == [
        "QoS 1 at most",
        "nothing is retained",
        "packets of 1,024 bytes at most",
        "20 unacknowledged messages at most",
        "no shared subscriptions",
        "no wildcards in subscriptions",
        "keep alive of 30 s",
    ]
