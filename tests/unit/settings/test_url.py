"""Addresses: hosts, hosts with ports, and URLs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqttui.settings.connection import Subscription
from mqttui.settings.toml_file import SettingsError
from mqttui.settings.url import parse_address

MQTT = {"tls": False, "websocket": False}
MQTTS = {"tls": True, "websocket": False}
WS = {"tls": False, "websocket": True}
WSS = {"tls": True, "websocket": True}


def topics(*names: str) -> dict[str, Any]:
    """Return the field that subscribes to topic filters at QoS 0."""
    return {"subscriptions": tuple(Subscription(name) for name in names)}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("localhost", {"host": "localhost"}),
        ("localhost:1884", {"host": "localhost", "port": 1884}),
        ("::1", {"host": "::1"}),
        ("[::1]", {"host": "::1"}),
        ("[2001:db8::7]:99", {"host": "2001:db8::7", "port": 99}),
        ("mqtt://h", {"host": "h", **MQTT}),
        ("MQTT://h/", {"host": "h", **MQTT}),
        ("mqtts://h:8884", {"host": "h", "port": 8884, **MQTTS}),
        ("mqtt://[::1]:1884/a/b", {"host": "::1", "port": 1884, **MQTT, **topics("a/b")}),
        ("mqtt://h/a/+/%23", {"host": "h", **MQTT, **topics("a/+/#")}),
        ("mqtt://h/a/+/#", {"host": "h", **MQTT, **topics("a/+/#")}),
        ("mqtt://h//abs", {"host": "h", **MQTT, **topics("/abs")}),
        ("mqtt://h/a%20b%3F", {"host": "h", **MQTT, **topics("a b?")}),
        ("mqtt://h/a:1", {"host": "h", **MQTT, **topics("a:1")}),
        ("mqtt://ada@h", {"host": "h", "user": "ada", **MQTT}),
        ("mqtt://a%40b@h", {"host": "h", "user": "a@b", **MQTT}),
        ("ws://h", {"host": "h", **WS}),
        ("ws://h/", {"host": "h", "websocket_path": "/", **WS}),
        ("wss://h:8084/mqtt", {"host": "h", "port": 8084, "websocket_path": "/mqtt", **WSS}),
        ("ws://h/x?topic=a/+/%23", {"host": "h", "websocket_path": "/x", **WS, **topics("a/+/#")}),
        ("ws://h?topic=a&topic=b", {"host": "h", **WS, **topics("a", "b")}),
        (
            "wss://h/m?sig=a%2Fb&topic=t",
            {"host": "h", "websocket_path": "/m?sig=a%2Fb", **WSS, **topics("t")},
        ),
    ],
)
def test_an_address_says_its_parts(text: str, fields: dict[str, Any]) -> None:
    """Every part of an address fills its field, decoded, and nothing else is said."""
    assert parse_address(text, "HOST").draft.given() == fields


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "HOST must not be empty"),
        ("mqtt://", "HOST must not be empty"),
        ("tcp://h", "not 'tcp'; did you mean mqtt://?"),
        ("https://h", "not 'https'; did you mean wss://?"),
        ("ftp://h", "must be a URL with mqtt://, mqtts://, ws:// or wss://, not 'ftp'."),
        ("mqtt://h:99999", "The port of HOST must be a whole number from 1 to 65535, not 99999"),
        ("mqtt://h:x", "HOST has a port that is not a number"),
        ("h:x", "The port of HOST must be a whole number"),
        ("mqtt://::1", "stands in brackets"),
        ("mqtt://h/a?b", "a question mark in a topic is written %3F"),
        ("mqtt://h/%ff", "not UTF-8"),
        ("ada@h", "write it as a URL, mqtt://USER@HOST"),
        ("ws://h/a b", "The path of HOST must start with /"),
    ],
)
def test_a_bad_address_gets_a_sentence(text: str, sentence: str) -> None:
    """What is wrong with an address is said in one sentence that names it."""
    with pytest.raises(SettingsError) as raised:
        parse_address(text, "HOST")
    assert sentence in str(raised.value)


def test_the_password_of_a_url_is_decoded_and_hidden() -> None:
    """The password is there for who asks, and in no representation."""
    address = parse_address("mqtts://ada:pa%40ss%3Aword@h", "HOST")
    assert address.password is not None
    assert address.password.reveal() == "pa@ss:word"
    assert "pa@ss" not in repr(address)
    assert "pa%40ss" not in repr(address)


@pytest.mark.parametrize(
    "text",
    [
        "mqtt://ada:hunter2@h:99999",
        "mqtt://ada:hunter2@h:port",
        "mqtt://ada:hunter2@",
        "mqtt://ada:hun#ter2@h",
        "mqtt://a%ffda:hunter2@h",
        "htp://ada:hunter2@h",
        "ada:hunter2@h",
    ],
)
def test_no_complaint_repeats_a_password(text: str) -> None:
    """A mistake elsewhere in a URL does not put its password on the screen."""
    with pytest.raises(SettingsError) as raised:
        parse_address(text, "HOST")
    assert "ter2" not in str(raised.value)


def test_only_a_url_is_complete() -> None:
    """A URL without a port means the port of its scheme; a bare host leaves the port open."""
    assert parse_address("mqtt://h", "HOST").is_url
    assert not parse_address("h", "HOST").is_url


@given(st.text(max_size=40), st.sampled_from(["", "mqtt://", "wss://", "mqtt://a:b@"]))
def test_no_text_breaks_the_parser(text: str, start: str) -> None:
    """Whatever is typed, there is an address or a printable sentence."""
    try:
        told = parse_address(start + text, "HOST").draft.host
    except SettingsError as problem:
        told = str(problem)
    assert told
    assert told.isprintable()
