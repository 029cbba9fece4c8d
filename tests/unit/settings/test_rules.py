"""Rules for single values: what passes, and the sentence for what does not."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.settings.connection import Subscription
from mqttui.settings.connection_rules import (
    AlpnProtocols,
    FilePath,
    Host,
    SubscriptionRule,
    Subscriptions,
    WebSocketPath,
    subscription_text,
    subscription_toml,
)
from mqttui.settings.draft import FIELD_RULES
from mqttui.settings.rules import (
    BadValueError,
    Bytes,
    Choice,
    Number,
    Rule,
    Size,
    Switch,
    Text,
    WholeNumber,
    size_text,
)

PORT = FIELD_RULES["port"]
SIZE = Size(1, 10**12)


@pytest.mark.parametrize(
    ("rule", "text", "value"),
    [
        (PORT, "1", 1),
        (PORT, " 65535 ", 65535),
        (FIELD_RULES["keepalive_s"], "0", 0),
        (FIELD_RULES["keepalive_s"], "65535", 65535),
        (FIELD_RULES["session_expiry_s"], "4294967295", 4294967295),
        (FIELD_RULES["will_qos"], "2", 2),
        (Number(0.5, 60), "2.5", 2.5),
        (SIZE, "256MB", 256_000_000),
        (SIZE, "1 MiB", 1024 * 1024),
        (SIZE, "1.5k", 1500),
        (SIZE, "2Gi", 2 * 1024**3),
        (SIZE, "4096", 4096),
        (SIZE, "7B", 7),
        (Switch(), "YES", True),
        (Switch(), "off", False),
        (Text(), "ada", "ada"),
        (Text(may_be_empty=True), "", ""),
        (Bytes(), "gone ✓", "gone ✓".encode()),
        (Bytes(), "\udcff", b"\xff"),
        (Choice(("3.1.1", "5", "auto")), "AUTO", "auto"),
        (Host(), "broker.example.org", "broker.example.org"),
        (Host(), "[::1]", "::1"),
        (Host(), "fe80::1%eth0", "fe80::1%eth0"),
        (Host(), "192.0.2.7", "192.0.2.7"),
        (WebSocketPath(), "/mqtt?x=1", "/mqtt?x=1"),
        (FilePath(), "/etc/ca.pem", Path("/etc/ca.pem")),
        (AlpnProtocols(), "mqtt, x-amzn-mqtt-ca", ("mqtt", "x-amzn-mqtt-ca")),
        (SubscriptionRule(), "a/b", Subscription("a/b", 0)),
        (SubscriptionRule(), "a/b:2", Subscription("a/b", 2)),
        (SubscriptionRule(), "a:b:1", Subscription("a:b", 1)),
        (SubscriptionRule(), "urn:x:3", Subscription("urn:x:3", 0)),
        (SubscriptionRule(), "a,b:1", Subscription("a,b", 1)),
        (SubscriptionRule(), "a:1,no-local", Subscription("a", 1, no_local=True)),
        (
            SubscriptionRule(),
            "a:0,as-published,retained-never",
            Subscription("a", 0, retain_as_published=True, retain_handling=2),
        ),
        (Subscriptions(), "a b:1", (Subscription("a", 0), Subscription("b", 1))),
    ],
)
def test_text_becomes_a_value(rule: Rule[Any], text: str, value: object) -> None:
    """What a user may write becomes the value that it means."""
    assert rule.of_text(text) == value


@pytest.mark.parametrize(
    ("rule", "text", "sentence"),
    [
        (PORT, "0", "must be a whole number from 1 to 65535, not 0"),
        (PORT, "65536", "must be a whole number from 1 to 65535, not 65536"),
        (PORT, "18e3", "must be a whole number from 1 to 65535, not '18e3'"),
        (PORT, "١٨٨٣", "must be a whole number from 1 to 65535"),
        (PORT, "9" * 5000, "must be a whole number from 1 to 65535"),
        (FIELD_RULES["keepalive_s"], "65536", "from 0 to 65535 seconds, not 65536"),
        (FIELD_RULES["session_expiry_s"], "4294967296", "from 0 to 4294967295 seconds"),
        (FIELD_RULES["will_qos"], "3", "must be a whole number from 0 to 2, not 3"),
        (Number(0.5, 60), "nan", "must be a number from 0.5 to 60"),
        (SIZE, "many", "must be a size like 64MB or 512KiB, not 'many'"),
        (SIZE, "-1", "must be a size"),
        (Size(1_000_000, 10**9), "1", "must be from 1MB to 1GB, not '1'"),
        (Switch(), "maybe", "must be 1, true, yes, on, 0, false, no or off"),
        (Text(), "", "must not be empty"),
        (Text(), "a\x1b[31m", "must not contain control characters"),
        (Text(), "a\x00", "must not contain control characters"),
        (Text(), "\udcff", "must not contain control characters"),
        (Text(), "ä" * 32768, "must not be longer than 65535 bytes"),
        (Bytes(), "x" * 65536, "must not be longer than 65535 bytes"),
        (Choice(("3.1.1", "5", "auto")), "4", "must be 3.1.1, 5 or auto, not '4'"),
        (Host(), "", "must not be empty"),
        (Host(), "a b", "must be a host name or an IP address"),
        (Host(), "mqtt://a", "must be a host name, not the URL"),
        (Host(), "a:1", "must be a host name without a port"),
        (Host(), "-oProxyCommand", "must be a host name or an IP address"),
        (WebSocketPath(), "mqtt", "must start with /"),
        (WebSocketPath(), "/a\r\nHost: b", "must start with /"),
        (FilePath(), "", "must be the name of a file"),
        (FilePath(), "~nobody-of-this-name/x", "names a home folder that is not known"),
        (AlpnProtocols(), "a,", "must be names of 1 to 255 visible characters"),
        (SubscriptionRule(), ":1", "must name a topic filter"),
        (SubscriptionRule(), "a:1,nolocal", "only no-local, as-published, retained-new or"),
        (Subscriptions(), "  ", "must name at least one topic filter"),
    ],
)
def test_bad_text_gets_a_sentence(rule: Rule[Any], text: str, sentence: str) -> None:
    """What cannot be used ends in words that say what may stand there, and in nothing raw."""
    with pytest.raises(BadValueError) as raised:
        rule.of_text(text)
    told = raised.value.about("--x")
    assert sentence in told
    assert told.startswith("--x ")
    assert told.endswith(".")
    assert told.isprintable()
    assert len(told) < 200


@pytest.mark.parametrize(
    ("rule", "value", "sentence"),
    [
        (PORT, "1883", "must be a whole number from 1 to 65535, not text"),
        (PORT, True, "not true or false"),
        (PORT, 1.5, "not a number"),
        (Number(0.5, 60), True, "not true or false"),
        (Number(0.5, 60), math.nan, "must be a number from 0.5 to 60"),
        (SIZE, 1.5, 'must be a size like "64MB"'),
        (Switch(), 1, "must be true or false, not a whole number"),
        (Text(), 5, "must be text in quotes, not a whole number"),
        (Bytes(), [], "must be text in quotes, not a list"),
        (Choice(("3.1.1", "5", "auto")), 5, "must be 3.1.1, 5 or auto in quotes, not a whole"),
        (Host(), {}, "must be text in quotes, not a table"),
        (WebSocketPath(), 1, "must be text in quotes"),
        (FilePath(), 1, "must be the name of a file in quotes"),
        (AlpnProtocols(), [1], "must be a list of texts"),
        (AlpnProtocols(), [], "must name at least one protocol"),
        (Subscriptions(), "a", "must be a list of topic filters, not text"),
        (Subscriptions(), [3], "must have entries like"),
        (
            Subscriptions(),
            [{"filter": "a", "qo": 1}],
            "must have entries with the keys filter, qos",
        ),
        (
            Subscriptions(),
            [{"filter": "a", "retain_handling": 3}],
            "has a retain_handling that must be a whole number from 0 to 2, not 3",
        ),
        (Subscriptions(), [{"filter": "a", "qos": 3}], "has a qos that must be a whole number"),
        (Subscriptions(), [{"filter": ""}], "must have text in quotes as filter"),
    ],
)
def test_wrong_types_in_a_file_get_a_sentence(
    rule: Rule[Any], value: object, sentence: str
) -> None:
    """A TOML value of the wrong type is refused with both types in plain words."""
    with pytest.raises(BadValueError) as raised:
        rule.of_toml(value)
    assert sentence in str(raised.value)


def test_a_filter_in_a_table_may_end_like_a_qos() -> None:
    """In `{filter = …}` a colon and a digit at the end belong to the topic filter."""
    assert Subscriptions().of_toml([{"filter": "a:1"}]) == (Subscription("a:1", 0),)


@given(st.integers(min_value=0, max_value=10**11))
def test_a_size_survives_its_own_text(size_bytes: int) -> None:
    """The text of a size means exactly that size."""
    assert Size(0, 10**12).of_text(size_text(size_bytes)) == size_bytes


@given(st.text(), st.sampled_from(sorted(FIELD_RULES)))
def test_no_text_breaks_a_rule(text: str, field: str) -> None:
    """Whatever is typed, a rule returns a value or raises `BadValueError` with printable words."""
    told = ""
    try:
        FIELD_RULES[field].of_text(text)
    except BadValueError as problem:
        told = str(problem)
    assert told.isprintable()


@given(st.text(min_size=1), st.integers(0, 2))
def test_a_filter_with_a_qos_behind_it_keeps_its_colons(topic_filter: str, qos: int) -> None:
    """Any filter followed by `:QOS` comes back whole."""
    found = SubscriptionRule().of_text(f"{topic_filter}:{qos}")
    assert found == Subscription(topic_filter, qos)


def test_whole_numbers_name_their_unit() -> None:
    """The sentence says in which unit the number counts."""
    with pytest.raises(BadValueError, match="from 0 to 5 seconds"):
        WholeNumber(0, 5, "seconds").of_text("6")


SUBSCRIPTIONS = st.builds(
    Subscription,
    st.text(min_size=1, max_size=12),
    st.integers(0, 2),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2),
)


@given(SUBSCRIPTIONS)
def test_a_subscription_written_and_read_is_the_same(subscription: Subscription) -> None:
    """Whatever the filter, its text and its TOML value mean what was written."""
    rule = SubscriptionRule()
    assert rule.of_text(subscription_text(subscription)) == subscription
    assert rule.of_toml(subscription_toml(subscription)) == subscription
